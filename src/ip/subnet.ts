/** Subnets: an address and how many of its first bits count (RFC 4632 3.1, RFC 4291 2.3). Works for IPv4 and IPv6. */
import { type IpAddress, ipAddress, parseIp } from '../wire/address.ts'

export interface Subnet {
  /** All bits behind the prefix are zero. */
  readonly address: IpAddress
  readonly prefix: number
}

/** The subnet in which `address` lies. Throws RangeError for a prefix that the address cannot have. */
export const subnet = (address: IpAddress, prefix: number): Subnet => {
  const width = address.octets.length * 8
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > width) throw new RangeError(`not a prefix length: ${prefix}`)
  return { address: ipAddress(address.octets.map((octet, i) => octet & maskOctet(prefix, i))), prefix }
}

/** `10.0.0.0/24`; undefined when it is none, or when bits behind the prefix are set. */
export const parseSubnet = (text: string): Subnet | undefined => {
  const [left = '', right = '', more] = text.split('/')
  const address = parseIp(left)
  if (address === undefined || more !== undefined || !/^(0|[1-9]\d{0,2})$/.test(right)) return undefined
  const prefix = Number(right)
  if (prefix > address.octets.length * 8) return undefined
  const net = subnet(address, prefix)
  return net.address.text === address.text ? net : undefined
}

export const subnetText = (net: Subnet): string => `${net.address.text}/${net.prefix}`

export const contains = (net: Subnet, address: IpAddress): boolean => {
  const own = net.address.octets
  const other = address.octets
  if (own.length !== other.length) return false
  const whole = net.prefix >> 3
  for (let i = 0; i < whole; i++) if (own[i] !== other[i]) return false
  return (net.prefix & 7) === 0 || ((own[whole]! ^ other[whole]!) & maskOctet(net.prefix, whole)) === 0
}

/** `255.255.255.0`. */
export const netmask = (net: Subnet): IpAddress => ipAddress(net.address.octets.map((_, i) => maskOctet(net.prefix, i)))

/** The highest address: in IPv4, where the prefix is below 31, that of all neighbours (RFC 919, RFC 3021). */
export const lastAddress = (net: Subnet): IpAddress =>
  ipAddress(net.address.octets.map((octet, i) => octet | (~maskOctet(net.prefix, i) & 0xff)))

/** The address `count` behind the first one; undefined when that lies outside. */
export const nth = (net: Subnet, count: number): IpAddress | undefined => {
  const octets = net.address.octets.slice()
  for (let i = octets.length - 1, rest = count; i >= 0 && rest > 0; i--) {
    const sum = octets[i]! + rest
    octets[i] = sum & 0xff
    rest = Math.floor(sum / 256)
  }
  return count >= 0 && count < 2 ** (octets.length * 8 - net.prefix) ? ipAddress(octets) : undefined
}

const maskOctet = (prefix: number, index: number): number => {
  const bits = Math.min(8, Math.max(0, prefix - index * 8))
  return (0xff << (8 - bits)) & 0xff
}
