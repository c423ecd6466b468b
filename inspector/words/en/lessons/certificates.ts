/** Chapter 6: from a digest to an authority. */
import type { CertificateNames } from '../../../lessons/certificates/certificate.ts'
import type { ChainNames } from '../../../lessons/certificates/chain.ts'
import type { DigestNames } from '../../../lessons/certificates/digest.ts'
import type { SignatureNames } from '../../../lessons/certificates/signature.ts'
import type { LessonWords } from '../../../lessons/lesson.ts'

export const digest: LessonWords<DigestNames> = {
  title: 'A fingerprint of every message',
  prose: [
    'A digest is a short number made from a message: {bytes} bytes, whether the message is a word or a library. Everybody can work it out, and there is no key in it. The same message always has the same digest; that of `{message}` begins with `{digest}`.',
    'Now turn one single bit, so that `{flipped}` stands there. The digest begins with `{otherDigest}`, and {changed} of its {bits} bits are others: about half, as if a coin had been tossed for each. Nothing in it tells how close the messages are.',
    'So whoever knows the digest notices every change. And nobody can do better than try when a message is wanted that has a certain digest, or two that share one. How long that takes depends on the length alone. Cut it short, and watch it fail.',
  ],
  changes: {
    bit: 'One bit',
    given: 'A digest is given',
    pair: 'Any two alike',
    longer: 'Twice as long',
  },
  steps: {
    message: 'The message: `{message}`.',
    digest: 'Its digest begins with {digest}. The picture has a square for each of its bits.',
    flipped: 'One bit of one digit is turned. The digest has nothing in common with the first.',
    difference: 'Black is where they differ: {changed} of {bits} bits.',
    short: 'Its digest is cut to {digits} digits: {short}.',
    searched: '{tries} messages were tried, of {values} digests that there are.',
    found: 'An order of Mallory’s has the same digest. If only the digest was signed, the signature fits both.',
    any: 'Only {digits} digits of each digest are kept, and it may be any two messages.',
    same: 'Two messages with the digest {short}.',
  },
  labels: {
    message: 'message',
    flipped: 'one bit turned',
    digest: 'digest',
    otherDigest: 'digest after it',
    difference: 'difference',
    length: 'digits kept',
    short: 'cut short',
    other: 'another message',
    tries: 'tried',
    values: 'digests there are',
  },
  question:
    'With {digits} digits there are {values} digests. Mallory wants any two messages that share one. How many must be tried?',
  choices: {
    all: 'More than there are digests; sooner would be luck.',
    half: 'A good part of them, say half.',
    few: 'Few: less than a tenth of them.',
  },
  answers: {
    all: 'In the run two were alike after {tries} messages. Each new one is compared with all before it, and the pairs grow much faster than the messages.',
    half: 'That would be so for one digest that is given. Here any pair will do: in the run {tries} messages were enough.',
    few: 'In the run {tries} messages were enough. Of so many messages one can make far more pairs, and each may be it. So a digest must have twice as many bits as one would think.',
  },
}

export const signature: LessonWords<SignatureNames> = {
  title: 'What only one can write and all can read',
  prose: [
    'A digest shows that a message was changed only to who has it from a safe place. Mallory would change both. So the shop seals it with a key that nobody else has.',
    'The shop’s keys come as a pair. With the private one it makes a signature of `{message}`: it ends with `{signature}`. With the public one, which ends with `{publicKey}`, everybody can check that it fits this message. It helps nobody to make another.',
    'The signature is made over the digest, here `{digest}…`, and so it is as short for a book as for a line. Change the message, or the key, and look what the check says.',
  ],
  changes: {
    fits: 'As it was signed',
    altered: 'Another price',
    own: 'Signed by Mallory',
    swapped: 'Mallory’s key for the shop’s',
  },
  steps: {
    keys: 'The shop’s public key ends with {publicKey}. The laptop knows it.',
    digest: 'The message and its digest, {digest}…',
    signed: 'The shop signs with its private key.',
    sent: 'This arrives at the laptop.',
    altered: 'On the way Mallory has made it `{altered}`. The signature is still that of the shop.',
    ownKey: 'Mallory has a pair of its own and signs `{altered}` with it: {forged}.',
    swapped: 'The laptop was told that this is the shop’s key: {malloryKey}. It is Mallory’s.',
    checked: 'Does the signature fit message and key? {fits}',
  },
  labels: {
    private: 'private key',
    public: 'public key',
    message: 'message',
    digest: 'digest',
    signature: 'signature',
    arrives: 'arrives',
    otherDigest: 'its digest',
    malloryKey: 'Mallory’s private key',
    malloryPublic: 'Mallory’s public key',
    malloryMessage: 'Mallory’s message',
    mallorySignature: 'Mallory’s signature',
    believes: 'checked with',
    check: 'fits?',
  },
  question: 'Mallory wants the laptop to take `{altered}` for the shop’s word. What works?',
  choices: {
    copy: 'Put the shop’s signature of another message under it.',
    own: 'Sign it with a key of Mallory’s own.',
    swap: 'The same, and make the laptop believe that this key is the shop’s.',
  },
  answers: {
    copy: 'The signature is of the digest {digest}…, and this message has {otherDigest}… In the run it does not fit ({fits}).',
    own: 'The laptop checks with the shop’s key, {publicKey}, and not with {malloryKey}. In the run the signature does not fit ({fits}).',
    swap: 'In the run it fits ({fits}). The mathematics is in order. A signature is worth what the laptop’s knowledge of the key is worth, and somebody must vouch for that.',
  },
}

export const certificate: LessonWords<CertificateNames> = {
  title: 'A name, a key, and somebody’s word for it',
  prose: [
    'A certificate is a message that says: this key belongs to this name. Somebody whom the laptop trusts has signed it, here `{issuer}`. It is no secret; the shop shows it to everybody who calls.',
    'Here it speaks for `shop.test` and `{other}`, until {until}. The key in it begins with `{key}`. Of its {size} bytes the signature covers {covered}: all that it says. What is left is the signature itself and the name of its kind.',
    'In between stand a serial number, by which it can be called back, and what the key may be used for. Look at it byte by byte. Then let Mallory change it, or make one without asking anybody.',
  ],
  changes: {
    issued: 'The shop’s own',
    replaced: 'Another key in it',
    selfMade: 'Made by Mallory',
    copied: 'Shown by Mallory',
  },
  steps: {
    shown: 'The certificate as the shop shows it. Its serial number begins with {serial}.',
    names: 'Names: `shop.test` and `{other}`.',
    key: 'The public key: {key}…',
    dates: 'From when until when it holds; here until {until}.',
    issuer: 'Who says so: {issuer}.',
    covered: 'All this is signed: {covered} of {size} bytes.',
    signature: 'The signature of the authority ends with {signature}.',
    forged: 'Mallory has made one for `shop.test`, and signed it itself: issuer and subject are the same.',
    ownKey: 'Mallory has put a key of its own, {key}…, into the shop’s certificate.',
    copy: 'Mallory shows the shop’s certificate, unchanged. The chain holds ({chainHeld}), and so does the name ({nameHeld}).',
    verdict: 'The laptop checks the chain up to a root that it trusts, the name, and that the shop has the key.',
    proof: 'CertificateVerify: who shows a certificate must sign this handshake with its key. Mallory has another.',
    refused: 'The laptop says no: {failure}.',
  },
  labels: {
    chain: 'up to a trusted root',
    signatures: 'signatures',
    name: 'name',
    proof: 'has the key',
    failure: 'refused with',
  },
  question: 'The certificate is public. Mallory shows that of the shop, unchanged. At what does the laptop notice?',
  choices: {
    signature: 'At the signature of the authority.',
    name: 'At the name: it is not Mallory’s.',
    proof: 'When Mallory must sign with the key that the certificate names.',
  },
  answers: {
    signature:
      'It is unchanged, and the signature fits. In the run the chain holds ({chainHeld}). The laptop goes on, and refuses later with {failure}.',
    name: 'The laptop asked for `shop.test`, and that stands in it. In the run the name holds ({nameHeld}). The laptop refuses later with {failure}.',
    proof:
      'In the run chain and name hold, and the laptop refuses with {failure}. A certificate is not a password: what counts is the key that it names, and that never leaves the shop.',
  },
}

export const chain: LessonWords<ChainNames> = {
  title: 'Link by link to somebody you know',
  prose: [
    'The laptop cannot know every authority. It knows some roots, which came with the system, and asks of any other certificate: who signed it, and who signed that one? Here {count} certificates make the chain.',
    'Each link is a signature that fits the key of the next: the one of {leaf} ends with `{leafSignature}` and fits the key `{issuerKey}…` of `{issuer}`; that of `{issuer}` fits the root’s, `{rootKey}…`. The root is not believed because it signed itself. It is believed because it is there.',
    'A chain of good signatures is not enough. Whoever signs must be allowed to, all must be in date, today being {date}, and the first must have the name that was asked for. Break one of them, and see which link says so.',
  ],
  changes: {
    good: 'In order',
    expired: 'Expired',
    wrongName: 'Another name',
    missing: 'One is missing',
    unknown: 'Unknown root',
    notCa: 'No authority',
  },
  steps: {
    leaf: 'What was shown first, for {leaf}. `{issuer}` is said to have signed it.',
    intermediate: '`{issuer}` is there too. Its key {issuerKey}… fits the signature.',
    root: 'It was signed by the root, which was not sent: the laptop has it.',
    authorities: 'Who signs others must say that it is an authority.',
    dates: 'All must be in date on {date}.',
    name: 'The first must have the name that was asked for: {asked}.',
    trusted: 'Nothing is wrong: {verdict}',
    expired: 'The first was good until {until}, and today is {date}: {verdict}.',
    wrongName: '{asked} was asked for, and it speaks for {leaf}: {verdict}.',
    missing: 'Nobody here is called `{issuer}`. The laptop cannot know who stands above: {verdict}.',
    unknown: 'The last one signed itself, and the laptop has never heard of it: {verdict}.',
    byLeaf: 'It was signed with the key of `{issuer}`, and the signature fits.',
    above: 'And `{issuer}` has a chain up to the root, with signatures that fit: {signatures} in all.',
    notCa: 'But `{issuer}` is a shop like any other. It may prove its name, and vouch for nobody: {verdict}.',
  },
  labels: {
    issuer: 'signed by',
    key: 'key',
    signature: 'signature',
    until: 'until',
    signed: 'fits the key below',
    unsigned: 'does not fit the key below',
    store: 'laptop has it',
    authority: 'is an authority',
    dates: 'in date',
    name: 'asked for',
    notInStore: 'laptop has it',
  },
  question: 'Mallory has made a chain of {count} all by itself, root and all, and shows it. What is wrong with it?',
  choices: {
    signature: 'One of the signatures does not fit.',
    name: 'It cannot have the name {asked}.',
    root: 'Nobody has told the laptop to believe its root.',
  },
  answers: {
    signature:
      'All fit: Mallory made the keys too. In the run {signatures} signatures were good, and the verdict is {verdict}.',
    name: 'Anybody can write any name into a certificate. In the run the name is as asked, {asked}, and the verdict is {verdict}.',
    root: 'In the run it ends with {verdict}. Anybody can make such a chain. It is worth what the laptop’s own list of roots is worth, and that one does not come over the wire.',
  },
}
