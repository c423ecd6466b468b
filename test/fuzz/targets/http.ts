/** The server of HTTP/1.1 with small limits: whatever bytes come, whole or in pieces, they tell the same story. */
import { seeded } from '../../../src/random.ts'
import { ascii } from '../../support/bytes.ts'
import { sameTorn } from '../../support/checked.ts'
import { runServer } from '../../support/http-story.ts'
import type { Target } from '../target.ts'

const limits = { startLine: 60, head: 200, fields: 8, chunkLine: 12, chunkExtensions: 16, trailers: 40, body: 60 }

export const httpRequests: Target = {
  name: 'http/requests',
  longest: 600,
  seeds: () =>
    [
      'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
      'POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello',
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\n\r\n5;a="b"\r\nhello\r\n0\r\nT: u\r\n\r\n',
      'HEAD http://a/ HTTP/1.0\r\nConnection: keep-alive\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    ].map(ascii),
  words: () => ['\r\n', '\r\n\r\n', ': ', ' HTTP/1.1\r\n', 'chunked', '0\r\n\r\n', 'Content-Length: '].map(ascii),
  describe: input => [JSON.stringify(Buffer.from(input).toString('latin1'))],
  run(input, look) {
    const told = sameTorn(input, seeded(input.length).number, chunks => runServer([...chunks, 'end'], { limits }))
    for (const line of told) look.reached(/^(✗ .*|body|end|peer-closed)/.exec(line)?.[0] ?? 'a request')
  },
}
