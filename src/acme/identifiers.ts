/** What certificates are ordered for: DNS names (RFC 8555 7.1.4) and IP addresses (RFC 8738). */
import { parseIp } from '../wire/address.ts'
import { isHostName } from '../x509/path/names.ts'

export interface Identifier {
  readonly type: 'dns' | 'ip'
  /** A name in small letters, in an order perhaps with `*.` before it; or an address as RFC 5952 writes it. */
  readonly value: string
}

/** The identifier of a name or address as people give it; undefined for what is neither. */
export const identifierOf = (text: string): Identifier | undefined => {
  const address = parseIp(text)
  if (address !== undefined) return { type: 'ip', value: address.text }
  const name = text.toLowerCase()
  return isHostName(name.replace(/^\*\./, '')) ? { type: 'dns', value: name } : undefined
}

export const identifierKey = ({ type, value }: Identifier): string => `${type}:${value}`

export const isWildcard = ({ type, value }: Identifier): boolean => type === 'dns' && value.startsWith('*.')

/** What has to be shown for a wildcard is the name below which it stands (RFC 8555 7.1.3). */
export const withoutWildcard = (identifier: Identifier): Identifier =>
  isWildcard(identifier) ? { type: 'dns', value: identifier.value.slice(2) } : identifier

/** Where the answer to dns-01 is looked for (RFC 8555 8.4). */
export const dnsChallengeName = ({ value }: Identifier): string => `_acme-challenge.${value}`

/** What is asked for by SNI with tls-alpn-01: the name, or the reverse name of an address (RFC 8738 6). */
export const serverNameOf = ({ type, value }: Identifier): string => {
  if (type === 'dns') return value
  const { v, octets } = parseIp(value)!
  if (v === 4) return `${[...octets].reverse().join('.')}.in-addr.arpa`
  const nibbles = [...octets].flatMap(octet => [octet >> 4, octet & 15])
  return `${nibbles
    .reverse()
    .map(nibble => nibble.toString(16))
    .join('.')}.ip6.arpa`
}
