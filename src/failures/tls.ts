/** What ends TLS, in the order in which it can happen: beginning, handshake, records, alerts of the peer, the end. */
import { alerts, alertText } from './alerts.table.ts'
import { EXIT, type Facts, type FailureEntry, family } from './registry.ts'

const fromPeer = { fault: 'peer', exit: EXIT.tls } as const
const fromCaller = { fault: 'caller', exit: EXIT.tls } as const

const SOMETHING_BETWEEN = 'Something between the two sides changed bytes.'
const A_BUG = 'One of the two sides has a bug.'

/** What the client or the server could do about a handshake that finds nothing in common. */
const nothingInCommon = (what: string): Pick<FailureEntry, 'says' | 'because'> => ({
  says: f => `We offer ${f.expected ?? '?'}; the other side offers ${f.got ?? 'none of it'}.`,
  because: [`One side is limited to ${what} that the other has switched off.`, 'One of the two programs is very old.'],
})

/** Alerts by which a peer says that it does not take our certificate. */
const CERTIFICATE_ALERTS: ReadonlySet<number> = new Set([42, 46, 48])

/** The address to try by plain HTTP, when we know one. */
const overHttp = (f: Facts): readonly string[] => (f.where === undefined ? [] : [`barewire get http://${f.where}/`])

const beginning = family('tls', {
  'not-tls': {
    ...fromPeer,
    title: 'The other side does not speak TLS here.',
    says: f => `The first bytes of the answer are ${f.got ?? 'no TLS record'}.`,
    because: ['The port speaks plain HTTP.', 'A proxy answered in clear text.'],
    tryThis: overHttp,
    rule: 'RFC 5246 6.2.1',
    others: { openssl: '0A00010B wrong version number', curl: 35, node: 'ERR_SSL_WRONG_VERSION_NUMBER' },
  },
  'http-spoken': {
    ...fromPeer,
    status: 400,
    title: 'Plain HTTP was spoken to a TLS port.',
    says: f => `The first bytes are ${f.got ?? 'an HTTP request'}.`,
    because: ['The address begins with http:// and should begin with https://.'],
    rule: 'RFC 9110 4.2.2',
    others: { openssl: '0A00009C http request', curl: 52 },
  },
  'no-common-version': {
    ...fromPeer,
    alert: 70,
    title: 'No version in common.',
    ...nothingInCommon('versions'),
    rule: 'RFC 5246 E.1',
    others: { openssl: '0A00042E tlsv1 alert protocol version', curl: 35 },
  },
  'no-common-suite': {
    ...fromPeer,
    alert: 40,
    title: 'No cipher suite in common.',
    ...nothingInCommon('suites'),
    rule: 'RFC 5246 7.4.1.3',
    others: { openssl: '0A000410 sslv3 alert handshake failure', curl: 35 },
  },
  'no-common-group': {
    ...fromPeer,
    alert: 40,
    title: 'No key-exchange group in common.',
    ...nothingInCommon('groups'),
    rule: 'RFC 8422 5.1',
    others: { openssl: '0A000410 sslv3 alert handshake failure', curl: 35 },
  },
  'no-common-scheme': {
    ...fromPeer,
    alert: 40,
    title: 'No signature algorithm in common.',
    ...nothingInCommon('signature algorithms'),
    rule: 'RFC 5246 7.4.1.4.1',
    others: { openssl: '0A000076 no suitable signature algorithm', curl: 35 },
  },
  'name-unknown': {
    ...fromPeer,
    alert: 112,
    title: 'The server does not serve this name.',
    says: f => `The client asked for ${f.got ?? 'no name'}; there is a certificate for ${f.expected ?? 'other names'}.`,
    because: ['The name is misspelt.', 'The client sends no name because it was given an IP address.'],
    rule: 'RFC 6066 3',
    others: { openssl: 'tlsv1 unrecognized name', chrome: 'ERR_SSL_UNRECOGNIZED_NAME_ALERT' },
  },
  'alpn-none': {
    ...fromPeer,
    alert: 120,
    title: 'No application protocol in common.',
    ...nothingInCommon('protocols'),
    rule: 'RFC 7301 3.2',
    others: { openssl: 'tlsv1 alert no application protocol', chrome: 'ERR_ALPN_NEGOTIATION_FAILED' },
  },
  downgrade: {
    ...fromPeer,
    alert: 47,
    title: 'Somebody forced an older version.',
    says: f => `The server's random ends in the mark of ${f.got ?? 'a downgrade'}, which it sets when asked for less.`,
    because: ['Something in the middle lowered the version in the ClientHello.'],
    rule: 'RFC 9846 4.1.3',
    others: { openssl: '0A000175 inappropriate fallback' },
  },
  fallback: {
    ...fromPeer,
    alert: 86,
    title: 'The client came with a lower version than it can do.',
    says: f => `It offers ${f.got ?? 'an old version'} after a failed attempt; ${f.expected ?? 'more'} is spoken here.`,
    because: ['An earlier attempt was cut, by accident or on purpose.'],
    rule: 'RFC 7507 3',
    others: { openssl: '0A00043E tlsv1 alert inappropriate fallback' },
  },
})

const checks = family('tls', {
  'signature-wrong': {
    ...fromPeer,
    alert: 51,
    title: 'The signature on the key exchange is wrong.',
    says: f => `${f.where ?? 'The message'} is signed (${f.got ?? 'a scheme'}) by another key than the certificate's.`,
    because: ['The private key on the server does not belong to its certificate.', SOMETHING_BETWEEN],
    rule: 'RFC 5246 7.4.3',
    others: { openssl: '0A00007B bad signature', node: 'ERR_SSL_BAD_SIGNATURE' },
  },
  'certificate-missing': {
    ...fromPeer,
    alert: 50,
    title: 'The server sent no certificate.',
    says: () => 'Its Certificate message is empty, and every suite that was offered needs one.',
    because: ['The server is not set up.', A_BUG],
    rule: 'RFC 5246 7.4.2',
  },
  'certificate-kind': {
    ...fromPeer,
    alert: 43,
    title: 'The certificate has the wrong kind of key.',
    says: f => `The handshake needs ${f.expected ?? 'another kind'}; the certificate has ${f.got ?? 'something else'}.`,
    because: [A_BUG, 'The server has several certificates and chose the wrong one.'],
    rule: 'RFC 5246 7.4.2',
    others: { openssl: '0A00017F wrong certificate type' },
  },
  'client-certificate-wanted': {
    ...fromPeer,
    title: 'The server wants to know who you are.',
    says: f => `It asked for a client certificate, got none, and sent alert ${alertText(f.number ?? 40)}.`,
    because: ['The server lets only known clients in.'],
    rule: 'RFC 5246 7.4.6',
    others: { openssl: '0A000410 sslv3 alert handshake failure', chrome: 'ERR_BAD_SSL_CLIENT_AUTH_CERT' },
  },
  'share-wrong': {
    ...fromPeer,
    alert: 47,
    title: 'The key share is not a point that may be used.',
    says: f => `${f.where ?? 'The message'} brings ${f.got ?? 'bytes'} for ${f.expected ?? 'the group'}.`,
    because: [A_BUG, 'Somebody tries to force a known secret.'],
    rule: 'RFC 8422 5.11',
    others: { openssl: '0A00010F bad ecpoint' },
  },
  'finished-wrong': {
    ...fromPeer,
    alert: 51,
    title: 'Keys disagree: someone changed the handshake.',
    says: f => `The ${f.where ?? 'other side'} has seen other messages than we have sent, or other keys.`,
    because: [SOMETHING_BETWEEN, A_BUG],
    rule: 'RFC 5246 7.4.9',
    others: { openssl: '0A000095 digest check failed', node: 'ERR_SSL_DIGEST_CHECK_FAILED' },
  },
  'no-extended-master-secret': {
    ...fromPeer,
    alert: 40,
    title: 'The other side does not bind the keys to the handshake.',
    says: () => 'It does not know extended_master_secret, which is required here.',
    because: ['The program on the other side is older than 2015.'],
    rule: 'RFC 7627 5.3',
  },
  'renegotiation-unsafe': {
    ...fromPeer,
    alert: 40,
    title: 'The handshake is not protected against being spliced.',
    says: f => `renegotiation_info is ${f.got ?? 'absent'}; in a first handshake it must be there and empty.`,
    because: ['The server is older than 2010.', 'Somebody splices two connections together.'],
    rule: 'RFC 5746 3.4',
    others: { openssl: '0A000152 unsafe legacy renegotiation disabled' },
  },
})

const records = family('tls', {
  'record-damaged': {
    ...fromPeer,
    alert: 20,
    title: 'A record was altered.',
    says: f => `The authentication tag of record ${f.number ?? '?'} does not fit; nothing of it was passed on.`,
    because: [SOMETHING_BETWEEN, 'The record was sent twice, or one before it was left out.'],
    rule: 'RFC 5246 6.2.3.3',
    others: { openssl: '0A000119 bad record mac', node: 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', curl: 56 },
  },
  'record-too-long': {
    ...fromPeer,
    alert: 22,
    title: 'A record is too long.',
    says: f => `It has ${f.got ?? 'more'} bytes where at most ${f.number ?? '?'} are allowed.`,
    because: [A_BUG, 'Something that is not TLS speaks in the middle of the connection.'],
    rule: 'RFC 5246 6.2.3',
    others: { openssl: '0A0000C6 packet length too long', chrome: 'ERR_SSL_PROTOCOL_ERROR' },
  },
  'record-version': {
    ...fromPeer,
    alert: 70,
    title: 'A record names another version than was agreed.',
    says: f => `It says ${f.got ?? '?'}; ${f.expected ?? 'another'} was agreed.`,
    because: [A_BUG, SOMETHING_BETWEEN],
    rule: 'RFC 5246 6.2.1',
    others: { openssl: '0A00010B wrong version number' },
  },
  'too-many-empty-records': {
    ...fromPeer,
    alert: 10,
    title: 'Too many records without content.',
    says: f => `${f.number ?? 'Many'} empty records came in a row.`,
    because: ['Somebody wants to keep us busy.'],
    rule: 'RFC 5246 6.2.1',
  },
  'too-many-warnings': {
    ...fromPeer,
    alert: 10,
    title: 'Too many warning alerts.',
    says: f => `${f.number ?? 'Many'} warnings came in a row.`,
    because: ['Somebody wants to keep us busy.'],
    rule: 'RFC 5246 7.2.2',
    others: { openssl: '0A000199 too many warn alerts' },
  },
  'too-much-waiting': {
    ...fromPeer,
    alert: 10,
    title: 'The other side sends more than the handshake allows.',
    says: f => `More than ${f.number ?? '?'} bytes came while we were making up our mind.`,
    because: ['Somebody wants us to hold memory for it.'],
    rule: 'RFC 5246 7.3',
  },
  'cut-short': {
    ...fromPeer,
    title: 'Closed without goodbye: the answer may be incomplete.',
    says: f => `The connection ended without close_notify${f.got === undefined ? '' : `, ${f.got}`}.`,
    because: ['Somebody cut the connection to hide its end.', 'The program on the other side ends carelessly.'],
    rule: 'RFC 5246 7.2.1',
    others: { openssl: '0A000126 unexpected eof while reading', curl: 56, node: 'ECONNRESET' },
  },
})

const messages = family('tls', {
  'unexpected-message': {
    ...fromPeer,
    alert: 10,
    title: 'A message came that does not belong there.',
    says: f => `We wait for ${f.expected ?? 'something else'} (${f.where ?? '?'}); ${f.got ?? 'something else'} came.`,
    because: [A_BUG, 'Somebody tries to skip a step of the handshake.'],
    rule: 'RFC 5246 7.3',
    others: { openssl: '0A0000F4 unexpected message' },
  },
  'bad-message': {
    ...fromPeer,
    alert: 50,
    title: 'A message could not be read.',
    says: f => `${f.where ?? 'The message'}: ${f.got ?? 'it does not fit its form'}.`,
    because: [A_BUG, SOMETHING_BETWEEN],
    rule: 'RFC 5246 7.2.2',
    others: { openssl: '0A00009F length mismatch' },
  },
  'message-too-long': {
    ...fromPeer,
    alert: 47,
    title: 'A handshake message is too long.',
    says: f => `${f.where ?? 'The message'} announces ${f.got ?? '?'} bytes; we take ${f.number ?? '?'}.`,
    because: ['The certificate chain is very long.', 'Somebody wants us to hold memory for it.'],
    rule: 'RFC 5246 7.4',
    others: { openssl: '0A000098 excessive message size' },
  },
  'illegal-value': {
    ...fromPeer,
    alert: 47,
    title: 'A field has a value that is not allowed.',
    says: f => `${f.where ?? 'A field'} is ${f.got ?? '?'}${f.expected === undefined ? '' : `; ${f.expected}`}.`,
    because: [A_BUG, SOMETHING_BETWEEN],
    rule: 'RFC 5246 7.2.2',
  },
  'unoffered-extension': {
    ...fromPeer,
    alert: 110,
    title: 'The server answers an extension that was not offered.',
    says: f => `Its hello has ${f.got ?? 'an extension'}; ours had ${f.expected ?? 'none such'}.`,
    because: [A_BUG, SOMETHING_BETWEEN],
    rule: 'RFC 5246 7.4.1.4',
    others: { openssl: '0A00006E bad extension' },
  },
  renegotiation: {
    ...fromPeer,
    alert: 100,
    title: 'The other side wants to negotiate again.',
    says: f => `It asked ${f.number ?? 'several'} times and was told no each time.`,
    because: ['The server asks for a client certificate only after the request.', 'Somebody wants to keep us busy.'],
    rule: 'RFC 5246 7.4.1.1',
    others: { openssl: '0A000153 no renegotiation' },
  },
  'handshake-cut': {
    ...fromPeer,
    title: 'The other side hung up in the middle of the handshake.',
    says: f => `It closed (${f.got ?? 'end of the stream'}) while we waited for ${f.expected ?? 'its next message'}.`,
    because: [
      'It did not like what we offered and does not say so.',
      'It does not speak TLS, or a firewall cut the connection.',
    ],
    rule: 'RFC 5246 7.2.1',
    others: { openssl: '0A000126 unexpected eof while reading', curl: 35, node: 'ECONNRESET' },
  },
  'alert-received': {
    ...fromPeer,
    title: 'The other side refused.',
    says: f => {
      const entry = alerts[f.number ?? -1]
      const meaning = entry === undefined ? '' : `: ${entry.means}. ${entry.likely.replace(/\.$/, '')}`
      return `It sent alert ${alertText(f.number ?? 0)}${meaning}${f.where === undefined ? '' : ` (${f.where})`}.`
    },
    // The root certificate that the other program has to trust.
    tryThis: f => (CERTIFICATE_ALERTS.has(f.number ?? -1) ? ['barewire ca path'] : []),
    rule: 'RFC 5246 7.2.2',
    others: { openssl: 'SSL alert number N', node: 'ERR_SSL_…_ALERT_…', curl: 35 },
  },
})

const misuse = family('tls', {
  'write-too-early': {
    ...fromCaller,
    alert: 80,
    title: 'Data was written before the handshake was over.',
    says: f => `write() was called in ${f.where ?? 'the handshake'}; it may be called after the event "established".`,
  },
  'write-after-close': {
    ...fromCaller,
    alert: 80,
    title: 'Data was written to a connection that is closed.',
    says: f => `write() was called after ${f.where ?? 'close()'}.`,
  },
  'no-such-question': {
    ...fromCaller,
    alert: 80,
    title: 'An answer came that nobody had asked for.',
    says: f => `answer() was called with ${f.got ?? 'something'}; ${f.expected ?? 'no question'} is open.`,
  },
  'proof-mismatch': {
    ...fromCaller,
    alert: 80,
    title: 'The answer about trust does not prove what was asked.',
    says: f => `${f.where ?? 'It'} is ${f.got ?? 'something else'}; ${f.expected ?? 'something else'} was asked for.`,
    because: [
      'The program mixed up two connections, or answered with the proof of an earlier one.',
      'verifyChain was not given the chain, name, purpose and keyUsage of the question as they were.',
    ],
  },
})

export const tlsFailures: typeof beginning & typeof checks & typeof records & typeof messages & typeof misuse = {
  ...beginning,
  ...checks,
  ...records,
  ...messages,
  ...misuse,
}
