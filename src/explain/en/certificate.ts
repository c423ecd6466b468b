/** Failures of certificates and of our own authority's files, in words. */
import type { certificateFailures } from '../../failures/certificate.ts'
import type { EvidenceFault } from '../../x509/revocation/evidence.ts'
import type { WordsOf } from '../words.ts'

const clock = 'The clock of this machine is wrong.'

/** Why evidence does not count, one code of `EvidenceFault` or several. */
const faultsOf = (codes: string | undefined): string =>
  (codes ?? '?')
    .split(', ')
    .map(code => (Object.hasOwn(faults, code) ? faults[code as EvidenceFault] : code))
    .join('; ')

const faults: Readonly<Record<EvidenceFault, string>> = {
  malformed: 'it is malformed',
  refused: 'the responder gave no answer',
  'of-another': 'it is of another issuer or about another certificate',
  'out-of-scope': 'it is not about certificates like this one',
  'not-yet': 'it is not valid yet',
  'out-of-date': 'it is out of date',
  strange: 'it has a critical extension that is not known here',
  unnumbered: 'it has no number, or a critical one',
  signature: 'nobody who may sign it has signed it',
  weak: 'its signature is of a kind that is too weak',
  unknown: 'the responder does not know the certificate',
  reasons: 'it is about some reasons only',
}

export const certificateWords: WordsOf<typeof certificateFailures> = {
  'tls/certificate-expired': {
    title: 'The certificate is out of date.',
    says: f => `${f.where ?? 'It'} was valid until ${f.expected ?? '?'}; now it is ${f.got ?? '?'}.`,
    because: ['It was not renewed.', clock],
  },
  'tls/certificate-not-yet': {
    title: 'The certificate is not valid yet.',
    says: f => `${f.where ?? 'It'} is valid from ${f.expected ?? '?'}; now it is ${f.got ?? '?'}.`,
    because: [clock, 'It was put in place before its time.'],
  },
  'tls/certificate-name': {
    title: 'The certificate is for a different name.',
    says: f => `You asked for ${f.expected ?? '?'}; it is valid for ${f.got ?? 'no name at all'}.`,
    because: [
      'The server has several sites and chose the wrong one.',
      'The name is missing from subjectAltName; the common name no longer counts.',
    ],
  },
  'tls/certificate-purpose': {
    title: 'The certificate is not meant for this.',
    says: f =>
      `${f.where ?? 'It'} may be used for ${f.got ?? 'nothing here'}; it would have to be for ${f.expected ?? '?'}.`,
    because: ['A certificate of another kind (client, mail, code signing, a CA) was installed by mistake.'],
  },
  'tls/certificate-key-usage': {
    title: "The certificate's key is not meant for this.",
    says: f =>
      `The key of ${f.where ?? 'the certificate'} is for ${f.got ?? 'something else'}; the handshake needs ${f.expected ?? '?'}.`,
    because: ['The certificate was issued for another kind of key exchange, or for signing certificates.'],
  },
  'tls/certificate-untrusted': {
    title: 'The certificate is signed by someone you do not trust.',
    says: f => `The chain leads to ${f.got ?? 'an authority'}, which is not among your trusted roots.`,
    because: [
      'It comes from a private or local authority whose root is not installed here.',
      'Something between you and the server answers in its place.',
    ],
  },
  'tls/certificate-distrusted': {
    title: 'The authority is trusted, but not for this certificate.',
    says: f =>
      `${f.where ?? 'The root'} is trusted ${f.got ?? 'for others'}; this one is ${f.expected ?? 'none of them'}.`,
    because: [
      'The authority is on its way out of the lists of trusted roots: what it issues from a certain day on no longer counts.',
      'Your settings trust this root for one purpose only.',
    ],
  },
  'tls/key-untrusted': {
    title: 'The key is none of those that you trust.',
    says: f => `The other side has shown ${f.got ?? 'another key'}; trusted: ${f.expected ?? 'others'}.`,
    because: [
      'The other side has a new key, and nobody has told you.',
      'Something between you and the server answers in its place.',
    ],
  },
  'tls/certificate-self-signed': {
    title: 'The certificate vouches only for itself.',
    says: f => `${f.got ?? 'It'} signed its own certificate, and that certificate is not among those you trust.`,
    because: ['It was made for a test.', 'A device or a server came with it and nobody replaced it.'],
  },
  'tls/chain-incomplete': {
    title: 'A link of the chain is missing.',
    says: f =>
      `${f.where ?? 'The certificate'} was signed by ${f.got ?? 'an authority'}, whose certificate the server did not send; it is not among your trusted roots either.`,
    because: [
      'The server was given only its own certificate, without the intermediate one. Browsers hide this because they remember or fetch it.',
      'It was signed by a private authority whose root is not installed here.',
    ],
  },
  'tls/certificate-signature': {
    title: 'The signature on the certificate is wrong.',
    says: f => `${f.where ?? 'The certificate'} was not signed by the key of ${f.expected ?? 'its issuer'}.`,
    because: ['It was changed after it was signed, or forged.', 'The issuer has a new key under its old name.'],
  },
  'tls/certificate-algorithm': {
    title: 'The certificate relies on cryptography that is too weak or unknown.',
    says: f => `${f.where ?? 'It'} uses ${f.got ?? '?'}; needed is ${f.expected ?? 'something stronger'}.`,
    because: ['It is very old.', 'It was made with an unusual algorithm.'],
  },
  'tls/certificate-not-ca': {
    title: 'The certificate was signed by one that may not sign.',
    says: f => `${f.where ?? 'The issuer'} is not an authority: ${f.got ?? 'its certificate does not say so'}.`,
    because: ['Somebody who holds an ordinary certificate signed others with it.', 'The authority was set up wrongly.'],
  },
  'tls/certificate-path-length': {
    title: 'The chain is longer than one of its authorities allows.',
    says: f => `${f.where ?? 'An authority'} allows ${f.expected ?? '?'} below it; there are ${f.got ?? 'more'}.`,
  },
  'tls/certificate-constraint': {
    title: 'The authority was not allowed to certify this name.',
    says: f =>
      `${f.where ?? 'An authority'} is limited to other names: ${f.got ?? 'a name'} is ${f.expected ?? 'outside its limits'}.`,
    because: ['A company authority, limited to the names of the company, was used for others.'],
  },
  'tls/certificate-policy': {
    title: 'The chain has no certificate policy in common.',
    says: f => `${f.where ?? 'An authority'} demands an explicit policy, and none is valid along the whole chain.`,
  },
  'tls/certificate-revoked': {
    title: 'The certificate was revoked.',
    says: f =>
      `Its authority has taken back ${f.where ?? 'a certificate'}${f.expected === undefined ? '' : ` at ${f.expected}`} (${f.got ?? 'unspecified'}).`,
    because: ['Its key was stolen or lost.', 'It was replaced, and the server still shows the old one.'],
  },
  'tls/revocation-unknown': {
    title: 'Nobody says whether the certificate was revoked.',
    says: f =>
      f.got === 'none'
        ? `Of ${f.where ?? 'a certificate'} there is neither a list nor an answer, and hard checks were demanded.`
        : `What there is of ${f.where ?? 'a certificate'} does not count: ${faultsOf(f.got)}. Hard checks were demanded.`,
    because: ['Its authority has published nothing new.', 'What it publishes could not be fetched.'],
  },
  'tls/staple-missing': {
    title: 'The server brings no proof that its certificate still holds, as the certificate promises.',
    says: f =>
      f.got === 'none'
        ? `${f.where ?? 'It'} demands an OCSP answer along with it, and there was none.`
        : `${f.where ?? 'It'} demands an OCSP answer along with it, and the one that came does not count: ${faultsOf(f.got)}.`,
    because: ['The server does not staple OCSP answers.', 'Its authority did not answer the server in time.'],
  },
  'tls/transparency-missing': {
    title: 'The certificate was not shown to enough public logs.',
    says: f =>
      `${f.where ?? 'It'} must have good timestamps of ${f.expected ?? 'more logs'}; it has ${f.got ?? 'fewer'}.`,
    because: [
      'It was issued without timestamps: by a private authority, or without the knowledge of whoever has the name.',
      'The list of logs is older than the logs that it was shown to.',
    ],
  },
  'tls/certificate-critical': {
    title: 'The certificate makes a condition that we do not know.',
    says: f => `${f.where ?? 'It'} has the critical extension ${f.got ?? '?'}; who does not understand it must refuse.`,
  },
  'tls/certificate-malformed': {
    title: 'The certificate is not well formed.',
    says: f => `Its field ${f.where ?? '?'} ${f.got ?? 'is broken'} (${f.expected ?? 'X.690'}).`,
    because: ['The software that made it has a fault.', 'It was damaged on the way.'],
  },
  'tls/certificate-profile': {
    title: 'The certificate breaks a rule for those who issue certificates.',
    says: f => `${f.where ?? 'It'}: ${f.got ?? '?'} (${f.expected ?? 'RFC 5280 4'}).`,
    because: ['The authority is a home-made one and left something out. This profile insists on it.'],
  },
  'tls/chain-too-complex': {
    title: 'The chain would take too much work to check.',
    says: f => `Checking it needs more than ${f.number ?? 'the allowed number of'} ${f.got ?? 'steps'}.`,
    because: ['It was made to exhaust whoever checks it.'],
  },
  'ca/key-readable': {
    title: 'Others can read the key of your local authority.',
    says: f => `Whoever reads ${f.where ?? 'it'} can pass for any site on this machine; its mode is ${f.got ?? '?'}.`,
    because: ['The file was copied, or unpacked from an archive.'],
  },
  'ca/damaged': {
    title: 'The files of your local authority do not fit together.',
    says: f => `${f.where ?? 'A file'} ${f.got ?? 'cannot be used'}.`,
    because: ['A file was edited, cut off or replaced by hand.'],
  },
  'ca/unusable': {
    title: 'The folder of your local authority cannot be used.',
    says: f => `${f.where ?? 'It'} ${f.got ?? 'cannot be read or written'}.`,
  },
  'ca/none': {
    title: 'There is no authority on this machine yet.',
    says: f => `${f.where ?? 'Its folder'} is not there, so it has signed nothing.`,
    because: ['It was made for another user, or below another BAREWIRE_HOME.'],
  },
  'ca/refused': {
    title: 'The authority does not sign that.',
    says: f => `${f.where ?? 'It'}: ${f.got ?? 'nobody would believe it'}.`,
    because: [
      'What it signs must be believed below it: within its names, its time, and the profile that was asked for.',
    ],
  },
  'ca/store': {
    title: 'A store of trusted certificates does not take it.',
    says: f => `${f.where ?? 'It'}: ${f.got ?? 'refused'}.`,
    because: ['Changing it is the right of another user.', 'It is locked, or damaged.'],
  },
  'ca/log-list': {
    title: 'The list of logs cannot be used.',
    says: f => `${f.where ?? 'It'} ${f.got ?? 'cannot be read'}.`,
    because: ['It is no list of Certificate Transparency logs in version 3 of the format.'],
  },
  'ca/crlite': {
    title: 'The CRLite filter cannot be used.',
    says: f =>
      `${f.where ?? 'It'} ${f.got ?? 'cannot be read'}${f.expected === undefined ? '' : `; versions that can be read: ${f.expected}`}.`,
    because: [
      'It is no filter of the kind that Firefox has as `security_state/crlite.filter`.',
      'It is of 2024 or before: those were of another kind (versions 0 to 2).',
    ],
  },
  'ca/trust-file': {
    title: 'The file of trusted certificates cannot be used.',
    says: f => `${f.where ?? 'It'} ${f.got ?? 'holds no certificate'}.`,
  },
}
