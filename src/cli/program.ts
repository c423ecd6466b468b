/** The parser and its help, made from the commands. Nothing is done here but to run the one that was asked for. */
import { Command, Option } from 'commander'
import { TOPICS } from '../explain/topic-types.ts'
import { wrap } from '../inspect/index.ts'
import { type AnyCommand, COMMON, type Example, grouped, type OptionSpec } from './command.ts'
import { commands, groups } from './commands/index.ts'
import type { Io } from './io.ts'

export interface Program {
  readonly command: Command
  /** The exit code of the action that ran; undefined when none did (help). */
  result(): number | undefined
  /** The command line so far, for `barewire … --help`: `get`, `ca path`. */
  running(): string | undefined
}

export interface ProgramSetup {
  /** What stands before a command: `barewire`. */
  readonly name: string
  /** How a command of the examples has to be typed here. */
  readonly typed: (command: string) => string
  readonly version: string
  readonly io: Io
  readonly write: (text: string) => void
  readonly width: number
}

export const program = ({ name, typed, version, io, write, width }: ProgramSetup): Program => {
  let result: number | undefined
  let running: string | undefined
  const notes = (text: string | undefined): string => (text === undefined ? '' : `\n${wrap(text, width).join('\n')}`)
  const examples = (lines: readonly Example[]): string => examplesText(lines, typed, width)
  const root = rootCommand(name, version, { write, width })
    .addHelpText('before', examples(ROOT_EXAMPLES))
    .addHelpText('after', notes(HELP_TOPICS))
    .addHelpText('after', notes(EXIT_CODES))
  for (const spec of commands) {
    const made = shaped(parentOf(root, spec, examples), spec)
      .addHelpText('before', examples(spec.examples))
      .addHelpText('after', notes(spec.notes))
    made.action(async (...args: unknown[]) => {
      running = spec.name
      // Commander gives the argument where there is one, then the options, then the command.
      const [argument, options] = spec.argument === undefined ? [undefined, args[0]] : args
      result = await spec.run(argument as never, options as never, io, commands)
    })
  }
  return { command: root, result: () => result, running: () => running }
}

const rootCommand = (name: string, version: string, { write, width }: Pick<ProgramSetup, 'write' | 'width'>): Command =>
  new Command(name)
    .description('HTTPS from the Ethernet frame up: run it, look into it, break it.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .showSuggestionAfterError(false)
    .exitOverride()
    .configureOutput({
      writeOut: write,
      writeErr: () => {},
      getOutHelpWidth: () => width,
      getErrHelpWidth: () => width,
    })
    .configureHelp({
      minWidthToWrap: 20,
      subcommandTerm: command => `${command.name()} ${command.usage().replace('[options] ', '')}`.trim(),
    })

/** `ca path` lies below `ca`, which is made when its first command is. */
const parentOf = (root: Command, { name }: AnyCommand, examples: (lines: readonly Example[]) => string): Command => {
  const [first, second] = name.split(' ')
  if (second === undefined) return root
  const known = root.commands.find(each => each.name() === first)
  if (known !== undefined) return known
  const within = commands.filter(each => each.name.startsWith(`${first} `)).flatMap(each => each.examples.slice(0, 1))
  return root
    .command(first!)
    .description(groups[first!] ?? '')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('before', examples(within))
}

const shaped = (parent: Command, { name, summary, argument, options }: AnyCommand): Command => {
  const made = parent.command(name.split(' ').at(-1)!).description(summary).helpOption('-h, --help', 'print this help')
  if (argument !== undefined) {
    const { parse } = argument
    made.argument(argument.name, argument.what, ...(parse === undefined ? [] : [parse]))
  }
  for (const option of [...options, ...grouped('What is told', COMMON)]) made.addOption(optionOf(option))
  return made
}

const optionOf = ({ flags, what, as, parse, default: usual, group }: OptionSpec): Option => {
  const option = new Option(flags, what)
  if (group !== undefined) option.helpGroup(`${group}:`)
  if (as !== undefined) option.attributeName = () => as
  if (parse !== undefined) option.argParser(parse as (word: string, before: unknown) => unknown)
  return usual === undefined ? option : option.default(usual)
}

/** A command and what it does, side by side; below each other where the terminal is too narrow for that. */
const examplesText = (lines: readonly Example[], typed: (command: string) => string, columns: number): string => {
  const commands = lines.map(([command, what]) => [typed(command), what] as const)
  const width = Math.max(...commands.map(([command]) => command.length))
  const fits = commands.every(([, what]) => 2 + width + 3 + what.length <= columns)
  const rows = commands.map(([command, what]) =>
    fits
      ? `  ${command.padEnd(width)}   ${what}`
      : [`  ${command}`, ...wrap(what, columns - 6).map(part => `      ${part}`)].join('\n'),
  )
  return `Examples:\n${rows.join('\n')}\n`
}

const ROOT_EXAMPLES = [
  ['barewire demo', 'see a whole exchange, and what an attacker can do to it'],
  ['barewire get https://localhost:8443/', 'a request, layer by layer'],
  ['barewire serve ./dist', 'a folder over HTTPS, on this machine'],
  ['curl --cacert $(barewire ca path) …', 'let another program trust it'],
] as const

/** `barewire help tls`. */
const HELP_TOPICS = `Topics: ${TOPICS.map(name => `barewire help ${name}`).join(', ')}.`

const EXIT_CODES =
  'Exit codes: 0 fine, 1 usage, 2 name, 3 TCP, 4 TLS, 5 certificate, 6 HTTP, 7 time-out, 8 status of 400 or more with --fail, 9 a check did not pass, 130 interrupted.'
