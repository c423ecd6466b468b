/**
 * Reading an exchange that others had: nobody here is one of the ends. What is found is told as the engines tell what
 * they do (`trace/types.ts`), seen with the client's eyes: `host` is `client`, `out` is what the client sent, `flow` is
 * `CLIENT:PORT-SERVER:PORT`, and `at` counts from the first frame of the capture. So whatever draws a run draws a capture.
 */
import type { Bytes, Millis } from '../engine.ts'
import type { TraceSink } from '../trace/types.ts'

export type { Source } from '../capture/read/window.ts'

/** Who sent it. The client is who began: who sent SYN or ClientHello or asked first. */
export type Side = 'client' | 'server'

/** How the bytes of a side came to their end. */
export type Ending = 'FIN' | 'RST' | 'the capture ends'

/** Takes the two byte streams of one connection, each in its order, and tells what they say. Never throws for what bytes say. */
export interface StreamReader {
  /** The next bytes of `from`, at `offset` of its stream (as in `MessageRecord.payload`). They may change afterwards. */
  data(from: Side, bytes: Bytes, offset: number, at: Millis): void
  /** `length` bytes of `from` were never captured; what follows begins behind them. */
  gap(from: Side, length: number, at: Millis): void
  end(from: Side, how: Ending, at: Millis): void
}

/** Secrets that somebody wrote down: key logs, Decryption Secrets Blocks. */
export interface Secrets {
  /** The secret of `label` (`CLIENT_RANDOM`, `SERVER_TRAFFIC_SECRET_0`) for the session of this client random. */
  find(label: string, clientRandom: Bytes): Bytes | undefined
}

/** What a reader of one connection is given. */
export interface DissectContext {
  readonly sink: TraceSink
  readonly flow: string
  readonly secrets: Secrets
}
