/** What was decided before a run began, and what is kept of it. */
import type { Words } from '../explain/index.ts'
import { awaited } from '../inspect/awaited.ts'
import type { Style } from '../inspect/index.ts'
import type { TraceRecord } from '../trace/recorder.ts'
import { redact } from '../trace/redact.ts'
import { type CommonOptions, type KeepOptions, type Privacy, privacyOf, type WebOptions } from './command.ts'
import type { Io } from './io.ts'
import { wordsFor } from './language.ts'
import { runRecording } from './recording.ts'
import { styleFor } from './story/style.ts'
import { QUIET, type Verbosity } from './verbosity.ts'

export interface RunOptions extends CommonOptions, KeepOptions, WebOptions {
  readonly pcapng?: string | undefined
  /** In place of `SSLKEYLOGFILE`. */
  readonly keylog?: string | undefined
}

export interface RunSetup {
  /** `ladder`: one connection after the other, told at the end too. `log`: many at once, none of them kept. */
  readonly form: 'ladder' | 'log'
  /** What is waited for as long as nothing was said: `127.0.0.1:443 to answer`. */
  readonly awaits?: string
  /** What the run is kept as: `get https://shop.test/`; undefined: it is not. */
  readonly command?: string
  /** What a page says that it is about, where it is not kept. */
  readonly title?: string
}

export class Scene {
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
  readonly keep: KeepOptions
  readonly recording = runRecording()

  constructor(options: RunOptions, io: Io, setup: RunSetup) {
    this.io = io
    this.setup = setup
    this.style = styleFor(io.err, io.env, options)
    this.words = wordsFor(io.env, options.lang)
    this.json = options.json === true
    this.verbosity = options.verbose ?? QUIET
    this.privacy = privacyOf(options)
    this.storied = !this.json && (io.err.isTerminal || this.verbosity.level > 0) && setup.form === 'ladder'
    this.capturePath = options.pcapng
    this.keep = options
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
