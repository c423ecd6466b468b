/** One certificate for people and for programs: whose it is, until when, which names, what it may do, and where in it that stands. */
import { oidName } from '../asn1/oid.ts'
import type { CryptoProvider } from '../crypto/provider.ts'
import type { Millis } from '../engine.ts'
import { Failure } from '../failures/index.ts'
import { hexText, latin1Text } from '../wire/bytes.ts'
import { algorithmOid } from '../x509/certificate/algorithm.ts'
import { type Certificate, malformedUnless } from '../x509/certificate/certificate.ts'
import { type ExtensionName, type ExtensionValues, keyUsageText } from '../x509/certificate/extensions.ts'
import { generalNameText } from '../x509/certificate/general-name.ts'
import { publicKeyText } from '../x509/certificate/public-key.ts'
import type { SignedCertificateTimestamp } from '../x509/certificate/sct.ts'
import { qualifiersOf } from '../x509/lint/look.ts'
import type { Span } from '../x509/signed.ts'
import type { LogList } from '../x509/transparency/log-list.ts'
import type { JsonObject } from './json.ts'

/** One thing that a certificate says. */
export interface CertificateRow {
  /** As JSON calls it. */
  readonly key: string
  readonly label: string
  /** Several where it is a list. */
  readonly values: readonly string[]
  /** Where in the certificate it stands; undefined for what is computed. */
  readonly span: Span | undefined
  /** `bad` for a date that is over. */
  readonly tint?: 'bad' | undefined
}

const DAY = 86_400_000

export const dateText = (at: Millis): string =>
  new Date(at)
    .toISOString()
    .replace('T', ' ')
    .replace(/:\d\d\.\d{3}Z$/, ' UTC')

/** `61 days left`, `ended 3 days ago`, `begins in 2 days`. */
export const daysText = ({ notBefore, notAfter }: Certificate, at: Millis): string => {
  const days = (span: number): string => {
    const whole = Math.floor(span / DAY)
    return `${whole} day${whole === 1 ? '' : 's'}`
  }
  if (at < notBefore) return `begins in ${days(notBefore - at)}`
  return at > notAfter ? `ended ${days(at - notAfter)} ago` : `${days(notAfter - at)} left`
}

/** Five is status_request: an OCSP answer that must come with the certificate (RFC 7633). */
const STATUS_REQUEST = 5

/** Everything that we know to read in it; `certificate` must have passed `decodeAll`. */
export const certificateRows = (
  certificate: Certificate,
  at: Millis,
  crypto: CryptoProvider,
  logs?: LogList,
): CertificateRow[] => {
  const { der, subject, issuer, spans, publicKey, serialNumber, notBefore, notAfter } = certificate
  const sha256 = (bytes: Uint8Array): Uint8Array => {
    const hash = crypto.hash('sha256')
    hash.update(bytes)
    return hash.digest()
  }
  const days = [`${dateText(notBefore)} to ${dateText(notAfter)}`, daysText(certificate, at)]
  const algorithm = oidName(algorithmOid(der, spans.algorithm.from, spans.algorithm.to))
  const isOut = at < notBefore || at > notAfter
  const pin = `sha256/${btoa(latin1Text(sha256(certificate.spki)))}`
  return [
    row('subject', 'subject', [subject.text], subject),
    row('issuer', 'issuer', [certificate.isSelfIssued ? 'itself' : issuer.text], issuer),
    { ...row('validity', 'valid', days, spans.validity), tint: isOut ? 'bad' : undefined },
    row('publicKey', 'key', [publicKeyText(publicKey)], spans.publicKey),
    ...extensionRows(certificate, logs),
    ...practiceRows(certificate),
    row('serialNumber', 'serial', [hexText(serialNumber, ':')], spans.serialNumber),
    row('signature', 'signed with', [algorithm], spans.signature),
    row('fingerprint', 'SHA-256', [hexText(sha256(der))]),
    row('pin', 'key pin', [pin]),
  ]
}

const row = (key: string, label: string, values: readonly string[], span?: Span): CertificateRow => {
  return { key, label, values, span: span && { from: span.from, to: span.to } }
}

/** How each extension is told, in the order in which people ask. */
const told: {
  readonly [N in ExtensionName]?: readonly [
    label: string,
    read: (v: ExtensionValues[N], logs: LogList | undefined) => readonly string[],
  ]
} = {
  subjectAltName: ['names', names => names.map(generalNameText)],
  keyUsage: ['key is for', usage => [keyUsageText(usage)]],
  extKeyUsage: ['purposes', oids => oids.map(oidName)],
  basicConstraints: [
    'authority',
    ({ ca, pathLength }) => [!ca ? 'no' : pathLength === undefined ? 'yes' : `yes, with ${pathLength} more below it`],
  ],
  nameConstraints: [
    'limits',
    ({ permitted, excluded }) => [
      ...permitted.map(name => `only ${limitText(name)}`),
      ...excluded.map(name => `not ${limitText(name)}`),
    ],
  ],
  certificatePolicies: ['policies', policies => policies.map(({ oid }) => oidName(oid))],
  policyMappings: ['mappings', pairs => pairs.map(pair => `${pair.issuerDomain} is ${pair.subjectDomain}`)],
  authorityInfoAccess: ['ask', list => list.map(one => `${oidName(one.method)} ${generalNameText(one.location)}`)],
  cRLDistributionPoints: [
    'lists',
    points =>
      points.flatMap(({ name }) => (name !== undefined && 'full' in name ? name.full.map(generalNameText) : [])),
  ],
  noRevAvail: ['revocation', () => ['its authority never tells of it']],
  tlsFeature: ['must staple', features => [features.includes(STATUS_REQUEST) ? 'yes' : 'no']],
  sctList: ['logged', (list, logs) => list.map(sct => `${dateText(sct.timestamp)} in ${logText(sct, logs)}`)],
}

const extensionRows = (certificate: Certificate, logs: LogList | undefined): CertificateRow[] => {
  const tell = <N extends ExtensionName>(name: N): CertificateRow[] => {
    const [found, value, how] = [certificate.find(name), certificate.extension(name), told[name]]
    if (found === undefined || value === undefined || how === undefined) return []
    const [label, read] = how
    const texts = read(value, logs)
    const last = `${texts.at(-1) ?? ''}${found.critical ? ' (critical)' : ''}`.trim()
    return [row(name, label, [...texts.slice(0, -1), last], { from: found.start, to: found.to })]
  }
  const others = certificate.extensions
    .map(({ oid, critical }) => ({ name: oidName(oid), critical }))
    .filter(({ name }) => !Object.hasOwn(told, name) && !UNTOLD.has(name))
    .map(({ name, critical }) => `${name}${critical ? ' (critical)' : ''}`)
  return [
    ...(Object.keys(told) as ExtensionName[]).flatMap(name => tell(name)),
    ...(others.length === 0 ? [] : [row('others', 'also', others)]),
  ]
}

/** Where the authority says how it works, and what it says to whoever relies on it; nothing where that cannot be read. */
const practiceRows = (certificate: Certificate): CertificateRow[] => {
  const found = certificate.find('certificatePolicies')
  const read = malformedUnless(() => qualifiersOf(certificate))
  if (found === undefined || read instanceof Failure) return []
  const notices = read.notices.flatMap(({ text }) => (text === undefined ? [] : [`“${text.characters}”`]))
  const values = [...read.statements, ...notices]
  return values.length === 0 ? [] : [row('practices', 'practices', values, { from: found.start, to: found.to })]
}

/** Identifiers of keys, which the tree of the chain makes use of. */
const UNTOLD: ReadonlySet<string> = new Set(['subjectKeyIdentifier', 'authorityKeyIdentifier'])

/** A limit on addresses has its mask behind it. */
const limitText = (name: Parameters<typeof generalNameText>[0]): string => {
  if (name.type !== 'ip') return generalNameText(name)
  const half = name.octets.length / 2
  const address = generalNameText({ ...name, octets: name.octets.subarray(0, half) })
  const bits = name.octets.subarray(half).reduce((sum, octet) => sum + octet.toString(2).replaceAll('0', '').length, 0)
  return `${address}/${bits}`
}

/** The same for programs: lists are lists, and each thing has its range. */
export const jsonOfCertificate = (
  certificate: Certificate,
  at: Millis,
  crypto: CryptoProvider,
  logs?: LogList,
): JsonObject => {
  const { index, notBefore, notAfter } = certificate
  const rows = certificateRows(certificate, at, crypto, logs)
  const one = (key: string): string => rows.find(row => row.key === key)?.values[0] ?? ''
  return {
    type: 'certificate',
    index: index ?? null,
    subject: certificate.subject.text,
    issuer: certificate.issuer.text,
    notBefore: new Date(notBefore).toISOString(),
    notAfter: new Date(notAfter).toISOString(),
    daysLeft: Math.floor((notAfter - at) / DAY),
    names: [...(certificate.extension('subjectAltName') ?? []).map(generalNameText)],
    key: one('publicKey'),
    fingerprint: one('fingerprint'),
    pin: one('pin'),
    mustStaple: certificate.extension('tlsFeature')?.includes(STATUS_REQUEST) ?? false,
    timestamps: (certificate.extension('sctList') ?? []).map(sct => jsonOfTimestamp(sct, logs)),
    fields: rows.map(({ key, values, span }) => ({
      name: key,
      values: [...values],
      ...(span === undefined ? {} : { range: [span.from, span.to] }),
    })),
  }
}

/** `Argon 2026h1` where the list has it, else the begin of its id. */
export const logText = ({ logId }: Pick<SignedCertificateTimestamp, 'logId'>, logs: LogList | undefined): string =>
  logs?.logs.get(hexText(logId))?.name ?? `${hexText(logId.subarray(0, 8))}…`

export const jsonOfTimestamp = (
  { timestamp, logId }: SignedCertificateTimestamp,
  logs: LogList | undefined,
): JsonObject => ({
  at: new Date(timestamp).toISOString(),
  log: hexText(logId),
  name: logs?.logs.get(hexText(logId))?.name ?? null,
})
