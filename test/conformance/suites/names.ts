/**
 * BoringSSL's `name_constraints_unittest` and `verify_name_match_unittest`: which names limits let through, and which names are
 * the same. What is expected of the first stands in `pki/name_constraints_unittest.cc` and is read from there, statement by
 * statement, for limits that are critical; of the second it is in the names of the files.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Der, DerError } from '../../../src/asn1/der.ts'
import { OID } from '../../../src/asn1/oids.table.ts'
import { element, sequence } from '../../../src/asn1/write.ts'
import { nodeCrypto } from '../../../src/node/crypto.ts'
import { latin1Bytes } from '../../../src/wire/bytes.ts'
import { Certificate } from '../../../src/x509/certificate/certificate.ts'
import { type DistinguishedName, readName } from '../../../src/x509/certificate/distinguished-name.ts'
import { pemBlocks } from '../../../src/x509/files/pem.ts'
import { writeCertificate, writeName } from '../../../src/x509/issue.ts'
import { violation } from '../../../src/x509/path/constraints.ts'
import type { CaseResult, Listed, Suite } from '../suite.ts'

const crypto = nodeCrypto()
const key = crypto.generateKeyPair('p-256')
const NOBODY = sequence()

/** A certificate with this subject and these extensions, each by its identifier and value. */
const certificateWith = (subject: Uint8Array, extensions: Readonly<Record<string, Uint8Array>>): Certificate =>
  new Certificate(
    writeCertificate(
      {
        serialNumber: Uint8Array.of(1),
        issuer: writeName([[OID.commonName, 'Limiting']]),
        subject,
        notBefore: 0,
        notAfter: 1000,
        spki: key.spki,
        extensions: Object.entries(extensions).map(([oid, value]) => ({ oid, critical: true, value })),
      },
      key,
      crypto,
    ),
  )

interface Question {
  /** Of a test function, and of what in it. */
  readonly id: string
  readonly limits: Uint8Array
  readonly about: { readonly subject: Uint8Array; readonly names: Uint8Array | undefined }
  readonly permitted: boolean
}

const answered = ({ id, limits, about, permitted }: Question): CaseResult => {
  let got: string
  try {
    const demands = certificateWith(NOBODY, { [OID.nameConstraints]: limits }).extension('nameConstraints')!
    const leaf = certificateWith(about.subject, about.names === undefined ? {} : { [OID.subjectAltName]: about.names })
    got = violation(demands, leaf, { comparisons: 0 })?.kind ?? 'permitted'
  } catch (error) {
    if (!(error instanceof DerError)) throw error
    got = `${error.what} ${error.rule}`
  }
  if ((got === 'permitted') === permitted) return { id, outcome: 'passed' }
  return { id, outcome: 'failed', kind: permitted ? 'false-reject' : 'false-accept', got, detail: got }
}

const DNS = 0x82
const ADDRESS = 0x87
const DIRECTORY = 0xa4

/** What a statement of a test function is, by the group that it filled. */
const STATEMENTS = new RegExp(
  [
    /LoadTest(?<kind>NameConstraint|Name|SubjectAltName)\( ?"(?<file>[^"]+)", &(?<variable>\w+)/,
    /std::string (?<empty>\w+) = ""/,
    /(?<made>unique_ptr<NameConstraints> name_constraints\()?(?<refused>EXPECT_FALSE\( ?)?NameConstraints::Create\( ?StringAsBytes\((?<from>\w+)\)/,
    /EXPECT_(?<sense>TRUE|FALSE|EQ)\( ?(?:!is_critical\(\), )?(?:name_constraints->IsPermitted(?:DNSName\( ?"(?<dns>[^"]*)"|DirectoryName\( ?SequenceValueFromString\((?<directory>\w+)\)|IP\( ?der::Input\( ?IPAddress\((?<octets>[^)]*)\))|IsPermittedCert\( ?name_constraints\.get\(\), (?:der::Input\(\)|SequenceValueFromString\((?<subject>\w+)\)), (?<san>nullptr|san\.get\(\)))/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
)

const questionsIn = (test: string, body: string, read: (file: string) => Uint8Array): Question[] => {
  const files = new Map<string, { readonly file: string; readonly der: Uint8Array }>()
  const held = (name = '') => files.get(name) ?? { file: 'nobody', der: NOBODY }
  const questions: Question[] = []
  let limits = new Uint8Array()
  const ask = (what: string, about: Question['about'], permitted: boolean): void => {
    const id = `${test} ${what}`
    const before = questions.filter(each => each.id === id || each.id.startsWith(`${id} #`)).length
    questions.push({ id: before === 0 ? id : `${id} #${before + 1}`, limits, about, permitted })
  }
  // In `FailOn…` tests one octet of what was loaded is changed to FF.
  const changed = /a\.replace\(/.test(body)
  for (const { groups = {} } of body
    .replace(/\/\/.*$|\/\*.*?\*\//gm, '')
    .replace(/\s+/g, ' ')
    .matchAll(STATEMENTS)) {
    const { file, variable, empty, from, refused, sense, dns, directory, octets, subject, san } = groups
    const permitted = sense === 'TRUE'
    if (file !== undefined) files.set(variable!, { file, der: read(file) })
    else if (empty !== undefined) files.set(empty, { file: 'nothing', der: new Uint8Array() })
    else if (from !== undefined) {
      limits = new Uint8Array(held(from).der)
      if (changed) limits[Buffer.from(limits).indexOf('permitted.example2.com')] = 0xff
      // Limits that are none permit nobody, not even who has no name.
      if (refused !== undefined) ask(held(from).file, { subject: NOBODY, names: undefined }, false)
    } else if (dns !== undefined)
      ask(dns, { subject: NOBODY, names: sequence(element(DNS, latin1Bytes(dns))) }, permitted)
    else if (octets !== undefined)
      ask(
        octets,
        { subject: NOBODY, names: sequence(element(ADDRESS, Uint8Array.from(octets.split(','), Number))) },
        permitted,
      )
    else if (directory !== undefined)
      ask(
        held(directory).file,
        { subject: NOBODY, names: sequence(element(DIRECTORY, held(directory).der)) },
        permitted,
      )
    else {
      const names = san === 'nullptr' ? undefined : held('san')
      const what = `${held(subject).file} ${names?.file ?? 'alone'}`
      ask(what, { subject: held(subject).der, names: names?.der }, permitted)
    }
  }
  return questions
}

const limitsIn = (folder: string, source: string): CaseResult[] => {
  const read = (file: string): Uint8Array =>
    pemBlocks(readFileSync(join(folder, 'name_constraints_unittest', file), 'latin1'))[0]!.der
  return source
    .split(/^TEST_P\(/m)
    .slice(1)
    .flatMap(body => questionsIn(/,\s*(\w+)\)/.exec(body)![1]!, body, read))
    .map(answered)
}

const nameOf = (der: Uint8Array): DistinguishedName | undefined => {
  try {
    return readName(new Der(der), 'name')
  } catch (error) {
    if (error instanceof DerError) return undefined
    throw error
  }
}

/** The types in which a name may be written that is the same in each; T61String has its own letters. */
const ALIKE = ['PRINTABLESTRING', 'UTF8', 'BMPSTRING', 'UNIVERSALSTRING']

/** Two of `ascii-TYPE-WRITING[-MORE]` are the same when they have the same more, in types that are alike or written alike. */
const areSame = (a: string, b: string): boolean => {
  const [one, other] = [a, b].map(each => each.replace('.pem', '').split('-'))
  if (one![0] !== other![0]) return false
  if ([one, other].some(each => each![2]!.startsWith('rdn_')))
    return one![1] === other![1] && other![2]!.replace(/\d$/, '') === one![2]!.replace(/\d$/, '')
  const [more, same] = [one!.slice(3).join(), other!.slice(3).join()]
  return (
    more === same &&
    ((one![1] === other![1] && one![2] === other![2]) || (ALIKE.includes(one![1]!) && ALIKE.includes(other![1]!)))
  )
}

const pairsIn = (folder: string): CaseResult[] => {
  const names = join(folder, 'verify_name_match_unittest', 'names')
  const files = readdirSync(names).filter(
    file => file.endsWith('.pem') && !/^(?:custom|unicode-mixed|valid)/.test(file),
  )
  const read = new Map(
    files.map(file => [file, nameOf(pemBlocks(readFileSync(join(names, file), 'latin1'))[0]!.der)] as const),
  )
  return files.flatMap((a, i) => {
    const one = read.get(a)
    if (a.startsWith('invalid-'))
      return [
        one === undefined
          ? { id: a, outcome: 'passed' }
          : { id: a, outcome: 'failed', kind: 'false-accept', got: 'read' },
      ]
    return files.slice(i).flatMap((b): CaseResult[] => {
      if (b.startsWith('invalid-')) return []
      const [id, expected] = [`${a} ${b}`, areSame(a, b)]
      const got = one !== undefined && one.key === read.get(b)?.key
      if (got === expected) return [{ id, outcome: 'passed' }]
      return [
        { id, outcome: 'failed', kind: expected ? 'false-reject' : 'false-accept', got: got ? 'same' : 'different' },
      ]
    })
  })
}

const DOT: Listed = {
  because:
    'one of its limits ends in a dot, which no DNS name in a certificate does: limits that nobody understands permit nobody',
  got: 'malformed-limit',
}
const NO_HOST: Listed = { because: 'no host has this name, so no limit can be compared with it', got: 'malformed-name' }
/** `dnsname.pem` and what contains it; `.` is a limit too. */
const WITH_DOT: readonly string[] = [
  ...[
    'permitted.example.com permitted.example.com. a.permitted.example.com alsopermitted.example.com',
    '*.foo.permitted.example.com *.alsopermitted.example.com *xcluded.permitted.example.com',
    'exclude*.permitted.example.com excl*ded.permitted.example.com permitted.example3.com permitted.example3.com.',
    'a.permitted.example3.com a.permitted.example3.com.',
  ].flatMap(line => line.split(' ').map(name => `DNSNames ${name}`)),
  ...['permitted', 'excluded-directoryname', 'excluded-ipaddress'].map(name => `DNSNames nobody san-${name}.pem`),
  ...['permitted.example.com', 'foo.permitted.example.com'].map(name => `DNSNamesExcludeDot ${name}`),
  ...['foo.com', 'permitted.example.com'].map(
    name => `IsPermittedCertSubjectDnsNames name-us-arizona-${name}.pem alone`,
  ),
  ...['1.1.1.1', '192.168.1.1', 'ipv6'].map(
    name => `IsPermittedCertSubjectIpAddresses name-us-arizona-${name}.pem alone`,
  ),
]
const T61: Listed = {
  because: 'the set compares T61String by its octets alone; to us, and to OpenSSL, its letters are letters',
  got: 'same',
}

/** Names in T61String beside the same ones written otherwise. */
const inT61 = (): string[] => {
  const writings = ['unmangled', 'case_swap', 'extra_whitespace']
  const files = (type: string, more: string) => writings.map(writing => `ascii-${type}-${writing}${more}.pem`)
  return ['', '-dupe_attr', '-extra_attr', '-extra_rdn'].flatMap(more => {
    const own = files('T61STRING', more).sort()
    const others = ALIKE.flatMap(type => files(type, more))
    const among = own.flatMap((a, i) => own.slice(i + 1).map(b => `${a} ${b}`))
    return [...among, ...own.flatMap(a => others.map(b => [a, b].sort().join(' ')))]
  })
}

const listedAs = (ids: readonly string[], listed: Listed): Record<string, Listed> =>
  Object.fromEntries(ids.map(id => [id, listed]))

export const suite: Suite = {
  name: 'names',
  onlyByName: true,
  listed: {
    ...listedAs(WITH_DOT, DOT),
    ...listedAs(inT61(), T61),
    'DNSNamesExcludeOnly ': NO_HOST,
    'QuotedRfc822SanWithNoRfc822Constraints nobody san-rfc822name-quoted.pem': {
      because: 'its otherName has no [0] around the value (RFC 5280 4.2.1.6)',
      got: 'nameConstraints unexpected-tag',
    },
    'IsPermittedCertSubjectEmailAddressIsOk name-us-arizona-email-invalidstring.pem alone': {
      because: 'a VisibleString says what an IA5String says; the set reads the latter alone',
      got: 'permitted',
    },
  },
  skips: {},
  async run(data) {
    const source = join(data, 'pki/name_constraints_unittest.cc')
    if (!existsSync(source)) return undefined
    const folder = join(data, 'pki/testdata')
    return [...limitsIn(folder, readFileSync(source, 'utf8')), ...pairsIn(folder)]
  },
}
