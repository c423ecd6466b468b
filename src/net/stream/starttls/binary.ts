/** The scripts of protocols whose messages are no lines: a length goes before each. */
import { latin1Bytes, latin1Text } from '../../../wire/bytes.ts'
import type { No, Script } from './script.ts'

const said = (text: string): No => ({ type: 'refused', got: text })
const hex = (octet: number): string => `0x${octet.toString(16).padStart(2, '0')}`

/** LDAPMessage 1: the extended request of this name and no value (RFC 4511 4.14.1). */
const LDAP_NAME = /* @__PURE__ */ latin1Bytes('1.3.6.1.4.1.1466.20037')
const LDAP_REQUEST: readonly number[] = [0x30, 0x1d, 0x02, 0x01, 0x01, 0x77, 0x18, 0x80, 0x16]
const [SEQUENCE, EXTENDED_RESPONSE, ENUMERATED] = [0x30, 0x78, 0x0a] as const
/** RFC 4511 A.1. */
const PROTOCOL_ERROR = 2

/** RFC 4511 4.14. BER: Active Directory writes lengths longer than they need be. */
export function* ldap(): Script {
  yield { say: Uint8Array.of(...LDAP_REQUEST, ...LDAP_NAME) }
  const [tag = 0, first = 0] = yield { octets: 2 }
  if (tag !== SEQUENCE) return said(hex(tag))
  let length = first
  if (first > 0x80) {
    if (first > 0x84) return said(hex(first))
    length = (yield { octets: first & 0x7f }).reduce((sum, octet) => sum * 256 + octet, 0)
  }
  const body = yield { octets: length }
  const id = elementAt(body, 0)
  const response = id && elementAt(body, id.end)
  const code = response && elementAt(body, response.start)
  if (response?.tag !== EXTENDED_RESPONSE || code?.tag !== ENUMERATED) return said(hex(response?.tag ?? tag))
  const result = body[code.start]!
  if (result === 0) return undefined
  return result === PROTOCOL_ERROR ? { type: 'missing' } : said(`LDAP ${result}`)
}

/** The element of BER that begins at `at`; undefined where it is not whole. */
const elementAt = (bytes: Uint8Array, at: number): { tag: number; start: number; end: number } | undefined => {
  const [tag = 0, first = 0] = bytes.subarray(at, at + 2)
  const start = at + 2 + (first > 0x80 ? first & 0x7f : 0)
  const length = first > 0x80 ? bytes.subarray(at + 2, start).reduce((sum, octet) => sum * 256 + octet, 0) : first
  const end = start + length
  return end > bytes.length || end <= start ? undefined : { tag, start, end }
}

/** SSLRequest, and an octet for an answer (PostgreSQL 15, 55.2.10). */
const SSL_REQUEST = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f] as const

export function* postgres(): Script {
  yield { say: Uint8Array.of(...SSL_REQUEST) }
  const answer = latin1Text(yield { octets: 1 })
  if (answer === 'S') return undefined
  return answer === 'N' ? { type: 'missing' } : said(answer)
}

/** Of the capabilities of MySQL 4.1 and later: TLS, and what its ends take for given. */
const CLIENT_SSL = 0x800
const CAPABILITIES = [0x00, 0x8a, 0x08, 0x00] as const
const [ERROR, PROTOCOL_10] = [0xff, 10] as const

/** Protocol::HandshakeV10, and SSLRequest: nothing is answered to that. */
export function* mysql(): Script {
  const [low = 0, middle = 0, high = 0] = yield { octets: 4 }
  const packet = yield { octets: low | (middle << 8) | (high << 16) }
  if (packet[0] === ERROR) return said(latin1Text(packet.subarray(3, 203)))
  if (packet[0] !== PROTOCOL_10) return said(hex(packet[0] ?? 0))
  // The version ends with a zero; the thread, eight octets of a challenge and a zero go before the capabilities.
  const flags = packet.indexOf(0, 1) + 1 + 4 + 8 + 1
  const offers = (packet[flags] ?? 0) | ((packet[flags + 1] ?? 0) << 8)
  if ((offers & CLIENT_SSL) === 0) return { type: 'missing' }
  const [longest, charset] = [[0, 0, 0, 1], 0x21] as const
  yield { say: Uint8Array.of(32, 0, 0, 1, ...CAPABILITIES, ...longest, charset, ...new Uint8Array(23)) }
  return undefined
}
