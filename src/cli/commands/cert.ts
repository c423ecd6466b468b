/** `barewire cert show|lint|verify|explain`. */
import type { CertAction, CertOptions } from '../actions/cert.ts'
import { type AnyCommand, command, type Example, KEEP, type OptionSpec, STARTTLS_OPTION } from '../command.ts'
import { DEMANDS, LISTS, LOGS } from '../demands.ts'
import {
  ACCEPTABLE,
  collect,
  PROFILES,
  parseAccept,
  parseCapture,
  parseDate,
  parseProfile,
  parsePurpose,
  parseRules,
  RULE_SETS,
} from '../options.ts'

const WHAT = {
  name: '<file|host>',
  what: 'a file of certificates, leaf first (PEM, DER, PKCS#7, PKCS#12), or a server: shop.test, localhost:8443',
  offers: 'files',
} as const

const ASKING: readonly OptionSpec[] = [
  STARTTLS_OPTION,
  { flags: '--sni <name>', what: 'the name to ask a server for; otherwise that of the host' },
  { flags: '--pcapng <file>', what: 'write what moved on the wire there', parse: parseCapture, offers: 'files' },
  KEEP,
]

/** Of all four: where the certificates come from. */
const FOUND: readonly OptionSpec[] = [
  ...ASKING,
  {
    flags: '--password-file <file>',
    what: 'its first line opens PKCS#12, of --trust too; BAREWIRE_PASSWORD does as well',
    offers: 'files',
  },
]

const SHOWING: readonly OptionSpec[] = [
  ...FOUND,
  { flags: '--at <date>', what: 'judge as if it were then: 2027-01-31, 2027-01-31T12:00:00Z', parse: parseDate },
]

const JUDGING: readonly OptionSpec[] = [
  LISTS,
  ...DEMANDS,
  { flags: '--name <name>', what: 'the name that it must be for; otherwise that of the server, and any for a file' },
  {
    flags: '--trust <file>',
    what: 'believe these roots and no others; may be repeated',
    parse: collect((path: string) => path),
    offers: 'files',
  },
  {
    flags: '--profile <name>',
    what: `${PROFILES.join(', ')}: how strictly to judge`,
    parse: parseProfile,
    offers: PROFILES,
  },
  { flags: '--purpose <who>', what: 'server, client or any', parse: parsePurpose, offers: ['server', 'client', 'any'] },
  {
    flags: '--accept <code>',
    what: 'go on after this failure; may be repeated',
    parse: collect(parseAccept),
    offers: ACCEPTABLE,
  },
]

const cert = (
  name: CertAction,
  summary: string,
  options: readonly OptionSpec[],
  examples: readonly Example[],
): AnyCommand =>
  command<string, CertOptions>({
    name: `cert ${name}`,
    summary,
    argument: WHAT,
    options,
    examples,
    run: async (what, given, io) => (await import('../actions/cert.ts')).cert(name, what, given, io),
  })

export const certCommands: readonly AnyCommand[] = [
  cert(
    'show',
    'what certificates say: names, days left, key, purposes, limits, timestamps, fingerprints',
    [...SHOWING, LOGS],
    [
      ['barewire cert show server.pem', 'every certificate of a file'],
      ['barewire cert show localhost:8443 --sni shop.test', 'what a server shows for this name'],
      ['barewire cert show mail.test --starttls smtp', 'one that begins in clear'],
    ],
  ),
  cert(
    'lint',
    'which rules for issuers certificates break, each with its source; exit code 5 for one that must be kept',
    [
      ...FOUND,
      {
        flags: '--rules <set>',
        what: 'rfc5280, or webpki for those of the CA/Browser Forum too; otherwise by what they claim to keep',
        parse: parseRules,
        offers: RULE_SETS,
      },
    ],
    [
      ['barewire cert lint server.pem', 'by RFC 5280, unless it says that it is for the public'],
      ['barewire cert lint shop.test --rules webpki', 'would a public authority be let to issue it?'],
    ],
  ),
  cert(
    'verify',
    'whether a chain is believed, and through whom; exit code 5 when it is not',
    [...SHOWING, ...JUDGING],
    [
      ['barewire cert verify chain.pem --name shop.test', 'by the roots of this machine'],
      ['barewire cert verify shop.test --at 2027-01-31', 'will it still hold then?'],
      ['barewire cert verify shop.test --revocation hard', 'and nobody took it back?'],
      ['barewire cert verify shop.pem --crl list.crl', 'is it on this list?'],
    ],
  ),
  cert(
    'explain',
    'every path from leaf to root, each check, and all that is wrong, with the bytes',
    [...SHOWING, ...JUDGING],
    [
      ['barewire cert explain chain.pem --trust root.pem', 'what refused what'],
      ['barewire cert explain localhost:8443 --profile webpki', 'by the rules for public certificates'],
      ['barewire cert explain shop.test --logs log_list.json --transparency chromium', 'and logged as Chrome wants?'],
    ],
  ),
]
