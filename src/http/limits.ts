/** Everything that a peer can make an HTTP connection hold or count is bounded here. */

export interface HttpLimits {
  readonly startLine: number
  readonly head: number
  readonly fields: number
  readonly emptyLines: number
  readonly chunkLine: number
  readonly chunkExtensions: number
  readonly trailers: number
  readonly body: number
  readonly ahead: number
  readonly informational: number
}

export const defaultLimits: HttpLimits = {
  /** Bytes of the request or status line. RFC 9112 3 asks for 8000 at least; nginx and Apache stop at 8 KiB. */
  startLine: 8192,
  /** Bytes of start line and fields together. node:http 16 KiB, Apache 8 KiB a field, nginx 32 KiB. */
  head: 16_384,
  /** Field lines of one message. Apache 100, HAProxy 101, nginx 1000; over it is refused, never dropped. */
  fields: 200,
  /** Empty lines before a request line (RFC 9112 2.2: at least one SHOULD be ignored). */
  emptyLines: 4,
  /** Bytes of one chunk-size line with its extensions. HAProxy 16 digits, Go 4096 a line. */
  chunkLine: 1024,
  /** Bytes of chunk extensions in one message: they are read and thrown away. Go 16 KiB (CVE-2023-39326). */
  chunkExtensions: 16_384,
  /** Bytes of the trailer section, and as many fields as a head. As the head of node:http. */
  trailers: 16_384,
  /** Bytes of one body, chunked or not. Servers set their own; the default is the largest exact number. */
  body: Number.MAX_SAFE_INTEGER,
  /** Bytes after the current message that are kept: pipelined requests. A reader that stops at `paused` needs 64 KiB. */
  ahead: 1_048_576,
  /** 1xx responses before the final one. Go 5 of 1 MiB, curl no limit of number. */
  informational: 16,
}
