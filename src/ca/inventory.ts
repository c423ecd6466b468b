/**
 * What an authority keeps of what it signed: every serial number from before its signature on, what became of it, and a
 * log that only grows. `memoryInventory` is for tests and short lives; `node/ca-inventory.ts` has the one in a file.
 */
import type { CryptoProvider } from '../crypto/provider.ts'
import type { Bytes, Millis } from '../engine.ts'
import { CRL_REASON, type CrlReason } from '../x509/revocation/crl-extensions.table.ts'
import { digestOf, type LogEntry, type LogLine, nextEntry } from './log.ts'

/** RFC 5280 5.3.1; nothing is taken off a list once it is on it. */
export type RevocationReason = Exclude<CrlReason, 'removeFromCRL'>

export const REASONS: readonly RevocationReason[] = (Object.keys(CRL_REASON) as CrlReason[]).filter(
  name => name !== 'removeFromCRL',
)

/** Undefined for a text that is no reason. */
export const revocationReason = (text: string): RevocationReason | undefined => REASONS.find(name => name === text)

export interface Revocation {
  readonly at: Millis
  readonly reason: RevocationReason
}

/** What is written before the signature is made. */
export interface Reservation {
  /** The octets of the serial number, in small hex letters. */
  readonly serial: string
  /** Whose signature: the key identifier of the authority, in hex; see `CertificateAuthority.id`. */
  readonly issuer: string
  /** For people. */
  readonly subject: string
  /** As in subjectAltName. */
  readonly names: readonly string[]
  /** The profile's name. */
  readonly profile: string
  readonly notBefore: Millis
  readonly notAfter: Millis
  /** SHA-256 of the SubjectPublicKeyInfo, in hex. */
  readonly key: string
  /** Who asked: `cli`, `serve`, an ACME account. */
  readonly by: string
  /** When. */
  readonly at: Millis
}

export interface InventoryEntry extends Reservation {
  /** Undefined when the signature never came: nobody may have it, and the number is spent all the same. */
  readonly certificate: Bytes | undefined
  readonly revocation: Revocation | undefined
}

/** Each call has happened for good when it returns: what is signed or told afterwards may rely on it. */
export interface Inventory {
  /** False for a serial number that was there before, under whichever authority. */
  reserve(reservation: Reservation): boolean
  /** What was signed before there was an inventory. False for a serial number that is there. */
  adopt(reservation: Reservation, certificate: Bytes): boolean
  /** The signed certificate. Throws RangeError for a serial number that is not waiting for one. */
  issued(serial: string, certificate: Bytes, at: Millis): void
  /** Also of what never got its signature: it may be in somebody's hands. */
  revoke(serial: string, revocation: Revocation, by: string): 'revoked' | 'already' | 'unknown'
  find(serial: string): InventoryEntry | undefined
  /** In the order in which they were asked for. */
  entries(wanted?: EntryFilter): readonly InventoryEntry[]
  /** For CRLs (RFC 5280 5.2.3): greater than every one before, also of another process. */
  nextListNumber(issuer: string, at: Millis): number
  log(): readonly LogEntry[]
}

export interface EntryFilter {
  readonly issuer?: string | undefined
  readonly state?: 'waiting' | 'issued' | 'revoked' | undefined
}

/** What became of it. */
export const stateOf = ({ certificate, revocation }: InventoryEntry): 'waiting' | 'issued' | 'revoked' =>
  revocation !== undefined ? 'revoked' : certificate === undefined ? 'waiting' : 'issued'

export const memoryInventory = (crypto: CryptoProvider): Inventory => {
  const known = new Map<string, InventoryEntry>()
  const numbers = new Map<string, number>()
  const log: LogEntry[] = []
  const write = (line: LogLine): void => {
    log.push(nextEntry(crypto, log.at(-1), line))
  }
  return {
    reserve(reservation) {
      const { serial, at, by, issuer } = reservation
      if (known.has(serial)) return false
      known.set(serial, { ...reservation, certificate: undefined, revocation: undefined })
      write({ at, what: 'reserved', serial, by, detail: issuer })
      return true
    },
    adopt(reservation, certificate) {
      const { serial, at, by } = reservation
      if (known.has(serial)) return false
      known.set(serial, { ...reservation, certificate, revocation: undefined })
      write({ at, what: 'taken-over', serial, by, detail: digestOf(certificate, crypto) })
      return true
    },
    issued(serial, certificate, at) {
      const entry = known.get(serial)
      if (entry === undefined || entry.certificate !== undefined)
        throw new RangeError(`no signature was asked for under the serial number ${serial}`)
      known.set(serial, { ...entry, certificate })
      write({ at, what: 'issued', serial, by: entry.by, detail: digestOf(certificate, crypto) })
    },
    revoke(serial, revocation, by) {
      const entry = known.get(serial)
      if (entry === undefined) return 'unknown'
      if (entry.revocation !== undefined) return 'already'
      known.set(serial, { ...entry, revocation })
      write({ at: revocation.at, what: 'revoked', serial, by, detail: revocation.reason })
      return 'revoked'
    },
    find: serial => known.get(serial),
    entries: wanted => [...known.values()].filter(entry => fits(entry, wanted)),
    nextListNumber(issuer, at) {
      const number = (numbers.get(issuer) ?? 0) + 1
      numbers.set(issuer, number)
      write({ at, what: 'listed', serial: '', by: issuer, detail: `${number}` })
      return number
    },
    log: () => [...log],
  }
}

const fits = (entry: InventoryEntry, { issuer, state }: EntryFilter = {}): boolean =>
  (issuer === undefined || entry.issuer === issuer) && (state === undefined || stateOf(entry) === state)
