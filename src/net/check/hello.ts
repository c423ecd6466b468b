/**
 * Hellos as bytes, of every version since SSL 2.0. Nothing here can go on with a handshake: what the first answer says is
 * all that is wanted, so no old cipher is needed to ask for one.
 */
import type { Bytes } from '../../engine.ts'
import type { Random } from '../../random.ts'
import { clientExtensions } from '../../tls/messages/extensions.ts'
import { ClientHello } from '../../tls/messages/hello.ts'
import {
  EMPTY_RENEGOTIATION_INFO_SCSV,
  ExtensionType,
  NameType,
  SSL_3_0,
  TLS_1_2,
} from '../../tls/messages/registries.table.ts'
import { joined } from '../../wire/bytes.ts'
import { encode, type Tagged } from '../../wire/codec.ts'

/** One question. What is left out is not said. */
export interface HelloSpec {
  /** `legacy_version`, as IANA numbers it. */
  readonly version: number
  readonly suites: readonly number[]
  /** supported_versions, and with it what TLS 1.3 needs beside. */
  readonly versions?: readonly number[] | undefined
  readonly serverName?: string | undefined
  readonly groups?: readonly number[] | undefined
  readonly schemes?: readonly number[] | undefined
  readonly alpn?: readonly string[] | undefined
  /** Shares of TLS 1.3; none of them: the server names the group that it likes in a HelloRetryRequest. */
  readonly shares?: readonly { readonly group: number; readonly keyExchange: Bytes }[] | undefined
  readonly compressions?: readonly number[] | undefined
  readonly sessionId?: Bytes | undefined
  /** `none`: neither tickets, nor stapling, nor what makes old versions safer. */
  readonly extras?: 'none' | 'no-tickets' | undefined
  /** Behind the others. */
  readonly more?: readonly Tagged[] | undefined
  /** How the message is cut: `records` in the middle, `tiny` with a first record of one byte. */
  readonly cut?: 'records' | 'tiny' | undefined
}

/** Content of a record (RFC 9846 5.1). */
const MOST_CONTENT = 16_384
const HANDSHAKE = 22

/** The records of a hello. */
export const helloBytes = (spec: HelloSpec, random: Random): Bytes => {
  const body = encode(ClientHello, {
    legacyVersion: spec.version,
    random: random.bytes(32),
    // RFC 9846 D.4: a session that never was keeps boxes in the middle from choking on TLS 1.3.
    sessionId: spec.sessionId ?? (spec.versions === undefined ? new Uint8Array(0) : random.bytes(32)),
    cipherSuites: [...spec.suites, ...(spec.version <= SSL_3_0 ? [EMPTY_RENEGOTIATION_INFO_SCSV] : [])],
    compressionMethods: [...(spec.compressions ?? [0])],
    // SSL 3.0 has none, and some of its servers refuse a hello that does.
    extensions: spec.version <= SSL_3_0 ? undefined : extensionsOf(spec),
  })
  const { length } = body
  const message = joined([Uint8Array.of(1, length >> 16, (length >> 8) & 0xff, length & 0xff), body])
  const first = spec.cut === 'tiny' ? 1 : spec.cut === 'records' ? message.length >> 1 : MOST_CONTENT
  const pieces = [message.subarray(0, first)]
  for (let at = first; at < message.length; at += MOST_CONTENT) pieces.push(message.subarray(at, at + MOST_CONTENT))
  // RFC 9846 5.1: 0x0301 in the first record, whatever is offered; SSL 3.0 says what it is.
  const minor = spec.version <= SSL_3_0 ? 0 : 1
  return joined(
    pieces.flatMap(each => [Uint8Array.of(HANDSHAKE, 3, minor, each.length >> 8, each.length & 0xff), each]),
  )
}

const extensionsOf = (spec: HelloSpec): Tagged[] => {
  const { serverName, groups, schemes, alpn, versions, extras } = spec
  const empty = {}
  const extra = extras !== 'none'
  return [
    ...clientExtensions({
      serverName:
        serverName === undefined ? undefined : { names: [{ type: NameType.names.host_name!, body: serverName }] },
      extendedMasterSecret: extra ? empty : undefined,
      encryptThenMac: extra ? empty : undefined,
      renegotiationInfo: { renegotiatedConnection: new Uint8Array(0) },
      supportedGroups: groups && { groups: [...groups] },
      pointFormats: groups && { formats: [0] },
      sessionTicket: extra && extras !== 'no-tickets' ? { ticket: new Uint8Array(0) } : undefined,
      statusRequest: extra ? { head: 1, body: { responders: [], extensions: new Uint8Array(0) } } : undefined,
      signedCertificateTimestamp: extra ? empty : undefined,
      signatureAlgorithms: schemes && spec.version >= TLS_1_2 ? { schemes: [...schemes] } : undefined,
      alpn: alpn && { protocols: [...alpn] },
      supportedVersions: versions && { versions: [...versions] },
      pskKeyExchangeModes: versions && { modes: [1] },
      keyShare: versions && { clientShares: [...(spec.shares ?? [])] },
    }),
    ...(spec.more ?? []),
  ]
}

/** An extension of any content, by number. */
export const rawExtension = (type: number, content: Bytes): Tagged => ({ type, body: content })

/** RFC 7685: zeros. */
export const padding = (length: number): Tagged => ({
  type: ExtensionType.names.padding!,
  body: { zeros: new Uint8Array(length) },
})

/** The kinds of cipher that SSL 2.0 had, three bytes each; its servers answer with those that they share. */
const SSL_2_CIPHERS: readonly number[] = [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07]
const SSL_2_DETAILS: readonly number[] = [0x0080, 0x0080, 0x0080, 0x0080, 0x0080, 0x0040, 0x00c0]

/** The hello of SSL 2.0: a length with its highest bit set, CLIENT-HELLO, version 2, ciphers, no session, a challenge. */
export const ssl2Hello = (random: Random): Bytes => {
  const ciphers = SSL_2_CIPHERS.flatMap((kind, i) => [kind, SSL_2_DETAILS[i]! >> 8, SSL_2_DETAILS[i]! & 0xff])
  const challenge = random.bytes(16)
  const body = joined([Uint8Array.of(1, 0, 2, 0, ciphers.length, 0, 0, 0, challenge.length, ...ciphers), challenge])
  return joined([Uint8Array.of(0x80, body.length), body])
}
