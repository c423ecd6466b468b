/**
 * Entries of a list by serial number: a table of offsets, open addressing, four octets an entry and half of it empty.
 * The list is not touched otherwise and no strings are made.
 */
import { Der, TAG } from '../../asn1/der.ts'

/**
 * An authority chooses its serial numbers, so it could choose such that all fall on one place of the table. After so
 * many steps for one entry the table is given up, and every look-up goes through the list.
 */
const MAX_STEPS = 256

/** `bytes[from, to)` holds entries that were checked. The function gives the offsets of those with this serial number, in their order. */
export const serialIndex = (
  bytes: Uint8Array,
  from: number,
  to: number,
): ((serial: Uint8Array) => readonly number[]) => {
  const table = tableOf(bytes, from, to)
  return table === undefined ? serial => scan(bytes, from, to, serial) : serial => lookUp(bytes, table, serial)
}

/** Offsets are kept with one added, so that 0 is an empty place. */
const tableOf = (bytes: Uint8Array, from: number, to: number): Uint32Array | undefined => {
  let entries = 0
  eachSerial(bytes, from, to, () => {
    entries++
  })
  const table = new Uint32Array(2 ** Math.max(3, Math.ceil(Math.log2(2 * entries + 1))))
  let tired = false
  eachSerial(bytes, from, to, (at, start, end) => {
    if (tired) return
    let place = hash(bytes, start, end) & (table.length - 1)
    for (let steps = 0; table[place] !== 0; steps++) {
      if (steps >= MAX_STEPS) {
        tired = true
        return
      }
      place = (place + 1) & (table.length - 1)
    }
    table[place] = at + 1
  })
  return tired ? undefined : table
}

const lookUp = (bytes: Uint8Array, table: Uint32Array, serial: Uint8Array): readonly number[] => {
  const found: number[] = []
  let place = hash(serial, 0, serial.length) & (table.length - 1)
  for (; table[place] !== 0; place = (place + 1) & (table.length - 1)) {
    const at = table[place]! - 1
    const { from, to } = serialAt(bytes, at)
    if (isSerial(bytes, from, to, serial)) found.push(at)
  }
  return found
}

const scan = (bytes: Uint8Array, from: number, to: number, serial: Uint8Array): readonly number[] => {
  const found: number[] = []
  eachSerial(bytes, from, to, (at, start, end) => {
    if (isSerial(bytes, start, end, serial)) found.push(at)
  })
  return found
}

/** Each entry with the range of its serial number's octets. */
const eachSerial = (
  bytes: Uint8Array,
  from: number,
  to: number,
  tell: (at: number, start: number, end: number) => void,
): void => {
  const entries = new Der(bytes, from, to)
  while (entries.left > 0) {
    entries.any('entry')
    const { from: start, to: end } = serialAt(bytes, entries.start)
    tell(entries.start, start, end)
  }
}

const serialAt = (bytes: Uint8Array, at: number): { readonly from: number; readonly to: number } => {
  const entry = new Der(bytes, at).inside(TAG.sequence, 'entry')
  entry.any('userCertificate')
  return entry
}

const isSerial = (bytes: Uint8Array, from: number, to: number, serial: Uint8Array): boolean => {
  if (to - from !== serial.length) return false
  for (let i = 0; i < serial.length; i++) if (bytes[from + i] !== serial[i]) return false
  return true
}

/** FNV-1a. */
const hash = (bytes: Uint8Array, from: number, to: number): number => {
  let value = 0x811c_9dc5
  for (let i = from; i < to; i++) value = Math.imul(value ^ bytes[i]!, 0x0100_0193)
  return (value ^ (value >>> 15)) >>> 0
}
