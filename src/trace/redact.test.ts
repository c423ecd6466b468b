import { expect, test } from 'vitest'
import { ascii } from '../../test/support/bytes.ts'
import { messagesOf, recorder } from './recorder.ts'
import { redact } from './redact.ts'
import type { MessageRecord } from './types.ts'

const HEAD =
  'POST /login HTTP/1.1\r\nHost: shop.test\r\nAuthorization: Basic c2VjcmV0\r\nCookie: sid=hush; b=hush\r\n\r\n'
const BODY = 'password=hush'
const ANSWER = 'HTTP/1.1 200 OK\r\nSet-Cookie: sid=hush; HttpOnly; Path=/\r\nServer: x\r\n\r\n'

type Part = Partial<MessageRecord> & Pick<MessageRecord, 'id' | 'layer'>
const shared = { flow: 'f', host: 'client', direction: 'out', at: 0, name: '', format: undefined } as const
const message = (part: Part): MessageRecord => ({ ...shared, bytes: new Uint8Array(0), ...part })
const textOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes)
/** The texts of all messages after redaction, by id. */
const redacted = (parts: readonly Part[]): Map<number, string> => {
  const sink = recorder()
  for (const part of parts) sink.message(message(part))
  return new Map(messagesOf(redact(sink.records)).map(m => [m.id, textOf(m.bytes)]))
}

const headRange = { start: 0, end: HEAD.length }

test('credentials, cookie values and bodies become asterisks of the same length; the rest stays', () => {
  const texts = redacted([
    { id: 1, layer: 'http', bytes: ascii(HEAD), stream: headRange },
    { id: 2, layer: 'http', direction: 'in', bytes: ascii(ANSWER), stream: { start: 0, end: ANSWER.length } },
  ])
  expect(texts.get(1)).toBe(
    'POST /login HTTP/1.1\r\nHost: shop.test\r\nAuthorization: **************\r\nCookie: ****************\r\n\r\n',
  )
  expect(texts.get(2)).toBe('HTTP/1.1 200 OK\r\nSet-Cookie: sid=****; HttpOnly; Path=/\r\nServer: x\r\n\r\n')
})

test('what passed in the clear is hidden in every layer below, retransmissions included', () => {
  const stream = HEAD + BODY
  const cut = 60
  const segment = (id: number, start: number, end: number): Part[] => [
    { id, layer: 'tcp', bytes: ascii(`TCP:${stream.slice(start, end)}`), payload: { start, end, at: 4 } },
    {
      id: id + 10,
      layer: 'ip',
      bytes: ascii(`IP:TCP:${stream.slice(start, end)}`),
      carries: [{ message: id, start: 3, end: 7 + end - start }],
    },
  ]
  const texts = redacted([
    { id: 1, layer: 'http', bytes: ascii(HEAD), stream: headRange },
    ...segment(2, 0, cut),
    ...segment(3, cut, stream.length),
    ...segment(4, 0, cut),
  ])
  for (const [id, text] of texts) {
    expect(text, `message ${id}`).not.toContain('hush')
    expect(text, `message ${id}`).not.toContain('c2VjcmV0')
  }
  expect(texts.get(3)?.length).toBe(4 + stream.length - cut)
  expect(texts.get(13)).toMatch(/^IP:TCP:/)
  expect(texts.get(13)).toContain('Cookie: ****')
})

test('a protected record shows no content, the handshake stays, and the ciphertext below needs no hiding', () => {
  const content = HEAD + BODY
  const bytes = ascii(`HEADERnonce---${content}TAG`)
  const texts = redacted([
    { id: 1, layer: 'http', bytes: ascii(HEAD), stream: headRange },
    {
      id: 2,
      layer: 'record',
      sealed: true,
      bytes,
      stream: { start: 100, end: 100 + bytes.length },
      payload: { start: 0, end: content.length, at: 14 },
    },
    { id: 3, layer: 'tcp', bytes: ascii('ciphertext'), payload: { start: 100, end: 110, at: 0 } },
    { id: 4, layer: 'tls', bytes: ascii('ClientHello') },
  ])
  expect(texts.get(2)).not.toContain('hush')
  expect(texts.get(2)).toContain('POST /login')
  expect(texts.get(2)).toMatch(/^HEADERnonce---.*TAG$/s)
  expect(texts.get(3)).toBe('ciphertext')
  expect(texts.get(4)).toBe('ClientHello')
})

test('secrets do not leave, and the records given are not changed', () => {
  const sink = recorder()
  sink.secret({ flow: 'f', host: 'h', label: 'CLIENT_RANDOM', clientRandom: ascii('r'), secret: ascii('s') })
  sink.message(message({ id: 1, layer: 'http', bytes: ascii(HEAD), stream: headRange }))
  expect(redact(sink.records).map(entry => entry.type)).toEqual(['message'])
  expect(textOf(messagesOf(sink.records)[0]!.bytes)).toBe(HEAD)
})

test('what lies behind the head of a message is its body', () => {
  const texts = redacted([{ id: 1, layer: 'http', bytes: ascii(`HTTP/1.1 200 OK\r\n\r\n${BODY}`) }])
  expect(texts.get(1)).toBe('HTTP/1.1 200 OK\r\n\r\n*************')
})
