/** Why cases of BoGo are skipped; each is counted by itself in `suites/bogo.ts`. */

/* What we mean not to have. */
export const DATAGRAMS = 'DTLS is not spoken here'
export const QUIC = 'TLS inside QUIC is not spoken here'
export const OLD_VERSIONS = 'TLS 1.0 and 1.1 are forbidden (RFC 8996)'
export const NPN = 'Next Protocol Negotiation was a draft; ALPN replaced it (RFC 7301)'
export const CHANNEL_ID = 'Channel ID was a draft that came to nothing'
export const APPLICATION_SETTINGS = 'application settings (ALPS) are an expired draft of one browser'
export const OTHER_CREDENTIALS = 'delegated credentials and SPAKE2+ are not offered'
export const PSK_SUITES = 'TLS 1.2 suites with pre-shared keys are not offered'
export const TRUST_ANCHOR_IDS = 'trust anchor identifiers are a draft'
export const POLICIES = 'policies that want ML-KEM-1024 cannot be met'
export const SERVER_PADDING = 'padding that the client asks of the server is a draft'
export const ACROSS_NAMES = 'resumption across names is a draft'
export const RENEGOTIATION = 'renegotiation is always refused (RFC 9325 3.5)'
export const HINTS = 'a handshake is not split over two processes'
export const BORINGSSL_ONLY = 'it tests an interface that only BoringSSL has'
export const INVENTED_COMPRESSION = 'it compresses certificates with algorithms that exist in the test only'
export const POST_QUANTUM_SIGNATURES = 'ML-DSA certificates are a draft'

/* What is not there yet. */
export const ENCRYPTED_HELLO = 'Encrypted Client Hello comes next'
export const PSK_IMPORTER = 'imported pre-shared keys (RFC 9258) are not there yet'
export const TLS_1_3 = 'TLS 1.3 is not there yet'
export const RESUMPTION = 'resumption is not there yet'
export const RAW_KEYS = 'raw public keys are not there yet'
export const EXPORTERS = 'exporters are not there yet'
export const STAPLING = 'stapled OCSP responses and SCTs are not there yet'
export const FALSE_START = 'False Start is not there yet'
export const FRAGMENT_SIZE = 'the size of records cannot be configured yet'

/** The flag is not in `flags.table.ts`: the runner is newer than the table. */
export const UNKNOWN = 'a flag that nobody knows'
