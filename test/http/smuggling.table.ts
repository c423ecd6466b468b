/**
 * Messages on which real servers have disagreed: where one ends, or whom it is for. Each says what must be read of it: the
 * requests, and how the connection ends for whoever sent it. `/hidden` is what an attacker hopes that the second of two
 * servers reads as a request.
 */

export interface Attack {
  readonly name: string
  /** Latin-1. */
  readonly wire: string
  /** Method and target of each request that is read whole, then the code of a failure if there is one. */
  readonly read: readonly string[]
}

const HIDDEN = 'GET /hidden HTTP/1.1\r\nHost: hidden.test\r\n\r\n'
const HIDDEN_READ = 'GET /hidden'
const lines = (...fields: readonly string[]): string => fields.map(field => `${field}\r\n`).join('')
const post = (...fields: readonly string[]): string => `POST /a HTTP/1.1\r\nHost: a.test\r\n${lines(...fields)}\r\n`
const get = (line: string, ...fields: readonly string[]): string => `${line}\r\n${lines(...fields)}\r\n`
const chunked = (body: string): string => post('Transfer-Encoding: chunked') + body

type Row = readonly [name: string, wire: string, ...read: readonly string[]]
const rows = (group: string, ...list: readonly Row[]): Attack[] =>
  list.map(([name, wire, ...read]) => ({ name: `${group}: ${name}`, wire, read }))

// Content-Length and Transfer-Encoding, in every combination.

/** Field lines that some server somewhere takes for `Transfer-Encoding: chunked`, and what we say to each. */
const CODINGS: readonly (readonly [name: string, line: string, code: string | undefined])[] = [
  ['plain', 'Transfer-Encoding: chunked', undefined],
  ['in capitals', 'TRANSFER-ENCODING: CHUNKED', undefined],
  ['without a space', 'Transfer-Encoding:chunked', undefined],
  ['behind a tab', 'Transfer-Encoding:\tchunked', undefined],
  ['before blanks', 'Transfer-Encoding: chunked \t ', undefined],
  ['with a space before the colon', 'Transfer-Encoding : chunked', 'http/space-before-colon'],
  ['with a tab before the colon', 'Transfer-Encoding\t: chunked', 'http/space-before-colon'],
  ['behind a vertical tab', 'Transfer-Encoding: \x0bchunked', 'http/bad-header'],
  ['before a form feed', 'Transfer-Encoding: chunked\x0c', 'http/bad-header'],
  ['before NUL', 'Transfer-Encoding: chunked\0', 'http/bad-header'],
  ['before a no-break space', 'Transfer-Encoding: chunked\xa0', 'http/bad-transfer-encoding'],
  ['in quotes', 'Transfer-Encoding: "chunked"', 'http/bad-transfer-encoding'],
  ['in single quotes', "Transfer-Encoding: 'chunked'", 'http/bad-transfer-encoding'],
  ['twice', 'Transfer-Encoding: chunked, chunked', 'http/bad-transfer-encoding'],
  ['before identity', 'Transfer-Encoding: chunked, identity', 'http/bad-transfer-encoding'],
  ['behind identity', 'Transfer-Encoding: identity, chunked', 'http/unknown-transfer-encoding'],
  ['before a comma', 'Transfer-Encoding: chunked,', 'http/bad-transfer-encoding'],
  ['behind a comma', 'Transfer-Encoding: ,chunked', 'http/bad-transfer-encoding'],
  ['with a parameter', 'Transfer-Encoding: chunked;q=0.5', 'http/bad-transfer-encoding'],
  ['as a longer word', 'Transfer-Encoding: xchunked', 'http/bad-transfer-encoding'],
  ['as a word cut off', 'Transfer-Encoding: chunke', 'http/bad-transfer-encoding'],
  ['behind gzip', 'Transfer-Encoding: gzip, chunked', 'http/unknown-transfer-encoding'],
  ['before gzip', 'Transfer-Encoding: chunked, gzip', 'http/bad-transfer-encoding'],
  ['identity alone', 'Transfer-Encoding: identity', 'http/bad-transfer-encoding'],
  ['empty', 'Transfer-Encoding:', 'http/bad-transfer-encoding'],
  ['on a folded line', 'Transfer-Encoding:\r\n chunked', 'http/folded-header'],
  ['behind another field, folded', 'X: y\r\n Transfer-Encoding: chunked', 'http/folded-header'],
  ['behind a bare LF', 'X: y\nTransfer-Encoding: chunked', 'http/bare-line-feed'],
  ['behind a bare CR', 'X: y\rTransfer-Encoding: chunked', 'http/bare-carriage-return'],
  ['in two lines', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked', 'http/bad-transfer-encoding'],
  ['with a letter of another script', 'Transfer-Encoding: \xd1\x81hunked', 'http/bad-transfer-encoding'],
  ['with NUL in its name', 'Transfer\0-Encoding: chunked', 'http/bad-header'],
]

/** A head that is wrong as lines is refused before it is asked what its fields mean. */
const WRONG_LINES = /space-before|bad-header|folded|bare-/
const combined = CODINGS.flatMap(([name, line, code]): Attack[] => {
  const wrong = code !== undefined && WRONG_LINES.test(code) ? code : undefined
  const whole = `0\r\n\r\n${HIDDEN}`
  return rows(
    'coding and length',
    [`chunked ${name}, no length`, post(line) + whole, ...(code === undefined ? ['POST /a', HIDDEN_READ] : [code])],
    [
      `a length that covers all, then chunked ${name}`,
      post(`Content-Length: ${whole.length}`, line) + whole,
      wrong ?? 'http/length-and-chunked',
    ],
    [
      `chunked ${name}, then a length that ends inside a chunk`,
      `${post(line, 'Content-Length: 4')}2b\r\n${HIDDEN}\r\n0\r\n\r\n`,
      wrong ?? 'http/length-and-chunked',
    ],
  )
})

// Names that are none of the two: the body has no length, and what stands behind it is the next request.
const lookalikes = rows(
  'names that only look like it',
  ...['Transfer_Encoding: chunked', 'X-Transfer-Encoding: chunked', 'Transfer-Encodin: chunked', 'TE: chunked'].map(
    (line): Row => [line, `${post('Content-Length: 5', line)}0\r\n\r\n${HIDDEN}`, 'POST /a', HIDDEN_READ],
  ),
  ...['Content_Length: 50', 'Content-Lengt: 50', 'Content-Length-: 50', 'X-Content-Length: 50'].map(
    (line): Row => [line, post(line) + HIDDEN, 'POST /a', HIDDEN_READ],
  ),
)

const LENGTHS: readonly (readonly [name: string, line: string, code: string])[] = [
  ['twice and equal', 'Content-Length: 5\r\nContent-Length: 5', 'http/two-lengths'],
  ['twice and not equal', 'Content-Length: 5\r\nContent-Length: 60', 'http/two-lengths'],
  ['twice, the second nought', 'Content-Length: 5\r\nContent-Length: 0', 'http/two-lengths'],
  ['as a list of equals', 'Content-Length: 5, 5', 'http/two-lengths'],
  ['as a list of others', 'Content-Length: 5, 60', 'http/two-lengths'],
  ['as a list with nothing in it', 'Content-Length: 5,', 'http/two-lengths'],
  ['as a list that begins with nothing', 'Content-Length: ,5', 'http/two-lengths'],
  ['with a plus', 'Content-Length: +5', 'http/bad-length'],
  ['with a minus', 'Content-Length: -5', 'http/bad-length'],
  ['in hexadecimal', 'Content-Length: 0x5', 'http/bad-length'],
  ['with hexadecimal digits', 'Content-Length: 5a', 'http/bad-length'],
  ['with a dot', 'Content-Length: 5.', 'http/bad-length'],
  ['with an exponent', 'Content-Length: 5e0', 'http/bad-length'],
  ['with a space inside', 'Content-Length: 5 5', 'http/bad-length'],
  ['with a tab inside', 'Content-Length: 5\t5', 'http/bad-length'],
  ['with a semicolon', 'Content-Length: 5;', 'http/bad-length'],
  ['in quotes', 'Content-Length: "5"', 'http/bad-length'],
  ['empty', 'Content-Length:', 'http/bad-length'],
  ['of blanks', 'Content-Length: \t ', 'http/bad-length'],
  ['beyond 2^32', 'Content-Length: 4294967301', ''],
  ['beyond 2^64', 'Content-Length: 18446744073709551621', 'http/bad-length'],
  ['beyond what is exact', 'Content-Length: 9007199254740993', 'http/bad-length'],
  ['of a hundred digits', `Content-Length: ${'9'.repeat(100)}`, 'http/bad-length'],
  ['behind a vertical tab', 'Content-Length: \x0b5', 'http/bad-header'],
  ['before NUL', 'Content-Length: 5\0', 'http/bad-header'],
  ['before a no-break space', 'Content-Length: 5\xa0', 'http/bad-length'],
  ['with a space before the colon', 'Content-Length : 5', 'http/space-before-colon'],
  ['folded', 'Content-Length:\r\n 5', 'http/folded-header'],
  ['behind a bare LF', 'X: y\nContent-Length: 5', 'http/bare-line-feed'],
  ['behind a bare CR', 'X: y\rContent-Length: 5', 'http/bare-carriage-return'],
  ['in superscript', 'Content-Length: \xb2', 'http/bad-length'],
]
const lengths = rows(
  'length',
  ...LENGTHS.map(([name, line, code]): Row => [name, `${post(line)}12345${HIDDEN}`, ...(code === '' ? [] : [code])]),
  ['with noughts before it', `${post('Content-Length: 0005')}12345${HIDDEN}`, 'POST /a', HIDDEN_READ],
  ['of GET', `${get('GET /a HTTP/1.1', 'Host: a.test', 'Content-Length: 5')}12345${HIDDEN}`, 'GET /a', HIDDEN_READ],
  ['of HEAD', `${get('HEAD /a HTTP/1.1', 'Host: a.test', 'Content-Length: 5')}12345${HIDDEN}`, 'HEAD /a', HIDDEN_READ],
  [
    'of DELETE that covers a request',
    `${get('DELETE /a HTTP/1.1', 'Host: a.test', `Content-Length: ${HIDDEN.length}`)}${HIDDEN}`,
    'DELETE /a',
  ],
  [
    'of OPTIONS, nought',
    `${get('OPTIONS /a HTTP/1.1', 'Host: a.test', 'Content-Length: 0')}${HIDDEN}`,
    'OPTIONS /a',
    HIDDEN_READ,
  ],
  [
    'one octet short of a request',
    `${post(`Content-Length: ${HIDDEN.length - 1}`)}${HIDDEN}`,
    'POST /a',
    'http/bare-line-feed',
  ],
  ['none, and a request behind it', `${post()}${HIDDEN}`, 'POST /a', HIDDEN_READ],
  ['none, and a form behind it', `${post()}a=b&c=d`, 'POST /a'],
)

const SIZES: readonly (readonly [name: string, size: string])[] = [
  ['with a plus', '+2b'],
  ['with a minus', '-1'],
  ['with 0x', '0x2b'],
  ['with x', 'x2b'],
  ['with h', '2bh'],
  ['beyond 2^32', '10000002b'],
  ['beyond 2^64', '1000000000000002b'],
  ['of seventeen digits', 'fffffffffffffffff'],
  ['behind a space', ' 2b'],
  ['behind a tab', '\t2b'],
  ['before a space', '2b '],
  ['before a tab', '2b\t'],
  ['before a vertical tab', '2b\x0b'],
  ['before NUL', '2b\0'],
  ['with a space inside', '2 d'],
  ['with a dot', '2b.0'],
  ['with a comma', '2b,2b'],
  ['with an underscore', '2_d'],
  ['in quotes', '"2b"'],
  ['empty', ''],
  ['of a letter that is no digit', 'g'],
  ['above ASCII', '\xb2'],
  ['with a semicolon and nothing', '2b;'],
  ['with an extension without a name', '2b;=a'],
  ['with an extension without a value', '2b;a='],
  ['with a quoted extension that does not end', '2b;a="'],
  ['with a control character in an extension', '2b;a=\x01'],
  ['with NUL in a quoted extension', '2b;a="\0"'],
  ['with LF in an extension', '2b;a\nb'],
  ['with CR in an extension', '2b;a\rb'],
  ['with CR and a blank in an extension', '2b;a\r b'],
  ['with LF in a quoted extension', '2b;a="\n"'],
  ['with an escaped CR LF in a quoted extension', '2b;a="\\\r\n"'],
  ['with two semicolons', '2b;;a'],
  ['with a bracket in an extension', '2b;a]'],
]
/** Read and kept as a number, the rest of it awaited: not more than is exact. */
const WAITED_FOR = new Set(['beyond 2^32'])
const chunks = rows(
  'chunk size',
  ...SIZES.map(
    ([name, size]): Row => [
      name,
      chunked(`${size}\r\n${HIDDEN}\r\n0\r\n\r\n`),
      ...(WAITED_FOR.has(name) ? [] : ['http/bad-chunk']),
    ],
  ),
  ['with noughts before it', chunked(`000002b\r\n${HIDDEN}\r\n0\r\n\r\n`), 'POST /a'],
  ['in capitals', chunked(`2B\r\n${HIDDEN}\r\n0\r\n\r\n`), 'POST /a'],
  ['with an extension', chunked(`2b;a=b;c="d;\\"\\\\e"\r\n${HIDDEN}\r\n0;last\r\n\r\n`), 'POST /a'],
  ['before LF', chunked(`2b\n${HIDDEN}\r\n0\r\n\r\n`), 'http/bad-chunk'],
  ['before CR', chunked(`2b\r${HIDDEN}\r\n0\r\n\r\n`), 'http/bad-chunk'],
  ['too small', chunked(`5\r\n${HIDDEN}\r\n0\r\n\r\n`), 'http/bad-chunk'],
  ['too large', chunked(`2c\r\n${HIDDEN}\r\n0\r\n\r\n`), 'http/bad-chunk'],
  ['of the last chunk, many noughts', chunked(`000\r\n\r\n${HIDDEN}`), 'POST /a', HIDDEN_READ],
)
const ends = rows(
  'end of a chunk',
  ['LF', chunked('5\r\nhello\n0\r\n\r\n'), 'http/bad-chunk'],
  ['CR', chunked('5\r\nhello\r0\r\n\r\n'), 'http/bad-chunk'],
  ['nothing', chunked('5\r\nhello0\r\n\r\n'), 'http/bad-chunk'],
  ['CR CR LF', chunked('5\r\nhello\r\r\n0\r\n\r\n'), 'http/bad-chunk'],
  ['LF CR', chunked('5\r\nhello\n\r0\r\n\r\n'), 'http/bad-chunk'],
  ['two octets that are none', chunked('5\r\nhelloXX0\r\n\r\n'), 'http/bad-chunk'],
  ['an empty line more', chunked('5\r\nhello\r\n\r\n0\r\n\r\n'), 'http/bad-chunk'],
  ['the last one LF', chunked('0\n\n'), 'http/bad-chunk'],
  ['the last one CR LF LF', chunked(`0\r\n\n${HIDDEN}`), 'http/bare-line-feed'],
  ['the last one CR LF CR', chunked(`0\r\n\rX${HIDDEN}`), 'http/bare-carriage-return'],
  ['the last one without its empty line', chunked(`0\r\n${HIDDEN}`), 'http/bad-header'],
)
const trailers = rows(
  'trailers',
  ['a field', chunked(`0\r\nX: y\r\n\r\n${HIDDEN}`), 'POST /a', HIDDEN_READ],
  ['a length', chunked(`0\r\nContent-Length: 45\r\n\r\n${HIDDEN}`), 'http/bad-header'],
  ['a coding', chunked(`0\r\nTransfer-Encoding: chunked\r\n\r\n${HIDDEN}`), 'http/bad-header'],
  ['a host', chunked(`0\r\nHost: hidden.test\r\n\r\n${HIDDEN}`), 'http/bad-header'],
  ['credentials', chunked('0\r\nAuthorization: Basic eDp5\r\n\r\n'), 'http/bad-header'],
  ['folded', chunked(`0\r\nX: y\r\n z\r\n\r\n${HIDDEN}`), 'http/folded-header'],
  ['with LF', chunked(`0\r\nX: y\n\r\n${HIDDEN}`), 'http/bare-line-feed'],
  ['with CR', chunked(`0\r\nX: y\r\r\n\r\n${HIDDEN}`), 'http/bare-carriage-return'],
  ['with NUL', chunked(`0\r\nX: \0\r\n\r\n${HIDDEN}`), 'http/bad-header'],
  ['with a space before the colon', chunked(`0\r\nX : y\r\n\r\n${HIDDEN}`), 'http/space-before-colon'],
  ['a line that is a request', chunked(`0\r\nGET /hidden HTTP/1.1\r\nHost: hidden.test\r\n\r\n`), 'http/bad-header'],
)

const lineEnds = rows(
  'line ends and white space',
  ['LF alone everywhere', 'GET /a HTTP/1.1\nHost: a.test\n\n', 'http/bare-line-feed'],
  ['LF behind the request line', `GET /a HTTP/1.1\nHost: a.test\r\n\r\n${HIDDEN}`, 'http/bare-line-feed'],
  ['LF behind a field', `GET /a HTTP/1.1\r\nHost: a.test\nX: y\r\n\r\n${HIDDEN}`, 'http/bare-line-feed'],
  ['LF behind the head', `GET /a HTTP/1.1\r\nHost: a.test\r\n\n${HIDDEN}`, 'http/bare-line-feed'],
  ['CR behind the request line', `GET /a HTTP/1.1\rHost: a.test\r\n\r\n${HIDDEN}`, 'http/bare-carriage-return'],
  ['CR CR LF behind a field', `GET /a HTTP/1.1\r\nHost: a.test\r\r\n\r\n${HIDDEN}`, 'http/bare-carriage-return'],
  ['CR CR LF behind the head', `GET /a HTTP/1.1\r\nHost: a.test\r\n\r\r\n${HIDDEN}`, 'http/bare-carriage-return'],
  ['CR inside a value', get('GET /a HTTP/1.1', 'Host: a.test', 'X: y\rz'), 'http/bare-carriage-return'],
  ['NUL inside a value', get('GET /a HTTP/1.1', 'Host: a.test', 'X: y\0z'), 'http/bad-header'],
  ['NUL inside a name', get('GET /a HTTP/1.1', 'Host: a.test', 'X\0: y'), 'http/bad-header'],
  ['DEL inside a value', get('GET /a HTTP/1.1', 'Host: a.test', 'X: y\x7fz'), 'http/bad-header'],
  ['ESC inside a value', get('GET /a HTTP/1.1', 'Host: a.test', 'X: y\x1b[0m'), 'http/bad-header'],
  ['a fold', get('GET /a HTTP/1.1', 'Host: a.test', 'X: y', ' z'), 'http/folded-header'],
  ['a fold with a tab', get('GET /a HTTP/1.1', 'Host: a.test', 'X: y', '\tz'), 'http/folded-header'],
  ['a fold of blanks alone', get('GET /a HTTP/1.1', 'Host: a.test', ' '), 'http/folded-header'],
  ['a blank before the first field', get('GET /a HTTP/1.1', ' Host: a.test', 'Host: b.test'), 'http/folded-header'],
  ['a field without a colon', get('GET /a HTTP/1.1', 'Host: a.test', 'X'), 'http/bad-header'],
  ['a field without a name', get('GET /a HTTP/1.1', 'Host: a.test', ': y'), 'http/bad-header'],
  ['a name with a space', get('GET /a HTTP/1.1', 'Host: a.test', 'X Y: z'), 'http/bad-header'],
  ['a name above ASCII', get('GET /a HTTP/1.1', 'Host: a.test', 'X\xe9: z'), 'http/bad-header'],
  ['an empty line before the request', `\r\n${get('GET /a HTTP/1.1', 'Host: a.test')}`, 'GET /a'],
  ['LF before the request', `\n${get('GET /a HTTP/1.1', 'Host: a.test')}`, 'http/bare-line-feed'],
  ['an empty line between requests', `${get('GET /a HTTP/1.1', 'Host: a.test')}\r\n${HIDDEN}`, 'GET /a', HIDDEN_READ],
  ['a blank before the request', get(' GET /a HTTP/1.1', 'Host: a.test'), 'http/bad-start-line'],
)

const starts = rows(
  'request line',
  ['without a version', 'GET /a\r\n\r\n', 'http/bad-start-line'],
  ['two spaces', get('GET  /a HTTP/1.1', 'Host: a.test'), 'http/bad-start-line'],
  ['a tab', get('GET\t/a HTTP/1.1', 'Host: a.test'), 'http/bad-start-line'],
  ['a space in the target', get('GET /a b HTTP/1.1', 'Host: a.test'), 'http/bad-start-line'],
  ['two versions', get('GET /hidden HTTP/1.1 HTTP/1.0', 'Host: a.test'), 'http/bad-start-line'],
  ['a space behind it', get('GET /a HTTP/1.1 ', 'Host: a.test'), 'http/bad-start-line'],
  ['a version in small letters', get('GET /a http/1.1', 'Host: a.test'), 'http/bad-start-line'],
  ['a version of two digits', get('GET /a HTTP/1.10', 'Host: a.test'), 'http/bad-start-line'],
  ['a version with noughts', get('GET /a HTTP/01.1', 'Host: a.test'), 'http/bad-start-line'],
  ['a version with a comma', get('GET /a HTTP/1,1', 'Host: a.test'), 'http/bad-start-line'],
  ['HTTP/1.2', get('GET /a HTTP/1.2', 'Host: a.test'), 'GET /a'],
  ['HTTP/0.9', get('GET /a HTTP/0.9', 'Host: a.test'), 'http/unsupported-version'],
  ['HTTP/2.0', get('GET /a HTTP/2.0', 'Host: a.test'), 'http/unsupported-version'],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'http/unsupported-version'],
  ['a method with a colon', get('GET: /a HTTP/1.1', 'Host: a.test'), 'http/bad-start-line'],
  ['a method above ASCII', get('G\xc9T /a HTTP/1.1', 'Host: a.test'), 'http/bad-start-line'],
  ['a method with NUL', get('GET\0 /a HTTP/1.1', 'Host: a.test'), 'http/bad-start-line'],
  ['no method', get(' /a HTTP/1.1', 'Host: a.test'), 'http/bad-start-line'],
  ['a backslash', get('GET /a\\..\\hidden HTTP/1.1', 'Host: a.test'), 'http/bad-target'],
  ['a backslash first', get('GET \\hidden HTTP/1.1', 'Host: a.test'), 'http/bad-start-line'],
  ['a fragment', get('GET /a#/hidden HTTP/1.1', 'Host: a.test'), 'http/bad-target'],
  ['NUL in the target', get('GET /a\0 HTTP/1.1', 'Host: a.test'), 'http/bad-target'],
  ['LF in the target', get('GET /a\nX HTTP/1.1', 'Host: a.test'), 'http/bad-start-line'],
  ['CR in the target', get('GET /a\rX HTTP/1.1', 'Host: a.test'), 'http/bad-start-line'],
  ['above ASCII in the target', get('GET /\xe9 HTTP/1.1', 'Host: a.test'), 'http/bad-target'],
  ['a quote in the target', get('GET /"a HTTP/1.1', 'Host: a.test'), 'http/bad-target'],
  ['no slash', get('GET hidden HTTP/1.1', 'Host: a.test'), 'http/bad-target'],
  ['* for GET', get('GET * HTTP/1.1', 'Host: a.test'), 'http/bad-target'],
  ['an authority for GET', get('GET a.test:80 HTTP/1.1', 'Host: a.test'), 'http/bad-target'],
)

const hosts = rows(
  'host',
  ['none', get('GET /a HTTP/1.1'), 'http/bad-host'],
  ['empty', get('GET /a HTTP/1.1', 'Host:'), 'http/bad-host'],
  ['two', get('GET /a HTTP/1.1', 'Host: a.test', 'Host: hidden.test'), 'http/bad-host'],
  ['two that are equal', get('GET /a HTTP/1.1', 'Host: a.test', 'Host: a.test'), 'http/bad-host'],
  ['two in other letters', get('GET /a HTTP/1.1', 'Host: a.test', 'HOST: hidden.test'), 'http/bad-host'],
  ['a list', get('GET /a HTTP/1.1', 'Host: a.test, hidden.test'), 'http/bad-host'],
  ['a path', get('GET /a HTTP/1.1', 'Host: a.test/hidden'), 'http/bad-host'],
  ['a user', get('GET /a HTTP/1.1', 'Host: hidden@a.test'), 'http/bad-host'],
  ['a query', get('GET /a HTTP/1.1', 'Host: a.test?hidden'), 'http/bad-host'],
  ['a backslash', get('GET /a HTTP/1.1', 'Host: a.test\\hidden'), 'http/bad-host'],
  ['a blank inside', get('GET /a HTTP/1.1', 'Host: a.test hidden.test'), 'http/bad-host'],
  ['a port that is none', get('GET /a HTTP/1.1', 'Host: a.test:b'), 'http/bad-host'],
  ['two ports', get('GET /a HTTP/1.1', 'Host: a.test:80:81'), 'http/bad-host'],
  ['a bracket that does not close', get('GET /a HTTP/1.1', 'Host: [::1'), 'http/bad-host'],
  ['a space before the colon', get('GET /a HTTP/1.1', 'Host : a.test'), 'http/space-before-colon'],
  ['folded', get('GET /a HTTP/1.1', 'Host:', ' a.test'), 'http/folded-header'],
  [
    'another than that of the target, which is the one that counts',
    get('GET http://b.test/a HTTP/1.1', 'Host: a.test'),
    'GET http://b.test/a',
  ],
  ['a target with a user', get('GET http://a.test@hidden.test/ HTTP/1.1', 'Host: a.test'), 'http/bad-target'],
  ['a target of another scheme', get('GET ftp://a.test/ HTTP/1.1', 'Host: a.test'), 'http/bad-target'],
  ['a target without a host', get('GET http:///hidden HTTP/1.1', 'Host: a.test'), 'http/bad-target'],
  ['a target with a backslash', get('GET http://a.test\\hidden/ HTTP/1.1', 'Host: a.test'), 'http/bad-target'],
)

const connections = rows(
  'versions, connections and other protocols',
  [
    'HTTP/1.0 with a coding',
    `${get('POST /a HTTP/1.0', 'Host: a.test', 'Transfer-Encoding: chunked')}0\r\n\r\n${HIDDEN}`,
    'http/bad-transfer-encoding',
  ],
  [
    'HTTP/1.0 with a coding and keep-alive',
    get('POST /a HTTP/1.0', 'Host: a.test', 'Connection: keep-alive', 'Transfer-Encoding: chunked') +
      `0\r\n\r\n${HIDDEN}`,
    'http/bad-transfer-encoding',
  ],
  ['HTTP/1.0, a request behind it', get('GET /a HTTP/1.0', 'Host: a.test') + HIDDEN, 'GET /a'],
  [
    'HTTP/1.0 that stays, a request behind it',
    get('GET /a HTTP/1.0', 'Host: a.test', 'Connection: keep-alive') + HIDDEN,
    'GET /a',
    HIDDEN_READ,
  ],
  ['close, a request behind it', get('GET /a HTTP/1.1', 'Host: a.test', 'Connection: close') + HIDDEN, 'GET /a'],
  ['close among others', get('GET /a HTTP/1.1', 'Host: a.test', 'Connection: x, Close ,y') + HIDDEN, 'GET /a'],
  ['close and keep-alive', get('GET /a HTTP/1.1', 'Host: a.test', 'Connection: keep-alive, close') + HIDDEN, 'GET /a'],
  [
    'Connection names the length',
    `${post('Content-Length: 5', 'Connection: Content-Length')}12345${HIDDEN}`,
    'POST /a',
    HIDDEN_READ,
  ],
  [
    'Connection names the coding',
    `${post('Transfer-Encoding: chunked', 'Connection: Transfer-Encoding')}0\r\n\r\n${HIDDEN}`,
    'POST /a',
    HIDDEN_READ,
  ],
  [
    'Connection names the host',
    get('GET /a HTTP/1.1', 'Host: a.test', 'Connection: Host') + HIDDEN,
    'GET /a',
    HIDDEN_READ,
  ],
  [
    'an upgrade that is not made, a request behind it',
    get('GET /a HTTP/1.1', 'Host: a.test', 'Upgrade: websocket', 'Connection: Upgrade') + HIDDEN,
    'GET /a',
    HIDDEN_READ,
  ],
  [
    'an upgrade to HTTP/2, a request behind it',
    get(
      'GET /a HTTP/1.1',
      'Host: a.test',
      'Upgrade: h2c',
      'HTTP2-Settings: AAAA',
      'Connection: Upgrade, HTTP2-Settings',
    ) + HIDDEN,
    'GET /a',
    HIDDEN_READ,
  ],
  [
    'an upgrade with a body',
    post('Upgrade: websocket', 'Connection: Upgrade', `Content-Length: ${HIDDEN.length}`) + HIDDEN,
    'POST /a',
  ],
  [
    'an upgrade that wants a version that is none',
    get('GET /a HTTP/1.1', 'Host: a.test', 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 1337') +
      HIDDEN,
    'GET /a',
    HIDDEN_READ,
  ],
  [
    'CONNECT with a body',
    get('CONNECT a.test:443 HTTP/1.1', 'Host: a.test', `Content-Length: ${HIDDEN.length}`) + HIDDEN,
    'http/tunnel-with-body',
  ],
  [
    'CONNECT with a coding',
    `${get('CONNECT a.test:443 HTTP/1.1', 'Host: a.test', 'Transfer-Encoding: chunked')}0\r\n\r\n${HIDDEN}`,
    'http/tunnel-with-body',
  ],
  ['CONNECT to a path', get('CONNECT /hidden HTTP/1.1', 'Host: a.test') + HIDDEN, 'http/bad-target'],
  [
    'an expectation that nobody knows',
    `${post('Expect: 100-continue, x', 'Content-Length: 5')}12345${HIDDEN}`,
    'http/unmet-expectation',
  ],
  [
    'an expectation, its body at once',
    `${post('Expect: 100-continue', 'Content-Length: 5')}12345${HIDDEN}`,
    'POST /a',
    HIDDEN_READ,
  ],
  [
    'an expectation without a body',
    get('GET /a HTTP/1.1', 'Host: a.test', 'Expect: 100-continue') + HIDDEN,
    'GET /a',
    HIDDEN_READ,
  ],
  [
    'an expectation in HTTP/1.0',
    `${get('POST /a HTTP/1.0', 'Host: a.test', 'Expect: 100-continue', 'Content-Length: 5')}12345`,
    'POST /a',
  ],
  ['HEAD, a request behind it', get('HEAD /a HTTP/1.1', 'Host: a.test') + HIDDEN, 'HEAD /a', HIDDEN_READ],
  ['OPTIONS *, a request behind it', get('OPTIONS * HTTP/1.1', 'Host: a.test') + HIDDEN, 'OPTIONS *', HIDDEN_READ],
  [
    'a method that nobody knows, with a body',
    `${get('BREW /a HTTP/1.1', 'Host: a.test', 'Content-Length: 5')}12345${HIDDEN}`,
    'BREW /a',
    HIDDEN_READ,
  ],
)

/** More than 200. */
export const ATTACKS: readonly Attack[] = [
  ...combined,
  ...lookalikes,
  ...lengths,
  ...chunks,
  ...ends,
  ...trailers,
  ...lineEnds,
  ...starts,
  ...hosts,
  ...connections,
]
