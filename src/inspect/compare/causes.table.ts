/** Which differences may be behind a failure: paths of fields, or the part that holds them, the likeliest first. */
import type { DiagnosisCode } from '../diagnosis/types.ts'

const NAME = ['ClientHello.server_name']
const VERSIONS = ['ClientHello.supported_versions', 'ClientHello.legacyVersion']
const SUITES = ['ClientHello.cipherSuites']
const GROUPS = ['ClientHello.supported_groups', 'ClientHello.key_share']
const SCHEMES = ['ClientHello.signature_algorithms', 'ClientHello.signature_algorithms_cert']
const PROTOCOLS = ['ClientHello.application_layer_protocol_negotiation']
const HELLO = [...VERSIONS, ...SUITES, ...GROUPS, ...SCHEMES, ...NAME, ...PROTOCOLS, 'ClientHello']
const REQUEST = ['request']

export const causes: Readonly<Partial<Record<DiagnosisCode, readonly string[]>>> = {
  'tls/name-unknown': NAME,
  'tls/no-common-version': VERSIONS,
  'tls/no-common-suite': [...SUITES, ...VERSIONS, ...SCHEMES],
  'tls/no-common-group': GROUPS,
  'tls/no-common-scheme': SCHEMES,
  'tls/nothing-in-common': HELLO,
  'tls/alpn-none': PROTOCOLS,
  'tls/fallback': [...SUITES, ...VERSIONS],
  'tls/handshake-cut': HELLO,
  'tls/alert-received': HELLO,
  'tls/illegal-value': HELLO,
  'tls/bad-message': HELLO,
  'tls/missing-extension': HELLO,
  'tls/unoffered-extension': HELLO,
  'tcp/reset-in-handshake': [...NAME, 'ClientHello'],
  'net/handshake-timeout': [...NAME, 'ClientHello'],
  'tls/certificate-name': ['Certificate.names', 'Certificate.subject', ...NAME],
  'tls/certificate-expired': ['Certificate.notAfter', ...NAME],
  'tls/certificate-not-yet': ['Certificate.notBefore'],
  'tls/certificate-untrusted': ['Certificate.issuer', 'Certificate.chain', ...NAME],
  'tls/certificate-self-signed': ['Certificate.issuer', 'Certificate.chain', ...NAME],
  'tls/chain-incomplete': ['Certificate.chain', 'Certificate.issuer'],
  'tls/certificate-purpose': ['Certificate'],
  'tls/certificate-malformed': ['Certificate'],
  'tls/certificate-revoked': ['Certificate'],
  'tls/client-certificate-wanted': ['CertificateRequest', 'client Certificate'],
  'http/status': REQUEST,
  'http/unauthorized': ['request.authorization', 'request.cookie', ...REQUEST],
  'net/proxy-authentication': ['request.proxy-authorization', ...REQUEST],
  'http/not-found': ['request.target', 'request.host', ...REQUEST],
  'http/method-not-allowed': ['request.method', ...REQUEST],
  'http/not-acceptable': ['request.accept', 'request.accept-language', ...REQUEST],
  'http/precondition-failed': REQUEST,
  'http/body-too-big': ['request.content-length', ...REQUEST],
  'http/target-too-long': ['request.target'],
  'http/unsupported-media-type': ['request.content-type', ...REQUEST],
  'http/range-not-satisfiable': ['request.range', ...REQUEST],
  'http/unmet-expectation': ['request.expect', ...REQUEST],
  'http/header-too-big': ['request.cookie', ...REQUEST],
  'http/unsupported-version': ['request.version'],
  'http/no-answer': REQUEST,
  'tcp/reset': REQUEST,
  'tcp/refused': ['TCP', 'DNS'],
  'tcp/silence': ['TCP', 'DNS'],
  'ip/too-big': ['TCP'],
}
