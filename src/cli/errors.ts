/** From whatever was thrown to a failure of the registry, and from a failure to an exit code. */
import { CommanderError } from 'commander'
import { isFileProblem } from '../explain/file-problems.ts'
import { type ExitCode, entryOf, type Failure, FailureError, fail } from '../failures/index.ts'
import { FOREIGN } from './foreign.table.ts'

/** 128 and the number of the signal, as shells say it. */
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const
export type StopSignal = keyof typeof SIGNALS
export const EXIT_INTERRUPTED = SIGNALS.SIGINT

/** Ctrl-C, `kill`, or a terminal that was closed. */
export class Interrupted extends Error {
  readonly signal: StopSignal

  constructor(signal: StopSignal) {
    super(signal)
    this.signal = signal
  }

  get exit(): number {
    return SIGNALS[this.signal]
  }
}

export const exitCodeOf = (failure: Failure): ExitCode => entryOf(failure).exit

/** What a thrown value means. Never a stack trace, never the text of another program's error. */
export const failureOf = (thrown: unknown, command?: string): Failure => {
  if (thrown instanceof FailureError) {
    const { failure } = thrown
    if (failure.code !== 'cli/usage' || failure.where !== undefined || command === undefined) return failure
    return failure.with(whereOf(command))
  }
  if (thrown instanceof CommanderError) return fail('cli/usage', { got: inWords(thrown), ...whereOf(command) })
  const file = aboutFile(thrown)
  if (file !== undefined) return file
  return fail('cli/defect', { got: thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown) })
}

const whereOf = (command: string | undefined): { readonly where?: string } =>
  command === undefined ? {} : { where: `barewire ${command}` }

const inWords = (error: CommanderError): string => {
  const [, flag] = /unknown option '(-[^']+)'/.exec(error.message) ?? []
  if (flag !== undefined) return foreign(flag) ?? `There is no option ${flag}.`
  if (error.code === 'commander.help') return 'One of its commands is missing.'
  const text = error.message.replace(/^error: /, '').replace(/\n/g, ' ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?)]$/.test(text) ? '' : '.'}`
}

/** For people who type another tool's options; a cluster such as `-kL` is about its first letter that is not ours. */
const foreign = (flag: string): string | undefined => {
  const hint = FOREIGN[flag] ?? FOREIGN[flag.slice(0, 2)]
  return hint === undefined
    ? undefined
    : `There is no ${FOREIGN[flag] === undefined ? flag.slice(0, 2) : flag} here: ${hint}.`
}

const aboutFile = (thrown: unknown): Failure | undefined => {
  if (!(thrown instanceof Error) || !('code' in thrown) || !('path' in thrown)) return undefined
  const got = String(thrown.code)
  return isFileProblem(got) ? fail('cli/file', { where: String(thrown.path), got }) : undefined
}

/** Failures below the one that was thrown. */
export const causesOf = (thrown: unknown): Failure[] => {
  const causes: Failure[] = []
  for (let at = thrown; at instanceof Error && causes.length < 8; at = at.cause) {
    // What `fetch` throws has the failure itself as its cause.
    if (at !== thrown && 'failure' in at && at.failure !== failureOf(thrown)) causes.push(at.failure as Failure)
  }
  return causes
}
