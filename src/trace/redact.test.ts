import { expect, test } from 'vitest'
import { ascii } from '../../test/support/bytes.ts'
import { rest, struct } from '../wire/codec.ts'
import { messagesOf, recorder } from './recorder.ts'
import { redact, starredField } from './redact.ts'
import type { MessageRecord } from './types.ts'

const HEAD =
  'POST /login HTTP/1.1\r\nHost: shop.test\r\nAuthorization: Basic c2VjcmV0\r\nCookie: sid=hush; b=hush\r\n\r\n'
const BODY = 'password=hush'
const ANSWER = 'HTTP/1.1 200 OK\r\nSet-Cookie: sid=hush; HttpOnly; Path=/\r\nServer: x\r\n\r\n'

type Part = Partial<MessageRecord> & Pick<MessageRecord, 'layer'>
const shared = { flow: 'f', host: 'client', direction: 'out', at: 0, name: '', format: undefined } as const
const textOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes)
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

test('fields outside of a message are starred alike', () => {
  expect(starredField('set-cookie', 'sid=hush; Path=/')).toBe('sid=****; Path=/')
  expect(starredField('Set-Cookie', 'hush')).toBe('****')
  expect(starredField('authorization', 'Basic x')).toBe('*******')
  expect(starredField('server', 'nginx')).toBe('nginx')
})
