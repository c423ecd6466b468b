/** What an end speaks, by its first bytes. */
import { spokenIn } from '../../explain/protocols.ts'
import { hexText, latin1Text } from '../../wire/bytes.ts'

/** RFC 9846 5.1: the types of records, from change_cipher_spec to application_data, and the major version. */
const isRecord = (head: Uint8Array): boolean => head[0]! >= 20 && head[0]! <= 23 && (head.length < 2 || head[1] === 3)

/** RFC 5246 E.2: a ClientHello as SSL 2.0 had it, though it may offer more. */
export const SSL2 = 'SSL 2.0'
const isSsl2Hello = (head: Uint8Array): boolean =>
  head.length > 4 &&
  head[0]! >= 0x80 &&
  head[2] === 1 &&
  ((head[3] === 3 && head[4]! <= 4) || (head[3] === 0 && head[4] === 2))

/** RFC 9113 3.4: a server begins with SETTINGS, of stream 0 and of whole entries; those that are defined are few. */
const isSettings = (head: Uint8Array): boolean =>
  head.length >= 9 &&
  head[0] === 0 &&
  head[1] === 0 &&
  head[2]! % 6 === 0 &&
  head.subarray(3, 9).every((octet, i) => octet === (i === 0 ? 4 : 0))

/** Undefined for no bytes; `something else` for what nobody here knows. */
export const spokenBy = (head: Uint8Array): string | undefined => {
  if (head.length === 0) return undefined
  if (isRecord(head)) return 'TLS'
  if (isSsl2Hello(head)) return SSL2
  const text = latin1Text(head)
  if (text.startsWith('PRI * HTTP/2') || isSettings(head)) return 'HTTP/2'
  // A balancer says first for whom it speaks; what it passes on begins behind that.
  if (/^PROXY (?:TCP[46]|UNKNOWN)|^\r\n\r\n\0\r\nQUIT\n/.test(text)) return 'PROXY protocol'
  if (/^(?:[A-Z]{3,10} \S|HTTP\/1\.)/.test(text)) return 'HTTP'
  return spokenIn(`"${text}`) ?? spokenIn(spaced(head.subarray(0, 8))) ?? 'something else'
}
const spaced = (bytes: Uint8Array): string => hexText(bytes).replace(/(..)(?!$)/g, '$1 ')
