/** Addresses as values: octets in network order with their text forms (RFC 791, RFC 5952, IEEE 802). */
import { hexText } from './bytes.ts'

export interface IpAddress {
  readonly v: 4 | 6
  /** 4 or 16 bytes, network order; never changed. */
  readonly octets: Uint8Array
  /** The canonical text, also usable as a map key. */
  readonly text: string
}

export interface Endpoint {
  readonly address: IpAddress
  readonly port: number
}

/** RFC 6335 6: from here to the last, ports are given out and not registered. */
export const FIRST_DYNAMIC_PORT = 49_152
export const LAST_PORT = 65_535

/** The address of 4 or 16 octets; they are copied. */
export const ipAddress = (octets: Uint8Array): IpAddress => {
  if (octets.length !== 4 && octets.length !== 16)
    throw new RangeError(`an address has 4 or 16 octets, not ${octets.length}`)
  // Not `slice`, which is a view where the octets are a Buffer.
  const own = new Uint8Array(octets)
  return own.length === 4 ? { v: 4, octets: own, text: own.join('.') } : { v: 6, octets: own, text: textOf6(own) }
}

/** Parses dotted decimal or RFC 4291 text; undefined when it is neither. */
export const parseIp = (text: string): IpAddress | undefined => {
  const octets = text.includes(':') ? parse6(text) : parse4(text)
  return octets === undefined ? undefined : ipAddress(octets)
}

/** As `parseIp`, for addresses written in code and configuration. Throws RangeError. */
export const ip = (text: string): IpAddress => {
  const address = parseIp(text)
  if (address === undefined) throw new RangeError(`not an IP address: ${text}`)
  return address
}

/** The canonical text of 4 or 16 octets. */
export const addressText = (octets: Uint8Array): string => ipAddress(octets).text

/** Every neighbour, in IPv4 (RFC 919 7). */
export const LIMITED_BROADCAST: IpAddress = /* @__PURE__ */ ipAddress(Uint8Array.of(255, 255, 255, 255))

export const sameIp = (a: IpAddress, b: IpAddress): boolean => a === b || a.text === b.text

/** `10.0.0.2:443`, `[::1]:443`. */
export const endpointText = (address: string, port: number): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`

/** `02:00:00:00:00:01`. */
export const macText = (mac: Uint8Array): string => hexText(mac, ':')

const parse4 = (text: string): Uint8Array | undefined => {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every(p => /^(0|[1-9]\d{0,2})$/.test(p) && Number(p) < 256)) return undefined
  return Uint8Array.from(parts, Number)
}

const parse6 = (text: string): Uint8Array | undefined => {
  const [head = '', tail, more] = text.split('::')
  if (more !== undefined) return undefined
  const before = groups(head)
  const after = tail === undefined ? [] : groups(tail)
  if (before === undefined || after === undefined) return undefined
  const missing = 16 - before.length - after.length
  if (tail === undefined ? missing !== 0 : missing < 2) return undefined
  return Uint8Array.from([...before, ...Array<number>(missing).fill(0), ...after])
}

/** The octets of colon-separated groups, of which the last may be dotted decimal. */
const groups = (text: string): number[] | undefined => {
  if (text === '') return []
  const octets: number[] = []
  const parts = text.split(':')
  for (const [i, part] of parts.entries()) {
    if (i === parts.length - 1 && part.includes('.')) {
      const v4 = parse4(part)
      if (v4 === undefined) return undefined
      octets.push(...v4)
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) {
      const value = Number.parseInt(part, 16)
      octets.push(value >> 8, value & 0xff)
    } else return undefined
  }
  return octets
}

/** RFC 5952 4: lower case, no leading zeros, the longest run of zero groups as `::`. */
const textOf6 = (octets: Uint8Array): string => {
  const words = Array.from({ length: 8 }, (_, i) => (octets[2 * i]! << 8) | octets[2 * i + 1]!)
  let best = { at: -1, length: 1 }
  for (let i = 0; i < 8; i++) {
    let length = 0
    while (i + length < 8 && words[i + length] === 0) length++
    if (length > best.length) best = { at: i, length }
  }
  const hex = words.map(w => w.toString(16))
  if (best.at < 0) return hex.join(':')
  return `${hex.slice(0, best.at).join(':')}::${hex.slice(best.at + best.length).join(':')}`
}
