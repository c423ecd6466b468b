/**
 * What a command that moves bytes has around it. Everything that a run says (what engines do, remarks, the answer, a
 * failure) is one stream of events in one order, told as it happens: to people on standard error, to programs on standard
 * output, and to the capture file. What is told at the end is drawn from the same events.
 */
import type { Words } from '../explain/index.ts'
import type { Failure, FailureError } from '../failures/index.ts'
import {
  awaited,
  type JsonObject,
  jsonOfFailure,
  jsonOfLeg,
  type LegsOptions,
  legs,
  line,
  lines,
  mark,
  type Piece,
  renderFailure,
  renderLegs,
  type Shown,
  type Style,
} from '../inspect/index.ts'
import { systemClock } from '../node/clock.ts'
import { type TraceRecord, tee, tell } from '../trace/recorder.ts'
import { redact } from '../trace/redact.ts'
import type { TraceSink } from '../trace/types.ts'
import { type CaptureFile, type KeyLogFile, openCapture, openKeyLog } from './capture-file.ts'
import { type CommonOptions, type Privacy, privacyOf } from './command.ts'
import { DIGESTS } from './digests.ts'
import { exitCodeOf, failureOf, Interrupted } from './errors.ts'
import { typed } from './invocation.ts'
import { type Io, ReaderGone, type Sink } from './io.ts'
import { jsonLine } from './json.ts'
import { wordsFor } from './language.ts'
import { runRecording } from './recording.ts'
import { Outlet } from './story/outlet.ts'
import { ladderTeller, logTeller, type Teller } from './story/people.ts'
import { programTeller } from './story/program.ts'
import { styleFor } from './story/style.ts'
import { type Turns, turns } from './story/turns.ts'
import { type Waiting, waiting } from './story/waiting.ts'
import { QUIET, type Verbosity } from './verbosity.ts'

export interface Run {
  /** Where engines say what they do; undefined where nobody wants to know. */
  readonly trace: TraceSink | undefined
  /** Aborted with `Interrupted` at Ctrl-C. */
  readonly signal: AbortSignal
  /** As if Ctrl-C had been pressed; with a failure as if that had happened. */
  stop(failure?: FailureError): void
  readonly privacy: Privacy
  /** For text on standard error. */
  readonly style: Style
  /** The language of failures. */
  readonly words: Words
  /** Somebody is told how long each step took. */
  readonly isTold: boolean
  /** `work`, unless the run is stopped before: then what stopped it is thrown. */
  until<T>(work: Promise<T>): Promise<T>
  /** From now on something is waited for. */
  begin(): void
  /** Standard output, until the run is stopped. */
  readonly out: Sink
  /** An object of `--json`; nothing without it. */
  event(object: JsonObject): void
  /** A line of the story; nothing where no story is told. */
  note(...pieces: readonly Piece[]): void
  /** Lines that are told to people whether they want the story or not. */
  notice(list: readonly Shown[]): void
  /** The line at the end of the terminal; empty: away with it. */
  status(text: string): void
  /** It went well: the timeline, for people or programs. */
  tell(facts: LegsOptions): void
  /** It did not. Says why and returns the exit code; passes on what is not a failure (a reader that left). */
  explain(thrown: unknown, did?: string): number
  /** One thing of several did not go well; the others go on. */
  complain(thrown: unknown): number
  /** Closes the capture file, gives Ctrl-C back, and ends when everything is written. */
  end(): Promise<void>
}

export interface RunOptions extends CommonOptions {
  readonly pcapng?: string | undefined
  /** In place of `SSLKEYLOGFILE`. */
  readonly keylog?: string | undefined
}

export interface RunSetup {
  /** `ladder`: one connection after the other, told at the end too. `log`: many at once, none of them kept. */
  readonly form: 'ladder' | 'log'
  /** What is waited for as long as nothing was said: `127.0.0.1:443 to answer`. */
  readonly awaits?: string
}

export const beginRun = async (options: RunOptions, io: Io, setup: RunSetup): Promise<Run> =>
  new RunUnderWay(new Scene(options, io, setup))

class RunUnderWay implements Run {
  readonly trace: TraceSink | undefined
  readonly out: Sink
  readonly #scene: Scene
  readonly #abort = new AbortController()
  readonly #capture: CaptureFile | undefined
  readonly #keyLog: KeyLogFile | undefined
  readonly #turns: Turns
  readonly #teller: Teller
  /** Standard error, and for programs standard output. */
  readonly #people: Outlet
  readonly #programs: Outlet
  readonly #release: () => void
  #waiting: Waiting | undefined
  /** The body on the terminal ended in the middle of a line. */
  #openLine = false

  constructor(scene: Scene) {
    const { io, setup, style } = scene
    this.#scene = scene
    this.#capture = scene.capturePath === undefined ? undefined : openCapture(scene.capturePath)
    this.#keyLog = scene.keyLogPath === undefined ? undefined : openKeyLog(scene.keyLogPath)
    this.#people = new Outlet(io.err, {
      missing: texts =>
        lines([line(style, { text: ` … ${texts} messages are missing here: nobody read them in time` })]),
      // The log is the product of a server; the story of a request is not that of `get`.
      ...(setup.form === 'log' ? { broken: (error: unknown) => this.#abort.abort(error) } : {}),
    })
    this.#programs = new Outlet(io.out, {
      missing: texts => jsonLine({ type: 'missing', lines: texts }),
      broken: error => this.#abort.abort(error),
    })
    this.#teller = this.#tellerFor()
    this.#turns = turns(turn => this.#happened(turn))
    const watched = setup.form === 'ladder' || scene.verbosity.level > 0
    const sinks = [watched ? this.#turns.sink : undefined, this.#capture?.sink, this.#keyLog?.sink].filter(
      sink => sink !== undefined,
    )
    this.trace = sinks.length === 0 ? undefined : tee(...sinks)
    this.out = stoppable(io.out, this.signal, open => {
      if (io.out.isTerminal) this.#waiting?.stop()
      this.#openLine = open && io.err.isTerminal
    })
    this.#release = io.onInterrupt(signal => {
      // The next one is not ours: it ends the process even where nobody reads what there is to say.
      if (setup.form === 'ladder') this.#release()
      this.#abort.abort(new Interrupted(signal))
    })
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  get privacy(): Privacy {
    return this.#scene.privacy
  }

  get style(): Style {
    return this.#scene.style
  }

  get words(): Words {
    return this.#scene.words
  }

  get isTold(): boolean {
    return this.#scene.storied || this.#scene.json
  }

  until<T>(work: Promise<T>): Promise<T> {
    return untilStopped(work, this.signal)
  }

  begin(): void {
    const { storied, io } = this.#scene
    if (!storied || !io.err.isTerminal) return
    const show = (text: string): void => this.status(text)
    this.#waiting = waiting(systemClock, () => this.#scene.awaited ?? 'an answer', show)
  }

  stop(failure?: FailureError): void {
    this.#abort.abort(failure ?? new Interrupted('SIGINT'))
  }

  event(object: JsonObject): void {
    this.#turns.settle()
    if (this.#scene.json) this.#programs.say(jsonLine(object))
  }

  note(...pieces: readonly Piece[]): void {
    if (this.#scene.storied) this.notice([line(this.style, ...pieces)])
  }

  notice(list: readonly Shown[]): void {
    this.#turns.settle()
    if (!this.#scene.json) this.#say(list)
  }

  status(text: string): void {
    if (!this.#openLine && !this.#scene.json)
      this.#people.status(line(this.style, { text: text === '' ? '' : `  ${text}` }))
  }

  tell(facts: LegsOptions): void {
    this.#over()
    this.#timeline(facts)
  }

  explain(thrown: unknown, did?: string): number {
    this.#over()
    const reason = this.signal.aborted ? this.signal.reason : thrown
    if (reason instanceof ReaderGone) throw reason
    return reason instanceof Interrupted ? this.#interrupted(reason) : this.#failed(reason, causesOf(thrown), did)
  }

  complain(thrown: unknown): number {
    this.#turns.settle()
    return this.#sayWhy(failureOf(thrown), causesOf(thrown))
  }

  async end(): Promise<void> {
    this.#over()
    this.#release()
    this.#capture?.close()
    this.#keyLog?.close()
    await Promise.all([this.#people.settled(), this.#programs.settled()])
  }

  #tellerFor(): Teller {
    const { json, setup, verbosity, privacy, style } = this.#scene
    if (json) {
      const verdicts = setup.form === 'ladder' ? 'told' : 'silent'
      return programTeller({ verbosity, privacy, verdicts, say: text => this.#programs.say(text) })
    }
    const say = (list: readonly Shown[]): void => this.#say(list)
    return (setup.form === 'ladder' ? ladderTeller : logTeller)({ verbosity, privacy, style, say })
  }

  #happened(turn: readonly TraceRecord[]): void {
    this.#waiting?.happened()
    const { setup, recording } = this.#scene
    if (setup.form === 'ladder') for (const entry of turn) tell(recording, entry)
    this.#teller(turn)
  }

  /** Nothing more is waited for, and what was said so far is told first. */
  #over(): void {
    this.#turns.settle()
    this.#waiting?.stop()
  }

  #say(list: readonly Shown[]): void {
    if (list.length === 0) return
    this.#people.say(this.#openLine ? lines([line(this.style), ...list]) : lines(list))
    this.#openLine = false
  }

  #timeline(facts: LegsOptions): void {
    const { json, storied, style, verbosity, records } = this.#scene
    if (records.length === 0 || (!json && !storied)) return
    const found = legs(records, { ...facts, digests: DIGESTS })
    if (json) for (const [i, leg] of found.entries()) this.#programs.say(jsonLine(jsonOfLeg(leg, i)))
    else this.#say([...(verbosity.level > 0 ? [line(style)] : []), ...renderLegs(found, style)])
  }

  /** The story so far. */
  #interrupted({ signal, exit }: Interrupted): number {
    const { storied, style, awaited: what } = this.#scene
    this.#timeline({ until: systemClock.now() })
    this.event({ type: 'interrupted', signal, awaited: what ?? null, exit })
    if (storied) {
      const said = what === undefined ? 'stopped' : `stopped while waiting for ${what}`
      this.#say([line(style, { text: ` ${mark(style, '✗')}`, tint: 'bad' }, { text: ` ${said}`, tint: 'bad' })])
    }
    return exit
  }

  #failed(reason: unknown, causes: readonly Failure[], did: string | undefined): number {
    const { json, verbosity } = this.#scene
    const failure = failureOf(reason)
    // Who waited in vain wants to know how far it came.
    if (json || verbosity.level > 0 || exitCodeOf(failure) === TIME_OUT) this.#timeline({ until: systemClock.now() })
    return this.#sayWhy(failure, causes, did)
  }

  #sayWhy(failure: Failure, causes: readonly Failure[], did?: string): number {
    const { json, style, words, records, io } = this.#scene
    if (json) this.#programs.say(jsonLine(jsonOfFailure(failure)))
    else {
      const how = { style, words, records, causes, did }
      this.#say(renderFailure(failure, { ...how, typed: text => typed(text, io.env) }))
    }
    return exitCodeOf(failure)
  }
}

/** The exit code of everything that took too long. */
const TIME_OUT = 7

/** What was decided before the run began, and what is kept of it. */
class Scene {
  readonly io: Io
  readonly setup: RunSetup
  readonly style: Style
  readonly words: Words
  readonly json: boolean
  readonly verbosity: Verbosity
  readonly privacy: Privacy
  /** Whether there is a story for people. */
  readonly storied: boolean
  readonly capturePath: string | undefined
  readonly keyLogPath: string | undefined
  readonly recording = runRecording()

  constructor(options: RunOptions, io: Io, setup: RunSetup) {
    this.io = io
    this.setup = setup
    this.style = styleFor(io.err, io.env, options.color)
    this.words = wordsFor(io.env, options.lang)
    this.json = options.json === true
    this.verbosity = options.verbose ?? QUIET
    this.privacy = privacyOf(options)
    this.storied = !this.json && (io.err.isTerminal || this.verbosity.level > 0) && setup.form === 'ladder'
    this.capturePath = options.pcapng
    this.keyLogPath = options.keylog ?? (io.env.SSLKEYLOGFILE || undefined)
  }

  /** What was said so far, as far as others may know it. */
  get records(): readonly TraceRecord[] {
    const { records } = this.recording
    return this.privacy === 'shown' ? records : redact(records)
  }

  get awaited(): string | undefined {
    const { awaits } = this.setup
    return awaits === undefined ? undefined : awaited(this.recording.records, awaits)
  }
}

/** Standard output that gives up when the run does: a reader that reads no more must not keep Ctrl-C from working. */
const stoppable = (sink: Sink, signal: AbortSignal, wrote: (openLine: boolean) => void): Sink => ({
  isTerminal: sink.isTerminal,
  get columns() {
    return sink.columns
  },
  async write(chunk) {
    signal.throwIfAborted()
    wrote(sink.isTerminal && chunk.length > 0 && chunk.at(-1) !== '\n' && chunk.at(-1) !== LINE_FEED)
    await untilStopped(sink.write(chunk), signal)
  },
})

const LINE_FEED = 0x0a

const untilStopped = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const stopped = (): void => reject(signal.reason)
    if (signal.aborted) stopped()
    signal.addEventListener('abort', stopped, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stopped))
  })

/** Failures below the one that was thrown. */
const causesOf = (thrown: unknown): Failure[] => {
  const causes: Failure[] = []
  for (let at = thrown; at instanceof Error && causes.length < 8; at = at.cause) {
    // What `fetch` throws has the failure itself as its cause.
    if (at !== thrown && 'failure' in at && at.failure !== failureOf(thrown)) causes.push(at.failure as Failure)
  }
  return causes
}
