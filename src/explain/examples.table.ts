/**
 * What is known in the examples of the pages about codes: facts as engines give them. A family has some for all of its
 * codes; a code whose sentence needs others has its own, and none of its sentences may have a hole in it.
 */
import { type Facts, type Failure, type FailureCode, fail, type RequestContext } from '../failures/index.ts'

/** The request of the examples. */
const ASKED: RequestContext = {
  url: 'https://shop.test:8443/cart',
  host: 'shop.test',
  port: 8443,
  address: '192.0.2.7',
}

/** A list of two, of which the second is what the other side has. */
const lists = (expected: string, got: string): Facts => ({ expected, got })
const field = (where: string, got: string, expected?: string): Facts => ({
  where,
  got,
  ...(expected === undefined ? {} : { expected }),
})

const facts: { readonly [Code in FailureCode]?: Facts } = {
  'ip/too-big': { got: '1600', number: 1500 },
  'ip/port-taken': { number: 8443 },
  'ip/no-echo': { where: '192.0.2.7', number: 1000 },
  'tls/not-tls': { got: '"HTTP/1.1 400 Bad"' },
  'tls/no-common-version': lists('TLS 1.3, TLS 1.2', 'TLS 1.1'),
  'tls/no-common-suite': lists('TLS_AES_128_GCM_SHA256', 'TLS_RSA_WITH_AES_128_CBC_SHA'),
  'tls/no-common-group': lists('x25519', 'secp521r1'),
  'tls/no-common-scheme': lists('ecdsa_secp256r1_sha256', 'rsa_pkcs1_sha1'),
  'tls/no-common-certificate-type': lists('X509', 'RawPublicKey'),
  'tls/own-certificate-type': lists('RawPublicKey', 'X509'),
  'tls/nothing-in-common': { expected: 'TLS 1.3, TLS 1.2', number: 40 },
  'tls/name-unknown': { got: 'shop.test', expected: 'www.shop.test' },
  'tls/alpn-none': lists('http/1.1', 'h2'),
  'tls/certificate-kind': lists('ECDSA', 'RSA'),
  'tls/compression-unknown': lists('zlib', 'zstd'),
  'tls/compression-too-long': { got: '16777215', number: 65_536 },
  'tls/compression-broken': { got: 'zlib', expected: '1234' },
  'tls/session-mismatch': lists('TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384'),
  'tls/record-damaged': { number: 3 },
  'tls/record-too-long': { got: '20000', number: 16_640 },
  'tls/record-version': lists('TLS 1.2', 'TLS 1.0'),
  'tls/too-much-waiting': { number: 65_536 },
  'tls/unexpected-record': lists('handshake', 'application_data'),
  'tls/content-too-long': { got: '16400', number: 16_384 },
  'tls/bad-change-cipher-spec': field('ChangeCipherSpec', '2', '1'),
  'tls/alert-level': field('level', '3'),
  'tls/alert-received': { number: 48 },
  'tls/unexpected-message': lists('ServerHello', 'Finished'),
  'tls/message-too-long': { where: 'Certificate', got: '16777215', number: 131_072 },
  'tls/illegal-value': field('ServerHello.legacyVersion', '0x0304'),
  'tls/extension-twice': field('extensions', 'server_name'),
  'tls/wrong-suite': field('cipherSuite', 'TLS_RSA_WITH_NULL_SHA'),
  'tls/wrong-group': field('group', 'secp521r1'),
  'tls/wrong-scheme': field('scheme', 'rsa_pkcs1_sha1'),
  'tls/wrong-protocol': field('application_layer_protocol_negotiation', 'h3'),
  'tls/wrong-certificate-type': field('server_certificate_type', 'RawPublicKey'),
  'tls/needless-certificate-types': field('server_certificate_type', 'X509'),
  'tls/wrong-compression': field('compressionMethod', '1'),
  'tls/no-null-compression': field('compressionMethods', '1'),
  'tls/illegal-extension': field('max_fragment_length', '9'),
  'tls/shares-twice': field('key_share', 'x25519'),
  'tls/retry-empty': field('key_share', 'x25519'),
  'tls/session-echo': field('sessionId', '0102'),
  'tls/second-hello': field('supported_versions', 'TLS 1.2', 'TLS 1.3'),
  'tls/key-not-offered': field('selectedIdentity', '3', '0'),
  'tls/psk-not-last': field('extensions', 'pre_shared_key'),
  'tls/psk-binders': field('binders', '1', '2'),
  'tls/psk-hash': field('cipherSuite', 'TLS_AES_256_GCM_SHA384'),
  'tls/early-data-protocol': field('application_layer_protocol_negotiation', 'h2', 'http/1.1'),
  'tls/early-data-suite': field('cipherSuite', 'TLS_AES_256_GCM_SHA384', 'TLS_AES_128_GCM_SHA256'),
  'tls/bad-external-key': { where: 'identity', got: '0', expected: '1..65535' },
  'tls/proof-mismatch': lists('shop.test', 'www.shop.test'),
  'tls/certificate-expired': { expected: '2026-01-31', got: '2026-11-20' },
  'tls/certificate-not-yet': { expected: '2027-01-31', got: '2026-11-20' },
  'tls/certificate-name': { expected: 'shop.test', got: 'www.shop.test' },
  'tls/certificate-purpose': { expected: 'serverAuth', got: 'clientAuth' },
  'tls/certificate-key-usage': { expected: 'digitalSignature', got: 'keyEncipherment' },
  'tls/certificate-algorithm': { got: 'sha1WithRSAEncryption' },
  'tls/key-untrusted': { got: 'sha256/Kq4V…', expected: 'sha256/9nYz…' },
  'tls/staple-missing': { got: 'OCSP' },
  'tls/certificate-path-length': { got: '1', expected: '0', where: '“R3”' },
  'tls/certificate-critical': { got: '1.2.3.4' },
  'tls/certificate-malformed': { where: 'tbsCertificate.validity' },
  'tls/certificate-profile': { got: 'RSA 1024', where: '“shop.test”' },
  'tls/revocation-unknown': { got: 'OCSP', where: '“shop.test”' },
  'ca/key-readable': { where: 'ca/key.pem', got: '644' },
  'file/malformed': { where: 'key.pem' },
  'acme/timeout': { where: 'https://ca.test/order/1', got: 'processing', number: 300_000 },
  'http/bad-start-line': { got: '"hello"' },
  'http/two-lengths': { got: '7, 8' },
  'http/body-cut-short': { got: '7', expected: '1000', number: 7 },
  'http/upgrade-declined': { got: '200', expected: 'websocket' },
  'http/bad-part': { got: 'Content-Disposition: attachment' },
  'http/not-acceptable': { expected: 'text/html', got: 'image/png' },
  'http/wrong-length': { expected: '10', got: '7' },
  'http/wrong-turn': { where: 'body', got: 'Done' },
  'net/blocked-port': { number: 25 },
  'net/certificate-dates': { expected: '2026-01-31', got: '2026-11-20' },
  'cli/key-readable': { where: 'keys.txt', got: '644' },
  'cli/not-continued': { got: '200', number: 1000 },
  'cli/usage': { where: 'barewire get', got: 'There is no option --no-such.' },
  'capture/not-supported': { got: 'darwin' },
  'capture/not-allowed': { got: '1' },
  'capture/no-interface': { where: 'eth7', expected: 'lo, eth0' },
  'inspect/filter': { number: 5, got: '"="', expected: 'a value' },
  'cli/file': { where: 'keys.txt', got: 'ENOENT' },
}

/** Families in the order in which an exchange can meet them, each with what all of its examples know. */
const FAMILIES: readonly (readonly [family: RegExp, facts: Facts])[] = [
  [/^(tls|link|ip)\//, {}],
  [/^cli\//, { where: 'barewire get', number: 1000 }],
  [/^capture\//, { where: 'block length', got: '10', expected: '32', number: 4096 }],
  [/^inspect\//, { where: '@9', got: '@1 to @3', number: 4 }],
  [/^decode\//, { number: 1_048_576 }],
  [/^dns\//, { where: 'shop.test', number: 5000 }],
  [/^tcp\//, { where: 'localhost:8443', number: 5000 }],
  [/^file\//, { where: 'key.pem' }],
  [/^ca\//, { where: 'ca/key.pem', expected: 'ca' }],
  [/^acme\//, { where: 'https://ca.test/acme/directory', got: 'not today', number: 300_000 }],
  [/^http\//, { number: 1000 }],
  [/^cookie\//, { got: 'shop.test' }],
  [/^session\//, { number: 1000 }],
  [/^net\//, { number: 1000 }],
]

/** For a family that has none of its own. */
const ANY: Facts = { where: 'shop.test', got: 'this', expected: 'that', number: 7 }

/** Codes whose own facts would stand in the sentence of the request. */
const alone = (code: FailureCode): boolean => code.startsWith('tcp/') || code.startsWith('cookie/')

/** The failure that a page shows for a code: everything that its words can say. */
export const exampleOf = (code: FailureCode): Failure => {
  const known = facts[code] ?? FAMILIES.find(([family]) => family.test(code))?.[1] ?? ANY
  const failure = fail(code, known)
  // What a sentence of TCP says of this machine needs no other host.
  return alone(code) ? failure : failure.within(ASKED)
}
