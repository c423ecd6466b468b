/** What an HTTP/1.1 connection offers upwards. */
import type { Bytes, Chunk, Engine } from '../engine.ts'
import type { FailureInfo } from '../failures/registry.ts'

/** Name as sent, value without surrounding white space, in the order of the message. */
export type HeaderList = readonly (readonly [name: string, value: string])[]

/** Header fields whose strings are made when somebody reads them. */
export interface LazyHeaders {
  /** All values of `name` (any case) joined with ", "; undefined when absent. Set-Cookie is not joined: use `all`. */
  get(name: string): string | undefined
  all(name: string): readonly string[]
  list(): HeaderList
}

export interface RequestHead {
  readonly type: 'request'
  readonly method: string
  readonly target: string
  readonly version: '1.0' | '1.1'
  readonly headers: LazyHeaders
}
export interface ResponseHead {
  readonly type: 'response'
  readonly status: number
  readonly reason: string
  readonly version: '1.0' | '1.1'
  readonly headers: LazyHeaders
}
export type HttpEvent =
  | RequestHead
  | ResponseHead
  | { readonly type: 'body'; readonly bytes: Bytes }
  | { readonly type: 'message-end'; readonly trailers: HeaderList }
  /** A second request waits until the first is answered and `nextCycle` is called. */
  | { readonly type: 'paused' }
  | { readonly type: 'peer-closed' }
  | { readonly type: 'failure'; readonly failure: FailureInfo }

export type Outgoing =
  | { readonly type: 'request'; readonly method: string; readonly target: string; readonly headers: HeaderList }
  | { readonly type: 'response'; readonly status: number; readonly reason?: string; readonly headers: HeaderList }
  | { readonly type: 'body'; readonly bytes: Bytes }
  | { readonly type: 'end'; readonly trailers?: HeaderList }

export interface HttpConnection extends Engine<Chunk, readonly Bytes[], HttpEvent> {
  readonly role: 'client' | 'server'
  /** The next part of our message. Throws `FailureError` for a caller's mistake (a body longer than its length). */
  send(part: Outgoing): void
  /** After both messages are complete: ready for the next request. */
  nextCycle(): void
  /** True when the connection may carry another request. */
  readonly reusable: boolean
}
