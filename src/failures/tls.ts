/** What ends TLS, in the order in which it can happen: beginning, handshake, records, alerts of the peer, the end. */
import { EXIT, family } from './registry.ts'

const fromPeer = { fault: 'peer', exit: EXIT.tls } as const
const fromCaller = { fault: 'caller', exit: EXIT.tls } as const

const beginning = family('tls', {
  'not-tls': {
    ...fromPeer,
    rule: 'RFC 5246 6.2.1',
    others: { openssl: '0A00010B wrong version number', curl: 35, node: 'ERR_SSL_WRONG_VERSION_NUMBER' },
  },
  'http-spoken': {
    ...fromPeer,
    status: 400,
    rule: 'RFC 9110 4.2.2',
    others: { openssl: '0A00009C http request', curl: 52 },
  },
  'no-common-version': {
    ...fromPeer,
    alert: 70,
    rule: 'RFC 5246 E.1',
    others: { openssl: '0A00042E tlsv1 alert protocol version', curl: 35 },
  },
  'no-common-suite': {
    ...fromPeer,
    alert: 40,
    rule: 'RFC 5246 7.4.1.3',
    others: { openssl: '0A000410 sslv3 alert handshake failure', curl: 35 },
  },
  'no-common-group': {
    ...fromPeer,
    alert: 40,
    rule: 'RFC 8422 5.1',
    others: { openssl: '0A000410 sslv3 alert handshake failure', curl: 35 },
  },
  'no-common-scheme': {
    ...fromPeer,
    alert: 40,
    rule: 'RFC 5246 7.4.1.4.1',
    others: { openssl: '0A000076 no suitable signature algorithm', curl: 35 },
  },
  'name-unknown': {
    ...fromPeer,
    alert: 112,
    rule: 'RFC 6066 3',
    others: { openssl: 'tlsv1 unrecognized name', chrome: 'ERR_SSL_UNRECOGNIZED_NAME_ALERT' },
  },
  'alpn-none': {
    ...fromPeer,
    alert: 120,
    rule: 'RFC 7301 3.2',
    others: { openssl: 'tlsv1 alert no application protocol', chrome: 'ERR_ALPN_NEGOTIATION_FAILED' },
  },
  downgrade: { ...fromPeer, alert: 47, rule: 'RFC 9846 4.1.3', others: { openssl: '0A000175 inappropriate fallback' } },
  fallback: {
    ...fromPeer,
    alert: 86,
    rule: 'RFC 7507 3',
    others: { openssl: '0A00043E tlsv1 alert inappropriate fallback' },
  },
})

const checks = family('tls', {
  'signature-wrong': {
    ...fromPeer,
    alert: 51,
    rule: 'RFC 5246 7.4.3',
    others: { openssl: '0A00007B bad signature', node: 'ERR_SSL_BAD_SIGNATURE' },
  },
  'certificate-missing': { ...fromPeer, alert: 50, rule: 'RFC 5246 7.4.2' },
  'certificate-kind': {
    ...fromPeer,
    alert: 43,
    rule: 'RFC 5246 7.4.2',
    others: { openssl: '0A00017F wrong certificate type' },
  },
  'client-certificate-wanted': {
    ...fromPeer,
    rule: 'RFC 5246 7.4.6',
    others: { openssl: '0A000410 sslv3 alert handshake failure', chrome: 'ERR_BAD_SSL_CLIENT_AUTH_CERT' },
  },
  'share-wrong': { ...fromPeer, alert: 47, rule: 'RFC 8422 5.11', others: { openssl: '0A00010F bad ecpoint' } },
  'finished-wrong': {
    ...fromPeer,
    alert: 51,
    rule: 'RFC 5246 7.4.9',
    others: { openssl: '0A000095 digest check failed', node: 'ERR_SSL_DIGEST_CHECK_FAILED' },
  },
  'no-extended-master-secret': { ...fromPeer, alert: 40, rule: 'RFC 7627 5.3' },
  'renegotiation-unsafe': {
    ...fromPeer,
    alert: 40,
    rule: 'RFC 5746 3.4',
    others: { openssl: '0A000152 unsafe legacy renegotiation disabled' },
  },
})

const records = family('tls', {
  'record-damaged': {
    ...fromPeer,
    alert: 20,
    rule: 'RFC 5246 6.2.3.3',
    others: { openssl: '0A000119 bad record mac', node: 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', curl: 56 },
  },
  'record-too-long': {
    ...fromPeer,
    alert: 22,
    rule: 'RFC 5246 6.2.3',
    others: { openssl: '0A0000C6 packet length too long', chrome: 'ERR_SSL_PROTOCOL_ERROR' },
  },
  'record-version': {
    ...fromPeer,
    alert: 70,
    rule: 'RFC 5246 6.2.1',
    others: { openssl: '0A00010B wrong version number' },
  },
  'too-many-empty-records': { ...fromPeer, alert: 10, rule: 'RFC 5246 6.2.1' },
  'too-many-warnings': {
    ...fromPeer,
    alert: 10,
    rule: 'RFC 5246 7.2.2',
    others: { openssl: '0A000199 too many warn alerts' },
  },
  'too-much-waiting': { ...fromPeer, alert: 10, rule: 'RFC 5246 7.3' },
  'cut-short': {
    ...fromPeer,
    rule: 'RFC 5246 7.2.1',
    others: { openssl: '0A000126 unexpected eof while reading', curl: 56, node: 'ECONNRESET' },
  },
})

const messages = family('tls', {
  'unexpected-message': {
    ...fromPeer,
    alert: 10,
    rule: 'RFC 5246 7.3',
    others: { openssl: '0A0000F4 unexpected message' },
  },
  'bad-message': { ...fromPeer, alert: 50, rule: 'RFC 5246 7.2.2', others: { openssl: '0A00009F length mismatch' } },
  'message-too-long': {
    ...fromPeer,
    alert: 47,
    rule: 'RFC 5246 7.4',
    others: { openssl: '0A000098 excessive message size' },
  },
  'illegal-value': { ...fromPeer, alert: 47, rule: 'RFC 5246 7.2.2' },
  'unoffered-extension': {
    ...fromPeer,
    alert: 110,
    rule: 'RFC 5246 7.4.1.4',
    others: { openssl: '0A00006E bad extension' },
  },
  renegotiation: {
    ...fromPeer,
    alert: 100,
    rule: 'RFC 5246 7.4.1.1',
    others: { openssl: '0A000153 no renegotiation' },
  },
  'handshake-cut': {
    ...fromPeer,
    rule: 'RFC 5246 7.2.1',
    others: { openssl: '0A000126 unexpected eof while reading', curl: 35, node: 'ECONNRESET' },
  },
  'alert-received': {
    ...fromPeer,
    rule: 'RFC 5246 7.2.2',
    others: { openssl: 'SSL alert number N', node: 'ERR_SSL_…_ALERT_…', curl: 35 },
  },
})

const misuse = family('tls', {
  'write-too-early': { ...fromCaller, alert: 80 },
  'write-after-close': { ...fromCaller, alert: 80 },
  'no-such-question': { ...fromCaller, alert: 80 },
  'proof-mismatch': { ...fromCaller, alert: 80 },
})

export const tlsFailures: typeof beginning & typeof checks & typeof records & typeof messages & typeof misuse = {
  ...beginning,
  ...checks,
  ...records,
  ...messages,
  ...misuse,
}
