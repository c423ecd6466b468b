/** What the commands of `barewire ca` have in common: the authority, how it is told, and which certificate is meant. */
import { statSync } from 'node:fs'
import { type InventoryEntry, stateOf } from '../../../ca/inventory.ts'
import { FailureError, fail, isFailure } from '../../../failures/index.ts'
import { type JsonObject, legible, lines } from '../../../inspect/index.ts'
import { foundLocalAuthority, type OpenedAuthority, openLocalAuthority } from '../../../node/ca-files.ts'
import { hexText } from '../../../wire/bytes.ts'
import { Certificate, parseCertificate } from '../../../x509/certificate/certificate.ts'
import { certificatesIn } from '../../../x509/files/pem.ts'
import { factsOf, sinceText } from '../../authority.ts'
import type { CommonOptions } from '../../command.ts'
import { fileContents } from '../../demands.ts'
import type { Io } from '../../io.ts'
import { jsonLine } from '../../json.ts'

export const usage = (got: string): FailureError => new FailureError(fail('cli/usage', { got }))

/** The value, or the failure thrown. */
export const orThrow = <T>(value: T): Exclude<T, import('../../../failures/index.ts').Failure> => {
  if (isFailure(value)) throw new FailureError(value)
  return value as Exclude<T, import('../../../failures/index.ts').Failure>
}

/** Works with the authority of this machine, and lets go of its files. That it was made or renewed is told. */
export const withAuthority = async <T>(
  io: Io,
  options: CommonOptions,
  work: (authority: OpenedAuthority) => Promise<T> | T,
  open: () => OpenedAuthority = openLocalAuthority,
): Promise<T> => {
  const opened = open()
  try {
    if (opened.since !== 'found' && !options.json) {
      const facts = factsOf(opened)
      await io.err.write(lines([legible(`CA "${facts.name}" ${sinceText(facts)}`, { unicode: true })]))
    }
    return await work(opened)
  } finally {
    opened.inventory.close()
  }
}

/** The same for whoever asks what it did: that makes no authority. Throws `ca/none` where there is none. */
export const withFound = <T>(
  io: Io,
  options: CommonOptions,
  work: (authority: OpenedAuthority) => Promise<T> | T,
): Promise<T> => withAuthority(io, options, work, foundLocalAuthority)

/** Lines for people, or one line for programs. */
export const say = async (
  io: Io,
  { json }: CommonOptions,
  event: JsonObject,
  texts: readonly string[],
): Promise<void> => {
  if (json) await io.out.write(jsonLine(event))
  else await io.out.write(lines(texts.map(text => legible(text, { unicode: true }))))
}

export const day = (at: number): string => new Date(at).toISOString().slice(0, 10)

/** For programs: an entry of the inventory. */
export const entryEvent = (entry: InventoryEntry): JsonObject => ({
  serial: entry.serial,
  state: stateOf(entry),
  subject: entry.subject,
  names: [...entry.names],
  profile: entry.profile,
  by: entry.by,
  notBefore: new Date(entry.notBefore).toISOString(),
  notAfter: new Date(entry.notAfter).toISOString(),
  revoked: entry.revocation === undefined ? null : new Date(entry.revocation.at).toISOString(),
  reason: entry.revocation?.reason ?? null,
})

/** At least so many digits say which certificate is meant. */
const LEAST_DIGITS = 4

/**
 * The entry that is meant by the path of a certificate, the beginning of a serial number, or a name (of several the one
 * that was made last). Throws `cli/usage` when there is none, or more than one.
 */
export const meant = ({ inventory }: OpenedAuthority, what: string): InventoryEntry => {
  const all = inventory.entries()
  const found = isFile(what)
    ? [inventory.find(serialIn(what))].filter(entry => entry !== undefined)
    : matching(all, what)
  const [first, second] = found
  if (first === undefined)
    throw usage(`This authority made no certificate "${what}": barewire ca list shows those that it made.`)
  if (second !== undefined) throw usage(`More than one serial number begins with ${what}.`)
  return first
}

const matching = (all: readonly InventoryEntry[], what: string): readonly InventoryEntry[] => {
  const digits = what.toLowerCase().replaceAll(':', '')
  const named = all.filter(({ names }) => names.includes(what.toLowerCase())).slice(-1)
  if (named.length > 0 || digits.length < LEAST_DIGITS || !/^[0-9a-f]+$/.test(digits)) return named
  return all.filter(({ serial }) => serial.startsWith(digits))
}

const isFile = (path: string): boolean => {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}

const serialIn = (path: string): string => hexText(certificateAt(path).serialNumber)

/** The first certificate of a file. Throws `cli/usage` when there is none. */
export const certificateAt = (path: string): Certificate => {
  const [der] = certificatesIn(fileContents(path))
  const parsed = der && parseCertificate(der)
  if (!(parsed instanceof Certificate)) throw usage(`${path} holds no certificate that can be read.`)
  return parsed
}

/** The certificate of an entry. Throws `cli/usage` for one whose signature never came. */
export const certificateOf = ({ certificate, serial }: InventoryEntry): Certificate => {
  if (certificate === undefined) throw usage(`The certificate ${serial} was never signed.`)
  return new Certificate(certificate)
}
