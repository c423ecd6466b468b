/** What can be typed: commands, options and help. Nothing is done here; `main.ts` says what each command does. */
import { Command, Option } from 'commander'
import { wrap } from '../inspect/index.ts'
import {
  type CommonOptions,
  collect,
  type FixedAddress,
  parseAccept,
  parseColour,
  parseDuration,
  parseHeader,
  parseHost,
  parsePort,
  parseResolve,
  parseSeed,
  parseUrl,
} from './options.ts'
import { LAYERS, parseVerbosity } from './verbosity.ts'

export interface GetOptions extends CommonOptions {
  readonly pcapng?: string
  readonly request?: string
  readonly header?: readonly (readonly [string, string])[]
  readonly data?: string
  readonly output?: string
  readonly trust?: readonly string[]
  readonly accept?: readonly string[]
  readonly resolve?: readonly FixedAddress[]
  readonly timeout?: number
  readonly fail?: true
  readonly location?: true
}

export interface ServeOptions extends CommonOptions {
  readonly pcapng?: string
  readonly port: number
  readonly host: string
  readonly plain?: true
}

export interface DemoOptions extends CommonOptions {
  readonly pcapng: string
  readonly seed?: number
}

export interface CaOptions extends CommonOptions {
  readonly pcapng?: string
}

/** What each command does, given its parsed arguments. The number is the exit code. */
export interface Actions {
  get(url: URL, options: GetOptions): Promise<number>
  serve(folder: string | undefined, options: ServeOptions): Promise<number>
  demo(options: DemoOptions): Promise<number>
  caPath(options: CaOptions): Promise<number>
}

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
  readonly actions: Actions
  readonly write: (text: string) => void
  readonly width: number
}

export const program = ({ name, typed, version, actions, write, width }: ProgramSetup): Program => {
  let result: number | undefined
  let running: string | undefined
  const notes = (text: string): string => `\n${wrap(text, width).join('\n')}`
  const examples = (lines: Examples): string => examplesText(lines, typed, width)
  const root = new Command(name)
    .description('HTTPS from the Ethernet frame up: run it, look into it, break it.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
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
    .addHelpText('before', examples(ROOT_EXAMPLES))
    .addHelpText('after', notes(EXIT_CODES))
  const run =
    (name: string, action: (...args: never[]) => Promise<number>) =>
    async (...args: unknown[]): Promise<void> => {
      running = name
      result = await action(...(args.slice(0, -1) as never[]))
    }
  getCommand(root, examples(GET_EXAMPLES), notes(GET_NOTES)).action(run('get', actions.get))
  serveCommand(root, examples(SERVE_EXAMPLES)).action(run('serve', actions.serve))
  demoCommand(root, examples(DEMO_EXAMPLES)).action(run('demo', actions.demo))
  const ca = root
    .command('ca')
    .description('the certificate authority of this machine')
    .addHelpText('before', examples(CA_EXAMPLES))
  common(
    ca
      .command('path')
      .description('print the path of its certificate; it is made on the first use')
      .addHelpText('before', examples(CA_EXAMPLES)),
  )
    .option('--pcapng <file>', 'as with every command; nothing moves here, so the capture has no frames')
    .action(run('ca path', actions.caPath))
  for (const command of [root, ...root.commands, ...ca.commands]) command.helpOption('-h, --help', 'print this help')
  return { command: root, result: () => result, running: () => running }
}

const common = (command: Command): Command =>
  command
    .option(
      '--json',
      'one JSON object per line on standard output, each with "v": 1; cookie values, credentials and bodies are starred',
    )
    .addOption(
      new Option(
        '-v, --verbose [layers]',
        `messages of TLS and HTTP on standard error; -v tcp,dns those of other layers (${LAYERS.join(', ')}); -vv their fields; -vvv their bytes`,
      ).argParser(parseVerbosity),
    )
    .addOption(new Option('--color <when>', 'auto, always or never').argParser(parseColour).default('auto'))

const getCommand = (root: Command, before: string, after: string): Command =>
  common(
    root
      .command('get')
      .argument('<url>', 'https://… or http://…; without a scheme https', parseUrl)
      .description('make a request and tell layer by layer how it went')
      .addHelpText('before', before)
      .addHelpText('after', after)
      .option('-X, --request <method>', 'method; GET, or POST with --data')
      .option('-H, --header <line>', '"Name: value"; may be repeated', collect(parseHeader))
      .option('-d, --data <text>', 'body; @FILE reads a file, @- standard input')
      .option('-o, --output <file>', 'write the body there')
      .option('--fail', 'exit 8 for a status of 400 or more')
      .option('--location', 'follow redirects')
      .option('--timeout <time>', 'longest silence in any step: 2s, 500ms, 1m', parseDuration)
      .option('--resolve <host:port:address>', 'connect to this address; may be repeated', collect(parseResolve))
      .option('--trust <file>', "trust these roots (PEM) instead of the system's; may be repeated", collect(String))
      .option('--accept <code>', 'go on after this certificate failure; may be repeated', collect(parseAccept)),
  ).option('--pcapng <file>', 'write the connection with its secrets, for Wireshark')

const serveCommand = (root: Command, before: string): Command =>
  common(
    root
      .command('serve')
      .argument('[folder]', 'what to serve; the current folder if not given')
      .description('serve a folder over HTTPS with a certificate of the local CA')
      .addHelpText('before', before)
      .option('-p, --port <number>', 'port; 0 takes a free one', parsePort, 8443)
      .option(
        '--host <address>',
        'address to listen on; only this machine can reach the default',
        parseHost,
        '127.0.0.1',
      )
      .option('--plain', 'HTTP without TLS'),
  ).option('--pcapng <file>', 'write all connections with their secrets, for Wireshark')

const demoCommand = (root: Command, before: string): Command =>
  common(
    root
      .command('demo')
      .description('two machines on a virtual wire exchange a login over HTTPS; a third one attacks')
      .addHelpText('before', before)
      .option('--seed <number>', 'repeat a run exactly', parseSeed),
  ).option('--pcapng <file>', 'where the packets go', 'exchange.pcapng')

type Examples = readonly (readonly [command: string, what: string])[]

/** A command and what it does, side by side; below each other where the terminal is too narrow for that. */
const examplesText = (lines: Examples, typed: (command: string) => string, columns: number): string => {
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

const GET_EXAMPLES = [
  ['barewire get https://localhost:8443/', 'body on stdout, story on stderr'],
  ['barewire get https://host/big -o big.iso', 'body into a file'],
  ['barewire get -d name=value https://host/', 'POST a form'],
  ['barewire get -v tcp,tls https://host/', 'every message of TCP and TLS'],
  ['barewire get --pcapng x.pcapng https://host/', 'for Wireshark, secrets inside'],
  ['barewire get --resolve a.test:443:127.0.0.1 https://a.test/', 'a name that no server knows'],
] as const

const SERVE_EXAMPLES = [
  ['barewire serve', 'this folder on https://localhost:8443'],
  ['barewire serve ./dist -p 9443', 'another folder, another port'],
  ['curl --cacert $(barewire ca path) https://localhost:8443/', 'ask it'],
  ['export NODE_EXTRA_CA_CERTS=$(barewire ca path)', 'let Node trust it'],
] as const

const DEMO_EXAMPLES = [
  ['barewire demo', 'writes exchange.pcapng besides'],
  ['barewire demo --seed 7', 'the same run again'],
  ['barewire demo --json', 'for a program'],
] as const

const CA_EXAMPLES = [
  ['barewire ca path', 'where the certificate lies'],
  ['curl --cacert $(barewire ca path) https://localhost:8443/', 'trust it once'],
  ['export NODE_EXTRA_CA_CERTS=$(barewire ca path)', 'let Node trust it'],
] as const

const GET_NOTES =
  'The body goes to standard output as it comes, the story to standard error: by itself on a terminal, else with -v. On a terminal control characters of the body are shown, not obeyed. With --json standard output carries events, and the body is written only with -o.'

const EXIT_CODES =
  'Exit codes: 0 fine, 1 usage, 2 name, 3 TCP, 4 TLS, 5 certificate, 6 HTTP, 7 time-out, 8 status of 400 or more with --fail, 9 a check did not pass, 130 interrupted.'
