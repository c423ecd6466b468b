/**
 * Is this certificate for the name that was asked for? RFC 9525: only subjectAltName counts, DNS names by whole labels,
 * a wildcard only as the whole left-most label, addresses by their octets.
 */
import { type Failure, fail } from '../../failures/index.ts'
import { parseIp } from '../../wire/address.ts'
import { sameOctets } from '../../wire/bytes.ts'
import { type Certificate, placeIn } from '../certificate/certificate.ts'
import { type GeneralName, generalNameText } from '../certificate/general-name.ts'

/** Whether a domain belongs to a registry, in which anybody may have names. */
export type SuffixTest = (domain: string) => boolean

/** More names than this are not listed in a failure: real certificates have up to some hundred. */
const LISTED_NAMES = 8

/** Undefined when one of its names is `name`; else `tls/certificate-name`. */
export const checkName = (
  certificate: Certificate,
  name: string,
  isRegistrySuffix?: SuffixTest,
): Failure | undefined => {
  const names = certificate.extension('subjectAltName') ?? []
  if (names.some(presented => matches(presented, name, isRegistrySuffix))) return undefined
  const found = certificate.find('subjectAltName')
  const shown = names.slice(0, LISTED_NAMES).map(generalNameText)
  const more = names.length > LISTED_NAMES ? [`… (${names.length} in all)`] : []
  return fail('tls/certificate-name', {
    expected: name,
    got: [...shown, ...more].join(', ') || 'no name (subjectAltName is missing)',
    where: 'subjectAltName',
    ...placeIn(certificate, found === undefined ? certificate.spans.tbs : { from: found.start, to: found.to }),
  })
}

/** Whether one presented identifier fits the reference identifier. */
export const matches = (presented: GeneralName, reference: string, isRegistrySuffix?: SuffixTest): boolean => {
  const address = parseIp(reference.replace(/^\[(.*)\]$/, '$1'))
  if (address !== undefined) {
    // RFC 9525 6.4: octet by octet; an address written as a DNS name does not count.
    return presented.type === 'ip' && sameOctets(presented.octets, address.octets)
  }
  return presented.type === 'dns' && dnsMatches(presented.text, reference, isRegistrySuffix)
}

/** RFC 9525 6.3. Letter case does not count; a final period of the reference means the root and falls away. */
export const dnsMatches = (presented: string, reference: string, isRegistrySuffix?: SuffixTest): boolean => {
  // Before letter case is folded: a Kelvin sign would become a k.
  if (!isHostName(reference.replace(/\.$/, ''))) return false
  const wanted = reference.toLowerCase().replace(/\.$/, '')
  const offered = presented.toLowerCase()
  if (!offered.includes('*')) return offered === wanted
  if (!offered.startsWith('*.')) return false
  const parent = offered.slice(2)
  if (parent.includes('*') || !isHostName(parent)) return false
  const dot = wanted.indexOf('.')
  if (dot <= 0 || wanted.slice(dot + 1) !== parent) return false
  // A wildcard right below the root, a top-level domain or `co.uk` would be good for half of the world. Below
  // `github.io`, whose owner is known, it is in order: Chromium draws the line there too.
  return parent.includes('.') && isRegistrySuffix?.(parent) !== true
}

/**
 * Labels of letters, digits, hyphens and (in practice) underscores. What ends in a number is some way to write an
 * address (`127.1`, `10.0.0.5.`, `0x7f.0x1`), and no top-level domain is one (RFC 3696 2, and so the URL standard).
 */
export const isHostName = (text: string): boolean =>
  text.length <= 253 && /^([a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}$/i.test(text) && !/(^|\.)(\d+|0x[\da-f]*)$/i.test(text)
