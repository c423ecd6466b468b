/** Names and addresses that nobody can be given on the Internet. */
import { fromPunycode } from './punycode.ts'

/**
 * Top-level domains that never lead to one machine for everybody: RFC 6761 6, RFC 6762 3, RFC 9476 2, and those that ICANN
 * will not give to anybody. `onion` is apart: the CA/Browser Forum has rules for it.
 */
const NEVER_GLOBAL: ReadonlySet<string> = /* @__PURE__ */ new Set(
  'alt corp example home internal invalid lan local localdomain localhost mail test'.split(' '),
)

/** `*.shop.test` is judged as `shop.test`. */
const withoutWildcard = (name: string): string => name.replace(/^\*\./, '')

export const isInternalName = (name: string): boolean => {
  const labels = withoutWildcard(name).toLowerCase().split('.')
  return labels.length < 2 || NEVER_GLOBAL.has(labels.at(-1)!)
}

/** CA/B BR 1.6.1: with hyphens in third and fourth place (R-LDH label), and not `xn--` with Punycode behind it (P-Label). */
export const isReservedLabel = (label: string): boolean =>
  /^..--/.test(label) && !(/^xn--/i.test(label) && fromPunycode(label.slice(4)) !== undefined)

export const labelsOf = (name: string): readonly string[] => withoutWildcard(name).split('.')

/** First octets, and how many bits of them count: IANA's registries of special addresses, what is not global there. */
const SPECIAL: readonly (readonly [octets: readonly number[], bits: number])[] = [
  [[0], 8],
  [[10], 8],
  [[100, 64], 10],
  [[127], 8],
  [[169, 254], 16],
  [[172, 16], 12],
  [[192, 0, 0], 24],
  [[192, 0, 2], 24],
  [[192, 88, 99], 24],
  [[192, 168], 16],
  [[198, 18], 15],
  [[198, 51, 100], 24],
  [[203, 0, 113], 24],
  [[224], 3],
]

/** Within 2000::/3, the part of IPv6 that is given out (RFC 4291 2.4); what lies outside is special. */
const SPECIAL_6: typeof SPECIAL = [
  [[0x20, 0x01, 0x00], 23],
  [[0x20, 0x01, 0x0d, 0xb8], 32],
  [[0x20, 0x02], 16],
  [[0x3f, 0xff], 20],
]

/** Of 4 or 16 octets. */
export const isReservedAddress = (address: Uint8Array): boolean => {
  const among = (list: typeof SPECIAL): boolean => list.some(([octets, bits]) => startsWith(address, octets, bits))
  return address.length === 4 ? among(SPECIAL) : !startsWith(address, [0x20], 3) || among(SPECIAL_6)
}

const startsWith = (address: Uint8Array, octets: readonly number[], bits: number): boolean => {
  for (let bit = 0; bit < bits; bit++) {
    const mask = 0x80 >> (bit % 8)
    if ((address[bit >> 3]! & mask) !== ((octets[bit >> 3] ?? 0) & mask)) return false
  }
  return true
}

/** A name of RFC 5280 4.2.1.6: absolute, with a scheme; and where it has an authority, a host that is a name or an address. */
export const isUri = (text: string): boolean => {
  const [, rest] = /^[a-z][a-z0-9+.-]*:(.+)$/is.exec(text) ?? []
  if (rest === undefined) return false
  if (!rest.startsWith('//')) return true
  const [, host = ''] = /^\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)(?::\d*)?(?:[/?#]|$)/.exec(rest) ?? []
  return host.startsWith('[') ? URL.canParse(`http://${host}/`) : isFullName(host)
}

/** A name of two labels at least, of letters, digits and hyphens; an IPv4 address looks like one. */
export const isFullName = (host: string): boolean =>
  /^(?!-)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(host)
