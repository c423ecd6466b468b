/** Certificates from an authority that is asked by ACME, in words. */
import type { acmeFailures } from '../../failures/acme.ts'
import type { WordsOf } from '../words.ts'

/** A detail of a server ends as it likes. */
const said = (got: string | undefined): string => (got === undefined ? 'nothing' : `“${got}”`)

export const acmeWords: WordsOf<typeof acmeFailures> = {
  'acme/no-directory': {
    title: 'There is no ACME directory at this URL.',
    says: f => `${f.where ?? 'The URL'} is no directory of an authority${f.got === undefined ? '' : `: ${f.got}`}.`,
    because: [
      'The path is missing: authorities give the whole URL, such as https://ca.test/acme/directory.',
      'Another program listens there.',
    ],
  },
  'acme/bad-answer': {
    title: 'The authority answers otherwise than ACME has it.',
    says: f => `About the answer of ${f.where ?? 'the authority'}: ${f.got ?? 'it cannot be used'}.`,
    because: ['A proxy on the way answers in its place.', 'The server has a defect, or speaks an older draft.'],
  },
  'acme/refused': {
    title: 'The authority refused.',
    says: f => `${f.where ?? 'It'} says ${said(f.got)}${f.expected === undefined ? '' : ` (${f.expected})`}.`,
  },
  'acme/terms-not-agreed': {
    title: 'The authority wants its terms to be agreed to.',
    says: f => `${f.where ?? 'It'} says ${said(f.got)}.`,
    because: ['Its terms of service changed, or were never agreed to with this account.'],
  },
  'acme/external-account': {
    title: 'The authority only serves accounts that it knows from elsewhere.',
    says: f => `${f.where ?? 'It'} says ${said(f.got)}. It gives out a key id and an HMAC key.`,
    because: ['No external account was named, or another one.'],
  },
  'acme/no-challenge': {
    title: 'The authority asks for a proof that cannot be given here.',
    says: f =>
      `For ${f.where ?? 'the name'} it offers ${f.got || 'nothing'}, and here there is ${f.expected || 'nothing'}.`,
    because: ['Wildcards are shown in DNS alone (dns-01), and addresses are never shown there.'],
  },
  'acme/challenge-failed': {
    title: 'The authority could not see that the name is ours.',
    says: f =>
      `About ${f.where ?? 'the name'}${f.expected === undefined ? '' : ` (${f.expected})`} it says ${said(f.got)}.`,
    because: [
      'The name leads to another machine than this one.',
      'The authority looks at port 80 (http-01) or 443 (tls-alpn-01), and something else listens there, or nothing.',
      'A firewall keeps the authority out.',
    ],
  },
  'acme/rate-limited': {
    title: 'The authority has had enough for now.',
    says: f => `${f.where ?? 'It'} says ${said(f.got)}.`,
    because: ['Too many certificates were ordered in a short time, for this name or by this account.'],
  },
  'acme/other-certificate': {
    title: 'The authority gave another certificate than was ordered.',
    says: f => `Ordered was one for ${f.expected ?? 'other names'}; of what came, ${f.got ?? 'it is another one'}.`,
  },
  'acme/timeout': {
    title: 'The authority did not come to an end.',
    says: f => `${f.where ?? 'It'} still had no certificate after ${f.number ?? '?'} ms (${f.got ?? 'waiting'}).`,
    because: ['It looks at names from several places, and some of them do not answer.', 'It has too much to do.'],
  },
}
