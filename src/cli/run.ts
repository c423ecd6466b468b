/**
 * What a command that moves bytes has around it. Everything that a run says (what engines do, remarks, the answer, a
 * failure) is one stream of events in one order, told as it happens: to people on standard error, to programs on standard
 * output, and to the capture file. What is told at the end is drawn from the same events.
 */
import type { Words } from '../explain/index.ts'
import type { Failure, FailureError } from '../failures/index.ts'
import {
  type JsonObject,
  jsonOfFailure,
  jsonOfLeg,
  type LegsOptions,
  legs,
  line,
  lines,
  mark,
  type Piece,
  renderBeside,
  renderFailure,
  renderLegs,
  type Shown,
  type Style,
} from '../inspect/index.ts'
import { say as inWords } from '../inspect/style.ts'
import { systemClock } from '../node/clock.ts'
import type { RunWriter } from '../node/runs.ts'
import { type TraceRecord, tee, tell } from '../trace/recorder.ts'
import type { TraceSink } from '../trace/types.ts'
import { type CaptureFile, type KeyLogFile, openCapture, openKeyLog } from './capture-file.ts'
import type { Privacy } from './command.ts'
import { DIGESTS } from './digests.ts'
import { causesOf, exitCodeOf, failureOf, Interrupted } from './errors.ts'
import { typed } from './invocation.ts'
import { type Io, ReaderGone, type Sink } from './io.ts'
import { jsonLine } from './json.ts'
import { keeping, seeIt } from './kept.ts'
import { type RunOptions, type RunSetup, Scene } from './scene.ts'
import { stoppable, untilStopped } from './stoppable.ts'
import { Outlet } from './story/outlet.ts'
import { ladderTeller, logTeller, type Teller } from './story/people.ts'
import { programTeller } from './story/program.ts'
import { type Turns, turns } from './story/turns.ts'
import { type Waiting, waiting } from './story/waiting.ts'
import { interruptedBy, pageLine, Watched } from './web/watched.ts'

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
  /** It went well: the timeline, for people or programs; `beside`: of two connections the first, and both beside each other. */
  tell(facts: LegsOptions, form?: 'beside'): void
  /** It did not. Says why and returns the exit code; passes on what is not a failure (a reader that left). */
  explain(thrown: unknown, did?: string): number
  /** One thing of several did not go well; the others go on. */
  complain(thrown: unknown): number
  /** Closes the capture file, gives Ctrl-C back, and ends when everything is written. */
  end(): Promise<void>
}

export const beginRun = async (options: RunOptions, io: Io, setup: RunSetup): Promise<Run> => {
  const scene = new Scene(options, io, setup)
  const command = setup.command ?? setup.title ?? ''
  const watched = options.web ? await Watched.open({ command, privacy: scene.privacy }, io.env) : undefined
  try {
    return new RunUnderWay(scene, watched)
  } catch (error) {
    await watched?.close()
    throw error
  }
}

class RunUnderWay implements Run {
  readonly trace: TraceSink | undefined
  readonly out: Sink
  readonly #scene: Scene
  readonly #abort = new AbortController()
  readonly #capture: CaptureFile | undefined
  readonly #kept: RunWriter | undefined
  /** The last thing that went wrong. */
  #failure: Failure | undefined
  readonly #keyLog: KeyLogFile | undefined
  readonly #watched: Watched | undefined
  readonly #turns: Turns
  readonly #teller: Teller
  /** Standard error, and for programs standard output. */
  readonly #people: Outlet
  readonly #programs: Outlet
  readonly #release: () => void
  #waiting: Waiting | undefined
  /** The body on the terminal ended in the middle of a line. */
  #openLine = false

  constructor(scene: Scene, watched: Watched | undefined) {
    const { io, setup, style } = scene
    this.#scene = scene
    this.#watched = watched
    this.#kept = setup.command === undefined ? undefined : keeping(scene.keep, io.env)
    const places = { path: scene.capturePath, kept: this.#kept }
    this.#capture = places.path === undefined && places.kept === undefined ? undefined : openCapture(places)
    this.#keyLog = scene.keyLogPath === undefined ? undefined : openKeyLog(scene.keyLogPath)
    this.#people = new Outlet(io.err, {
      missing: texts =>
        lines([
          line(style, { text: ` … ${inWords(style, `${texts} messages are missing here: nobody read them in time`)}` }),
        ]),
      // The log is the product of a server; the story of a request is not that of `get`.
      ...(setup.form === 'log' ? { broken: (error: unknown) => this.#abort.abort(error) } : {}),
    })
    this.#programs = new Outlet(io.out, {
      missing: texts => jsonLine({ type: 'missing', lines: texts }),
      broken: error => this.#abort.abort(error),
    })
    this.#teller = this.#tellerFor()
    this.#turns = turns(turn => this.#happened(turn))
    const isTold = setup.form === 'ladder' || scene.verbosity.level > 0 || watched !== undefined
    const sinks = [isTold ? this.#turns.sink : undefined, this.#capture?.sink, this.#keyLog?.sink].filter(
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
    if (watched !== undefined) this.#page({ type: 'web', url: watched.url, live: true }, 'page', watched.url)
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

  tell(facts: LegsOptions, form?: 'beside'): void {
    this.#over()
    this.#timeline(facts, form)
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
    this.#keep()
    if (this.#watched !== undefined) await this.#lookedAt(this.#watched)
    await Promise.all([this.#people.settled(), this.#programs.settled()])
  }

  /** The page stays as long as somebody wants to look, unless it was stopped by hand. */
  async #lookedAt(watched: Watched): Promise<void> {
    watched.over(this.#failure)
    const { reason } = this.signal
    if (!(reason instanceof Interrupted) && !(reason instanceof ReaderGone)) {
      this.#page({ type: 'web', url: watched.url, live: false }, 'the page stays until Ctrl-C', watched.url)
      await interruptedBy(this.#scene.io)
    }
    await watched.close()
  }

  #page(event: JsonObject, quiet: string, url: string): void {
    this.event(event)
    this.notice([pageLine(this.style, quiet, url)])
  }

  /** Where nothing moved there is nothing to see. */
  #keep(): void {
    const { command } = this.#scene.setup
    if (command === undefined || this.#kept === undefined || !this.#capture?.sink.frames) return
    if (!this.#kept.keep({ command, failure: this.#failure?.code })) return
    const { storied, io, style } = this.#scene
    if (storied) this.#say([seeIt(io.env, style)])
  }

  #tellerFor(): Teller {
    const { json, setup, verbosity, privacy, style, words } = this.#scene
    if (json) {
      const verdicts = setup.form === 'ladder' ? 'told' : 'silent'
      return programTeller({ verbosity, privacy, verdicts, say: text => this.#programs.say(text) })
    }
    const say = (list: readonly Shown[]): void => this.#say(list)
    return (setup.form === 'ladder' ? ladderTeller : logTeller)({ verbosity, privacy, style, words, say })
  }

  #happened(turn: readonly TraceRecord[]): void {
    this.#waiting?.happened()
    const { setup, recording, verbosity } = this.#scene
    if (setup.form === 'ladder') for (const entry of turn) tell(recording, entry)
    this.#watched?.happened(turn)
    // Of a server of many connections nothing is kept that nobody reads.
    if (setup.form === 'ladder' || verbosity.level > 0) this.#teller(turn)
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

  #timeline(facts: LegsOptions, form?: 'beside'): void {
    const { json, storied, style, verbosity, records } = this.#scene
    if (records.length === 0 || (!json && !storied)) return
    const found = legs(records, { ...facts, digests: DIGESTS })
    if (json) for (const [i, leg] of found.entries()) this.#programs.say(jsonLine(jsonOfLeg(leg, i)))
    else {
      const compared = form === 'beside' ? renderBeside(records, found, style) : undefined
      const told =
        compared === undefined
          ? renderLegs(found, style)
          : [...renderLegs(found.slice(0, 1), style), line(style), ...compared]
      this.#say([...(verbosity.level > 0 ? [line(style)] : []), ...told])
    }
  }

  /** The story so far. */
  #interrupted({ signal, exit }: Interrupted): number {
    const { storied, style, awaited: what } = this.#scene
    this.#timeline({ until: systemClock.now() })
    this.event({ type: 'interrupted', signal, awaited: what ?? null, exit })
    if (storied) {
      const said = inWords(style, what === undefined ? 'stopped' : `stopped while waiting for ${what}`)
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
    this.#failure = failure
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
