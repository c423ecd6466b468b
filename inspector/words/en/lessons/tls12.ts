/** Chapter 7: TLS 1.2, from a secret that is sent to one that never is. */
import type { LessonWords } from '../../../lessons/lesson.ts'
import type { FalseStartNames } from '../../../lessons/tls12/false-start.ts'
import type { FinishedNames } from '../../../lessons/tls12/finished.ts'
import type { EcdheNames, RsaExchangeNames } from '../../../lessons/tls12/key-exchange.ts'
import type { ResumptionNames } from '../../../lessons/tls12/resumption.ts'

const theft = { record: 'record', size: 'size', reads: 'reads', unreadable: 'unreadable' }

export const rsaExchange: LessonWords<RsaExchangeNames> = {
  title: 'TLS 1.2 in twelve steps, with a secret that is sent',
  prose: [
    'All pieces are there: digests, signatures, certificates, ciphers. TLS puts them in order. This is its oldest way to agree on keys, and the easiest to follow: the laptop makes up a secret, encrypts it to the key in the shop’s certificate, and sends it.',
    'Both mix that secret with two random numbers that were said openly, `{clientRandom}…` and `{serverRandom}…`, and get the same master secret. All keys come from it. What this run has agreed on begins with `{master}`.',
    'Count the flights. The laptop asks for `{path}` only after {requestAt} ms: two round trips go by before the first byte that anybody wanted. And think of somebody who keeps everything that passes, for later.',
  ],
  changes: { rsa: 'Twelve steps', stolen: 'The key is stolen later' },
  steps: {
    hello: 'ClientHello: the versions and suites that the laptop knows, and its random number {clientRandom}…',
    serverHello: 'ServerHello: what the shop has chosen, and its own random number {serverRandom}…',
    certificate: 'Certificate: the shop’s public key, and who vouches for it.',
    done: 'ServerHelloDone: the shop has said what it has to say. Its key has done nothing yet.',
    keyExchange:
      'ClientKeyExchange: the secret, encrypted to the key of the certificate, {keyBytes} bytes in all. It looks like {sent}…',
    change: 'ChangeCipherSpec: from here on the laptop encrypts.',
    finished: 'Finished: a digest of everything said so far, {verifyClient}…, under the new keys.',
    serverChange: 'ChangeCipherSpec: the shop encrypts too.',
    serverFinished: 'Finished: its digest, {verifyServer}… Only who could open the secret can say it.',
    request: 'The request, after {requestAt} ms.',
    answer: 'The answer.',
    goodbye: 'Alert close_notify: no more will come, and nobody has cut it off.',
    stolen: 'Later the shop’s key is stolen. The thief opens the recording with it.',
  },
  labels: theft,
  question:
    'Somebody has recorded these frames. A year later the shop’s private key is stolen. What can the thief read in the recording?',
  choices: {
    nothing: 'Nothing: the keys of the connection were forgotten long ago.',
    names: 'The request, but not the answer.',
    everything: 'Everything.',
  },
  answers: {
    nothing:
      'They need not be remembered: the secret stands in ClientKeyExchange, and the stolen key opens it. In the run {stolenMessages} messages of HTTP were read.',
    names:
      'One secret gives the keys of both directions. In the run {stolenMessages} messages of HTTP were read: the request and the answer.',
    everything:
      'The stolen key opens ClientKeyExchange, the secret gives the master secret `{master}…`, and that all keys. {stolenMessages} messages of HTTP lie open. What was said in confidence must not depend on a key that is kept for years.',
  },
}

export const ecdhe: LessonWords<EcdheNames> = {
  title: 'The same with keys that are thrown away',
  prose: [
    'The better way is that of the paint: both make up a new pair for this one connection, say the public halves, and throw the rest away afterwards. The secret itself is never sent, not even encrypted.',
    'The shop’s half comes in one more message, ServerKeyExchange. It could be anybody’s, so the shop signs it, together with both random numbers: it is fresh, and it is the shop’s. That is all that the key of the certificate is for now.',
    'In this run that key has made {signed} {signed|signature|signatures} and decrypted {decrypted} secrets. The laptop’s half is {keyBytes} bytes with its header. Steal the key, and look at the recording again.',
  ],
  changes: { ecdhe: 'With ServerKeyExchange', stolen: 'The key is stolen later' },
  steps: {
    hello: 'ClientHello, with the random number {clientRandom}…',
    serverHello: 'ServerHello, with {serverRandom}…',
    certificate: 'Certificate: a key that can sign.',
    share: 'ServerKeyExchange: the shop’s half of a key that was made for this connection, and the signature over it.',
    done: 'ServerHelloDone.',
    keyExchange: 'ClientKeyExchange: the laptop’s half, {sent}… Nothing in it is encrypted, and nothing must be.',
    change: 'ChangeCipherSpec: from here on the laptop encrypts.',
    finished: 'Finished: {verifyClient}…',
    serverChange: 'ChangeCipherSpec: the shop too.',
    serverFinished: 'Finished: {verifyServer}…',
    request: 'The request, after {requestAt} ms, as before.',
    answer: 'The answer.',
    goodbye: 'Alert close_notify.',
    stolen: 'The key is stolen later. It signs, and opens nothing: {stolenMessages} messages of HTTP can be read.',
  },
  labels: theft,
  question: 'What has the key of the certificate done in this handshake?',
  choices: {
    decrypted: 'It has decrypted what the laptop sent.',
    signed: 'It has signed the shop’s half of the key.',
    nothing: 'Nothing: the certificate only says the name.',
  },
  answers: {
    decrypted: 'It was asked to decrypt {decrypted} times. ClientKeyExchange holds a public half, open to everybody.',
    signed:
      'It made {signed} {signed|signature|signatures} and decrypted {decrypted} times. Without the signature Mallory could put in a half of its own.',
    nothing:
      'It made {signed} {signed|signature|signatures}: see ServerKeyExchange. A certificate says whose key it is, but only a signature shows that the key is there.',
  },
}

export const finished: LessonWords<FinishedNames> = {
  title: 'Finished: did you hear what I said?',
  prose: [
    'Nobody signs ClientHello. Somebody on the way could take the better suites out of it, and both sides would agree on a weak one in good faith.',
    'So at the end each side says a digest of everything that it said and heard, under the keys that came of it: the laptop `{verifyClient}…`, the shop `{verifyServer}…`. They differ, because the shop’s covers the laptop’s too. If both heard the same, both fit.',
    'Newer software goes one step further and mixes the digest into the keys (RFC 7627): whoever heard something else has other keys, and cannot even open Finished.',
  ],
  changes: { untouched: 'Nobody meddles', altered: 'The better suite is taken out' },
  steps: {
    hello: 'The laptop offers {offered} first.',
    altered: 'Mallory has put the other suite in its place. The shop hears {heard}.',
    chosen: 'The shop chooses {chosen}. The laptop did offer it, so it sees nothing wrong.',
    finished: 'Finished of the laptop, at {finishedAt} ms.',
    serverFinished: 'Finished of the shop. What both heard is the same.',
    unopened: 'The shop is in {failedIn}, and cannot open it: its keys come from another ClientHello.',
    refused: 'At {refusedAt} ms it says {alert}, and all is over. Nothing of the request was sent.',
    request: 'Now the laptop asks.',
  },
  labels: { changed: 'changed on the way', unopened: 'cannot be opened' },
  question: 'Mallory takes the better suite out of ClientHello. Who notices, and at what?',
  choices: {
    answer: 'The laptop, at ServerHello: it did not ask for that suite first.',
    signature: 'The laptop, at the signature in ServerKeyExchange.',
    finished: 'The shop, at Finished.',
  },
  answers: {
    answer: 'The laptop offered {chosen} too. In the run it goes on, and sends Finished at {finishedAt} ms.',
    signature:
      'The signature covers the random numbers and the shop’s half, which nobody touched. In the run it fits, and the laptop sends Finished at {finishedAt} ms.',
    finished:
      'In the run the shop stops in {failedIn} and says {alert} at {refusedAt} ms. What it heard was {heard}; the laptop had said {offered}.',
  },
}

export const falseStart: LessonWords<FalseStartNames> = {
  title: 'A round trip saved by haste',
  prose: [
    'Two round trips go by before the request leaves: here {requestAt} ms, with {oneWay} ms one way. The second one is for Finished alone.',
    'But when the laptop has sent its Finished, it has everything that it needs: the shop is known, the key is agreed on. It could send the request right behind it, and check the shop’s Finished when it comes. This is called False Start.',
    'It is allowed only where nothing would be lost if Finished did not fit: with keys that are thrown away, and a cipher that notices changes. Then a meddler could make the request fail, but not read it.',
  ],
  changes: { patient: 'Patient', early: 'False Start' },
  steps: {
    hello: 'ClientHello.',
    answer: 'The shop’s flight: {oneWay} ms later.',
    finished: 'The laptop says Finished at {finishedAt} ms.',
    early: 'And the request in the same breath, at {requestAt} ms.',
    waits: 'It waits for the shop’s Finished, which leaves at {serverFinishedAt} ms.',
    serverFinished:
      'The shop’s Finished leaves at {serverFinishedAt} ms. It comes before the answer, and is checked before anything is believed.',
    request: 'Only now the request, at {requestAt} ms.',
    reply: 'The answer arrives at {replyAt} ms.',
  },
  labels: {},
  question:
    'One way takes {oneWay} ms. At how many milliseconds after ClientHello does the request leave with False Start?',
  choices: {},
  answers: {
    right:
      'One round trip: ClientHello there, the shop’s flight back. Finished and the request leave together at {requestAt} ms, and the answer is here at {replyAt} ms.',
    wrong:
      'ClientHello takes {oneWay} ms there, and the shop’s flight as long back. Then the laptop need not wait any more.',
  },
}

export const resumption: LessonWords<ResumptionNames> = {
  title: 'We have met before',
  prose: [
    'A handshake costs two round trips, a signature and a chain of certificates. Who comes back could remember what was agreed on: the master secret is enough to make new keys.',
    'In this run the laptop comes back after {pause} seconds. The shop had given it a ticket: its own notes, sealed with a key that only the shop has. It keeps nothing itself. The first time the request left after {firstAt} ms and {firstBytes} bytes of handshake, the second time after {secondAt} ms and {secondBytes} bytes.',
    'The other way is older: the shop keeps the notes and gives an id. And a shop that has forgotten, because it was started anew, simply begins from the start.',
  ],
  changes: { ticket: 'With a ticket', id: 'With an id', forgotten: 'The shop has forgotten' },
  steps: {
    first: 'The first visit: {firstCount} messages before the request at {firstAt} ms.',
    ticket: 'In it the shop gives a ticket. Nobody else can read it.',
    id: 'In it the shop gives the session an id, and keeps its notes.',
    again: '{pause} seconds later: ClientHello says what the shop gave.',
    short: 'The shop knows it, and says Finished in the same flight.',
    forgotten: 'The shop cannot open the ticket any more. Everything from the start.',
    request: 'The request leaves after {secondAt} ms, behind {secondCount} messages.',
  },
  labels: {},
  question: 'Which message does the second handshake do without?',
  choices: {
    hello: 'ClientHello: the shop knows the laptop already.',
    certificate: 'Certificate: who the shop is was settled the first time.',
    finished: 'Finished: everything was checked the first time.',
  },
  answers: {
    hello: 'Somebody must say the ticket, and a new random number. In the run the second handshake says: {said}.',
    certificate:
      'In the run the second handshake says: {said}. That the shop can open the ticket shows that it is the same shop. {secondBytes} bytes instead of {firstBytes}.',
    finished: 'Without it anybody could have changed the hellos. In the run the second handshake says: {said}.',
  },
}
