import { expect, test } from 'vitest'
import { ascii } from '../../test/support/bytes.ts'
import { CookedFrame, CookedFrame2, LoopbackFrame, TaggedFrame } from '../link/captured.ts'
import { rest, struct } from '../wire/codec.ts'
import { messagesOf, recorder } from './recorder.ts'
import { privateInText, redact, starredBytes, starredField } from './redact.ts'
import type { MessageRecord } from './types.ts'

const HEAD =
  'POST /login HTTP/1.1\r\nHost: shop.test\r\nAuthorization: Basic c2VjcmV0\r\nCookie: sid=hush; b=hush\r\n\r\n'
const BODY = 'password=hush'
const ANSWER = 'HTTP/1.1 200 OK\r\nSet-Cookie: sid=hush; HttpOnly; Path=/\r\nServer: x\r\n\r\n'

type Part = Partial<MessageRecord> & Pick<MessageRecord, 'layer'>
const shared = { flow: 'f', host: 'client', direction: 'out', at: 0, name: '', format: undefined } as const
const textOf = (bytes: Uint8Array): string => Array.from(bytes, byte => String.fromCharCode(byte)).join('')
/** The texts of all messages after redaction. */
const redacted = (...parts: readonly Part[]): string[] => {
  const sink = recorder()
  for (const part of parts) sink.message({ ...shared, id: sink.nextId(), bytes: new Uint8Array(0), ...part })
  return messagesOf(redact(sink.records)).map(m => textOf(m.bytes))
}

test('credentials, cookie values and bodies become asterisks of the same length; the rest of a head stays', () => {
  expect(redacted({ layer: 'http', bytes: ascii(HEAD) }, { layer: 'http', bytes: ascii(ANSWER) })).toEqual([
    'POST /login HTTP/1.1\r\nHost: shop.test\r\nAuthorization: **************\r\nCookie: ****************\r\n\r\n',
    'HTTP/1.1 200 OK\r\nSet-Cookie: sid=****; HttpOnly; Path=/\r\nServer: x\r\n\r\n',
  ])
})

test('a value that is a part of the name of its field is hidden where it stands', () => {
  expect(
    redacted({ layer: 'http', bytes: ascii('GET / HTTP/1.1\r\nCookie: ok\r\nAuthorization:auth\r\n\r\n') }),
  ).toEqual(['GET / HTTP/1.1\r\nCookie: **\r\nAuthorization:****\r\n\r\n'])
})

test('what lies behind the head of a message is its body', () => {
  expect(redacted({ layer: 'http', bytes: ascii(`HTTP/1.1 200 OK\r\n\r\n${BODY}`) })).toEqual([
    'HTTP/1.1 200 OK\r\n\r\n*************',
  ])
})

test('a clear-text stream is hidden below HTTP, also where its head never came to an end', () => {
  const cut = 'HTTP/1.1 200 OK\r\nSet-Cookie: sid=hush'
  const payload = { start: 0, end: cut.length, at: 0 }
  expect(redacted({ layer: 'tcp', bytes: ascii(cut), payload })).toEqual(['*'.repeat(cut.length)])
})

const format = struct({ all: rest })
/** A TCP header of 20 bytes before `text`. */
const segment = (text: string): Uint8Array => {
  const bytes = new Uint8Array([0, 80, 1, 187, ...new Uint8Array(16), ...ascii(text)])
  bytes[12] = 0x50
  return bytes
}
/** An IPv4 header of 20 bytes and a TCP segment. */
const packet = (text: string): Uint8Array => {
  const bytes = new Uint8Array([0x45, ...new Uint8Array(19), ...segment(text)])
  bytes[9] = 6
  return bytes
}

test('segments, packets and frames keep their headers and show nothing of a clear-text stream, repeated or not', () => {
  const texts = redacted(
    { layer: 'tcp', format, bytes: segment(HEAD), payload: { start: 0, end: HEAD.length, at: 20 } },
    // What came before the window has no place in the stream.
    { layer: 'tcp', format, bytes: segment(HEAD) },
    { layer: 'ip', bytes: packet(HEAD) },
    { layer: 'ethernet', bytes: new Uint8Array([...new Uint8Array(14), ...packet(HEAD)]) },
  )
  const headers = [20, 20, 40, 54]
  for (const [i, text] of texts.entries()) {
    expect(text.length).toBe(headers[i]! + HEAD.length)
    expect(text.slice(headers[i])).toBe('*'.repeat(HEAD.length))
    expect(text.slice(0, headers[i])).not.toContain('*')
  }
})

test('a protected record shows no content, the handshake stays, and the ciphertext below needs no hiding', () => {
  const content = HEAD + BODY
  const record = ascii(`HEADERnonce---${content}TAG`)
  const hello = '\x16\x03\x01 hello'
  const [first, next, sealed, handshake] = redacted(
    { layer: 'tcp', bytes: ascii(hello), payload: { start: 0, end: hello.length, at: 0 } },
    { layer: 'tcp', bytes: ascii('ciphertext'), payload: { start: 100, end: 110, at: 0 } },
    { layer: 'record', sealed: true, bytes: record, payload: { start: 0, end: content.length, at: 14 } },
    { layer: 'tls', bytes: ascii('ClientHello') },
  )
  expect([first, next, handshake]).toEqual([hello, 'ciphertext', 'ClientHello'])
  expect(sealed).toBe(`HEADERnonce---${'*'.repeat(content.length)}TAG`)
})

test('a stream is taken for ciphertext by its own beginning only', () => {
  const hello = '\x16\x03\x01 hello'
  const texts = redacted(
    { layer: 'tcp', bytes: ascii(hello) },
    { layer: 'tcp', direction: 'in', bytes: ascii(ANSWER) },
    { layer: 'tcp', flow: 'g', bytes: ascii(BODY) },
    { layer: 'tcp', flow: 'g', bytes: ascii(hello) },
  )
  expect(texts).toEqual([hello, '*'.repeat(ANSWER.length), '*'.repeat(BODY.length), '*'.repeat(hello.length)])
})

test('what fills up a frame behind its packet begins no stream, and shows nothing that somebody left there', () => {
  const frame = (text: string, filling: string): Uint8Array => {
    const inner = packet(text)
    inner[3] = inner.length
    return new Uint8Array([...new Uint8Array(14), ...inner, ...ascii(filling)])
  }
  const texts = redacted(
    { layer: 'ethernet', bytes: frame('', '\0\0\0\0\0\0') },
    { layer: 'ethernet', bytes: frame('', BODY) },
    { layer: 'ethernet', bytes: frame('\x16\x03\x01 hello', '\0\0') },
    { layer: 'ethernet', bytes: frame('ciphertext', BODY) },
  )
  expect(texts.map(text => text.slice(54))).toEqual([
    '\0\0\0\0\0\0',
    '*'.repeat(BODY.length),
    '\x16\x03\x01 hello\0\0',
    `ciphertext${'*'.repeat(BODY.length)}`,
  ])
})

/** An IPv6 header of 40 bytes, from and to addresses that end with `ends`, and a TCP segment. */
const packet6 = (text: string, ends: readonly [number, number]): Uint8Array => {
  const bytes = new Uint8Array([0x60, ...new Uint8Array(39), ...segment(text)])
  bytes[6] = 6
  ;[bytes[23], bytes[39]] = ends
  return bytes
}

test('packets of other addresses with the same ports are other streams, in either version of IP', () => {
  const hello = '\x16\x03\x01 hello'
  const texts = redacted(
    { layer: 'ip', bytes: packet6(hello, [1, 2]) },
    { layer: 'ip', bytes: packet6('ciphertext', [1, 2]) },
    { layer: 'ip', bytes: packet6(BODY, [1, 3]) },
    { layer: 'ip', bytes: packet6(BODY, [4, 2]) },
  )
  expect(texts.map(text => text.slice(60))).toEqual([hello, 'ciphertext', '*'.repeat(13), '*'.repeat(13)])
  const udp = packet(BODY)
  udp[9] = 17
  expect(redacted({ layer: 'ip', bytes: udp })[0]).toContain(BODY)
})

test('what only begins like TLS is clear text, and a stream that was forgotten is hidden', () => {
  expect(redacted({ layer: 'tcp', bytes: ascii('\x16\x05hush') })).toEqual(['******'])
  const first = { layer: 'tcp', flow: 'first' } as const
  const others = Array.from({ length: 10_000 }, (_, i) => ({ layer: 'tcp', flow: `${i}`, bytes: ascii('x') }) as const)
  const texts = redacted(
    { ...first, bytes: ascii('\x15\x03\x03') },
    { ...first, bytes: ascii('ciphertext') },
    ...others,
    { ...first, bytes: ascii('ciphertext') },
  )
  expect([texts[1], texts.at(-1)]).toEqual(['ciphertext', '**********'])
})

test('secrets do not leave, and the records given are not changed', () => {
  const sink = recorder()
  sink.secret({ flow: 'f', host: 'h', label: 'CLIENT_RANDOM', clientRandom: ascii('r'), secret: ascii('s') })
  sink.message({ ...shared, id: 1, layer: 'http', bytes: ascii(HEAD) })
  expect(redact(sink.records).map(entry => entry.type)).toEqual(['message'])
  expect(textOf(messagesOf(sink.records)[0]!.bytes)).toBe(HEAD)
})

test('an address keeps its secrets too, in the head, in the name of the message and in a field alone', () => {
  const head = [
    'GET /cb?state=1&access_token=hush&x=token HTTP/1.1',
    'Referer: https://a.test/#id_token=hush.hush-hush',
    'Location: /?X-Amz-Signature=hush&clientSecret=hush',
    'Link: </next?page_tokens=3>',
    '\r\n',
  ].join('\r\n')
  const sink = recorder()
  const name = 'GET /cb?state=1&access_token=hush&x=token'
  sink.message({ ...shared, id: 1, layer: 'http', name, bytes: ascii(head) })
  const [message] = messagesOf(redact(sink.records))
  expect(message?.name).toBe('GET /cb?state=1&access_token=****&x=token')
  expect(textOf(message!.bytes).split('\r\n')).toEqual([
    'GET /cb?state=1&access_token=****&x=token HTTP/1.1',
    'Referer: https://a.test/#id_token=**************',
    'Location: /?X-Amz-Signature=****&clientSecret=****',
    'Link: </next?page_tokens=3>',
    '',
    '',
  ])
  expect(starredField('location', '/?api_key=hush&a=b')).toBe('/?api_key=****&a=b')
})

/** What is left of `text` where nobody knows where heads begin. */
const shownOf = (text: string): string => textOf(starredBytes(ascii(text), privateInText(ascii(text))))

test('in what was said values are private that are named so, in forms, JSON and heads that nobody could read', () => {
  for (const [text, left] of [
    ['user=ada&password=hu,s"h&remember=1', 'user=ada&password=******&remember=1'],
    ['{"token":"hu\\"sh","token_type":"bearer","n":1}', '{"token":"******","token_type":"bearer","n":1}'],
    ['{"secret":null,"user":{"id":7}}', '{"secret":****,"user":{"id":7}}'],
    ['{ "accessToken" : "hush" , "refresh_token": 12}', '{ "accessToken" : "****" , "refresh_token": **}'],
    ["db.password = 'hush hush'", "db.password = '*********'"],
    ['x\nCookie: hush\n  hush\ny', 'x\nCookie: ****\n  ****\ny'],
    ['Authorization: Bearer hush\r\n', 'Authorization: ***********\r\n'],
    [
      '--b\r\nContent-Disposition: form-data; name="password"\r\n\r\nhush\nhush\r\n--b\r\n\r\nname=x',
      '--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n*********\r\n--b\r\n\r\nname=x',
    ],
    ['Your tokens: 3. The password is long.', 'Your tokens: 3. The password is long.'],
  ] as const)
    expect(shownOf(text)).toBe(left)
  const far = `${'x'.repeat(1024 * 1024 - 10)} password=hush ${'y'.repeat(100)}`
  expect(shownOf(far)).toBe(far.replace('hush', '****'))
})

test('two hundred kilobytes that begin secrets without an end take no time that grows with their square', () => {
  for (const part of ['token="', "token:'", 'name="password"', 'name="token"\r\n\r\n', 'token', 'token \t: ', '-'])
    expect(shownOf(part.repeat(200_000 / part.length)).length).toBeGreaterThan(199_000)
})

test('fields outside of a message are starred alike', () => {
  expect(starredField('set-cookie', 'sid=hush; Path=/')).toBe('sid=****; Path=/')
  expect(starredField('Set-Cookie', 'hush')).toBe('****')
  expect(starredField('authorization', 'Basic x')).toBe('*******')
  expect(starredField('server', 'nginx')).toBe('nginx')
})

test('values that go on in the next lines are private in all of them, and other names for credentials are known', () => {
  const head = [
    'GET / HTTP/1.1',
    'Cookie: a=hush;',
    '  b: hush',
    '\thush',
    'Accept: text/html,',
    ' text/plain',
    'Set-Cookie2: sid=hush; Path=/',
    'Set-Cookie: sid=hu',
    ' sh; Path=/',
    ' HttpOnly',
    'X-Api-Key: hush',
    'X-CSRF-Token: hush',
    'Host: shop.test',
    ' Authorization: hush',
    'Sec-WebSocket-Key: seen',
    '\r\n',
  ].join('\r\n')
  expect(redacted({ layer: 'http', bytes: ascii(head) })[0]?.split('\r\n')).toEqual([
    'GET / HTTP/1.1',
    'Cookie: *******',
    '  *******',
    '\t****',
    'Accept: text/html,',
    ' text/plain',
    'Set-Cookie2: sid=****; Path=/',
    'Set-Cookie: sid=**',
    ' **; Path=/',
    ' HttpOnly',
    'X-Api-Key: ****',
    'X-CSRF-Token: ****',
    'Host: shop.test',
    ' Authorization: ****',
    'Sec-WebSocket-Key: seen',
    '',
    '',
  ])
})

test('white space that no head should have ends no value, and hides no name', () => {
  for (const [head, left] of [
    ['Cookie: a\r\n \x0bhush', 'Cookie: *\r\n \x0b****'],
    ['Cookie: a\r\n \xa0hush', 'Cookie: *\r\n \xa0****'],
    ['Cookie: a\rhush', 'Cookie: ******'],
    ['Accept: a\r\n\x0cCookie : hush', 'Accept: a\r\n\x0cCookie : ****'],
    ['Set-Cookie: sid\r\n =hush', 'Set-Cookie: ***\r\n *****'],
  ])
    expect(redacted({ layer: 'http', bytes: ascii(`GET / HTTP/1.1\r\n${head}`) })[0]).toBe(`GET / HTTP/1.1\r\n${left}`)
})

test('a line of a hundred thousand blanks takes no time that grows with their square', () => {
  const blanks = ' '.repeat(100_000)
  const [text = ''] = redacted({ layer: 'http', bytes: ascii(`GET / HTTP/1.1\r\nCookie: a\r\n${blanks}.\r\n hush`) })
  expect(text.endsWith(' ****')).toBe(true)
})

test('a head of thirty thousand folded lines takes no time that grows with their square', () => {
  const folded = ` hush:${'x'.repeat(20)}\r\n`.repeat(30_000)
  const [text = ''] = redacted({ layer: 'http', bytes: ascii(`GET / HTTP/1.1\r\nCookie: a\r\n${folded}\r\n`) })
  expect(text).not.toContain('hush')
})

/** The packet as others than Ethernet without tags carry it. */
const cooked = (header: number, text: string, format: MessageRecord['format']): Part => ({
  layer: 'ethernet',
  format,
  bytes: new Uint8Array([...new Uint8Array(header), ...packet(text)]),
})

test('frames of every kind that captures have show nothing of a clear-text stream', () => {
  const texts = redacted(
    cooked(16, HEAD, CookedFrame),
    cooked(20, HEAD, CookedFrame2),
    cooked(4, HEAD, LoopbackFrame),
    cooked(18, HEAD, TaggedFrame),
    { layer: 'ethernet', bytes: ascii(`${'.'.repeat(12)}\x88\x64${HEAD}`) },
  )
  for (const [i, header] of [56, 60, 44, 58, 14].entries()) {
    expect(texts[i]!.slice(header)).toBe('*'.repeat(HEAD.length))
    expect(texts[i]!.slice(0, header)).not.toContain('*')
  }
  const arp = ascii(`${'.'.repeat(12)}\x08\x06\x00\x01\x08\x00\x06\x04 and who has it`)
  expect(redacted({ layer: 'ethernet', bytes: arp })).toEqual([textOf(arp)])
})

test('an ICMP error quotes nothing of a clear-text stream, and leaves its headers', () => {
  for (const [type, quoted] of [[3, packet(HEAD)] as const, [1, packet6(HEAD, [1, 2])] as const]) {
    const error = new Uint8Array([type, 3, ...new Uint8Array(6), ...quoted])
    const around = packet('')
    around[9] = 1
    const carried = new Uint8Array([...around.subarray(0, 20), ...error])
    const own = 8 + quoted.length - HEAD.length
    const [text = '', inside = ''] = redacted({ layer: 'icmp', bytes: error }, { layer: 'ip', bytes: carried })
    expect(text.slice(own)).toBe('*'.repeat(HEAD.length))
    expect(inside.slice(20)).toBe(text)
    expect(text.slice(0, own)).not.toContain('*')
  }
  // What RFC 792 asks for: eight octets of the segment, which are ports and a number.
  const short = new Uint8Array([3, 3, ...new Uint8Array(6), ...packet('').subarray(0, 28)])
  expect(redacted({ layer: 'icmp', bytes: short })).toEqual([textOf(short)])
  const redirect = new Uint8Array([137, ...new Uint8Array(39), 4, 14, ...new Uint8Array(6), ...packet6(HEAD, [1, 2])])
  expect(redacted({ layer: 'icmp', bytes: redirect })[0]!.slice(40)).toMatch(/^\*+$/)
  const echo = ascii(`\x08\x00......${HEAD}`)
  expect(redacted({ layer: 'icmp', bytes: echo })).toEqual([textOf(echo)])
})

test('fragments, headers of IPv6 in between and packets in packets hide nothing from us', () => {
  const later = packet(HEAD)
  later[7] = 1
  expect(redacted({ layer: 'ip', bytes: later })[0]!.slice(20)).toBe('*'.repeat(20 + HEAD.length))
  const whole = packet6(HEAD, [1, 2])
  const between = new Uint8Array([...whole.subarray(0, 40), 6, 0, ...new Uint8Array(6), ...whole.subarray(40)])
  between[6] = 60
  expect(redacted({ layer: 'ip', bytes: between })[0]!.slice(68)).toBe('*'.repeat(HEAD.length))
  between[6] = 44
  between[43] = 8
  expect(redacted({ layer: 'ip', bytes: between })[0]!.slice(48)).toBe('*'.repeat(20 + HEAD.length))
  const tunnel = packet('')
  tunnel[9] = 4
  expect(redacted({ layer: 'ip', bytes: new Uint8Array([...tunnel, ...packet(HEAD)]) })[0]).not.toContain('Host')
})
