/**
 * What a byte stream is, by its first bytes: ports are agreements that nobody has to keep. Each side is judged by itself, and
 * by no more bytes than decide; so it does not matter in which pieces they come.
 */
import type { Bytes } from '../../engine.ts'
import { REGISTERED_METHODS } from '../../http/semantics/methods.table.ts'
import { latin1Text } from '../../wire/bytes.ts'
import type { Side } from '../types.ts'
import { isSocks } from './preamble.ts'
import { isHeader } from './tls/cutter.ts'
import type { StreamProtocol } from './types.ts'

/** The longest first line of a greeting that is waited for. */
export const PEEKED = 512

/** `more`: it may still be one of them. */
export type Guess = StreamProtocol | 'more'

/** How a protocol begins whose first bytes never change. */
interface Beginning {
  readonly protocol: StreamProtocol
  readonly from: Side | 'either'
  readonly text: string
}

const BEGINNINGS: readonly Beginning[] = [
  { protocol: 'HTTP/2', from: 'client', text: 'PRI * HTTP/2.0\r\n' },
  { protocol: 'HTTP/1.1', from: 'server', text: 'HTTP/1.' },
  { protocol: 'SSH', from: 'either', text: 'SSH-' },
  { protocol: 'POP3', from: 'server', text: '+OK' },
  { protocol: 'IMAP', from: 'server', text: '* OK' },
  { protocol: 'IMAP', from: 'server', text: '* PREAUTH' },
  { protocol: 'VNC', from: 'either', text: 'RFB 00' },
  { protocol: 'AMQP', from: 'client', text: 'AMQP' },
  { protocol: 'BitTorrent', from: 'either', text: '\x13BitTorrent protocol' },
  { protocol: 'PROXY protocol', from: 'client', text: 'PROXY ' },
  { protocol: 'PROXY protocol', from: 'client', text: '\r\n\r\n\0\r\nQUIT\n' },
  { protocol: 'PostgreSQL', from: 'client', text: '\0\0\0\x08\x04\xd2\x16\x2f' },
  ...[...REGISTERED_METHODS].map(method => ({ protocol: 'HTTP/1.1', from: 'client', text: `${method} ` }) as const),
]

/** Forms with something in them that changes; a text that cannot become one of them does not begin like it. */
const FORMS: readonly {
  readonly protocol: StreamProtocol
  readonly from: Side
  readonly form: RegExp
  readonly begins: RegExp
}[] = [
  {
    protocol: 'SMTP',
    from: 'server',
    form: /^220[ -][^\n]*(?:SMTP|[Mm]ail)[^\n]*\n/,
    begins: /^(?:2|22|220|220[ -][^\n]*)$/,
  },
  { protocol: 'FTP', from: 'server', form: /^220[ -][^\n]*\n/, begins: /^(?:2|22|220|220[ -][^\n]*)$/ },
  { protocol: 'Redis', from: 'client', form: /^\*\d{1,6}\r\n\$/, begins: /^\*(?:\d{1,6}(?:\r\n?)?)?$/ },
]

/** What the first bytes of one side say. */
export const guess = (from: Side, bytes: Bytes): Guess => {
  if (bytes.length === 0) return 'more'
  if (isHeader(padded(bytes), 0)) return bytes.length < 5 ? 'more' : 'TLS'
  const text = latin1Text(bytes, 0, Math.min(bytes.length, PEEKED))
  const socks = from === 'client' ? isSocks(bytes) : false
  if (socks === true) return 'SOCKS'
  let more = socks === 'more'
  for (const { protocol, from: whose, text: begin } of BEGINNINGS) {
    if (whose !== 'either' && whose !== from) continue
    if (text.startsWith(begin)) return protocol
    more ||= begin.startsWith(text)
  }
  for (const { protocol, from: whose, form, begins } of FORMS) {
    if (whose !== from) continue
    if (form.test(text)) return protocol
    more ||= begins.test(text)
  }
  return more && bytes.length < PEEKED ? 'more' : 'unknown'
}

/** A header that is not whole yet, as the mildest one that it can become. */
const padded = (bytes: Bytes): Bytes =>
  bytes.length >= 5 ? bytes : Uint8Array.of(bytes[0]!, bytes[1] ?? 3, bytes[2] ?? 1, bytes[3] ?? 0, bytes[4] ?? 0)
