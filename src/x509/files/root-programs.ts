/**
 * Roots with what their programs say of them, as data for a trust store: p11-kit's files (Fedora's
 * `ca-bundle.trust.p11-kit`), and the table of included roots that CCADB gives out as CSV. Both say for whom a root counts,
 * and until when leaves may begin that it is still believed for: a bundle in PEM has no room for either.
 */
import { Der, DerError } from '../../asn1/der.ts'
import { OID } from '../../asn1/oids.table.ts'
import { timeValue } from '../../asn1/value.ts'
import type { Millis } from '../../engine.ts'
import { latin1Bytes, latin1Text } from '../../wire/bytes.ts'
import { readExtensions } from '../certificate/extension-list.ts'
import { certificateExtensions } from '../certificate/extensions.ts'
import { spkiOf } from '../certificate/public-key.ts'
import type { AnchorToTrust } from '../path/store.ts'
import { pemBlocks } from './pem.ts'

/**
 * The roots of such a file that are trusted for TLS; undefined where it is neither. One whose purposes or date cannot be
 * read is left out: it may be the limit that matters.
 */
export const anchorsOfProgram = (file: string): readonly AnchorToTrust[] | undefined => {
  if (file.includes(P11_KIT)) return p11KitAnchors(file)
  const [header, ...rows] = csvRows(file)
  return header?.includes(CCADB.date) && header.includes(CCADB.bits) ? ccadbAnchors(header, rows) : undefined
}

const P11_KIT = '[p11-kit-object-v1]'

/** An object of p11-kit: attributes, and PEM below them. */
interface P11Object {
  readonly attributes: ReadonlyMap<string, string>
  readonly text: string
}

const p11Objects = (file: string): readonly P11Object[] =>
  file
    .split(P11_KIT)
    .slice(1)
    .map(text => ({
      text,
      attributes: new Map(
        [...text.matchAll(/^([\w-]+):[ \t]*(.*?)[ \t]*\r?$/gm)].map(([, name, value]) => [name!, value!]),
      ),
    }))

const p11KitAnchors = (file: string): readonly AnchorToTrust[] => {
  const objects = p11Objects(file)
  const purposes = stapledPurposes(objects)
  return objects.flatMap(({ attributes, text }) => {
    const [certificate] = pemBlocks(text).filter(({ label }) => label === 'CERTIFICATE')
    if (certificate === undefined || attributes.get('trusted') !== 'true') return []
    if (attributes.get('x-distrusted') === 'true') return []
    try {
      const limits = {
        purposes: purposes.get(latin1Text(spkiOf(certificate.der))),
        distrustAfter: dateOf(attributes.get('nss-server-distrust-after')),
      }
      return limits.purposes?.length === 0 ? [] : [{ certificate: certificate.der, ...limits }]
    } catch (error) {
      if (error instanceof DerError) return []
      throw error
    }
  })
}

/** What extendedKeyUsage is put on a key, by the key; none where it cannot be read. */
const stapledPurposes = (objects: readonly P11Object[]): ReadonlyMap<string, AnchorToTrust['purposes']> => {
  const found = new Map<string, AnchorToTrust['purposes']>()
  for (const { attributes, text } of objects) {
    const [key] = pemBlocks(text).filter(({ label }) => label === 'PUBLIC KEY')
    if (key === undefined || attributes.get('object-id') !== OID.extKeyUsage) continue
    found.set(latin1Text(key.der), purposesOf(unquoted(attributes.get('value') ?? '')))
  }
  return found
}

const purposesOf = (extension: Uint8Array): NonNullable<AnchorToTrust['purposes']> => {
  try {
    // One Extension; a list of one is what there is a reader for.
    const [only] = readExtensions(new Der(wrapped(extension)))
    const oids = certificateExtensions.decoders.extKeyUsage(wrapped(extension), only!.from, only!.to, 'extKeyUsage')
    return (['server', 'client'] as const).filter(
      purpose => oids.includes(OID.anyExtendedKeyUsage) || oids.includes(OID[`${purpose}Auth`]),
    )
  } catch (error) {
    if (error instanceof DerError) return []
    throw error
  }
}

/** A SEQUENCE of this one; extensions of purposes have less than 128 octets. */
const wrapped = (extension: Uint8Array): Uint8Array => Uint8Array.of(0x30, extension.length, ...extension)

/** `"%30%06ab"`: a text in quotes, in which octets may be written with a percent sign. */
const unquoted = (value: string): Uint8Array =>
  latin1Bytes(
    value
      .replace(/^"(.*)"$/, '$1')
      .replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
  )

/** PKCS#11's CK_FALSE, one zero: no date. Else the text of a UTCTime. Throws `DerError`. */
const dateOf = (value: string | undefined): Millis | undefined => {
  if (value === undefined) return undefined
  const octets = unquoted(value)
  return octets.length === 1 && octets[0] === 0
    ? undefined
    : timeValue(0x17, octets, 0, octets.length, 'distrust-after')
}

/** Columns of CCADB's report of included roots. */
const CCADB = { bits: 'Trust Bits', date: 'Distrust for TLS After Date', pem: ['PEM Info', 'PEM'] } as const

const ccadbAnchors = (header: readonly string[], rows: readonly (readonly string[])[]): readonly AnchorToTrust[] => {
  const cell = (row: readonly string[], name: string): string => row[header.indexOf(name)] ?? ''
  const pem = CCADB.pem.find(name => header.includes(name)) ?? ''
  return rows.flatMap(row => {
    const [certificate] = pemBlocks(cell(row, pem))
    const date = cell(row, CCADB.date)
    const distrustAfter = endOfDay(date)
    if (certificate === undefined || !cell(row, CCADB.bits).split(';').includes('Websites')) return []
    if (date !== '' && distrustAfter === undefined) return []
    return [{ certificate: certificate.der, purposes: ['server'] as const, distrustAfter }]
  })
}

const DAY = 86_400_000

/** `2024.11.30`: that day is the last one on which a leaf may begin, as Mozilla's own store has it (23:59:59). */
const endOfDay = (date: string): Millis | undefined => {
  const [, year, month, day] = /^(\d{4})\.(\d{2})\.(\d{2})$/.exec(date) ?? []
  const at = Date.parse(`${year}-${month}-${day}T00:00:00Z`)
  return Number.isNaN(at) ? undefined : at + DAY - 1000
}

/** RFC 4180: cells in quotes may have commas, lines and doubled quotes. */
const csvRows = (file: string): readonly (readonly string[])[] => {
  const rows: string[][] = []
  let row: string[] = []
  for (const [, quoted, bare, end] of file.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? bare ?? '')
    if (end === ',') continue
    if (row.length > 1) rows.push(row)
    row = []
  }
  return rows
}
