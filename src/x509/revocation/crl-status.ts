/** What lists say about one certificate (RFC 5280 6.3.3): full ones, with the deltas that change them, for all reasons together. */
import { OID } from '../../asn1/oids.table.ts'
import type { Millis } from '../../engine.ts'
import type { Certificate } from '../certificate/certificate.ts'
import type { Profile } from '../path/profile.ts'
import type { RevocationList, Revoked } from './crl.ts'
import type { EvidenceFault, RevocationState } from './evidence.ts'
import { ALL_REASONS, changes, compareNumbers, distributionPoints, reasonsCovered } from './scope.ts'

/** What the check needs to know besides the lists. */
export interface CrlContext {
  readonly lists: readonly RevocationList[]
  /** Why a list of these dates does not count now. */
  readonly dateFault: (thisUpdate: Millis, nextUpdate: Millis | undefined) => EvidenceFault | undefined
  /** Why the signature of a list does not count. */
  readonly signatureFault: (list: RevocationList) => EvidenceFault | undefined
  readonly unnumbered: Profile['unnumberedLists']
}

export const crlStatus = (certificate: Certificate, context: CrlContext): RevocationState => {
  const faults: EvidenceFault[] = []
  const usable = (list: RevocationList): boolean => {
    const fault =
      context.dateFault(list.thisUpdate, list.nextUpdate) ??
      (list.strange === undefined ? undefined : 'strange') ??
      context.signatureFault(list)
    if (fault !== undefined) faults.push(fault)
    return fault === undefined
  }
  const points = distributionPoints(certificate)
  let covered = 0
  let until: Millis | undefined
  for (const list of context.lists) {
    if (isDelta(list)) continue
    // Of one list through several points: all the reasons that it covers.
    const reasons = points.reduce((set, point) => set | reasonsCovered(list, point, certificate), 0)
    if (reasons === 0) faults.push(list.issuer.key === certificate.issuer.key ? 'out-of-scope' : 'of-another')
    // (e): it adds nothing.
    if ((reasons & ~covered) === 0 || !usable(list)) continue
    const entry = entryIn(
      list,
      certificate,
      context.lists.filter(each => isDelta(each) && changes(each, list)).filter(usable),
    )
    if (entry !== undefined) return { status: 'revoked', by: 'crl', date: entry.date, reason: entry.reason }
    // What its issuer has revoked is revoked; what is missing in it may stand in another list.
    if (context.unnumbered === 'refused' && !isNumbered(list)) {
      faults.push('unnumbered')
      continue
    }
    covered |= reasons
    if (list.nextUpdate !== undefined) until = Math.min(until ?? list.nextUpdate, list.nextUpdate)
  }
  if (covered === ALL_REASONS) return { status: 'good', by: 'crl', until }
  return { status: 'not-checked', faults: covered === 0 ? faults : [...faults, 'reasons'] }
}

const isDelta = (list: RevocationList): boolean => list.extension('deltaCRLIndicator') !== undefined

/** RFC 5280 5.2.3: with a number, which is not critical. */
const isNumbered = (list: RevocationList): boolean =>
  list.extensions.some(({ oid, critical }) => oid === OID.cRLNumber && !critical)

/** Deltas have one, or they change nothing. */
const numberOf = (list: RevocationList): Uint8Array => list.extension('cRLNumber') ?? new Uint8Array()

/** (i) to (k): the newest delta has the first word, also when it takes a hold back. */
const entryIn = (
  list: RevocationList,
  certificate: Certificate,
  deltas: readonly RevocationList[],
): Revoked | undefined => {
  for (const each of [...[...deltas].sort((a, b) => compareNumbers(numberOf(b), numberOf(a))), list]) {
    const entry = each.find(certificate.serialNumber, certificate.issuer.key)
    if (entry !== undefined) return entry.reason === 'removeFromCRL' ? undefined : entry
  }
  return undefined
}
