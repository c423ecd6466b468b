/** What a command that moves bytes has around it: the recording, the capture file, Ctrl-C, and the telling at the end. */
import type { Words } from '../explain/index.ts'
import { entryOf, type Failure, FailureError } from '../failures/index.ts'
import {
  type JsonObject,
  jsonOfFailure,
  jsonOfTimeline,
  line,
  lines,
  type Piece,
  renderFailure,
  type Shown,
  type Style,
  type TimelineFacts,
  timeline,
} from '../inspect/index.ts'
import type { TraceRecord } from '../trace/recorder.ts'
import { tee } from '../trace/recorder.ts'
import { redact } from '../trace/redact.ts'
import type { TraceSink } from '../trace/types.ts'
import { openCapture } from './capture-file.ts'
import { type CommonOptions, type Privacy, privacyOf } from './command.ts'
import { failureOf, Interrupted } from './errors.ts'
import { typed } from './invocation.ts'
import { type Io, ReaderGone } from './io.ts'
import { jsonLine, jsonRecords } from './json.ts'
import { wordsFor } from './language.ts'
import { runRecording } from './recording.ts'
import { storyLines } from './story/story.ts'
import { styleFor } from './story/style.ts'
import { QUIET } from './verbosity.ts'

export interface Run {
  /** The capture file as a sink of its own, for commands that need no recording. */
  readonly capture: TraceSink | undefined
  /** Where engines say what they do. */
  readonly trace: TraceSink
  /** Aborted with `Interrupted` at Ctrl-C. */
  readonly signal: AbortSignal
  /** As if Ctrl-C had been pressed; with a failure as if that had happened. */
  stop(failure?: FailureError): void
  readonly privacy: Privacy
  /** For text on standard error. */
  readonly style: Style
  /** For failures there. */
  readonly words: Words
  /** A line of `--json`; nothing without it. */
  event(object: JsonObject): Promise<void>
  /** A line of the story; nothing where no story is told. */
  note(...pieces: readonly Piece[]): Promise<void>
  /** It went well: timeline and messages, for people or programs. */
  tell(facts: TimelineFacts): Promise<void>
  /** It did not. Says why and returns the exit code; passes on what is not a failure (Ctrl-C, a reader that left). */
  explain(thrown: unknown, did?: string): Promise<number>
  /** Closes the capture file and gives Ctrl-C back. */
  end(): Promise<void>
}

export const beginRun = async (
  options: CommonOptions & { readonly pcapng?: string | undefined },
  io: Io,
): Promise<Run> => {
  const recording = runRecording()
  const capture = options.pcapng === undefined ? undefined : openCapture(options.pcapng)
  const abort = new AbortController()
  const release = io.onInterrupt(() => abort.abort(new Interrupted()))
  const style = styleFor(io.err, io.env, options.color)
  const words = wordsFor(io.env, options.lang)
  const verbosity = options.verbose ?? QUIET
  const json = options.json === true
  const storied = !json && (io.err.isTerminal || verbosity.level > 0)
  const say = (list: readonly Shown[]): Promise<void> => io.err.write(lines(list))
  const privacy = privacyOf(options)
  const records = (): readonly TraceRecord[] => (privacy === 'shown' ? recording.records : redact(recording.records))
  const event = async (object: JsonObject): Promise<void> => {
    if (json) await io.out.write(jsonLine(object))
  }
  const events = async (): Promise<void> => {
    const detail = [
      ...(verbosity.level > 1 ? ['fields' as const] : []),
      ...(verbosity.level > 2 ? ['bytes' as const] : []),
    ]
    const asLine = jsonRecords(privacy)
    for (const entry of recording.records) {
      const told = asLine(entry, detail)
      const wanted = entry.type === 'message' && verbosity.level > 0 && verbosity.layers.includes(entry.record.layer)
      if (told !== undefined && (wanted || entry.type === 'verdict')) await io.out.write(told)
    }
  }
  return {
    capture: capture?.sink,
    trace: capture === undefined ? recording : tee(recording, capture.sink),
    signal: abort.signal,
    stop: (failure = undefined) => abort.abort(failure ?? new Interrupted()),
    privacy,
    style,
    words,
    event,
    note: async (...pieces) => {
      if (storied) await say([line(style, ...pieces)])
    },
    async tell(facts) {
      if (json) {
        await events()
        await event(jsonOfTimeline(timeline(recording.records, facts)))
      } else if (storied) await say(storyLines(records(), { style, verbosity, facts }))
    },
    async explain(thrown, did) {
      if (thrown instanceof ReaderGone) throw thrown
      if (abort.signal.aborted && !(abort.signal.reason instanceof FailureError)) throw abort.signal.reason
      const failure = failureOf(abort.signal.aborted ? abort.signal.reason : thrown)
      const exit = entryOf(failure).exit
      if (json) {
        await events()
        await event(jsonOfFailure(failure))
        return exit
      }
      if (verbosity.level > 0) await say(storyLines(records(), { style, verbosity }))
      const more = { records: records(), causes: causesOf(thrown), did }
      await say(renderFailure(failure, { style, words, typed: text => typed(text, io.env), ...more }))
      return exit
    },
    async end() {
      release()
      capture?.close()
    },
  }
}

/** Failures below the one that was thrown. */
const causesOf = (thrown: unknown): Failure[] => {
  const causes: Failure[] = []
  for (let at = thrown; at instanceof Error && causes.length < 8; at = at.cause) {
    if (at !== thrown && 'failure' in at) causes.push(at.failure as Failure)
  }
  return causes
}
