/**
 * A client's connection as its pool and its exchanges see it, whatever protocol it speaks. HTTP/1.1 (`http1.ts`) carries one
 * request at a time; nothing here says so but `capacity`.
 */
import type { Bytes, Millis } from '../../engine.ts'
import type { Failure } from '../../failures/index.ts'
import type { HeaderList, ResponseHead } from '../../http/types.ts'
import type { TraceContext } from '../../trace/types.ts'
import type { ConnectionInfo, NetStream } from '../stream/types.ts'

export interface RequestLine {
  readonly method: string
  readonly target: string
  /** With Host; the body is framed as they say. */
  readonly headers: HeaderList
  /** The whole body, if there is one and it is at hand; `stream` is followed by `write` and `end`. */
  readonly body: Bytes | 'stream' | undefined
}

/** What whoever asked wants to hear; `end`, `failed` or `switched` is the last. */
export interface AnswerReader {
  /** A head before the final one: 100, 103. */
  informed?(head: ResponseHead): void
  /** The final head. */
  head(head: ResponseHead): void
  data(bytes: Bytes): void
  /** `trailers` stood behind the body. */
  end(trailers: HeaderList): void
  failed(failure: Failure): void
  /** `write` said false; there is room again. */
  drain(): void
  /** In place of `head` and `end`, where the request offered that: the stream is not the connection's any more. */
  readonly switched?: ((head: ResponseHead, stream: NetStream) => void) | undefined
}

/** A request under way. Once the answer is complete nothing here does anything. */
export interface Asked {
  /** A piece of the body. False: wait for `AnswerReader.drain`. */
  write(bytes: Bytes): boolean
  /** Throws `FailureError` http/bad-outgoing for trailers that cannot stand there. */
  end(trailers?: HeaderList): void
  /** Stops the server, once what it had sent has arrived. */
  pause(): void
  resume(): void
  /** The answer is not wanted: nothing more of it is told. */
  cancel(): void
}

export interface ClientConnection {
  readonly info: ConnectionInfo
  readonly trace: TraceContext | undefined
  /** Requests made so far. */
  readonly requests: number
  /** How many requests it takes now; 0 for good when it is ending. */
  readonly capacity: number
  /** No request is under way. */
  readonly idle: boolean
  /** How long the server keeps it without a request, as it says; Infinity where it says nothing. */
  readonly keptFor: Millis
  /** The server was stopped because nobody reads what it answers. */
  readonly unread: boolean
  /** Begins an exchange. Throws `FailureError` for what cannot be sent; nothing of it has left then. */
  request(line: RequestLine, reader: AnswerReader): Asked
  /** Ends it behind what is under way; FIN follows what was written. */
  close(why: Ending): void
  /** Cuts it, and says so to whoever waits for an answer. */
  abort(failure: Failure): void
}

/**
 * Why a connection carries no more requests: nobody had one for long, its last answer has come, nobody wanted the rest of an
 * answer, it speaks another protocol now, the server closed it, or what cut it.
 */
export type Ending = 'idle' | 'last' | 'unwanted' | 'switched' | 'peer-closed' | Failure

/** Told of the connections of a client; `url`: of the request that each was opened for. */
export interface ConnectionListener {
  opened(url: URL): void
  /** None could be opened. */
  refused(url: URL, error: unknown): void
  /** It carries no more requests. */
  over(url: URL, why: Ending): void
}

/** What a connection tells whoever made it. */
export interface Lifecycle {
  /** It can carry another request. */
  readonly free: (connection: ClientConnection) => void
  readonly gone: (connection: ClientConnection) => void
}
