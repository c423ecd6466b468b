/** Addresses of one machine, with which alone TCP speaks (RFC 9293 3.9.2.3). */
import type { IpAddress } from '../wire/address.ts'

/** Not a multicast address, not the limited broadcast, not the unspecified address. */
export const isUnicast = (address: IpAddress): boolean =>
  address.v === 4
    ? address.octets[0]! < 224 && address.octets.some(octet => octet !== 0)
    : address.octets[0] !== 0xff && address.octets.some(octet => octet !== 0)
