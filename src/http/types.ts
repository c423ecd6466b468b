/** What an HTTP/1.1 connection offers upwards. */
import type { Bytes, Chunk, Engine, Millis } from '../engine.ts'
import type { Failure } from '../failures/index.ts'
import type { TraceContext } from '../trace/types.ts'
import type { HttpLimits } from './limits.ts'
import type { HeaderBlock } from './message/header-block.ts'
import type { HeaderList } from './message/header-list.ts'

export type { HeaderList } from './message/header-list.ts'

/** Header fields whose strings are made when somebody reads them. Octets are Latin-1 characters, one to one. */
export interface LazyHeaders {
  /** Number of field lines. */
  readonly count: number
  has(name: string): boolean
  /** All values of `name` (any case) joined with ", "; undefined when absent. Of Set-Cookie only the first: use `all`. */
  get(name: string): string | undefined
  all(name: string): readonly string[]
  list(): HeaderList
}

export interface RequestHead {
  readonly type: 'request'
  readonly method: string
  /** As sent: `/cart?x=1`, `http://shop.test/cart`, `*`. */
  readonly target: string
  readonly version: '1.0' | '1.1'
  readonly headers: LazyHeaders
  /** Host and port that the request is for: of an absolute target, else of Host (RFC 9112 3.3); '' in HTTP/1.0. */
  readonly authority: string
  /** Path and query of the target, beginning with `/`; `*` for OPTIONS of the whole server, '' for CONNECT. */
  readonly path: string
  /** How the body is framed, so that 'none' needs no stream: known before the first body byte. */
  readonly framing: BodyFraming
  /** The client waits for `100 Continue` before it sends the body (RFC 9110 10.1.1). */
  readonly expectsContinue: boolean
  /** Protocols that the client would rather speak (RFC 9110 7.8), best first: `websocket`. Empty for most. */
  readonly upgrade: readonly string[]
}
export interface ResponseHead {
  readonly type: 'response'
  /** 1xx heads come before the final one and have no `message-end`; nor has one after which the engine is `switched`. */
  readonly status: number
  readonly reason: string
  readonly version: '1.0' | '1.1'
  readonly headers: LazyHeaders
  readonly framing: BodyFraming
}
/** RFC 9112 6.3. */
export type BodyFraming =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until-close' }

export type HttpEvent =
  | RequestHead
  | ResponseHead
  | { readonly type: 'body'; readonly bytes: Bytes }
  | { readonly type: 'message-end'; readonly trailers: HeaderList }
  /** Bytes after this message are kept until it is answered and `nextCycle` is called: stop reading meanwhile. */
  | { readonly type: 'paused' }
  | { readonly type: 'peer-closed' }
  | { readonly type: 'failure'; readonly failure: Failure }

/**
 * The parts of our message. `headers` of a request must have Host. A body is framed by what the headers say
 * (Content-Length, or Transfer-Encoding: chunked); a response that says neither is chunked, or ends with the connection
 * when the client speaks HTTP/1.0. A part with `body` is a whole message: its length is added and no `end` follows.
 * The body of an answer to HEAD is left out, whatever is sent.
 */
export type Outgoing =
  | {
      readonly type: 'request'
      readonly method: string
      readonly target: string
      readonly headers: HeaderList | HeaderBlock
      readonly body?: Bytes | undefined
    }
  | {
      readonly type: 'response'
      /** 1xx (not 101) may come before the final response; of those to CONNECT none may be 2xx: see `switch`. */
      readonly status: number
      /** The usual phrase when undefined. */
      readonly reason?: string | undefined
      readonly headers: HeaderList | HeaderBlock
      readonly body?: Bytes | undefined
    }
  /**
   * The answer that ends HTTP on this connection, to a request with Upgrade (101) or to CONNECT (2xx). Without a status
   * nothing is sent: whoever takes the stream over writes the answer.
   */
  | {
      readonly type: 'switch'
      readonly status?: number | undefined
      readonly reason?: string | undefined
      readonly headers?: HeaderList | HeaderBlock | undefined
    }
  /** The bytes are handed on as they are: they must not change afterwards. */
  | { readonly type: 'body'; readonly bytes: Bytes }
  | { readonly type: 'end'; readonly trailers?: HeaderList }

/** Undefined = never. */
export interface HttpTimeouts {
  /** Server: for the first byte of the first request; as `idle` where undefined. */
  readonly first?: Millis | undefined
  /** Server: between requests. Ends in `http/idle-timeout`, which has no status: close without a word. */
  readonly idle?: Millis | undefined
  /** Server: from the first byte of a head to its last. Client: from our last byte to the end of the response's head. */
  readonly head?: Millis | undefined
  /** Between two pieces of a body that we wait for. */
  readonly body?: Millis | undefined
}

export interface HttpConfig {
  readonly limits?: Partial<HttpLimits> | undefined
  readonly timeouts?: HttpTimeouts | undefined
  readonly trace?: TraceContext | undefined
  /** `owned`: bytes given to `receive` never change afterwards, so heads and bodies are views of them, not copies. */
  readonly input?: 'borrowed' | 'owned' | undefined
  /** Server: the value of the Date field, added where a response has none (RFC 9110 6.6.1). See `dateHeader`. */
  readonly date?: (() => string) | undefined
  /** Server: a request with another is the failure http/unknown-method; any method where undefined. */
  readonly methods?: ReadonlySet<string> | undefined
}

export interface HttpConnection extends Engine<Chunk, readonly Bytes[], HttpEvent> {
  readonly role: 'client' | 'server'
  /** The next part of our message. Throws `FailureError` for a caller's mistake (a body longer than its length). */
  send(part: Outgoing, now: Millis): void
  /** After both messages are complete: ready for the next request. Throws `FailureError` when they are not. */
  nextCycle(now: Millis): void
  /** True when the connection may carry another request after this exchange. */
  readonly reusable: boolean
  /** True while not one byte of the other side's next message is here. */
  readonly untouched: boolean
  /** True when both messages are complete: `nextCycle` (if `reusable`) or close. */
  readonly cycleDone: boolean
  /** True while a final response may still be begun: after a failure with a status, answer with `answerTo(failure)`. */
  readonly canRespond: boolean
  /** True when both sides have left HTTP (RFC 9110 7.8, 9.3.6): no byte is read as HTTP any more. */
  readonly switched: boolean
  /** What came behind the switch and was not asked for yet. Throws `FailureError` where there was none. */
  rest(): Bytes
  /** After this exchange the connection is closed: the next response says so. */
  closeAfter(): void
}
