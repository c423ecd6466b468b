/** Known attacks on TLS whose test stands with what it is about: a list that cannot lose one of them. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const ELSEWHERE: readonly (readonly [attack: string, file: string, test: string])[] = [
  [
    'EarlyCCS, CVE-2014-0224',
    'states',
    'CVE-2014-0224: ChangeCipherSpec before the key exchange is refused in every early state',
  ],
  [
    'SMACK: a proof left out by a client',
    'certificate/client-auth',
    'SMACK: a client that shows a certificate cannot leave out the proof that it is its own',
  ],
  [
    'goto fail, CVE-2014-1266',
    'failures-keys',
    'tls/signature-wrong: one bit of the signature, of the point, or another key',
  ],
  [
    'invalid curves and points of small order, CVE-2015-7940',
    'failures-keys',
    'tls/share-wrong: a point of small order, signed or not, on either side',
  ],
  [
    'downgrade by changing the hellos',
    'failures-keys',
    'tls/finished-wrong: a hello changed in passing, or a wrong verify_data; for both sides',
  ],
  [
    'downgrade by a fallback of the client',
    'failures-hello',
    'tls/fallback: RFC 7507 3: a client that falls back to TLS 1.1 is refused with inappropriate_fallback',
  ],
  [
    'downgrade by a fallback to TLS 1.2',
    'server-policy',
    'RFC 7507: falling back is refused by the versions of the name, not of the server',
  ],
  ['downgrade from TLS 1.3', 'failures-hello', 'tls/downgrade: RFC 9846 4.2.3: the mark in the random of the server'],
  [
    'any byte changed',
    'record/tampering',
    'no byte of the handshake can be changed in passing without both sides refusing to be established',
  ],
  [
    'truncation',
    'failures-records',
    'tls/cut-short: the stream ends without close_notify, between records or inside one',
  ],
  [
    'replay and reordering of records',
    'failures-records',
    'tls/record-damaged: any bit of a record, a replay, a record left out; nothing of it is passed on',
  ],
  [
    'renegotiation without RFC 5746',
    'failures-hello',
    'tls/renegotiation-unprotected, tls/renegotiation-unsafe: RFC 5746 3.4: it must be there and empty',
  ],
  [
    'triple handshake, CVE-2014-1295: no extended master secret',
    'failures-hello',
    'tls/no-extended-master-secret: RFC 7627 5.3: refused by either side where it is required',
  ],
  ['triple handshake, CVE-2014-1295: sessions', 'session/resumption-attacks', 'RFC 7627 5.3: the triple handshake'],
  [
    'ticket forgery',
    'session/resumption',
    'ticket forgery: bits changed, another server, an old key: a full handshake, and no word about why',
  ],
  [
    'ticket forgery in TLS 1.3',
    'tls13/resumption',
    'ticket forgery: any bit changed, cut or made up: a full handshake, and no word about why',
  ],
  ['duplicate extensions in TLS 1.3', 'tls13/evidence', 'tls/extension-twice, RFC 9846 4.3: in any message'],
  [
    'certificates that grow when they are read',
    'certificate/compression',
    'a bomb is not expanded: no more comes out than was announced, and no more than a chain may have',
  ],
  ['suites of yesterday, by who has nothing else', '../lab/weak/weak', 'the engine of TLS knows none of them'],
  ['hellos that are dear to judge', 'refusing', 'a usual hello costs one agreement and one signature'],
  [
    'floods of tickets',
    'session/resumption-attacks',
    'hello floods: a ticket that opens nothing costs one question and no more',
  ],
  [
    'Lucky Thirteen, CVE-2013-0169',
    'tls12/cbc-protection',
    'Lucky Thirteen: as many blocks are hashed for every record of one length, whatever its padding is',
  ],
  [
    'ROBOT, CVE-2017-13099, and Bleichenbacher 1998',
    'tls12/rsa-premaster',
    'Bleichenbacher, ROBOT: a block that is wrong anywhere gives the random secret',
  ],
  [
    'POODLE against TLS, CVE-2014-8730',
    'tls12/cbc-protection',
    'RFC 5246 6.2.3.2: padding may have up to 255 octets and a length, and each must be the length',
  ],
  [
    'floods of new keys that want answers',
    'tls13/failures',
    'are there before the next data, once for however many were asked for',
  ],
  [
    '0-RTT replay',
    'tls13/early-data',
    '0-RTT replay: a copy of the first flight is passed over by every server that shares the guard',
  ],
  [
    '0-RTT replay over a restart',
    'tls13/early-data',
    '0-RTT replay: a server that was started anew takes none with the tickets from before',
  ],
  [
    'sessions across policies',
    'server-policy',
    'a session of a client that nobody asked is not resumed where the policy wants a certificate',
  ],
  [
    'sessions around a key that is wanted',
    'tls13/external-resumption',
    'is not let in by its ticket when the server has the key no longer',
  ],
  [
    'floods of requests for a certificate',
    'tls13/later-certificate',
    'a request without schemes, and one too many, are refused',
  ],
  ['Selfie', 'tls13/selfie', 'tls/external-key-own: with a key as it is, whose part was named'],
  ['CRIME: a server that compresses', 'failures-hello', 'what a server must not answer, each by its own code'],
  [
    'duplicate extensions',
    'failures-hello',
    'tls/extension-twice: RFC 5246 7.4.1.4, in either hello; alert 50 as from BoringSSL, Go and rustls',
  ],
  [
    'floods of empty records',
    'failures-records',
    'tls/too-many-empty-records: so many in a row, counted anew after data',
  ],
  ['floods of alerts', 'failures-records', 'tls/too-many-warnings: so many in a row, before and after the handshake'],
  [
    'floods while a question is open',
    'failures-records',
    'tls/too-much-waiting: what comes while a question is open has an end',
  ],
  [
    'huge messages',
    'order',
    'tls/message-too-long: a hello longer than its syntax allows, or certificates of more than 64 KiB',
  ],
  ['huge failures', 'hostile', 'a hello of 64 KB makes no failure of 64 KB'],
  ['hellos that are dear to refuse', 'hostile', 'refusing a hello costs no more than taking it'],
  ['plaintext before a change of keys', 'order', 'nothing may be unread when keys change'],
]

test.each(ELSEWHERE)('%s: stands in %s.test.ts', (_, file, name) => {
  expect(readFileSync(new URL(`${file}.test.ts`, import.meta.url), 'utf8')).toContain(`('${name}`)
})
