import { expect, test } from 'vitest'
import {
  CertificateCompressionAlgorithm,
  CertificateType,
  ClientCertificateType,
  CompressionMethod,
  ExtensionType,
  NamedGroup,
  PointFormat,
  SignatureScheme,
} from './registries.table.ts'

/** TLS Supported Groups, as IANA lists them: runs of numbers, each from its first. */
const GROUPS: Readonly<Record<number, string>> = {
  1: 'sect163k1 sect163r1 sect163r2 sect193r1 sect193r2 sect233k1 sect233r1 sect239k1 sect283k1 sect283r1 sect409k1 sect409r1',
  13: 'sect571k1 sect571r1 secp160k1 secp160r1 secp160r2 secp192k1 secp192r1 secp224k1 secp224r1 secp256k1 secp256r1 secp384r1',
  25: 'secp521r1 brainpoolP256r1 brainpoolP384r1 brainpoolP512r1 x25519 x448',
  31: 'brainpoolP256r1tls13 brainpoolP384r1tls13 brainpoolP512r1tls13',
  41: 'curveSM2',
  256: 'ffdhe2048 ffdhe3072 ffdhe4096 ffdhe6144 ffdhe8192',
  512: 'MLKEM512 MLKEM768 MLKEM1024',
  4587: 'SecP256r1MLKEM768 X25519MLKEM768 SecP384r1MLKEM1024',
  25497: 'X25519Kyber768Draft00',
  65281: 'arbitrary_explicit_prime_curves arbitrary_explicit_char2_curves',
}

/** TLS ExtensionType Values, in the same way; the last ones stand where browsers tried them out. */
const EXTENSIONS: Readonly<Record<number, string>> = {
  0: 'server_name max_fragment_length client_certificate_url trusted_ca_keys truncated_hmac status_request user_mapping',
  7: 'client_authz server_authz cert_type supported_groups ec_point_formats srp signature_algorithms use_srtp heartbeat',
  16: 'application_layer_protocol_negotiation status_request_v2 signed_certificate_timestamp client_certificate_type',
  20: 'server_certificate_type padding encrypt_then_mac extended_master_secret token_binding cached_info tls_lts',
  27: 'compress_certificate record_size_limit pwd_protect pwd_clear password_salt ticket_pinning',
  33: 'tls_cert_with_extern_psk delegated_credential session_ticket',
  39: 'supported_ekt_ciphers',
  41: 'pre_shared_key early_data supported_versions cookie psk_key_exchange_modes',
  47: 'certificate_authorities oid_filters post_handshake_auth signature_algorithms_cert key_share transparency_info',
  54: 'connection_id external_id_hash external_session_id quic_transport_parameters ticket_request dnssec_chain',
  60: 'sequence_number_encryption_algorithms rrc tls_flags',
  64768: 'ech_outer_extensions',
  65037: 'encrypted_client_hello',
  65281: 'renegotiation_info',
  13172: 'next_protocol_negotiation',
  17513: 'application_settings_old',
  17613: 'application_settings',
  30031: 'channel_id',
}

/** TLS SignatureScheme; below 0x0700 a hash and what signs, as in RFC 5246. */
const SCHEMES: Readonly<Record<number, string>> = {
  257: 'rsa_pkcs1_md5',
  513: 'rsa_pkcs1_sha1 dsa_sha1 ecdsa_sha1',
  769: 'rsa_pkcs1_sha224 dsa_sha224 ecdsa_sha224',
  1025: 'rsa_pkcs1_sha256 dsa_sha256 ecdsa_secp256r1_sha256',
  1056: 'rsa_pkcs1_sha256_legacy',
  1281: 'rsa_pkcs1_sha384 dsa_sha384 ecdsa_secp384r1_sha384',
  1312: 'rsa_pkcs1_sha384_legacy',
  1537: 'rsa_pkcs1_sha512 dsa_sha512 ecdsa_secp521r1_sha512',
  1568: 'rsa_pkcs1_sha512_legacy',
  1800: 'sm2sig_sm3',
  2052: 'rsa_pss_rsae_sha256 rsa_pss_rsae_sha384 rsa_pss_rsae_sha512 ed25519 ed448 rsa_pss_pss_sha256',
  2058: 'rsa_pss_pss_sha384 rsa_pss_pss_sha512',
  2074: 'ecdsa_brainpoolP256r1tls13_sha256 ecdsa_brainpoolP384r1tls13_sha384 ecdsa_brainpoolP512r1tls13_sha512',
  2308: 'mldsa44 mldsa65 mldsa87',
}

/** TLS ClientCertificateType Identifiers. */
const CLIENT_CERTIFICATES: Readonly<Record<number, string>> = {
  1: 'rsa_sign dss_sign rsa_fixed_dh dss_fixed_dh rsa_ephemeral_dh dss_ephemeral_dh',
  20: 'fortezza_dms',
  64: 'ecdsa_sign rsa_fixed_ecdh ecdsa_fixed_ecdh',
}

test.each([
  ['a group', NamedGroup, GROUPS],
  ['a signature scheme', SignatureScheme, SCHEMES],
  ['a kind of client certificate', ClientCertificateType, CLIENT_CERTIFICATES],
  ['a type of certificate', CertificateType, { 0: 'X509 OpenPGP RawPublicKey' }],
  ['an algorithm that compresses certificates', CertificateCompressionAlgorithm, { 1: 'zlib brotli zstd' }],
  ['a compression method', CompressionMethod, { 0: 'null deflate' }],
  ['a format of points', PointFormat, { 0: 'uncompressed ansiX962_compressed_prime ansiX962_compressed_char2' }],
  ['an extension', ExtensionType, EXTENSIONS],
])('%s has the number that IANA gave it', (_, { names }, table) => {
  const listed = Object.entries(table).flatMap(([from, names]) =>
    names.split(' ').map((name, at): [string, number] => [name, Number(from) + at]),
  )
  const ours = Object.entries(names).filter(([name]) => !name.startsWith('GREASE'))
  expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(listed))
})
