/** “Try it”: the changes, what to expect of each, and how a run beside another is told. */
import type { ChoiceId, Group } from '../../runs/changes.table.ts'
import type { Scenario } from '../../runs/plan.ts'

interface ChoiceWords {
  readonly name: string
  /** What is done, in a few words. */
  readonly what: string
  readonly expect: string
}

const groups: Readonly<Record<Group, string>> = {
  wire: 'On the wire',
  certificate: 'The certificate',
  offer: 'What is offered',
  middle: 'Somebody in the middle',
  plain: 'Without TLS',
  server: 'The shop and the visitor',
}

const scenarios: Readonly<Record<Scenario, string>> = { tls13: 'TLS 1.3', tls12: 'TLS 1.2' }

const changes: Readonly<Record<ChoiceId, ChoiceWords>> = {
  flip: {
    name: 'Flip a bit',
    what: 'on purpose: the checksums are made right again',
    expect: 'Where it is encrypted the tag does not fit, and nothing of the record is used.',
  },
  noise: {
    name: 'Noise on the line',
    what: 'one bit, and the checksums as they were',
    expect: 'The checksum does not fit: thrown away, and sent again.',
  },
  drop: { name: 'Drop a packet', what: 'once', expect: 'It is sent again after a pause.' },
  delay: {
    name: 'Delay a packet',
    what: 'longer than anybody waits',
    expect: 'It is sent again before it comes; then it is one too many.',
  },
  duplicate: { name: 'Duplicate a packet', what: 'it comes twice', expect: 'It is acknowledged twice and used once.' },
  fin: {
    name: 'Lose the last FIN',
    what: 'the laptop’s goodbye',
    expect: 'It says goodbye again; nobody notices.',
  },
  'certificate-expired': {
    name: 'Expire it',
    what: 'it ended yesterday',
    expect: 'The laptop refuses it by its dates.',
  },
  'certificate-wrongName': {
    name: 'Rename it',
    what: 'it is for not.shop.test',
    expect: 'The laptop refuses it: it wanted shop.test.',
  },
  'certificate-untrusted': {
    name: 'Unknown issuer',
    what: 'signed below a root that nobody knows',
    expect: 'The laptop refuses it: it trusts nobody in the chain.',
  },
  'certificate-selfSigned': {
    name: 'Self-signed',
    what: 'the shop vouches for itself',
    expect: 'The laptop refuses it.',
  },
  'certificate-noIntermediate': {
    name: 'Leave out the link between',
    what: 'the intermediate is not sent',
    expect: 'No path leads to the root, and the laptop refuses it.',
  },
  'certificate-revoked': {
    name: 'Revoke it',
    what: 'and the shop brings the proof of that itself',
    expect: 'The laptop refuses it by the OCSP answer.',
  },
  'certificate-notYet': {
    name: 'Not valid yet',
    what: 'it begins tomorrow',
    expect: 'The laptop refuses it by its dates.',
  },
  'certificate-expiredIntermediate': {
    name: 'Expire the issuer',
    what: 'the intermediate ended yesterday',
    expect: 'The laptop refuses the whole chain.',
  },
  'certificate-onlyCommonName': {
    name: 'Name in the old place',
    what: 'in the common name alone',
    expect: 'The laptop does not look there, and refuses it.',
  },
  'certificate-forClients': {
    name: 'For another purpose',
    what: 'it is for clients',
    expect: 'The laptop refuses it for a server.',
  },
  'certificate-byALeaf': {
    name: 'Signed by a leaf',
    what: 'its issuer is no authority',
    expect: 'The laptop refuses it: anybody with a certificate could do that.',
  },
  'certificate-tooDeep': {
    name: 'One authority too many',
    what: 'below one that may have none',
    expect: 'The laptop refuses the path: it is too long.',
  },
  'certificate-outsideLimits': {
    name: 'Outside of its issuer’s limits',
    what: 'the authority may sign for other names',
    expect: 'The laptop refuses it by the name constraints.',
  },
  'certificate-badSignature': {
    name: 'Break its signature',
    what: 'one bit of it',
    expect: 'The laptop computes it again and refuses it.',
  },
  'certificate-malformed': {
    name: 'Cut it short',
    what: 'the last byte is not there',
    expect: 'Nobody can read it, and the laptop refuses it.',
  },
  'certificate-strangeCondition': {
    name: 'A condition nobody knows',
    what: 'an extension that is critical and unknown',
    expect: 'What cannot be understood may not be ignored: refused.',
  },
  'certificate-wrongKey': {
    name: 'Somebody else’s certificate',
    what: 'the shop does not have its key',
    expect: 'The chain is right; the signature under the handshake is not.',
  },
  'offer-version': {
    name: 'The other version',
    what: 'TLS 1.2 instead of 1.3, or the other way round',
    expect: 'It works. In TLS 1.2 it takes one round trip more, and the certificate can be read on the way.',
  },
  'offer-rsa': {
    name: 'RSA key exchange',
    what: 'the laptop sends the secret, encrypted (TLS 1.2)',
    expect: 'It works; but a key that leaks later opens it.',
  },
  'offer-suites': {
    name: 'No suite in common',
    what: 'the laptop offers ChaCha20 alone, the shop speaks AES',
    expect: 'The shop gives up with handshake_failure.',
  },
  'offer-groups': {
    name: 'No group in common',
    what: 'the laptop offers secp384r1 alone',
    expect: 'The shop gives up with handshake_failure.',
  },
  'middle-listens': {
    name: 'Listens',
    what: 'between the two, and passes everything on',
    expect: 'Nobody notices; names, sizes and times are all there is to hear.',
  },
  'middle-forges': {
    name: 'Forges the certificate',
    what: 'with an authority of their own',
    expect: 'The laptop refuses it: nobody whom it trusts has signed.',
  },
  'middle-strips': {
    name: 'Strips TLS',
    what: 'the laptop begins without https',
    expect: 'It works, and the one in the middle reads all of it.',
  },
  'middle-swaps': {
    name: 'Swaps the key',
    what: 'half of the key exchange is another',
    expect: 'The handshake is signed, or sealed by other keys: refused.',
  },
  'middle-alters': {
    name: 'Alters the answer',
    what: 'one bit of a record',
    expect: 'The tag does not fit: nothing is passed on.',
  },
  'middle-repeats': {
    name: 'Repeats the request',
    what: 'the same record once more',
    expect: 'The shop expects the next number, and gives up.',
  },
  'middle-cuts': {
    name: 'Cuts it off',
    what: 'in the middle of the answer',
    expect: 'No close_notify: the laptop knows that something is missing.',
  },
  plain: { name: 'Plain HTTP', what: 'no TLS at all', expect: 'It works, and everything can be read on the way.' },
  'plain-read': {
    name: 'Plain HTTP, overheard',
    what: 'with a machine in the middle',
    expect: 'It works. Password and cookie are read on the way.',
  },
  'plain-rewritten': {
    name: 'Plain HTTP, rewritten',
    what: 'an advertisement is put into the page',
    expect: 'It works. Nobody can tell that the page is another.',
  },
  'server-down': { name: 'Switched off', what: 'nobody listens at port 443', expect: 'RST at once: refused.' },
  'server-silent': {
    name: 'Silent',
    what: 'a firewall throws every packet away',
    expect: 'SYN again and again, further and further apart, then it is given up.',
  },
  'server-slow': {
    name: 'Slow',
    what: 'it thinks three seconds about the account',
    expect: 'It works; all the time is waiting.',
  },
  'server-stranger': {
    name: 'Does not know the name',
    what: 'it has no certificate for shop.test',
    expect: 'It gives up with unrecognized_name.',
  },
  'server-unknown': {
    name: 'Mistype the name',
    what: 'sshop.test',
    expect: 'The name server knows no such name; nothing is sent to anybody.',
  },
  password: {
    name: 'Mistype the password',
    what: 'one letter too many',
    expect: '403, no cookie; and then 401.',
  },
}

export const tryIt = {
  title: 'Change one thing and run it again',
  elsewhere: 'What is shown above was recorded elsewhere. Here an exchange of the page’s own is changed.',
  exchange: 'Exchange',
  scenarios,
  seed: 'Seed',
  seedHelp: 'Another seed: other ports, keys, cookies and times.',
  groups,
  changes,
  expect: 'Expect',
  packet: 'Packet',
  /** One of them in a list. */
  packetOf: (number: number, what: string, out: boolean) => `${number} ${out ? '→' : '←'} ${what}`,
  byte: 'Byte',
  bit: 'Bit',
  bitHelp: '7 is the highest',
  by: 'Milliseconds',
  playIt: 'Play it as it is',
  run: 'Run',
  running: 'Running …',
  repeat: 'Repeat it',
  before: 'before',
  after: 'after',
  choose: 'Choose a change and run it: what becomes different is shown here.',
  differs: 'What became different',
  nothing: 'The laptop saw and said the same, message by message.',
  same: (count: number) => `${count} ${count === 1 ? 'message' : 'messages'} as before`,
  gone: 'did not happen',
  fresh: 'new',
  changed: 'changed',
  wasAt: (field: string, before: string, after: string) => `${field}: ${before} → ${after}`,
  inMiddle: 'What the one in the middle read',
  readNothing: 'Nothing but names, sizes and times.',
  runName: (scenario: string, seed: number, change: string) => `${change}, ${scenario}, seed ${seed}`,
  unchanged: 'shop.test',
}
