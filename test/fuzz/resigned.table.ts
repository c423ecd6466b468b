/** Where OpenSSL or GnuTLS and we do not judge a chain the same, and why. */
import type { Verdict } from './resigned-peers.ts'

export type Kind = 'only we refuse' | 'only OpenSSL refuses' | 'only GnuTLS refuses'

export interface Difference {
  readonly kind: Kind
  readonly peer: 'OpenSSL' | 'GnuTLS'
  /** What was done to the chain: `leaf subjectAltName dropped`. */
  readonly change: string
  readonly ours: Verdict
  readonly theirs: Verdict
}

export interface Explained {
  readonly kind: Kind
  readonly because: string
  readonly peer?: Difference['peer']
  /** In our words or, where only they refuse, in theirs. */
  readonly said: RegExp
  readonly change: RegExp
}

const MALFORMED = 'tls/certificate-malformed'
const broken = (rule: string): RegExp => new RegExp(`^${MALFORMED} .*\\| ${rule}, `)
const any = /^/

/** What both read although DER has another form for it, or none. */
const lenient: readonly Explained[] = [
  ['length-not-minimal', 'X.690 10.1: the shortest length; both read lengths as BER has them.', /long length$/],
  ['boolean-value', 'X.690 11.1: TRUE is FF; to both it is anything but zero.', any],
  ['default-encoded', 'X.690 11.5: a default value is left out; both read it.', /octet$|tag$/],
  ['trailing', 'X.690 8.1.3: extnValue is one element; both leave what stands behind it.', /doubled$|tag$|octet/],
  ['empty', 'RFC 5280 4.2.1: lists of one at least; both read lists of none.', /dropped$|empty$|octet$/],
  [
    'string-character',
    'RFC 3629, X.680 41.4: no such character; neither looks at names that it does not compare.',
    any,
  ],
  ['bit-string-padding', 'X.690 11.2.1: unused bits are zero, of an octet that is there; both mask them.', any],
  ['value', 'RFC 5280 4.1.2.1: versions are 1 to 3; OpenSSL takes any number, GnuTLS any below 256.', / version /],
  [
    'truncated',
    'X.690 8.1.3: a name ends where its tag says; a choice that nobody knows is left out.',
    /(Name|Constraints|subject) tag$/,
  ],
  ['length-too-long', 'X.690 8.1.3.5: the same, by a length that nothing has.', /Constraints tag$/],
].map(([rule, because, change]) => ({
  kind: 'only we refuse',
  because: because as string,
  said: broken(rule as string),
  change: change as RegExp,
}))

/** Rules for issuers, which `rfc5280` has and OpenSSL's strict mode has not. */
const issuers: readonly Explained[] = [
  ['RFC 5280 4.2.1.10', 'Name constraints are critical; to OpenSSL they may be not.', / nameConstraints /],
  ['RFC 5280 4.1.2.2', 'A serial number has 20 octets at most and is positive; OpenSSL takes any.', / serialNumber /],
  ['RFC 5280 4.2.1.6', 'What stands for a mailbox is one; OpenSSL compares it when it is asked for one.', / tag$/],
  ['X.690 11.2.2', 'Zeros behind the last named bit are left out; OpenSSL reads them.', / keyUsage /],
].map(([rule, because, change]) => ({
  kind: 'only we refuse',
  peer: 'OpenSSL',
  because: because as string,
  said: new RegExp(`^tls/certificate-profile .*\\| ${rule as string}$`),
  change: change as RegExp,
}))

export const DIFFERENCES: readonly Explained[] = [
  ...lenient,
  ...issuers,
  {
    kind: 'only we refuse',
    because: 'RFC 9525 6.3: names stand in subjectAltName; both look for a common name where none of theirs is there.',
    said: /^tls\/certificate-name /,
    change: /^leaf (subjectAltName|extensions) /,
  },
  {
    kind: 'only we refuse',
    peer: 'OpenSSL',
    because:
      'RFC 5280 4.2: what became another extension is malformed as that; OpenSSL reads policies and lists when it is asked.',
    said: new RegExp(`^${MALFORMED} \\| (certificatePolicies|freshestCRL) `),
    change: / octet$/,
  },
  {
    kind: 'only we refuse',
    peer: 'GnuTLS',
    because: 'RFC 5280 4.1.2.7: no key that anybody could use; it is not looked at before it is used.',
    said: /^tls\/certificate-(algorithm .*\| a key of type |malformed \| (subjectPublicKeyInfo|certificate) )/,
    change: /^leaf subjectPublicKeyInfo /,
  },
  {
    kind: 'only we refuse',
    peer: 'GnuTLS',
    because: 'RFC 5280 4.2: extensions that say nothing about the question are not read.',
    said: new RegExp(`^${MALFORMED} `),
    change: / (extensions|\w+KeyIdentifier|\w*[kK]eyUsage|basicConstraints|nameConstraints|subjectAltName) /,
  },
  {
    kind: 'only we refuse',
    peer: 'GnuTLS',
    because: 'X.690 8.3.2, 8.19: numbers are not held to their shortest form.',
    said: new RegExp(`^${MALFORMED} .*\\| (integer-\\w+(-\\w+)?|oid-malformed), `),
    change: / (serialNumber|issuer|subject|signature|version|validity|subjectPublicKeyInfo) /,
  },
  {
    kind: 'only we refuse',
    peer: 'GnuTLS',
    because: 'RFC 5280 4.1.2.4: a name is of sets with something in them; that of a leaf is not read.',
    said: new RegExp(`^${MALFORMED} \\| (subject|certificate)`),
    change: /^leaf subject /,
  },
  {
    kind: 'only we refuse',
    because:
      'RFC 5280 4.2.1.10: a mask is ones and then zeros (RFC 4632), a DNS name has no dot at its end; OpenSSL takes masks as they are, GnuTLS names.',
    said: /^tls\/certificate-constraint .*\| a limit that cannot be understood$/,
    change: / nameConstraints /,
  },
  {
    kind: 'only OpenSSL refuses',
    because: 'RFC 5280 6.1.3 compares names and keys; which key is meant (4.2.1.1) only helps to choose among issuers.',
    said: /unable to get local issuer certificate/,
    change: / (authorityKeyIdentifier|subjectKeyIdentifier) /,
  },
  {
    kind: 'only GnuTLS refuses',
    because: 'The same.',
    said: /issuer is unknown/,
    change: / (authorityKeyIdentifier|subjectKeyIdentifier) /,
  },
  {
    kind: 'only GnuTLS refuses',
    because:
      'RFC 5280 7.1: a name is the same in whatever kind of string and with spaces around it; GnuTLS compares octets.',
    said: /issuer is unknown/,
    change: / (issuer|subject) (tag|octet|telling octet|octet behind)$/,
  },
  {
    kind: 'only GnuTLS refuses',
    because: 'RFC 5280 4.2.1.10: the empty name limits nothing, nor does a limit for a kind of name that is not there.',
    said: /violates the signer's constraints/,
    change: / nameConstraints (empty|tag)$/,
  },
  {
    kind: 'only GnuTLS refuses',
    because: 'RFC 5280 4.1.2.6: a subject may be empty; certtool cannot print it, and says so with its exit code.',
    said: /crt_get_dn|Verified\. The certificate is trusted/,
    change: /^leaf subject /,
  },
]

/** The row that explains a difference. */
export const explanation = ({ kind, peer, change, ours, theirs }: Difference): Explained | undefined =>
  DIFFERENCES.find(
    row =>
      row.kind === kind &&
      (row.peer ?? peer) === peer &&
      row.change.test(change) &&
      row.said.test((kind === 'only we refuse' ? ours : theirs) ?? ''),
  )
