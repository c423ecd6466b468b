/** The commands of `barewire ca`. */
import { domainToASCII } from 'node:url'
import { REASONS } from '../../ca/inventory.ts'
import { STORE_KINDS } from '../../node/ca-stores.ts'
import type { InitOptions, PathOptions } from '../actions/ca/init.ts'
import type { CsrOptions, IssueOptions } from '../actions/ca/issue.ts'
import type { CrlOptions, ExportOptions, ListOptions, OcspOptions, RevokeOptions } from '../actions/ca/records.ts'
import type { StoreOptions } from '../actions/ca/stores.ts'
import { type AnyCommand, type CommonOptions, command, type OptionSpec } from '../command.ts'
import { collect, parseDays, parseWord } from '../options.ts'

const KEYS = ['p-256', 'p-384', 'rsa-2048', 'ed25519'] as const
const PROFILES = ['server', 'client', 'peer', 'responder'] as const
const STATES = ['waiting', 'issued', 'revoked'] as const

const KEY: OptionSpec = {
  flags: '--key <kind>',
  what: `kind of the new key: ${KEYS.join(', ')}; p-256 if not given`,
  parse: parseWord('--key', KEYS),
  offers: KEYS,
}
const OUT: OptionSpec = { flags: '--out <file>', what: 'write there instead of to standard output', offers: 'files' }
const DAYS: OptionSpec = { flags: '--days <number>', what: 'how long it lasts', parse: parseDays }
const PASSWORD: OptionSpec = {
  flags: '--password-file <file>',
  what: 'encrypt the private key under the first line of this file, which nobody else may read',
  offers: 'files',
}

/** Of those that make certificates. */
const MAKING: readonly OptionSpec[] = [
  DAYS,
  {
    flags: '--profile <name>',
    what: `what it is for: ${PROFILES.join(', ')}; server if not given`,
    parse: parseWord('--profile', PROFILES),
    offers: PROFILES,
  },
  KEY,
  { flags: '--out <folder>', what: 'write the files there; the current folder if not given', offers: 'folders' },
  PASSWORD,
  { flags: '--replace', what: 'write over files that are there' },
]

/** In the form that clients send; what has none is left for whoever refuses it. */
const parseName = (text: string): string => (/[^\0-\x7f]/.test(text) && domainToASCII(text)) || text

const NAMES = {
  what: 'DNS names, with *. in front for all below, and IP addresses',
  parse: collect(parseName),
} as const
const MEANT = 'a certificate: its file, the beginning of its serial number, or one of its names'

const STORES: readonly OptionSpec[] = [
  {
    flags: '--store <kind>',
    what: `only these: ${STORE_KINDS.join(', ')}; may be repeated`,
    parse: collect(parseWord('--store', STORE_KINDS)),
    offers: STORE_KINDS,
  },
  { flags: '--yes', what: 'without asking' },
]

export const caCommands: readonly AnyCommand[] = [
  command<undefined, InitOptions>({
    name: 'ca init',
    summary: 'make the authority of this machine: a root for development names alone, and an intermediate that signs',
    options: [
      {
        flags: '--only <name>',
        what: 'sign for this name and those below it, or this network (10.0.0.0/8), and no others; may be repeated',
        parse: collect(parseName),
      },
      {
        flags: '--also <name>',
        what: 'for this one besides the development names; may be repeated',
        parse: collect(parseName),
      },
      { flags: '--any-name', what: 'for every name: whoever gets its key can pass for any site on this machine' },
      KEY,
      { flags: '--name <text>', what: 'what lists of authorities call it' },
      {
        ...PASSWORD,
        what: 'encrypt its keys under the first line of this file; BAREWIRE_CA_PASSWORD_FILE names it from then on',
      },
      {
        flags: '--url <url>',
        what: 'where ca serve will tell what was revoked, by http: it stands in every certificate from then on',
      },
      {
        flags: '--replace',
        what: 'put the authority that is there aside; what trusted it must be told to trust the new one',
      },
    ],
    examples: [
      ['barewire ca init', 'localhost, .test, .internal, private addresses'],
      ['barewire ca init --replace --also dev.example.com', 'another name besides'],
      ['barewire ca init --url http://localhost:14001', 'who checks for revocation asks there'],
    ],
    run: async (_, options, io) => (await import('../actions/ca/init.ts')).caInit(options, io),
  }),
  command<readonly string[], IssueOptions>({
    name: 'ca issue',
    summary: 'make a key and a certificate for these names',
    argument: { name: '<names...>', ...NAMES },
    options: MAKING,
    examples: [
      ["barewire ca issue api.test '*.api.test' 10.0.0.5 --days 30", 'api.test.pem and api.test.key'],
      ['barewire ca issue worker.internal --profile client', 'for a client of TLS'],
    ],
    run: async (names, options, io) => (await import('../actions/ca/issue.ts')).caIssue(names, options, io),
  }),
  command<readonly string[], CsrOptions>({
    name: 'ca csr',
    summary: 'make a key and a request for a certificate (PKCS#10), or sign a request',
    argument: { name: '[names...]', ...NAMES },
    options: [
      { flags: '--sign <file>', what: 'make the certificate for the request in this file', offers: 'files' },
      ...MAKING,
    ],
    examples: [
      ['barewire ca csr api.test', 'api.test.csr and api.test.key'],
      ['barewire ca csr --sign api.test.csr --days 30', 'api.test.pem, for its key'],
    ],
    run: async (names, options, io) => (await import('../actions/ca/issue.ts')).caCsr(names, options, io),
  }),
  command<string, IssueOptions>({
    name: 'ca renew',
    summary: 'make a certificate again, for a new key; of the root, another in its place for the same names',
    argument: { name: '<certificate>', what: MEANT, offers: 'files' },
    options: MAKING,
    examples: [['barewire ca renew api.test.pem', 'in the place of the old one, with its key beside it']],
    run: async (what, options, io) => (await import('../actions/ca/issue.ts')).caRenew(what, options, io),
  }),
  command<string, RevokeOptions>({
    name: 'ca revoke',
    summary: 'take a certificate back',
    argument: { name: '<certificate>', what: MEANT, offers: 'files' },
    options: [
      {
        flags: '--reason <reason>',
        what: `why: ${REASONS.join(', ')}`,
        parse: parseWord('--reason', REASONS),
        offers: REASONS,
      },
    ],
    examples: [['barewire ca revoke api.test.pem --reason keyCompromise', 'and barewire ca crl tells it']],
    run: async (what, options, io) => (await import('../actions/ca/records.ts')).caRevoke(what, options, io),
  }),
  command<undefined, ListOptions>({
    name: 'ca list',
    summary: 'what this authority signed',
    options: [
      {
        flags: '--state <state>',
        what: `only those: ${STATES.join(', ')}`,
        parse: parseWord('--state', STATES),
        offers: STATES,
      },
      { flags: '--log', what: 'everything that it did, in order' },
    ],
    examples: [
      ['barewire ca list --state revoked', 'what was taken back'],
      ['barewire ca list --log --json', 'the log, a line for each deed'],
    ],
    run: async (_, options, io) => (await import('../actions/ca/records.ts')).caList(options, io),
  }),
  command<string | undefined, CommonOptions>({
    name: 'ca show',
    summary: 'the authority and what it signs for, or one of its certificates; looks whether its log is whole',
    argument: { name: '[certificate]', what: `${MEANT}; the authority if not given`, offers: 'files' },
    options: [],
    examples: [
      ['barewire ca show', 'its names, its fingerprint, how many it signed'],
      ['barewire ca show api.test', 'the last one for this name'],
    ],
    run: async (what, options, io) => (await import('../actions/ca/records.ts')).caShow(what, options, io),
  }),
  command<undefined, CrlOptions>({
    name: 'ca crl',
    summary: 'the list of certificates that were revoked (RFC 5280), signed now',
    options: [
      OUT,
      { ...DAYS, what: 'until the next list; 7 if not given' },
      {
        flags: '--of <authority>',
        what: 'whose list: intermediate or root',
        parse: parseWord('--of', ['intermediate', 'root'] as const),
        offers: ['intermediate', 'root'],
      },
    ],
    examples: [
      ['barewire ca crl > list.pem', 'as PEM'],
      ['barewire ca crl --out list.crl', 'in DER'],
    ],
    run: async (_, options, io) => (await import('../actions/ca/records.ts')).caCrl(options, io),
  }),
  command<string, OcspOptions>({
    name: 'ca ocsp',
    summary: 'the answer of OCSP (RFC 6960) to a request in a file, or about a certificate, to be stapled',
    argument: { name: '<request>', what: `a request in DER, or ${MEANT}`, offers: 'files' },
    options: [OUT, { ...DAYS, what: 'until the next answer; 7 if not given' }],
    examples: [['barewire ca ocsp api.test.pem --out api.test.ocsp', 'for a server that staples it']],
    run: async (what, options, io) => (await import('../actions/ca/records.ts')).caOcsp(what, options, io),
  }),
  command<string | undefined, ExportOptions>({
    name: 'ca export',
    summary: 'a certificate with those above it, as PEM or with its key as PKCS#12; the root if none is named',
    argument: { name: '[certificate]', what: MEANT, offers: 'files' },
    options: [
      OUT,
      { flags: '--key-file <file>', what: 'its private key, for PKCS#12', offers: 'files' },
      { ...PASSWORD, what: 'of the PKCS#12: the first line of this file, which nobody else may read' },
    ],
    examples: [
      ['barewire ca export > root.pem', 'to be trusted elsewhere'],
      [
        'barewire ca export api.test.pem --key-file api.test.key --password-file secret --out api.test.p12',
        'for Java, Windows and phones',
      ],
    ],
    run: async (what, options, io) => (await import('../actions/ca/records.ts')).caExport(what, options, io),
  }),
  command<undefined, PathOptions>({
    name: 'ca path',
    summary: 'print the path of the certificate of this machine’s authority; it is made on the first use',
    options: [
      {
        flags: '--pcapng <file>',
        what: 'as with every command; nothing moves here, so the capture has no frames',
        offers: 'files',
      },
    ],
    examples: [
      ['barewire ca path', 'where the certificate lies'],
      ['curl --cacert $(barewire ca path) https://localhost:8443/', 'trust it once'],
      ['export NODE_EXTRA_CA_CERTS=$(barewire ca path)', 'let Node trust it'],
    ],
    run: async (_, options, io) => (await import('../actions/ca/init.ts')).caPath(options, io),
  }),
  command<undefined, StoreOptions>({
    name: 'ca install',
    summary: 'let the programs of this machine trust the authority; shows what it will touch, and asks',
    options: [
      ...STORES,
      { flags: '--root <folder>', what: 'of a system below this folder, as an image has it', offers: 'folders' },
    ],
    examples: [
      ['barewire ca install', 'the system, browsers with their own stores, Java'],
      ['barewire ca install --store browsers --yes', 'without a question'],
    ],
    run: async (_, options, io) => (await import('../actions/ca/stores.ts')).caInstall(options, io),
  }),
  command<undefined, StoreOptions>({
    name: 'ca uninstall',
    summary: 'undo exactly what ca install did',
    options: STORES.slice(-1),
    examples: [['barewire ca uninstall', 'shows what it will touch, and asks']],
    run: async (_, options, io) => (await import('../actions/ca/stores.ts')).caUninstall(options, io),
  }),
]
