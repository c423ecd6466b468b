/** Time as a parameter. `web/` has the real clock, which is Node's too, `lab/clock` the virtual one. */
import type { Millis } from './engine.ts'

export interface Clock {
  /** Milliseconds since any fixed moment; never goes backwards. */
  now(): Millis
  /** Milliseconds since 1970-01-01T00:00:00Z: for certificate dates, cookies and capture files, never for timers. */
  date(): Millis
  /** Runs `task` once, at or after `at` (on the scale of `now`). Returns a function that cancels it. */
  later(at: Millis, task: () => void): () => void
  /** The same, for what no process need live on for. Undefined where a clock keeps none alive, or none without. */
  readonly unheld?: Clock | undefined
  /**
   * Work outside the engines is under way (compression, a handler reading a disk): virtual time stands still until
   * the returned function is called. The real clock ignores it.
   */
  hold(): () => void
}
