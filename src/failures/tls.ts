/** What ends TLS, in the order in which it can happen: beginning, handshake, records, alerts of the peer, the end. */
import { EXIT, family } from './registry.ts'

const fromPeer = { fault: 'peer', exit: EXIT.tls } as const
const fromCaller = { fault: 'caller', exit: EXIT.tls } as const

const beginning = family('tls', {
  'not-tls': { ...fromPeer, rule: 'RFC 5246 6.2.1' },
  'http-spoken': { ...fromPeer, status: 400, rule: 'RFC 9110 4.2.2' },
  'no-common-version': { fault: 'local', exit: EXIT.tls, alert: 70, rule: 'RFC 5246 E.1' },
  'no-common-suite': { ...fromPeer, alert: 40, rule: 'RFC 5246 7.4.1.3' },
  'no-common-group': { ...fromPeer, alert: 40, rule: 'RFC 8422 5.1' },
  'no-common-scheme': { ...fromPeer, alert: 40, rule: 'RFC 5246 7.4.1.4.1' },
  'no-common-certificate-type': { ...fromPeer, alert: 43, rule: 'RFC 7250 4.2' },
  'own-certificate-type': { ...fromPeer, alert: 43, rule: 'RFC 7250 4.2' },
  'nothing-in-common': { ...fromPeer, alert: 40, rule: 'RFC 5246 7.2.2' },
  'name-unknown': { ...fromPeer, alert: 112, rule: 'RFC 6066 3' },
  'alpn-none': { ...fromPeer, alert: 120, rule: 'RFC 7301 3.2' },
  downgrade: { ...fromPeer, alert: 47, rule: 'RFC 9846 4.2.3' },
  fallback: { ...fromPeer, alert: 86, rule: 'RFC 7507 3' },
})

const checks = family('tls', {
  'signature-wrong': { ...fromPeer, alert: 51, rule: 'RFC 5246 7.4.3' },
  'certificate-missing': { ...fromPeer, alert: 50, rule: 'RFC 5246 7.4.2' },
  'raw-key-malformed': { ...fromPeer, alert: 50, rule: 'RFC 7250 3' },
  'certificate-kind': { ...fromPeer, alert: 43, rule: 'RFC 5246 7.4.2' },
  'client-certificate-missing': { ...fromPeer, alert: 40, rule: 'RFC 5246 7.4.6' },
  'compression-unknown': { ...fromPeer, alert: 47, rule: 'RFC 8879 4' },
  'compression-too-long': { ...fromPeer, alert: 47, rule: 'RFC 8879 4' },
  'compression-broken': { ...fromPeer, alert: 42, rule: 'RFC 8879 4' },
  'client-certificate-required': { ...fromPeer, alert: 116, rule: 'RFC 9846 4.5.2.4' },
  'client-certificate-wanted': { ...fromPeer, rule: 'RFC 5246 7.4.6' },
  'share-wrong': { ...fromPeer, alert: 47, rule: 'RFC 8422 5.11' },
  'binder-wrong': { ...fromPeer, alert: 51, rule: 'RFC 9846 4.3.11.2' },
  'finished-wrong': { ...fromPeer, alert: 51, rule: 'RFC 5246 7.4.9' },
  'no-extended-master-secret': { ...fromPeer, alert: 40, rule: 'RFC 7627 5.3' },
  'session-mismatch': { ...fromPeer, alert: 47, rule: 'RFC 5246 7.4.1.3' },
  'session-unbound': { ...fromPeer, alert: 40, rule: 'RFC 7627 5.3' },
  'renegotiation-unsafe': { ...fromPeer, alert: 40, rule: 'RFC 5746 3.4' },
  'renegotiation-unprotected': { ...fromPeer, alert: 40, rule: 'RFC 5746 3.4' },
  'external-key-unknown': { ...fromPeer, alert: 51, rule: 'RFC 9846 6.2' },
  'external-key-own': { ...fromPeer, alert: 51, rule: 'RFC 9257 4.1' },
  'nothing-to-show': { ...fromPeer, alert: 40, rule: 'RFC 9846 4.3.11' },
})

const records = family('tls', {
  'record-damaged': { ...fromPeer, alert: 20, rule: 'RFC 5246 6.2.3.3' },
  'record-too-long': { ...fromPeer, alert: 22, rule: 'RFC 5246 6.2.3' },
  'record-version': { ...fromPeer, alert: 70, rule: 'RFC 5246 6.2.1' },
  'too-many-empty-records': { ...fromPeer, alert: 10, rule: 'RFC 5246 6.2.1' },
  'too-much-early-data': { ...fromPeer, alert: 10, rule: 'RFC 9846 4.3.10' },
  'too-many-key-updates': { ...fromPeer, alert: 10, rule: 'RFC 9846 4.7.3' },
  'too-many-warnings': { ...fromPeer, alert: 10, rule: 'RFC 5246 7.2.2' },
  'too-much-waiting': { ...fromPeer, alert: 10, rule: 'RFC 5246 7.3' },
  'cut-short': { ...fromPeer, rule: 'RFC 5246 7.2.1' },
  'unexpected-record': { ...fromPeer, alert: 10, rule: 'RFC 5246 6.2.1' },
  'content-too-long': { ...fromPeer, alert: 22, rule: 'RFC 5246 6.2.1' },
  'bad-change-cipher-spec': { ...fromPeer, alert: 10, rule: 'RFC 9846 5' },
  'bad-alert': { ...fromPeer, alert: 50, rule: 'RFC 5246 7.2' },
  'alert-level': { ...fromPeer, alert: 47, rule: 'RFC 5246 7.2' },
})

const messages = family('tls', {
  'unexpected-message': { ...fromPeer, alert: 10, rule: 'RFC 5246 7.3' },
  'bad-message': { ...fromPeer, alert: 50, rule: 'RFC 5246 7.2.2' },
  'message-too-long': { ...fromPeer, alert: 47, rule: 'RFC 5246 7.4' },
  'illegal-value': { ...fromPeer, alert: 47, rule: 'RFC 5246 7.2.2' },
  'missing-extension': { ...fromPeer, alert: 109, rule: 'RFC 9846 9.2' },
  'unoffered-extension': { ...fromPeer, alert: 110, rule: 'RFC 5246 7.4.1.4' },
  renegotiation: { ...fromPeer, alert: 100, rule: 'RFC 5246 7.4.1.1' },
  'handshake-cut': { ...fromPeer, rule: 'RFC 5246 7.2.1' },
  'alert-received': { ...fromPeer, rule: 'RFC 5246 7.2.2' },
  'excess-data': { ...fromPeer, alert: 10, rule: 'RFC 9846 5.1' },
  'bad-hello': { ...fromPeer, alert: 50, rule: 'RFC 5246 7.4.1.2' },
  'bad-extension': { ...fromPeer, alert: 50, rule: 'RFC 5246 7.4.1.4' },
  'extension-twice': { ...fromPeer, alert: 50, rule: 'RFC 5246 7.4.1.4' },
  'wrong-suite': { ...fromPeer, alert: 47, rule: 'RFC 5246 7.4.1.3' },
  'wrong-group': { ...fromPeer, alert: 47, rule: 'RFC 8422 5.4' },
  'wrong-scheme': { ...fromPeer, alert: 47, rule: 'RFC 5246 7.4.3' },
  'wrong-protocol': { ...fromPeer, alert: 47, rule: 'RFC 7301 3.1' },
  'wrong-certificate-type': { ...fromPeer, alert: 47, rule: 'RFC 7250 4.2' },
  'needless-certificate-types': { ...fromPeer, alert: 47, rule: 'RFC 7250 4.1' },
  'wrong-compression': { ...fromPeer, alert: 47, rule: 'RFC 5246 7.4.1.3' },
  'no-null-compression': { ...fromPeer, alert: 47, rule: 'RFC 5246 7.4.1.2' },
  'illegal-extension': { ...fromPeer, alert: 47, rule: 'RFC 5246 7.4.1.4' },
  'share-missing': { ...fromPeer, alert: 109, rule: 'RFC 9846 4.3.8' },
  'shares-twice': { ...fromPeer, alert: 47, rule: 'RFC 9846 4.3.8' },
  'retry-empty': { ...fromPeer, alert: 47, rule: 'RFC 9846 4.2.4' },
  'session-echo': { ...fromPeer, alert: 47, rule: 'RFC 9846 4.2.3' },
  'second-hello': { ...fromPeer, alert: 47, rule: 'RFC 9846 4.2.4' },
  'key-not-offered': { ...fromPeer, alert: 47, rule: 'RFC 9846 4.3.11' },
  'no-key-mode': { ...fromPeer, alert: 40, rule: 'RFC 9846 4.3.9' },
})

const misuse = family('tls', {
  'key-used-up': { fault: 'local', exit: EXIT.tls, alert: 80, rule: 'RFC 9846 5.5' },
  'nothing-to-speak': { ...fromCaller, alert: 80 },
  'no-later-certificate': { ...fromCaller, rule: 'RFC 9846 4.7.2' },
  'bad-external-key': { ...fromCaller, rule: 'RFC 9257 6' },
  'bad-server-name': { ...fromCaller, rule: 'RFC 6066 3' },
  'no-exporter': { ...fromCaller, rule: 'RFC 5705 4' },
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
