/** Every command, in the order in which help lists them. */
import type { AnyCommand } from '../command.ts'
import { caCommands } from './ca.ts'
import { caServeCommand } from './ca-serve.ts'
import { captureCommand } from './capture.ts'
import { certCommands } from './cert.ts'
import { checkCommand } from './check.ts'
import { completionCommand } from './completion.ts'
import { decodeCommand } from './decode.ts'
import { demoCommand } from './demo.ts'
import { diffCommand } from './diff.ts'
import { explainCommand } from './explain.ts'
import { getCommand } from './get.ts'
import { helpCommand } from './help.ts'
import { inspectCommand } from './inspect.ts'
import { keysCommand } from './keys.ts'
import { serveCommand } from './serve.ts'

export const commands: readonly AnyCommand[] = [
  demoCommand,
  getCommand,
  serveCommand,
  inspectCommand,
  diffCommand,
  captureCommand,
  ...caCommands,
  caServeCommand,
  ...certCommands,
  checkCommand,
  decodeCommand,
  keysCommand,
  explainCommand,
  completionCommand,
  helpCommand,
]

/** Words that stand before others: `ca`, with what it is about. */
export const groups: Readonly<Record<string, string>> = {
  ca: 'the certificate authority of this machine',
  cert: 'certificates of files and servers: what they say, and who believes them',
}

/** `demo, get, serve or ca` */
export const commandNames = (): string => {
  const first = [...new Set(commands.map(({ name }) => name.split(' ')[0]!))].filter(name => name !== 'help')
  return `${first.slice(0, -1).join(', ')} or ${first.at(-1)}`
}

/** The command that a command line begins with; undefined when it begins with none. */
export const commandIn = (argv: readonly string[]): AnyCommand | undefined => {
  const words = argv.filter(word => !word.startsWith('-')).join(' ')
  return commands.find(({ name }) => words === name || words.startsWith(`${name} `))
}
