/**
 * The numbers of TLS and their names, as IANA has them. More is named here than we speak: a hello lists what others
 * can do, and a reader wants names. What we speak is in `suites.table.ts` and `schemes.table.ts`.
 */
import { type Named, named, u8, u16 } from '../../wire/codec.ts'

/** The version that is spoken here. */
export const TLS_1_2 = 0x0303

export const ProtocolVersion: Named = named(
  u16,
  { 'SSL 3.0': 0x0300, 'TLS 1.0': 0x0301, 'TLS 1.1': 0x0302, 'TLS 1.2': TLS_1_2, 'TLS 1.3': 0x0304 },
  { ref: 'RFC 5246 6.2.1' },
)

export const ContentType: Named = named(
  u8,
  { change_cipher_spec: 20, alert: 21, handshake: 22, application_data: 23 },
  { ref: 'RFC 5246 6.2.1' },
)

export const HandshakeType: Named = named(
  u8,
  {
    HelloRequest: 0,
    ClientHello: 1,
    ServerHello: 2,
    NewSessionTicket: 4,
    EncryptedExtensions: 8,
    Certificate: 11,
    ServerKeyExchange: 12,
    CertificateRequest: 13,
    ServerHelloDone: 14,
    CertificateVerify: 15,
    ClientKeyExchange: 16,
    Finished: 20,
    CertificateStatus: 22,
    KeyUpdate: 24,
  },
  { ref: 'RFC 5246 7.4' },
)

export const ExtensionType: Named = named(
  u16,
  {
    server_name: 0,
    max_fragment_length: 1,
    status_request: 5,
    supported_groups: 10,
    ec_point_formats: 11,
    signature_algorithms: 13,
    application_layer_protocol_negotiation: 16,
    signed_certificate_timestamp: 18,
    padding: 21,
    encrypt_then_mac: 22,
    extended_master_secret: 23,
    compress_certificate: 27,
    record_size_limit: 28,
    session_ticket: 35,
    pre_shared_key: 41,
    early_data: 42,
    supported_versions: 43,
    cookie: 44,
    psk_key_exchange_modes: 45,
    certificate_authorities: 47,
    post_handshake_auth: 49,
    signature_algorithms_cert: 50,
    key_share: 51,
    encrypted_client_hello: 0xfe0d,
    renegotiation_info: 0xff01,
  },
  { ref: 'RFC 6066 1.1' },
)

export const NamedGroup: Named = named(
  u16,
  {
    secp256r1: 0x0017,
    secp384r1: 0x0018,
    secp521r1: 0x0019,
    x25519: 0x001d,
    x448: 0x001e,
    ffdhe2048: 0x0100,
    ffdhe3072: 0x0101,
    ffdhe4096: 0x0102,
    ffdhe6144: 0x0103,
    ffdhe8192: 0x0104,
    X25519MLKEM768: 0x11ec,
  },
  { ref: 'RFC 8422 5.1.1' },
)

export const SignatureScheme: Named = named(
  u16,
  {
    rsa_pkcs1_sha1: 0x0201,
    ecdsa_sha1: 0x0203,
    rsa_pkcs1_sha256: 0x0401,
    ecdsa_secp256r1_sha256: 0x0403,
    rsa_pkcs1_sha384: 0x0501,
    ecdsa_secp384r1_sha384: 0x0503,
    rsa_pkcs1_sha512: 0x0601,
    ecdsa_secp521r1_sha512: 0x0603,
    rsa_pss_rsae_sha256: 0x0804,
    rsa_pss_rsae_sha384: 0x0805,
    rsa_pss_rsae_sha512: 0x0806,
    ed25519: 0x0807,
    ed448: 0x0808,
    rsa_pss_pss_sha256: 0x0809,
    rsa_pss_pss_sha384: 0x080a,
    rsa_pss_pss_sha512: 0x080b,
  },
  { ref: 'RFC 9846 4.3.3' },
)

export const PointFormat: Named = named(
  u8,
  { uncompressed: 0, ansiX962_compressed_prime: 1, ansiX962_compressed_char2: 2 },
  { ref: 'RFC 8422 5.1.2' },
)

export const CurveType: Named = named(
  u8,
  { explicit_prime: 1, explicit_char2: 2, named_curve: 3 },
  { ref: 'RFC 8422 5.4' },
)

export const CompressionMethod: Named = named(u8, { null: 0, deflate: 1 }, { ref: 'RFC 3749 2' })

export const NameType: Named = named(u8, { host_name: 0 }, { ref: 'RFC 6066 3' })

export const ClientCertificateType: Named = named(
  u8,
  { rsa_sign: 1, dss_sign: 2, rsa_fixed_dh: 3, dss_fixed_dh: 4, ecdsa_sign: 64 },
  { ref: 'RFC 5246 7.4.4' },
)

export const AlertLevel: Named = named(u8, { warning: 1, fatal: 2 }, { ref: 'RFC 5246 7.2' })

/** Signalling values are suites by form only: RFC 5746 3.3 and RFC 7507 2. */
export const EMPTY_RENEGOTIATION_INFO_SCSV = 0x00ff
export const FALLBACK_SCSV = 0x5600

export const CipherSuite: Named = named(
  u16,
  {
    TLS_NULL_WITH_NULL_NULL: 0x0000,
    TLS_RSA_WITH_RC4_128_SHA: 0x0005,
    TLS_RSA_WITH_3DES_EDE_CBC_SHA: 0x000a,
    TLS_RSA_WITH_AES_128_CBC_SHA: 0x002f,
    TLS_DHE_RSA_WITH_AES_128_CBC_SHA: 0x0033,
    TLS_RSA_WITH_AES_256_CBC_SHA: 0x0035,
    TLS_DHE_RSA_WITH_AES_256_CBC_SHA: 0x0039,
    TLS_RSA_WITH_AES_128_CBC_SHA256: 0x003c,
    TLS_RSA_WITH_AES_256_CBC_SHA256: 0x003d,
    TLS_DHE_RSA_WITH_AES_128_CBC_SHA256: 0x0067,
    TLS_DHE_RSA_WITH_AES_256_CBC_SHA256: 0x006b,
    TLS_RSA_WITH_AES_128_GCM_SHA256: 0x009c,
    TLS_RSA_WITH_AES_256_GCM_SHA384: 0x009d,
    TLS_DHE_RSA_WITH_AES_128_GCM_SHA256: 0x009e,
    TLS_DHE_RSA_WITH_AES_256_GCM_SHA384: 0x009f,
    TLS_EMPTY_RENEGOTIATION_INFO_SCSV: EMPTY_RENEGOTIATION_INFO_SCSV,
    TLS_AES_128_GCM_SHA256: 0x1301,
    TLS_AES_256_GCM_SHA384: 0x1302,
    TLS_CHACHA20_POLY1305_SHA256: 0x1303,
    TLS_AES_128_CCM_SHA256: 0x1304,
    TLS_AES_128_CCM_8_SHA256: 0x1305,
    TLS_FALLBACK_SCSV: FALLBACK_SCSV,
    TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: 0xc009,
    TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: 0xc00a,
    TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: 0xc013,
    TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: 0xc014,
    TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256: 0xc023,
    TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384: 0xc024,
    TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256: 0xc027,
    TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384: 0xc028,
    TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: 0xc02b,
    TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: 0xc02c,
    TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: 0xc02f,
    TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: 0xc030,
    TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: 0xcca8,
    TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: 0xcca9,
    TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256: 0xccaa,
  },
  { ref: 'RFC 5246 7.4.1.2' },
)
