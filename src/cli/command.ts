/**
 * A command as one object: what can be typed, what help says and what is done. `program.ts` makes the parser from a list
 * of them, `completion.ts` what shells offer; `commands/index.ts` is the list.
 */

import type { Language } from '../explain/index.ts'
import { START_TLS } from '../net/stream/starttls/protocols.table.ts'
import { GROUPS, SUITES } from '../net/stream/tls-options.ts'
import { LAYERS } from '../trace/types.ts'
import type { Io } from './io.ts'
import {
  collect,
  parseColour,
  parseGroups,
  parseKeyLog,
  parseLanguage,
  parseStartTls,
  parseSuites,
  parseVersions,
} from './options.ts'
import type { ColourChoice } from './story/style.ts'
import { parseVerbosity, type Verbosity } from './verbosity.ts'

export interface OptionSpec {
  /** As help shows it: `-X, --request <method>`. */
  readonly flags: string
  readonly what: string
  /** Where the value goes; options that share it are kept in the order in which they were typed. Named after the flag where undefined. */
  readonly as?: string | undefined
  /** Makes the value from the word; gets the value so far where the option may be repeated. Throws `cli/usage`. */
  readonly parse?: ((word: string, before: never) => unknown) | undefined
  readonly default?: unknown
  /** Where help lists it: `Trust`. */
  readonly group?: string | undefined
  /** What a shell offers for the value: its words, or names of files or folders. */
  readonly offers?: readonly string[] | 'files' | 'folders' | undefined
}

export interface ArgumentSpec {
  /** `<url>` where it must be given, `[folder]` where it may. */
  readonly name: string
  readonly what: string
  /** Gets what came before where the argument may be repeated (`<url...>`). */
  readonly parse?: ((word: string, before: never) => unknown) | undefined
  readonly offers?: OptionSpec['offers']
}

/** Options that help lists under one heading. */
export const grouped = (group: string, options: readonly OptionSpec[]): readonly OptionSpec[] =>
  options.map(option => ({ ...option, group }))

/** A command line and what it does. */
export type Example = readonly [command: string, what: string]

/** Whether cookie values, credentials and bodies are told. */
export type Privacy = 'starred' | 'shown'

/** Options that every command has. */
export interface CommonOptions {
  readonly showSecrets?: true | undefined
  readonly json?: true | undefined
  readonly verbose?: Verbosity | undefined
  readonly color: ColourChoice
  readonly lang?: Language | undefined
}

export interface Command<A = unknown, O extends CommonOptions = CommonOptions> {
  /** `get`, `ca path`. */
  readonly name: string
  readonly summary: string
  readonly argument?: ArgumentSpec | undefined
  readonly options: readonly OptionSpec[]
  readonly examples: readonly Example[]
  /** Said below the options. */
  readonly notes?: string | undefined
  /** Returns the exit code. What it does is loaded when it runs, so that help and mistakes answer at once; `all` are the commands. */
  run(argument: A, options: O, io: Io, all: readonly AnyCommand[]): Promise<number>
}

export const privacyOf = ({ showSecrets }: CommonOptions): Privacy => (showSecrets ? 'shown' : 'starred')

/** A command among others: program and completion do not care for the types of its argument and options. */
export type AnyCommand = Command<never, never>

/** Declares a command; the types of `run` are those of its action. */
export const command = <A, O extends CommonOptions>(spec: Command<A, O>): AnyCommand => spec as AnyCommand

/** What may be agreed on by TLS: of `get` and `serve`. */
export const CHOICES: readonly OptionSpec[] = [
  {
    flags: '--tls <version>',
    what: '1.2 or 1.3: only this one; otherwise the newest that both know',
    parse: parseVersions,
    offers: ['1.2', '1.3'],
  },
  {
    flags: '--groups <list>',
    what: 'key exchange with these groups only, best first: x25519,P-256; all: also the hybrid with ML-KEM',
    parse: parseGroups,
    offers: ['all', ...GROUPS],
  },
  {
    flags: '--suites <list>',
    what: 'these cipher suites only, by their IANA names, best first; all: also those with CBC',
    parse: parseSuites,
    offers: ['all', ...SUITES],
  },
]

export const KEYLOG: OptionSpec = {
  flags: '--keylog <file>',
  what: 'append the keys of connections there, as SSLKEYLOGFILE does, for Wireshark',
  parse: parseKeyLog,
  offers: 'files',
}

/** What opens what is encrypted in a capture. */
export const CAPTURE_KEYS: readonly OptionSpec[] = [
  {
    flags: '--keys <file>',
    what: 'of captures: a key log (SSLKEYLOGFILE) to decrypt with, besides those in them; may be repeated',
    parse: collect(String),
    offers: 'files',
  },
  {
    flags: '--private-key <file>',
    what: "of captures: the server's key, which opens connections of TLS 1.2 that exchanged keys by RSA; may be repeated",
    parse: collect(String),
    offers: 'files',
  },
]

export interface KeepOptions {
  /** `--no-keep`: false. */
  readonly keep?: boolean | undefined
}

export const KEEP: OptionSpec = {
  flags: '--no-keep',
  what: 'do not keep this run for barewire inspect @1; BAREWIRE_KEEP=0 keeps none',
}

export interface WebOptions {
  readonly web?: true | undefined
}

/** Of commands that move bytes. */
export const WEB: OptionSpec = {
  flags: '--web',
  what: 'show it as it happens on a page for a browser on this machine; the page stays until Ctrl-C',
}

/** Of commands that look at a server. */
export const STARTTLS_OPTION: OptionSpec = {
  flags: '--starttls <protocol>',
  what: `the server begins in clear: ${START_TLS.join(', ')}`,
  parse: parseStartTls,
  offers: START_TLS,
}

/** Of commands that say what they are going to do. */
export const EXPLAIN: OptionSpec = {
  flags: '--explain',
  what: 'say layer by layer what would be done, and do nothing of it',
}

export const COMMON: readonly OptionSpec[] = [
  {
    flags: '--json',
    what: 'one JSON object per line on standard output, each with "v": 1',
  },
  {
    flags: '--show-secrets',
    what: 'with -v, --json and --web: cookie values, credentials and bodies as they are, where stars stand otherwise',
  },
  {
    flags: '-v, --verbose [layers]',
    what: `messages of TLS, HTTP and DNS on standard error; -v tcp,dns those of other layers (${LAYERS.join(', ')}); -vv their fields; -vvv their bytes`,
    parse: parseVerbosity,
    offers: LAYERS,
  },
  {
    flags: '--color <when>',
    what: 'auto, always or never',
    parse: parseColour,
    default: 'auto',
    offers: ['auto', 'always', 'never'],
  },
  {
    flags: '--lang <language>',
    what: 'en or zh: the language of failures (BAREWIRE_LANG, else the locale); help and --json are in English',
    parse: parseLanguage,
    offers: ['en', 'zh'],
  },
]
