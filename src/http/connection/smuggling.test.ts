/**
 * Messages made to be misread: each is either refused, or read as exactly these messages, whole, byte by byte and torn.
 * Behind every line stands a pair of real servers that once disagreed.
 */
import { describe, expect, test } from 'vitest'
import { ascii, tearings } from '../../../test/support/bytes.ts'
import { runServer } from '../../../test/support/http-story.ts'
import { seeded } from '../../random.ts'

const random = seeded(444)
const post = (...fields: string[]): string =>
  `POST / HTTP/1.1\r\nHost: a\r\n${fields.map(f => `${f}\r\n`).join('')}\r\n`
const chunked = (body: string): string => post('Transfer-Encoding: chunked') + body
const get = (line: string, ...fields: string[]): string => `${line}\r\n${fields.map(f => `${f}\r\n`).join('')}\r\n`

const refused: readonly (readonly [name: string, wire: string, code: string])[] = [
  ['CL.TE', `${post('Content-Length: 6', 'Transfer-Encoding: chunked')}0\r\n\r\nG`, 'http/length-and-chunked'],
  [
    'TE.CL',
    `${post('Transfer-Encoding: chunked', 'Content-Length: 3')}8\r\nSMUGGLED\r\n0\r\n\r\n`,
    'http/length-and-chunked',
  ],
  [
    'length 0 beside chunked',
    `${post('Content-Length: 0', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
    'http/length-and-chunked',
  ],
  ['two different lengths', `${post('Content-Length: 8', 'Content-Length: 7')}12345678`, 'http/two-lengths'],
  ['two equal lengths', `${post('Content-Length: 5', 'Content-Length: 5')}12345`, 'http/two-lengths'],
  ['a list of lengths', `${post('Content-Length: 5, 5')}12345`, 'http/two-lengths'],
  ['lengths in two cases of letters', `${post('Content-Length: 1', 'CONTENT-LENGTH: 2')}ab`, 'http/two-lengths'],
  ['a negative length', post('Content-Length: -1'), 'http/bad-length'],
  ['a length with a sign', `${post('Content-Length: +5')}12345`, 'http/bad-length'],
  ['a hexadecimal length', `${post('Content-Length: 0x5')}12345`, 'http/bad-length'],
  ['a length with an exponent', `${post('Content-Length: 1e1')}1234567890`, 'http/bad-length'],
  ['a length with a fraction', `${post('Content-Length: 5.0')}12345`, 'http/bad-length'],
  ['a length with digits apart', `${post('Content-Length: 1 0')}1234567890`, 'http/bad-length'],
  ['a length with an underscore', `${post('Content-Length: 1_0')}1234567890`, 'http/bad-length'],
  ['an empty length', post('Content-Length:'), 'http/bad-length'],
  ['a length beyond what is exact', post('Content-Length: 9007199254740993'), 'http/bad-length'],
  ['a length that overflows 64 bits', post('Content-Length: 18446744073709551621'), 'http/bad-length'],
  ['a length in fullwidth digits', post('Content-Length: \xef\xbc\x95'), 'http/bad-length'],
  ['xchunked', `${post('Transfer-Encoding: xchunked')}0\r\n\r\n`, 'http/bad-transfer-encoding'],
  ['chunked with a vertical tab', `${post('Transfer-Encoding: \x0bchunked')}0\r\n\r\n`, 'http/bad-header'],
  ['chunked with a form feed', `${post('Transfer-Encoding: chunked\x0c')}0\r\n\r\n`, 'http/bad-header'],
  ['chunked in quotes', `${post('Transfer-Encoding: "chunked"')}0\r\n\r\n`, 'http/bad-transfer-encoding'],
  ['chunked with a parameter', `${post('Transfer-Encoding: chunked;q=1')}0\r\n\r\n`, 'http/bad-transfer-encoding'],
  ['chunked twice', `${post('Transfer-Encoding: chunked, chunked')}0\r\n\r\n`, 'http/bad-transfer-encoding'],
  [
    'chunked in two lines',
    `${post('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
    'http/bad-transfer-encoding',
  ],
  [
    'chunked, then identity',
    `${post('Transfer-Encoding: chunked', 'Transfer-Encoding: identity')}0\r\n\r\n`,
    'http/bad-transfer-encoding',
  ],
  ['chunked not last', `${post('Transfer-Encoding: chunked, gzip')}0\r\n\r\n`, 'http/bad-transfer-encoding'],
  ['identity alone', `${post('Transfer-Encoding: identity')}`, 'http/bad-transfer-encoding'],
  ['an empty coding', `${post('Transfer-Encoding:')}`, 'http/bad-transfer-encoding'],
  ['a comma before chunked', `${post('Transfer-Encoding: , chunked')}0\r\n\r\n`, 'http/bad-transfer-encoding'],
  [
    'a coding that is not known',
    `${post('Transfer-Encoding: gzip, chunked')}0\r\n\r\n`,
    'http/unknown-transfer-encoding',
  ],
  [
    'chunked in HTTP/1.0',
    get('POST / HTTP/1.0', 'Host: a', 'Transfer-Encoding: chunked'),
    'http/bad-transfer-encoding',
  ],
  ['a space before the colon of a length', `${post('Content-Length : 5')}12345`, 'http/space-before-colon'],
  ['a tab before the colon of a coding', `${post('Transfer-Encoding\t: chunked')}0\r\n\r\n`, 'http/space-before-colon'],
  ['a folded coding', `${post('X: y', ' Transfer-Encoding: chunked')}`, 'http/folded-header'],
  ['a coding on a folded line', `${post('Transfer-Encoding:', '\tchunked')}`, 'http/folded-header'],
  ['white space before the first field', 'GET / HTTP/1.1\r\n Host: a\r\n\r\n', 'http/folded-header'],
  ['LF inside the head', 'POST / HTTP/1.1\r\nHost: a\nContent-Length: 5\r\n\r\n12345', 'http/bare-line-feed'],
  ['LF at the end of the head', 'GET / HTTP/1.1\r\nHost: a\r\n\nGET /x HTTP/1.1\r\n\r\n', 'http/bare-line-feed'],
  ['LF after the request line', 'GET / HTTP/1.1\nHost: a\r\n\r\n', 'http/bare-line-feed'],
  ['another protocol, whose lines end with LF', 'hello I am not http\n\n', 'http/bad-start-line'],
  ['CR inside a value', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\rContent-Length: 5\r\n\r\n', 'http/bare-carriage-return'],
  ['CR CR LF', 'GET / HTTP/1.1\r\nHost: a\r\r\n\r\n', 'http/bare-carriage-return'],
  ['NUL inside a value', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n', 'http/bad-header'],
  ['NUL inside a name', 'GET / HTTP/1.1\r\nHost: a\r\nContent-\x00Length: 5\r\n\r\n', 'http/bad-header'],
  ['a name with a bracket', 'GET / HTTP/1.1\r\nHost: a\r\nTransfer[Encoding]: chunked\r\n\r\n', 'http/bad-header'],
  ['a line without a colon', 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length\r\n\r\n', 'http/bad-header'],
  ['an empty name', 'GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n', 'http/bad-header'],
  ['a name with an octet above ASCII', 'GET / HTTP/1.1\r\nHost: a\r\nX\xe9: x\r\n\r\n', 'http/bad-header'],
  ['two hosts', get('GET / HTTP/1.1', 'Host: a', 'Host: b'), 'http/bad-host'],
  ['two equal hosts', get('GET / HTTP/1.1', 'Host: a', 'Host: a'), 'http/bad-host'],
  ['no host', get('GET / HTTP/1.1', 'X: y'), 'http/bad-host'],
  ['an empty host', get('GET / HTTP/1.1', 'Host:'), 'http/bad-host'],
  ['a host with a path', get('GET / HTTP/1.1', 'Host: a/b'), 'http/bad-host'],
  ['a host with a path like a port', get('GET / HTTP/1.1', 'Host: a/80'), 'http/bad-host'],
  ['a host with a user', get('GET / HTTP/1.1', 'Host: a@b'), 'http/bad-host'],
  ['a host list', get('GET / HTTP/1.1', 'Host: a, b'), 'http/bad-host'],
  ['a host with a port that is none', get('GET / HTTP/1.1', 'Host: a:b'), 'http/bad-host'],
  ['a chunk size with a sign', chunked('+5\r\nhello\r\n0\r\n\r\n'), 'http/bad-chunk'],
  ['a negative chunk size', chunked('-1\r\n\r\n'), 'http/bad-chunk'],
  ['a chunk size with 0x', chunked('0x5\r\nhello\r\n0\r\n\r\n'), 'http/bad-chunk'],
  ['a chunk size that overflows 64 bits', chunked('10000000000000005\r\nhello\r\n0\r\n\r\n'), 'http/bad-chunk'],
  ['a chunk size with a blank before it', chunked(' 5\r\nhello\r\n0\r\n\r\n'), 'http/bad-chunk'],
  ['a chunk size with a blank after it', chunked('5 \r\nhello\r\n0\r\n\r\n'), 'http/bad-chunk'],
  ['an empty chunk size', chunked('\r\nhello\r\n0\r\n\r\n'), 'http/bad-chunk'],
  ['LF after a chunk size', chunked('5\nhello\r\n0\r\n\r\n'), 'http/bad-chunk'],
  ['LF inside a chunk extension', chunked('5;a\nhello\r\n0\r\n\r\n'), 'http/bad-chunk'],
  ['CR inside a chunk extension', chunked('5;a\rb\r\nhello\r\n0\r\n\r\n'), 'http/bad-chunk'],
  ['LF inside a quoted extension', chunked('5;a="\n"\r\nhello\r\n0\r\n\r\n'), 'http/bad-chunk'],
  ['a semicolon with nothing after it', chunked('5;\r\nhello\r\n0\r\n\r\n'), 'http/bad-chunk'],
  ['a chunk longer than it says', chunked('3\r\nhello\r\n0\r\n\r\n'), 'http/bad-chunk'],
  ['a chunk that ends with LF', chunked('5\r\nhello\n0\r\n\r\n'), 'http/bad-chunk'],
  ['a chunk that ends with CR alone', chunked('5\r\nhello\rX0\r\n\r\n'), 'http/bad-chunk'],
  ['trailers that end with LF', chunked('0\r\nX: y\n\r\n'), 'http/bare-line-feed'],
  ['a length in the trailers', chunked('0\r\nContent-Length: 5\r\n\r\n'), 'http/bad-header'],
  ['a coding in the trailers', chunked('0\r\nTransfer-Encoding: chunked\r\n\r\n'), 'http/bad-header'],
  ['HTTP/0.9', 'GET /\r\n\r\n', 'http/bad-start-line'],
  ['two spaces in the request line', get('GET  / HTTP/1.1', 'Host: a'), 'http/bad-start-line'],
  ['a tab in the request line', get('GET\t/ HTTP/1.1', 'Host: a'), 'http/bad-start-line'],
  ['a third space in the request line', get('GET / x HTTP/1.1', 'Host: a'), 'http/bad-start-line'],
  ['a blank at the end of the request line', get('GET / HTTP/1.1 ', 'Host: a'), 'http/bad-start-line'],
  ['a blank before the request line', get(' GET / HTTP/1.1', 'Host: a'), 'http/bad-start-line'],
  ['http in small letters', get('GET / http/1.1', 'Host: a'), 'http/bad-start-line'],
  ['a version with two digits', get('GET / HTTP/1.10', 'Host: a'), 'http/bad-start-line'],
  ['HTTP/2 by prior knowledge', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'http/unsupported-version'],
  ['the last version that has one digit', get('GET / HTTP/9.9', 'Host: a'), 'http/unsupported-version'],
  ['a control character in a chunk extension', chunked('5;a="\x01"\r\nhello\r\n0\r\n\r\n'), 'http/bad-chunk'],
  ['DEL in a chunk extension', chunked('5;a="\x7f"\r\nhello\r\n0\r\n\r\n'), 'http/bad-chunk'],
  ['HTTP/3', get('GET / HTTP/3.0', 'Host: a'), 'http/unsupported-version'],
  ['a target with a fragment', get('GET /a#b HTTP/1.1', 'Host: a'), 'http/bad-target'],
  ['a backslash, which a URL parser takes for a slash', get('GET /a\\..\\b HTTP/1.1', 'Host: a'), 'http/bad-target'],
  ['a backslash in an absolute target', get('GET http://a\\b/ HTTP/1.1', 'Host: a'), 'http/bad-target'],
  ...Array.from('"<>{}`').map(
    octet => [`${octet} in a path`, get(`GET /a${octet}b HTTP/1.1`, 'Host: a'), 'http/bad-target'] as const,
  ),
  ...Array.from('"<>').map(
    octet => [`${octet} in a query`, get(`GET /?a${octet}b HTTP/1.1`, 'Host: a'), 'http/bad-target'] as const,
  ),
  ['a target above ASCII', get('GET /\xe9 HTTP/1.1', 'Host: a'), 'http/bad-target'],
  ['a target with NUL', get('GET /\x00 HTTP/1.1', 'Host: a'), 'http/bad-target'],
  ['a target without a slash', get('GET admin HTTP/1.1', 'Host: a'), 'http/bad-target'],
  ['* for GET', get('GET * HTTP/1.1', 'Host: a'), 'http/bad-target'],
  ['an absolute target with a user', get('GET http://u:p@a/ HTTP/1.1', 'Host: a'), 'http/bad-target'],
  ['an absolute target of another scheme', get('GET ftp://a/ HTTP/1.1', 'Host: a'), 'http/bad-target'],
  ['CONNECT with a body', get('CONNECT a:443 HTTP/1.1', 'Host: a', 'Content-Length: 1'), 'http/tunnel-with-body'],
  ['an expectation that is not known', get('GET / HTTP/1.1', 'Host: a', 'Expect: 200-ok'), 'http/unmet-expectation'],
]

const read: readonly (readonly [name: string, wire: string, story: readonly string[]])[] = [
  [
    'what stands behind a body is the next request',
    `${post('Content-Length: 5')}helloGET /next HTTP/1.1\r\nHost: b\r\n\r\n`,
    ['POST / 1.1 | Host: a | Content-Length: 5', 'body hello', 'end', 'GET /next 1.1 | Host: b', 'end'],
  ],
  [
    'a request inside a body stays inside',
    `${post('Content-Length: 30')}GET /x HTTP/1.1\r\nHost: evil\r\n\r`,
    ['POST / 1.1 | Host: a | Content-Length: 30', 'body GET /x HTTP/1.1\r\nHost: evil\r\n\r', 'end'],
  ],
  [
    'a length of 0 ends at once',
    `${post('Content-Length: 0')}GET /n HTTP/1.1\r\nHost: b\r\n\r\n`,
    ['POST / 1.1 | Host: a | Content-Length: 0', 'end', 'GET /n 1.1 | Host: b', 'end'],
  ],
  [
    'chunked in any case of letters',
    `${post('transfer-ENCODING: cHuNkEd')}5\r\nhello\r\n0\r\n\r\n`,
    ['POST / 1.1 | Host: a | transfer-ENCODING: cHuNkEd', 'body hello', 'end'],
  ],
  [
    'chunk extensions are dropped',
    chunked('5;a=b;c="d;\\"e"\r\nhello\r\n00;x\r\n\r\n'),
    ['POST / 1.1 | Host: a | Transfer-Encoding: chunked', 'body hello', 'end'],
  ],
  [
    'octets above ASCII may stand in a quoted extension',
    chunked('5;a="\xe9"\r\nhello\r\n0\r\n\r\n'),
    ['POST / 1.1 | Host: a | Transfer-Encoding: chunked', 'body hello', 'end'],
  ],
  [
    'RFC 9112 7.1.1: bad white space in front of an extension is removed',
    chunked('5 ; a = b\r\nhello\r\n0\r\n\r\n'),
    ['POST / 1.1 | Host: a | Transfer-Encoding: chunked', 'body hello', 'end'],
  ],
  [
    'after Connection: close nothing is read',
    `${post('Content-Length: 2', 'Connection: close')}hiGET /x HTTP/1.1\r\nHost: evil\r\n\r\n`,
    ['POST / 1.1 | Host: a | Content-Length: 2 | Connection: close', 'body hi', 'end'],
  ],
  [
    'after HTTP/1.0 nothing is read',
    `${get('GET / HTTP/1.0')}GET /x HTTP/1.1\r\nHost: evil\r\n\r\n`,
    ['GET / 1.0', 'end'],
  ],
  [
    'RFC 9112 2.2: an empty line before a request is ignored',
    `\r\n\r\n${get('GET / HTTP/1.1', 'Host: a')}`,
    ['GET / 1.1 | Host: a', 'end'],
  ],
  [
    'RFC 9110 2.5: a later minor version is understood as 1.1',
    get('GET / HTTP/1.9', 'Host: a'),
    ['GET / 1.1 | Host: a', 'end'],
  ],
  [
    'what browsers send raw',
    get('GET /a[b]|c^d?q={a|b}`\\[^] HTTP/1.1', 'Host: a'),
    ['GET /a[b]|c^d?q={a|b}`\\[^] 1.1 | Host: a', 'end'],
  ],
  [
    'names that only look like ours',
    get('GET / HTTP/1.1', 'Host: a', 'Content-Length-: 5', 'XTransfer-Encoding: chunked', 'Content_Length: 7'),
    ['GET / 1.1 | Host: a | Content-Length-: 5 | XTransfer-Encoding: chunked | Content_Length: 7', 'end'],
  ],
]

describe('refused', () => {
  for (const [name, wire, code] of refused) {
    test(`${name}: ${code}`, () => {
      for (const { how, chunks } of tearings(ascii(wire), random.number)) {
        const lines = runServer(chunks)
        expect(lines.at(-1), how).toBe(`✗ ${code}`)
        // Nothing of what was smuggled was taken for a request.
        expect(lines.filter(line => line.includes('HTTP') || line.startsWith('GET')).length, how).toBe(0)
      }
    })
  }
})

describe('read as it is meant', () => {
  for (const [name, wire, story] of read) {
    test(name, () => {
      for (const { how, chunks } of tearings(ascii(wire), random.number)) expect(runServer(chunks), how).toEqual(story)
    })
  }
})
