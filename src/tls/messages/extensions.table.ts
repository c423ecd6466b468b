/**
 * One row per extension that we understand: its name at IANA, and what it says in each message where it may stand. The
 * codecs, the views of `extensions.ts` and the check that an extension stands where it belongs all come from here.
 */
import { type Codec, choice, type Infer, list, prefixed, rest, struct, text, u16, u32 } from '../../wire/codec.ts'
import { dependent } from '../../wire/dependent.ts'
import { between, nonEmpty } from './combinators.ts'
import {
  CertificateCompressionAlgorithm,
  CertificateStatusType,
  CertificateType,
  MaxFragmentLength,
  NamedGroup,
  NameType,
  PointFormat,
  ProtocolVersion,
  PskKeyExchangeMode,
  SignatureScheme,
} from './registries.table.ts'

/**
 * RFC 9846 4.3: messages with extensions. TLS 1.2 has its answers in the ServerHello, where TLS 1.3 leaves no more than
 * what the keys depend on.
 */
export type Place =
  | 'clientHello'
  | 'serverHello12'
  | 'serverHello'
  | 'helloRetryRequest'
  | 'encryptedExtensions'
  | 'certificateRequest'
  | 'certificate'
  | 'newSessionTicket'

type Places = Readonly<Partial<Record<Place, Codec<unknown>>>>

const row = <const N extends string, const I extends Places>(
  name: N,
  places: I,
): { readonly name: N; readonly in: I } => ({ name, in: places })

const strings = <T>(codec: Codec<T>): Codec<T[]> => prefixed(2, nonEmpty(list(prefixed(2, codec))))
const some = nonEmpty(rest)
const empty = struct({}, { ref: 'RFC 6066 3' })

const groups = struct({ groups: prefixed(2, nonEmpty(list(NamedGroup))) }, { ref: 'RFC 8422 5.1.1' })
const pointFormats = struct({ formats: prefixed(1, nonEmpty(list(PointFormat))) }, { ref: 'RFC 8422 5.1.2' })
const schemes = struct({ schemes: prefixed(2, nonEmpty(list(SignatureScheme))) }, { ref: 'RFC 9846 4.3.3' })
const protocols = struct(
  { protocols: prefixed(2, nonEmpty(list(prefixed(1, nonEmpty(text))))) },
  { ref: 'RFC 7301 3.1' },
)
const fragmentLength = struct({ maxFragmentLength: MaxFragmentLength }, { ref: 'RFC 6066 4' })
const sizeLimit = struct({ recordSizeLimit: u16 }, { ref: 'RFC 8449 4' })
const certificateTypes = struct({ types: prefixed(1, nonEmpty(list(CertificateType))) }, { ref: 'RFC 7250 3' })
const certificateType = struct({ type: CertificateType }, { ref: 'RFC 7250 3' })
const timestamps = struct({ timestamps: strings(some) }, { ref: 'RFC 6962 3.3' })
const renegotiation = struct({ renegotiatedConnection: prefixed(1, rest) }, { ref: 'RFC 5746 3.2' })
const compressions = struct(
  { algorithms: prefixed(1, nonEmpty(list(CertificateCompressionAlgorithm))) },
  { ref: 'RFC 8879 3' },
)
const authorities = struct({ authorities: strings(some) }, { ref: 'RFC 9846 4.3.4' })
const selectedVersion = struct({ version: ProtocolVersion }, { ref: 'RFC 9846 4.3.1' })
const cookie = struct({ cookie: prefixed(2, some) }, { ref: 'RFC 9846 4.3.2' })
const share = struct({ group: NamedGroup, keyExchange: prefixed(2, some) }, { ref: 'RFC 9846 4.3.8' })
const opaque = struct({ data: rest }, { ref: 'RFC 9849 5' })

/** RFC 6066 8: what a request for OCSP says; other kinds of status keep their bytes. */
const ocspRequest = struct({ responders: prefixed(2, list(prefixed(2, some))), extensions: prefixed(2, rest) })
const statusRequest = dependent<number, unknown>(
  {
    head: CertificateStatusType,
    body: type => (type === 1 ? ocspRequest : rest) as Codec<unknown>,
    names: ['statusType', 'request'],
  },
  { ref: 'RFC 6066 8' },
)
/** The answer: a message of its own in TLS 1.2, part of a certificate's entry in TLS 1.3 (RFC 9846 4.5.2.1). */
export const CertificateStatus: Codec<{ statusType: number; response: Uint8Array }> = struct(
  { statusType: CertificateStatusType, response: prefixed(3, some) },
  { ref: 'RFC 6066 8' },
)
export type CertificateStatus = Infer<typeof CertificateStatus>

const offeredKeys = struct(
  {
    identities: prefixed(
      2,
      nonEmpty(list(struct({ identity: prefixed(2, some), obfuscatedTicketAge: u32 }, { ref: 'RFC 9846 4.3.11' }))),
    ),
    binders: prefixed(2, nonEmpty(list(prefixed(1, between(32, 255))))),
  },
  { ref: 'RFC 9846 4.3.11' },
)
const oidFilters = struct(
  { filters: prefixed(2, list(struct({ oid: prefixed(1, some), values: prefixed(2, rest) }))) },
  { ref: 'RFC 9846 4.3.5' },
)

export const extensions = {
  serverName: row('server_name', {
    clientHello: struct(
      { names: prefixed(2, nonEmpty(list(choice(NameType, 2, { 0: nonEmpty(text) })))) },
      { ref: 'RFC 6066 3' },
    ),
    serverHello12: empty,
    encryptedExtensions: empty,
  }),
  maxFragmentLength: row('max_fragment_length', {
    clientHello: fragmentLength,
    serverHello12: fragmentLength,
    encryptedExtensions: fragmentLength,
  }),
  statusRequest: row('status_request', {
    clientHello: statusRequest,
    serverHello12: empty,
    certificateRequest: empty,
    certificate: CertificateStatus,
  }),
  supportedGroups: row('supported_groups', { clientHello: groups, encryptedExtensions: groups }),
  pointFormats: row('ec_point_formats', { clientHello: pointFormats, serverHello12: pointFormats }),
  signatureAlgorithms: row('signature_algorithms', { clientHello: schemes, certificateRequest: schemes }),
  alpn: row('application_layer_protocol_negotiation', {
    clientHello: protocols,
    serverHello12: protocols,
    encryptedExtensions: protocols,
  }),
  signedCertificateTimestamp: row('signed_certificate_timestamp', {
    clientHello: empty,
    serverHello12: timestamps,
    certificateRequest: empty,
    certificate: timestamps,
  }),
  clientCertificateType: row('client_certificate_type', {
    clientHello: certificateTypes,
    serverHello12: certificateType,
    encryptedExtensions: certificateType,
  }),
  serverCertificateType: row('server_certificate_type', {
    clientHello: certificateTypes,
    serverHello12: certificateType,
    encryptedExtensions: certificateType,
  }),
  padding: row('padding', { clientHello: struct({ zeros: rest }, { ref: 'RFC 7685 3' }) }),
  encryptThenMac: row('encrypt_then_mac', { clientHello: empty, serverHello12: empty }),
  extendedMasterSecret: row('extended_master_secret', { clientHello: empty, serverHello12: empty }),
  compressCertificate: row('compress_certificate', { clientHello: compressions, certificateRequest: compressions }),
  recordSizeLimit: row('record_size_limit', {
    clientHello: sizeLimit,
    serverHello12: sizeLimit,
    encryptedExtensions: sizeLimit,
  }),
  sessionTicket: row('session_ticket', {
    clientHello: struct({ ticket: rest }, { ref: 'RFC 5077 3.2' }),
    serverHello12: empty,
  }),
  preSharedKey: row('pre_shared_key', {
    clientHello: offeredKeys,
    serverHello: struct({ selectedIdentity: u16 }, { ref: 'RFC 9846 4.3.11' }),
  }),
  earlyData: row('early_data', {
    clientHello: empty,
    encryptedExtensions: empty,
    newSessionTicket: struct({ maxEarlyDataSize: u32 }, { ref: 'RFC 9846 4.3.10' }),
  }),
  supportedVersions: row('supported_versions', {
    clientHello: struct({ versions: prefixed(1, nonEmpty(list(ProtocolVersion))) }, { ref: 'RFC 9846 4.3.1' }),
    serverHello: selectedVersion,
    helloRetryRequest: selectedVersion,
  }),
  cookie: row('cookie', { clientHello: cookie, helloRetryRequest: cookie }),
  pskKeyExchangeModes: row('psk_key_exchange_modes', {
    clientHello: struct({ modes: prefixed(1, nonEmpty(list(PskKeyExchangeMode))) }, { ref: 'RFC 9846 4.3.9' }),
  }),
  certificateAuthorities: row('certificate_authorities', { clientHello: authorities, certificateRequest: authorities }),
  oidFilters: row('oid_filters', { certificateRequest: oidFilters }),
  postHandshakeAuth: row('post_handshake_auth', { clientHello: empty }),
  signatureAlgorithmsCert: row('signature_algorithms_cert', { clientHello: schemes, certificateRequest: schemes }),
  keyShare: row('key_share', {
    clientHello: struct({ clientShares: prefixed(2, list(share)) }, { ref: 'RFC 9846 4.3.8' }),
    serverHello: struct({ serverShare: share }, { ref: 'RFC 9846 4.3.8' }),
    helloRetryRequest: struct({ selectedGroup: NamedGroup }, { ref: 'RFC 9846 4.3.8' }),
  }),
  encryptedClientHello: row('encrypted_client_hello', {
    clientHello: opaque,
    helloRetryRequest: opaque,
    encryptedExtensions: opaque,
  }),
  renegotiationInfo: row('renegotiation_info', { clientHello: renegotiation, serverHello12: renegotiation }),
} as const
