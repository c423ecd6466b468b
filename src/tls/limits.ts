/** Everything that a peer can make us hold or do without being authenticated, as numbers. */
/** RFC 5246 6.2.1: 2^14 bytes of content in a record. */
export const MAX_PLAINTEXT = 16_384

/** RFC 5246 6.2.3: a protected fragment may be 2,048 bytes longer. */
export const MAX_CIPHERTEXT: number = MAX_PLAINTEXT + 2_048

/** RFC 9846 5.2: in TLS 1.3 a protected fragment may be 256 bytes longer. */
export const MAX_CIPHERTEXT_13: number = MAX_PLAINTEXT + 256

/** One handshake message, as in BoringSSL. */
const MAX_MESSAGE = 16_384

/** The longest ClientHello that its syntax allows, with every list as long as it can be; OpenSSL has the same. */
const MAX_CLIENT_HELLO = 131_396

/** A message that lists certificates or names of CAs; Go and rustls have the same. A thousand names need some 40 KB. */
const MAX_LONG_MESSAGE = 65_536

const LONG: ReadonlySet<string> = new Set(['Certificate', 'CompressedCertificate', 'CertificateRequest'])

/** How long the body of a message may be. */
export const longest = (name: string): number =>
  name === 'ClientHello' ? MAX_CLIENT_HELLO : LONG.has(name) ? MAX_LONG_MESSAGE : MAX_MESSAGE

/**
 * A state that is sealed into a ticket; so much is left for what is around it. Clients take no longer message with it, OpenSSL
 * neither: who has shown a chain that does not fit is new each time.
 */
export const MOST_SEALED: number = MAX_MESSAGE - 512

/** What may arrive while a question is open, before the connection is established: one flight, with room to spare. */
export const MAX_WAITING_BYTES = 131_072

/** Records without content in a row; BoringSSL has 32. */
export const MAX_EMPTY_RECORDS = 32

/** Warning alerts in a row; BoringSSL has 4. */
export const MAX_WARNINGS = 4

/** Requests to negotiate again, over the life of a connection. Each costs us an answer. */
export const MAX_RENEGOTIATION_REQUESTS = 4

/** Changes of the peer's keys without data between them; BoringSSL has 32. */
export const MAX_KEY_UPDATES = 32

/** Requests for a certificate behind the handshake, over the life of a connection. Each costs us a signature. */
export const MAX_LATER_REQUESTS = 32

/** Requests of ours for a certificate that a client has not answered yet: each holds a hash. */
export const MAX_OPEN_REQUESTS = 4

/** Identities of keys from elsewhere that are looked up for one hello. Each may cost a question to a database. */
export const MAX_IDENTITIES = 8

/** ChangeCipherSpecs that say nothing, in a handshake of TLS 1.3; BoringSSL has 32. */
export const MAX_CHANGE_CIPHER_SPECS = 32

/**
 * Bytes of early data that a server passes over because it does not take it (RFC 9846 4.3.10), records and all; what our
 * own tickets allow fits in, and a client of another server has as much elsewhere (BoringSSL: 14,336).
 */
export const PASSED_OVER = 65_536
