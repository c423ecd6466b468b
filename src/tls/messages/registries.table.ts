/**
 * The numbers of TLS and their names, as IANA has them. More is named here than we speak: a hello lists what others
 * can do, and a reader wants names. What we speak is in `suites.table.ts` and `schemes.table.ts`.
 */
import { type Named, named, u8, u16 } from '../../wire/codec.ts'
import { cipherSuiteNames } from './cipher-suites.table.ts'
import { greaseModeNames, greaseNames } from './grease.ts'

export { EMPTY_RENEGOTIATION_INFO_SCSV, FALLBACK_SCSV } from './cipher-suites.table.ts'

export const SSL_3_0 = 0x0300
export const TLS_1_2 = 0x0303
export const TLS_1_3 = 0x0304

export const ProtocolVersion: Named = named(
  u16,
  { ...greaseNames, 'SSL 3.0': SSL_3_0, 'TLS 1.0': 0x0301, 'TLS 1.1': 0x0302, 'TLS 1.2': TLS_1_2, 'TLS 1.3': TLS_1_3 },
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
    // By form a ServerHello: who knows only the number says so, hence the order.
    HelloRetryRequest: 2,
    ServerHello: 2,
    NewSessionTicket: 4,
    EndOfEarlyData: 5,
    EncryptedExtensions: 8,
    Certificate: 11,
    ServerKeyExchange: 12,
    CertificateRequest: 13,
    ServerHelloDone: 14,
    CertificateVerify: 15,
    ClientKeyExchange: 16,
    Finished: 20,
    CertificateURL: 21,
    CertificateStatus: 22,
    SupplementalData: 23,
    KeyUpdate: 24,
    CompressedCertificate: 25,
    NextProtocol: 67,
    MessageHash: 254,
  },
  { ref: 'RFC 5246 7.4' },
)

export const ExtensionType: Named = named(
  u16,
  {
    ...greaseNames,
    server_name: 0,
    max_fragment_length: 1,
    client_certificate_url: 2,
    trusted_ca_keys: 3,
    truncated_hmac: 4,
    status_request: 5,
    user_mapping: 6,
    client_authz: 7,
    server_authz: 8,
    cert_type: 9,
    supported_groups: 10,
    ec_point_formats: 11,
    srp: 12,
    signature_algorithms: 13,
    use_srtp: 14,
    heartbeat: 15,
    application_layer_protocol_negotiation: 16,
    status_request_v2: 17,
    signed_certificate_timestamp: 18,
    client_certificate_type: 19,
    server_certificate_type: 20,
    padding: 21,
    encrypt_then_mac: 22,
    extended_master_secret: 23,
    token_binding: 24,
    cached_info: 25,
    tls_lts: 26,
    compress_certificate: 27,
    record_size_limit: 28,
    pwd_protect: 29,
    pwd_clear: 30,
    password_salt: 31,
    ticket_pinning: 32,
    tls_cert_with_extern_psk: 33,
    delegated_credential: 34,
    session_ticket: 35,
    supported_ekt_ciphers: 39,
    pre_shared_key: 41,
    early_data: 42,
    supported_versions: 43,
    cookie: 44,
    psk_key_exchange_modes: 45,
    certificate_authorities: 47,
    oid_filters: 48,
    post_handshake_auth: 49,
    signature_algorithms_cert: 50,
    key_share: 51,
    transparency_info: 52,
    connection_id: 54,
    external_id_hash: 55,
    external_session_id: 56,
    quic_transport_parameters: 57,
    ticket_request: 58,
    dnssec_chain: 59,
    sequence_number_encryption_algorithms: 60,
    rrc: 61,
    tls_flags: 62,
    next_protocol_negotiation: 0x3374,
    application_settings_old: 0x4469,
    application_settings: 0x44cd,
    channel_id: 0x754f,
    ech_outer_extensions: 0xfd00,
    encrypted_client_hello: 0xfe0d,
    renegotiation_info: 0xff01,
  },
  { ref: 'RFC 6066 1.1' },
)

export const NamedGroup: Named = named(
  u16,
  {
    ...greaseNames,
    sect163k1: 1,
    sect163r1: 2,
    sect163r2: 3,
    sect193r1: 4,
    sect193r2: 5,
    sect233k1: 6,
    sect233r1: 7,
    sect239k1: 8,
    sect283k1: 9,
    sect283r1: 10,
    sect409k1: 11,
    sect409r1: 12,
    sect571k1: 13,
    sect571r1: 14,
    secp160k1: 15,
    secp160r1: 16,
    secp160r2: 17,
    secp192k1: 18,
    secp192r1: 19,
    secp224k1: 20,
    secp224r1: 21,
    secp256k1: 22,
    secp256r1: 0x0017,
    secp384r1: 0x0018,
    secp521r1: 0x0019,
    brainpoolP256r1: 0x001a,
    brainpoolP384r1: 0x001b,
    brainpoolP512r1: 0x001c,
    x25519: 0x001d,
    x448: 0x001e,
    brainpoolP256r1tls13: 0x001f,
    brainpoolP384r1tls13: 0x0020,
    brainpoolP512r1tls13: 0x0021,
    curveSM2: 0x0029,
    ffdhe2048: 0x0100,
    ffdhe3072: 0x0101,
    ffdhe4096: 0x0102,
    ffdhe6144: 0x0103,
    ffdhe8192: 0x0104,
    MLKEM512: 0x0200,
    MLKEM768: 0x0201,
    MLKEM1024: 0x0202,
    SecP256r1MLKEM768: 0x11eb,
    X25519MLKEM768: 0x11ec,
    SecP384r1MLKEM1024: 0x11ed,
    X25519Kyber768Draft00: 0x6399,
    arbitrary_explicit_prime_curves: 0xff01,
    arbitrary_explicit_char2_curves: 0xff02,
  },
  { ref: 'RFC 8422 5.1.1' },
)

export const SignatureScheme: Named = named(
  u16,
  {
    ...greaseNames,
    rsa_pkcs1_md5: 0x0101,
    rsa_pkcs1_sha1: 0x0201,
    dsa_sha1: 0x0202,
    ecdsa_sha1: 0x0203,
    rsa_pkcs1_sha224: 0x0301,
    dsa_sha224: 0x0302,
    ecdsa_sha224: 0x0303,
    rsa_pkcs1_sha256: 0x0401,
    dsa_sha256: 0x0402,
    ecdsa_secp256r1_sha256: 0x0403,
    rsa_pkcs1_sha256_legacy: 0x0420,
    rsa_pkcs1_sha384: 0x0501,
    dsa_sha384: 0x0502,
    ecdsa_secp384r1_sha384: 0x0503,
    rsa_pkcs1_sha384_legacy: 0x0520,
    rsa_pkcs1_sha512: 0x0601,
    dsa_sha512: 0x0602,
    ecdsa_secp521r1_sha512: 0x0603,
    rsa_pkcs1_sha512_legacy: 0x0620,
    sm2sig_sm3: 0x0708,
    rsa_pss_rsae_sha256: 0x0804,
    rsa_pss_rsae_sha384: 0x0805,
    rsa_pss_rsae_sha512: 0x0806,
    ed25519: 0x0807,
    ed448: 0x0808,
    rsa_pss_pss_sha256: 0x0809,
    rsa_pss_pss_sha384: 0x080a,
    rsa_pss_pss_sha512: 0x080b,
    ecdsa_brainpoolP256r1tls13_sha256: 0x081a,
    ecdsa_brainpoolP384r1tls13_sha384: 0x081b,
    ecdsa_brainpoolP512r1tls13_sha512: 0x081c,
    mldsa44: 0x0904,
    mldsa65: 0x0905,
    mldsa87: 0x0906,
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
  {
    rsa_sign: 1,
    dss_sign: 2,
    rsa_fixed_dh: 3,
    dss_fixed_dh: 4,
    rsa_ephemeral_dh: 5,
    dss_ephemeral_dh: 6,
    fortezza_dms: 20,
    ecdsa_sign: 64,
    rsa_fixed_ecdh: 65,
    ecdsa_fixed_ecdh: 66,
  },
  { ref: 'RFC 5246 7.4.4' },
)

export const AlertLevel: Named = named(u8, { warning: 1, fatal: 2 }, { ref: 'RFC 5246 7.2' })

export const CipherSuite: Named = named(u16, { ...greaseNames, ...cipherSuiteNames }, { ref: 'RFC 5246 7.4.1.2' })

export const CertificateStatusType: Named = named(u8, { ocsp: 1, ocsp_multi: 2 }, { ref: 'RFC 6066 8' })

export const CertificateType: Named = named(u8, { X509: 0, OpenPGP: 1, RawPublicKey: 2 }, { ref: 'RFC 7250 3' })

export const CertificateCompressionAlgorithm: Named = named(u16, { zlib: 1, brotli: 2, zstd: 3 }, { ref: 'RFC 8879 3' })

/** Bytes of plaintext in a record, by number. */
export const MaxFragmentLength: Named = named(u8, { '512': 1, '1024': 2, '2048': 3, '4096': 4 }, { ref: 'RFC 6066 4' })

export const PskKeyExchangeMode: Named = named(
  u8,
  { ...greaseModeNames, psk_ke: 0, psk_dhe_ke: 1 },
  { ref: 'RFC 9846 4.3.9' },
)

export const KeyUpdateRequest: Named = named(
  u8,
  { update_not_requested: 0, update_requested: 1 },
  { ref: 'RFC 9846 4.7.3' },
)

/** Hashes of HKDF, for keys that are imported. */
export const KdfIdentifier: Named = named(u16, { HKDF_SHA256: 1, HKDF_SHA384: 2 }, { ref: 'RFC 9258 10' })
