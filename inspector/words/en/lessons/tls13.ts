/** Chapter 8: TLS 1.3 beside TLS 1.2. */
import type { LessonWords } from '../../../lessons/lesson.ts'
import type { EarlyNames } from '../../../lessons/tls13/early.ts'
import type { OneTripNames } from '../../../lessons/tls13/one-trip.ts'
import type { RetryNames } from '../../../lessons/tls13/retry.ts'
import type { ScheduleNames } from '../../../lessons/tls13/schedule.ts'
import type { UnseenNames } from '../../../lessons/tls13/unseen.ts'

export const oneTrip: LessonWords<OneTripNames> = {
  title: 'One round trip instead of two',
  prose: [
    'Here is the same visit twice, in TLS 1.2 and in TLS 1.3, over the same wire: {oneWay} ms one way. The laptop asks for `{path}` after {oldAsk} ms in the old version, and after {freshAsk} ms in the new.',
    'TLS 1.2 first agrees on how to agree. Only when the laptop knows which suite the shop has chosen does it say its half of the key, and a whole round trip goes by. TLS 1.3 guesses: the hello brings a half already, of the kind that nearly every shop takes.',
    'So the shop has both halves at once. It answers with its own, and everything behind that is encrypted: its certificate, its signature, its Finished. When this flight is there, the laptop has all that it needs, and {saved} ms are saved. Put the shop farther away, and see what that is worth.',
  ],
  changes: { near: 'Near', far: 'Far away', old: 'A shop of yesterday' },
  steps: {
    hello: 'ClientHello, twice. In TLS 1.3 it brings the laptop’s half of a key.',
    flight: 'After {oneWay} ms the shop answers. In TLS 1.3 its flight ends with Finished, and most of it is sealed.',
    same: 'The shop knows nothing newer than TLS 1.2, and leaves the half where it is. Both exchanges are alike.',
    asks: 'At {freshAsk} ms TLS 1.3 asks. TLS 1.2 only now says its half of the key.',
    answered: 'In TLS 1.3 the answer is on its way. In TLS 1.2 the shop says Finished.',
    finished: 'At {oldAsk} ms TLS 1.2 asks.',
    both: 'Both ask, at {oldAsk} and at {freshAsk} ms. Nothing was gained and nothing lost.',
    answer: 'The answers arrive at {oldAnswer} and at {freshAnswer} ms.',
  },
  labels: { tls12: 'TLS 1.2', tls13: 'TLS 1.3', offers: 'TLS 1.3 offered' },
  question: 'What does ClientHello of TLS 1.3 bring that saves a round trip?',
  choices: {
    share: 'The laptop’s half of a key.',
    request: 'The request itself.',
    suite: 'The one suite to be used, so that there is nothing to choose.',
  },
  answers: {
    share:
      'The extension key_share stands in it, and not in that of TLS 1.2 ({shares}). In the run the request leaves after {freshAsk} ms instead of {oldAsk}.',
    request:
      'In the run the request leaves after {freshAsk} ms, when the shop’s flight is there. With a shop that the laptop has met before it could leave at once: that is a later lesson.',
    suite:
      'It names {suites} suites, and the shop chooses {chosen}. Choosing costs nothing: it is in the answer anyway.',
  },
}

export const unseen: LessonWords<UnseenNames> = {
  title: 'What a listener still sees',
  prose: [
    'Somebody listens on the wire and keeps everything, but has no keys. In TLS 1.2 nearly the whole handshake lies open, the certificate among it: whose it is, who signed it, until when.',
    'In TLS 1.3 only the two hellos are open. From there on all is sealed, even what kind of message it is: every record says that it is data. The listener cannot tell Certificate from the request for `{path}`.',
    'Two things are left. The hello still says the name of the shop, because the shop must know which certificate to show before there is any key. And sizes are sizes: the record with the answer has {lastBytes} bytes, whatever is in it.',
  ],
  changes: { tls13: 'TLS 1.3', tls12: 'TLS 1.2' },
  steps: {
    hello: 'ClientHello is open, the shop’s name in it too.',
    openly: 'ServerHello is open: suite, and in TLS 1.3 the other half of the key.',
    sealed: 'The bytes in which Certificate passes. In TLS 1.2 the listener can read them, in TLS 1.3 it cannot.',
    heard: 'Every record, and what the listener reads in it: {read}. Records that stay shut: {sealed}.',
    searched: 'The recording, searched byte by byte for what was said.',
  },
  labels: {
    from: 'from',
    record: 'record',
    size: 'size',
    reads: 'the listener reads',
    unreadable: 'nothing',
    laptop: 'laptop',
    shop: 'shop',
    name: 'the shop’s name',
    certificate: 'its certificate',
    path: 'what was asked for',
    answer: 'the answer',
    there: 'lies open',
    notThere: 'is not to be found',
  },
  question: 'In TLS 1.3: what does the recording still hold in the clear?',
  choices: {
    name: 'The name of the shop.',
    certificate: 'The shop’s certificate.',
    path: 'What the laptop has asked for.',
  },
  answers: {
    name: 'In the run it was found ({nameSeen}). It stands in ClientHello, which is said before there is a key. To hide that too, a key must be known from elsewhere.',
    certificate:
      'In the run it was not found ({certificateSeen}). It is said behind ServerHello, and that is when both have keys. In TLS 1.2 it is there.',
    path: 'In the run `{path}` was not found ({pathSeen}). A request is data, and data was never open, in either version.',
  },
}

export const retry: LessonWords<RetryNames> = {
  title: 'When the guess was wrong',
  prose: [
    'TLS 1.3 saves a round trip by a guess: the hello brings half of a key for the group {offered}. This shop does not have that one. It knows {group} alone.',
    'Nothing is lost but time. The shop says HelloRetryRequest: the same again please, with this group. The laptop had named it among those that it knows, so it makes a new half and says its hello once more.',
    'The second hello must be the first in everything but what it was asked for, and both go into the digest that all keys depend on. Somebody on the way who invents such a request is found out, because the two no longer have the same keys. The laptop asks after {requestAt} ms, with {oneWay} ms one way: two round trips, as of old.',
  ],
  changes: { retry: 'Another group', liked: 'The guess is right', nothing: 'Nothing in common' },
  steps: {
    hello: 'ClientHello brings a half for {offered}.',
    retry: 'HelloRetryRequest: {group}, please.',
    again: 'The second ClientHello, with a half for {group}.',
    agreed: 'ServerHello, with the shop’s half.',
    request: 'The request leaves after {requestAt} ms.',
    refused: 'The shop has {group} alone, the laptop {offered} alone. Alert {alert}, and it is over: {failure}.',
  },
  labels: {},
  question: 'In what does the second ClientHello differ from the first?',
  choices: {
    random: 'In its random number: it must be fresh.',
    share: 'In the half of the key alone.',
    everything: 'In nearly everything: it is a new attempt.',
  },
  answers: {
    random:
      'The random number stays, so that nobody can take the two for two connections. In the run they differ in: {differs}.',
    share: 'In the run they differ in: {differs}. The shop checks that: {hellos} hellos, and one handshake.',
    everything: 'In the run they differ in: {differs}. A second hello that says anything else is refused.',
  },
}

export const schedule: LessonWords<ScheduleNames> = {
  title: 'Each secret from the one before',
  prose: [
    'Two halves were said openly, `{laptopShare}…` and `{shopShare}…`, and both sides came to the same secret: `{shared}…`. It is not used for anything. Keys are drawn from it in stages, each stage one way: whoever finds a later secret cannot go back.',
    'At each stage two things are mixed in: what the stage before gave, and a digest of everything said so far. The handshake is sealed with keys that know both hellos; the request with keys that know the certificate and Finished as well. So the key of the laptop’s request, `{key}`, depends on every byte of the conversation.',
    'Every value here is worked out in this page from the secret and the messages of the run, and compared with what the engine logged. Then turn a single bit of Certificate, and see how far up that reaches.',
  ],
  changes: { whole: 'As it was said', altered: 'One bit of Certificate' },
  steps: {
    halves: 'Both halves, as they stand in the hellos.',
    shared: 'The laptop’s private half and the shop’s public one, or the other way round.',
    early:
      'The first stage: with a shop that the laptop has met it would hold their secret. Here it is made of zeros, {early}…',
    handshake:
      'The second: the shared secret is mixed in. With the digest of both hellos it gives the keys of the handshake.',
    main: 'The third. With the digest up to the shop’s Finished it gives the secrets of what follows.',
    keys: 'From one of these: the key that seals the laptop’s request, and the number that is mixed with each record’s.',
    logged: 'Worked out here, and logged by the engine: do they agree? {fits}',
    flipped: 'Byte {place} of Certificate has one bit turned. The secret comes from the hellos, and is the same.',
    before: 'The keys of the handshake are the same too: they were made before Certificate was said.',
    after:
      'From the digest of the flight on everything is another. The request would be sealed with `{otherKey}`, and not with `{key}`.',
  },
  labels: {
    laptopShare: 'laptop’s half',
    shopShare: 'shop’s half',
    shared: 'shared secret',
    early: 'early secret',
    helloHash: 'digest of the hellos',
    handshake: 'handshake secret',
    clientHandshake: 'laptop’s handshake',
    serverHandshake: 'shop’s handshake',
    flightHash: 'digest of the flight',
    main: 'main secret',
    clientTraffic: 'laptop’s traffic',
    serverTraffic: 'shop’s traffic',
    key: 'key',
    iv: 'iv',
    what: 'secret',
    value: 'as said',
    other: 'one bit turned',
  },
  question: 'One bit of Certificate is turned for one of the two. Which secrets part them?',
  choices: {
    shared: 'Already the shared secret.',
    handshake: 'Those of the handshake.',
    application: 'Those of what follows, and not those of the handshake.',
  },
  answers: {
    shared: 'It comes from the two halves, which stand in the hellos. In the run it is the same in both.',
    handshake:
      'They are made from the digest of both hellos, before Certificate is said: it is sealed with them. In the run they are the same in both.',
    application:
      'In the run the laptop’s key is `{key}`, and with the bit turned `{otherKey}`. Before it comes to that, CertificateVerify and Finished tell them: both are made over what was said.',
  },
}

export const early: LessonWords<EarlyNames> = {
  title: 'Asking with the first word, and being repeated',
  prose: [
    'Who comes back has a secret in common with the shop: a ticket from the visit before. After {pause} seconds the laptop shows it in its hello. No certificate is needed any more; that the shop can open the ticket says who it is.',
    'And it can go one step further. From the ticket’s secret it makes a key at once, and sends the request in the same breath: the first visit asked after {firstAsk} ms, the second after {secondAsk} ms. The answer was there at {firstAnswer} ms, and now it is at {secondAnswer} ms.',
    'There is a price. Nothing of this first flight depends on anything that the shop has said, so it is as good the second time. Mallory cannot read it. But it can keep it, and say it again.',
  ],
  changes: {
    early: 'At once',
    patient: 'With patience',
    guarded: 'Repeated by Mallory',
    unguarded: 'Repeated, and forgotten',
  },
  steps: {
    first: 'The first visit: the request after {firstAsk} ms. At its end the shop gives a ticket.',
    again: '{pause} seconds later the laptop comes back, with the ticket in its hello.',
    early: 'The request leaves with it, at {secondAsk} ms, sealed with a key from the ticket.',
    waits: 'The laptop waits for the shop’s half, and asks at {secondAsk} ms. There is no certificate in between.',
    answer: 'The shop answers `{path}`.',
    replayed: 'At {replayedAt} ms Mallory says the same bytes again, on a connection of its own.',
    twice: 'The shop could open them, and did what they say: {orders} orders. The laptop gave {asked}.',
    once: 'The shop remembers what it took, and leaves the copy unread: {orders} {orders|order|orders}, as the laptop gave.',
  },
  labels: {
    orders: 'orders carried out',
    ofLaptop: 'for the laptop',
    ofMallory: 'for the copy',
    recorded: 'Mallory keeps it',
    sentAgain: 'once more',
  },
  question: 'Mallory sends the recorded flight to a shop that does not remember what it took. What comes of it?',
  choices: {
    sealed: 'Nothing: Mallory has no key, and what it sends cannot be used.',
    finished: 'Nothing: Mallory cannot say Finished, and without that the shop does nothing.',
    twice: 'The shop does once more what the laptop asked for.',
  },
  answers: {
    sealed:
      'It needs no key: the bytes are already sealed, and the shop can open them. In the run {copies} more {copies|order was|orders were} carried out.',
    finished:
      'Early data is there to be used before Finished. In the run {copies} more {copies|order was|orders were} carried out, and Mallory never finished.',
    twice:
      'In the run the laptop gave {asked} {asked|order|orders} and the shop carried out {orders}. So a shop must remember each flight that it took, and clients send early only what does no harm twice.',
  },
}
