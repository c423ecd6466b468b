/**
 * Fingerprints of hellos: JA3 and JA3S (https://github.com/salesforce/ja3) and JA4 (https://github.com/FoxIO-LLC/ja4,
 * technical_details/JA4.md), from the bytes of the message, header included, as the trace and the questions have them.
 * They tell implementations apart, so they read more than the engine accepts: what makes no sense inside an extension
 * counts as absent. Undefined where there is no such hello at all.
 */
import type { Bytes } from '../../engine.ts'
import { hexText, latin1Bytes } from '../../wire/bytes.ts'
import { type Codec, choice, decode, list, prefixed, type Tagged, text, u8, u16 } from '../../wire/codec.ts'
import { WireError } from '../../wire/reader.ts'
import { extensionNumbers } from '../messages/extensions.ts'
import { isGrease } from '../messages/grease.ts'
import { type ClientHello, clientHello, type ServerHello, serverHello } from '../messages/hello.ts'
import { ExtensionType, HandshakeType } from '../messages/registries.table.ts'

/** A hash function: JA3 wants MD5, JA4 SHA-256. `data => createHash('md5').update(data).digest()` is one. */
export type Digest = (data: Bytes) => Bytes

/** `771,4865-4866-…,0-23-…,29-23-24,0`: version, suites, extensions, groups and point formats of a ClientHello. */
export const ja3 = (hello: Bytes): string | undefined => {
  const read = clientHelloOf(hello)
  if (read === undefined) return undefined
  const { legacyVersion, cipherSuites, extensions = [] } = read
  const lists = [
    known(cipherSuites),
    known(extensions.map(({ type }) => type)),
    known(inside(extensions, extensionNumbers.supportedGroups, groups)),
    inside(extensions, extensionNumbers.pointFormats, formats),
  ]
  return [legacyVersion, ...lists.map(numbers => numbers.join('-'))].join()
}

/** `771,4865,43-51`: version, suite and extensions of a ServerHello. */
export const ja3s = (hello: Bytes): string | undefined => {
  const read = readAs<ServerHello>(hello, HandshakeType.names.ServerHello!, rawServerHello)
  if (read === undefined) return undefined
  const extensions = known((read.extensions ?? []).map(({ type }) => type))
  return `${read.legacyVersion},${read.cipherSuite},${extensions.join('-')}`
}

/** What `ja3` or `ja3s` says, as databases list it: the MD5 in hex. */
export const ja3Hash = (fingerprint: string, md5: Digest): string => hexText(md5(latin1Bytes(fingerprint)))

/** How the hello travelled: over TCP, in QUIC, in DTLS. */
type Transport = 't' | 'q' | 'd'

/** `t13d1516h2_8daaf6152771_e5627efa2ab1`: what is offered in how many words, then which suites and which extensions. */
export const ja4 = (hello: Bytes, sha256: Digest, transport: Transport = 't'): string | undefined => {
  const parts = ja4Parts(hello, transport)
  if (parts === undefined) return undefined
  const short = (words: string): string =>
    words === '' ? '000000000000' : hexText(sha256(latin1Bytes(words))).slice(0, 12)
  return [parts.head, short(parts.suites), short(parts.extensions)].join('_')
}

/** JA4 before its parts are hashed, which is called JA4_r: `t13d1516h2_002f,0035,…_0005,000a,…_0403,0804,…`. */
export const ja4Raw = (hello: Bytes, transport: Transport = 't'): string | undefined => {
  const parts = ja4Parts(hello, transport)
  return parts === undefined ? undefined : [parts.head, parts.suites, parts.extensions].join('_')
}

const ja4Parts = (
  hello: Bytes,
  transport: Transport,
): { readonly head: string; readonly suites: string; readonly extensions: string } | undefined => {
  const read = clientHelloOf(hello)
  if (read === undefined) return undefined
  const { extensions = [] } = read
  const suites = known(read.cipherSuites)
  const types = known(extensions.map(({ type }) => type))
  const { serverName, alpn, supportedVersions, signatureAlgorithms } = extensionNumbers
  const version = Math.max(...known(inside(extensions, supportedVersions, versions)), 0) || read.legacyVersion
  const name = types.includes(serverName) ? 'd' : 'i'
  const protocol = inside(extensions, alpn, protocols).find(each => !isGreaseText(each)) ?? ''
  const rest = types.filter(type => type !== serverName && type !== alpn)
  const schemes = known(inside(extensions, signatureAlgorithms, groups))
  return {
    head: [transport, VERSIONS[version] ?? '00', name, count(suites), count(types), ends(protocol)].join(''),
    suites: suites.map(word).sort().join(),
    extensions: rest.map(word).sort().join() + (schemes.length === 0 ? '' : `_${schemes.map(word).join()}`),
  }
}

const VERSIONS: Readonly<Record<number, string>> = {
  772: '13',
  771: '12',
  770: '11',
  769: '10',
  768: 's3',
  2: 's2',
  65279: 'd1',
  65277: 'd2',
  65276: 'd3',
}

const word = (value: number): string => value.toString(16).padStart(4, '0')
const count = (values: readonly number[]): string => `${Math.min(values.length, 99)}`.padStart(2, '0')

/** First and last character of a protocol's name; of its hex form where one of them is no letter and no digit. */
const ends = (protocol: string): string => {
  if (protocol === '') return '00'
  const both = protocol.charAt(0) + protocol.charAt(protocol.length - 1)
  if (/^[0-9A-Za-z]{2}$/.test(both)) return both
  const hex = hexText(latin1Bytes(protocol))
  return hex.charAt(0) + hex.charAt(hex.length - 1)
}

const isGreaseText = (protocol: string): boolean =>
  protocol.length === 2 && isGrease((protocol.charCodeAt(0) << 8) | protocol.charCodeAt(1))

const known = (values: readonly number[]): readonly number[] => values.filter(value => !isGrease(value))

/** Two bytes each, behind a length of two: groups, and schemes too. */
const groups = prefixed(2, list(u16))
const formats = prefixed(1, list(u8))
const versions = prefixed(1, list(u16))
const protocols = prefixed(2, list(prefixed(1, text)))

const RawExtension = choice(ExtensionType, 2, {})
const rawClientHello = clientHello(RawExtension)
const rawServerHello = serverHello(RawExtension, 'RFC 9846 4.2.3')

const clientHelloOf = (hello: Bytes): ClientHello | undefined =>
  readAs(hello, HandshakeType.names.ClientHello!, rawClientHello)

/** The body of a message of this type. */
const readAs = <T>(message: Bytes, type: number, body: Codec<T>): T | undefined =>
  message[0] === type ? attempt(prefixed(3, body), message.subarray(1)) : undefined

/** What the extension of this type lists; nothing where it is absent or cannot be read. */
const inside = <T>(extensions: readonly Tagged[], type: number, format: Codec<T[]>): readonly T[] => {
  const found = extensions.find(extension => extension.type === type)
  return (found === undefined ? undefined : attempt(format, found.body as Bytes)) ?? []
}

const attempt = <T>(format: Codec<T>, bytes: Bytes): T | undefined => {
  try {
    return decode(format, bytes)
  } catch (error) {
    if (error instanceof WireError) return undefined
    throw error
  }
}
