/** Findings in English. */
import { type FindingDictionary, some } from './words.ts'

const list = (got: readonly string[]): string => some(got, count => ` and ${count} more`)

export const englishFindings: FindingDictionary = {
  ssl2: {
    says: () =>
      'SSL 2.0 is spoken: whoever records TLS connections can have them opened by it, if the key is the same.',
    next: 'Switch SSL 2.0 off, on every server that has this key.',
  },
  ssl3: {
    says: () => 'SSL 3.0 is spoken: its padding is not checked, so a cookie can be guessed byte by byte.',
    next: 'Switch SSL 3.0 off; nothing of this century needs it.',
  },
  tls10: {
    says: () => 'TLS 1.0 is spoken, which must not be used any more; browsers have not since 2020.',
    next: 'Allow TLS 1.2 and 1.3 only.',
  },
  tls11: {
    says: () => 'TLS 1.1 is spoken, which must not be used any more; browsers have not since 2020.',
    next: 'Allow TLS 1.2 and 1.3 only.',
  },
  'no-modern-version': {
    says: () => 'Neither TLS 1.2 nor TLS 1.3 is spoken: clients of today get no connection.',
    next: 'Update the software, or put a proxy before it that speaks TLS 1.3.',
  },
  'no-tls13': {
    says: () => 'TLS 1.3 is not spoken: handshakes take a round trip longer, and certificates travel in the clear.',
    next: 'Allow TLS 1.3 beside 1.2.',
  },
  'fallback-unheard': {
    says: () =>
      'A client that says that it fell back to an older version gets it: somebody in the middle can force that.',
    next: 'Update the TLS library: OpenSSL knows the signal since 1.0.1j.',
  },
  'downgrade-unmarked': {
    says: () =>
      'Its random does not say that it could do better than it was asked for, so clients cannot see a downgrade.',
    next: 'Update the TLS library, or the box before it that answers in its place.',
  },
  'suite-null': {
    says: got => `Suites without encryption are taken: ${list(got)}.`,
    next: 'Take NULL out of the list of suites.',
  },
  'suite-anonymous': {
    says: got => `Suites without a certificate are taken, in which anybody can stand in the middle: ${list(got)}.`,
    next: 'Add !aNULL to the list of suites.',
  },
  'suite-export': {
    says: got => `Suites that were weakened for export are taken; their keys are found in hours: ${list(got)}.`,
    next: 'Take EXPORT out of the list of suites.',
  },
  'suite-des': {
    says: got => `DES is taken, with keys of 56 bits: ${list(got)}.`,
    next: 'Take DES out of the list of suites.',
  },
  'suite-rc4': {
    says: got => `RC4 is taken, whose output gives the plaintext away: ${list(got)}.`,
    next: 'Take RC4 out of the list of suites.',
  },
  'suite-3des': {
    says: got => `Triple DES is taken: its blocks of 64 bits repeat after some gigabytes (${list(got)}).`,
    next: 'Take 3DES out of the list of suites.',
  },
  'suite-old': {
    says: got => `Ciphers that nobody looks after are taken: ${list(got)}.`,
    next: 'Keep AES-GCM and ChaCha20-Poly1305 with ECDHE.',
  },
  'suite-static': {
    says: got =>
      `Suites without forward secrecy are taken: who gets the key later reads what was recorded (${list(got)}).`,
    next: 'Keep suites that begin with ECDHE; where RSA must stay, see that the library is of this decade.',
  },
  'suite-cbc': {
    says: got =>
      `CBC is taken without encrypt-then-mac; that its padding tells nothing is up to the library (${list(got)}).`,
    next: 'Keep AES-GCM and ChaCha20-Poly1305, or allow encrypt-then-mac.',
  },
  'cbc-in-tls10': {
    says: got =>
      `In TLS 1.0 each record of CBC begins where the last ended, which can be used to guess (${list(got)}).`,
    next: 'Switch TLS 1.0 off.',
  },
  'suite-not-offered': {
    says: got => `It chooses a suite that nobody had offered: ${list(got)}.`,
    next: 'This is no server of TLS, or a broken one: every client must refuse it.',
  },
  'client-order': {
    says: got => `In ${list(got)} the client's order of suites counts, and weak ones are among them.`,
    next: 'Prefer the order of the server, or keep good suites only.',
  },
  'dh-broken': {
    says: got =>
      `Diffie-Hellman with a prime of ${got[0] ?? '?'} bits: whoever has computed for it once reads everything.`,
    next: 'Take DHE out, or use a prime of 2,048 bits or more.',
  },
  'dh-short': {
    says: got => `Diffie-Hellman with a prime of ${got[0] ?? '?'} bits, less than the 2,048 of today.`,
    next: 'Take DHE out, or use a prime of 2,048 bits or more (ffdhe2048).',
  },
  'curve-old': {
    says: got => `Curves that were taken out of TLS are taken: ${list(got)}.`,
    next: 'Keep x25519, P-256 and P-384.',
  },
  'no-hybrid': {
    says: () => 'No group with ML-KEM: what is recorded today can be opened by a large quantum computer one day.',
    next: 'Allow X25519MLKEM768 when your TLS library has it (OpenSSL 3.5, Go 1.24).',
  },
  'sha1-signature': {
    says: got => `It signs with SHA-1 or MD5 when asked: ${list(got)}.`,
    next: 'Allow signatures with SHA-256 and longer only.',
  },
  'chain-refused': {
    says: ([key = '', failure = '']) => `The chain with the key ${key} is not believed here: ${failure}.`,
    next: 'barewire cert explain HOST:PORT shows every path and what is wrong with it.',
  },
  'ends-soon': {
    says: ([key = '', days = '']) => `The certificate with the key ${key} ends in ${days} days.`,
    next: 'Renew it, and see why nothing has renewed it by itself.',
  },
  'chain-disordered': {
    says: ([key = '']) => `In the chain with the key ${key} not each certificate vouches for the one before it.`,
    next: 'Send the leaf, then the one that issued it, and so on, without others.',
  },
  'root-sent': {
    says: ([key = '']) =>
      `The chain with the key ${key} brings its root, which nobody believes for that: bytes for nothing.`,
    next: 'Leave the root out.',
  },
  'staple-missing': {
    says: ([key = '']) =>
      `The certificate with the key ${key} promises an OCSP answer, and there is none: some refuse it.`,
    next: 'Switch OCSP stapling on, or have a certificate issued without must-staple.',
  },
  'no-extended-master-secret': {
    says: () => 'TLS 1.2 without extended master secret: a session is not bound to the handshake that it came from.',
    next: 'Update the TLS library.',
  },
  'renegotiation-insecure': {
    says: () =>
      'It does not know secure renegotiation: somebody in the middle can put requests before those of a client.',
    next: 'Update the TLS library; this was mended in 2010.',
  },
  compression: {
    says: () => 'TLS compresses what it encrypts, so that lengths tell cookies.',
    next: 'Switch compression of TLS off.',
  },
  heartbeat: {
    says: () => 'It offers heartbeats, of which nobody has need over TCP. Whether it bleeds was not asked.',
    next: 'Update the TLS library: those of today have no heartbeat.',
  },
  'early-data': {
    says: ([bytes = '']) => `It takes ${bytes} bytes of 0-RTT, which somebody in the middle can send a second time.`,
    next: 'See that nothing but safe methods is done in early data, or switch it off.',
  },
  'ticket-long': {
    says: ([seconds = '']) => `Tickets are good for ${seconds} seconds; TLS 1.3 allows seven days.`,
    next: 'Give tickets a day or two.',
  },
  'no-resumption': {
    says: () => 'Nobody who comes back is known: each connection costs a whole handshake.',
    next: 'Allow tickets, or a cache of sessions.',
  },
  'no-hsts': {
    says: () => 'No Strict-Transport-Security: a first visit by http can be kept there.',
    next: 'Strict-Transport-Security: max-age=31536000',
  },
  'hsts-short': {
    says: ([seconds = '']) => `Strict-Transport-Security holds for ${seconds} seconds only.`,
    next: 'Strict-Transport-Security: max-age=31536000, when all is well.',
  },
  'plain-page': {
    says: () => 'By http there is something else than the way to https.',
    next: 'Answer each request by http with 301 and the same place by https.',
  },
  'cookie-in-clear': {
    says: got => `Cookies without Secure go over http too: ${list(got)}.`,
    next: 'Set-Cookie: …; Secure',
  },
  'cookie-for-scripts': {
    says: got => `Cookies without HttpOnly are read by every script of the page: ${list(got)}.`,
    next: 'Set-Cookie: …; HttpOnly, where no script needs them.',
  },
  'cookie-crosses-sites': {
    says: got => `Cookies that say nothing of SameSite, or None, go along with requests of other sites: ${list(got)}.`,
    next: 'Set-Cookie: …; SameSite=Lax',
  },
  'no-csp': {
    says: () => 'No Content-Security-Policy: what gets into the page may load and do anything.',
    next: "Content-Security-Policy: default-src 'self', and from there.",
  },
  'server-version': {
    says: ([server = '']) => `The header Server tells the version: ${server}.`,
    next: 'Switch it off: server_tokens off, ServerTokens Prod.',
  },
  'no-goodbye': {
    says: () => 'It leaves without close_notify: whether an answer was cut short cannot be told.',
    next: 'Update the server, or tell its TLS library to say goodbye (SSL_shutdown).',
  },
  'starttls-injection': {
    says: () => 'What was said in clear with the wish for TLS was carried out and answered under TLS.',
    next: 'Update the server: whoever is on the way can put commands in front of what its clients say.',
  },
  intolerant: {
    says: got => `It does not answer hellos that are within the rules: ${list(got)}.`,
    next: 'Update the TLS library, or the box before it. barewire check --only robustness --json names each question.',
  },
  unsteady: {
    says: () => 'It left in the middle of questions that it answered another time, so they were asked one by one.',
    next: 'See whether a limit of connections or a balancer with a sick server behind it does this.',
  },
  unanswered: {
    says: got => `${got.length === 1 ? 'One question' : `${got.length} questions`} had no answer: ${list(got)}.`,
    next: 'Ask again later, or with a longer --timeout or fewer at once: --parallel 1.',
  },
}
