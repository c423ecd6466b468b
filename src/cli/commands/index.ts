/** Every command, in the order in which help lists them. */
import type { AnyCommand } from '../command.ts'
import { caPathCommand } from './ca.ts'
import { completionCommand } from './completion.ts'
import { demoCommand } from './demo.ts'
import { getCommand } from './get.ts'
import { serveCommand } from './serve.ts'

export const commands: readonly AnyCommand[] = [demoCommand, getCommand, serveCommand, caPathCommand, completionCommand]

/** Words that stand before others: `ca`, with what it is about. */
export const groups: Readonly<Record<string, string>> = { ca: 'the certificate authority of this machine' }

/** `demo, get, serve or ca` */
export const commandNames = (): string => {
  const first = [...new Set(commands.map(({ name }) => name.split(' ')[0]!))]
  return `${first.slice(0, -1).join(', ')} or ${first.at(-1)}`
}

/** The command that a command line begins with; undefined when it begins with none. */
export const commandIn = (argv: readonly string[]): AnyCommand | undefined => {
  const words = argv.filter(word => !word.startsWith('-')).join(' ')
  return commands.find(({ name }) => words === name || words.startsWith(`${name} `))
}
