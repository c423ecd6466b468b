/**
 * Is this certificate for the name that was asked for? RFC 9525: only subjectAltName counts, DNS names by whole labels,
 * a wildcard only as the whole left-most label, addresses by their octets.
 */
import { fail } from '../failures/index.ts'
import type { FailureInfo } from '../failures/registry.ts'
import { parseIp } from '../wire/address.ts'
import type { Certificate } from './certificate.ts'
import { type GeneralName, generalNameText } from './general-name.ts'

/** More names than this are not listed in a failure: real certificates have up to some hundred. */
const LISTED_NAMES = 8

/** Undefined when one of its names is `name`; else `tls/certificate-name`. */
export const checkName = (certificate: Certificate, name: string): FailureInfo | undefined => {
  const names = certificate.extension('subjectAltName') ?? []
  if (names.some(presented => matches(presented, name))) return undefined
  const found = certificate.find('subjectAltName')
  const shown = names.slice(0, LISTED_NAMES).map(generalNameText)
  const more = names.length > LISTED_NAMES ? [`… (${names.length} in all)`] : []
  return fail('tls/certificate-name', {
    expected: name,
    got: [...shown, ...more].join(', ') || 'no name (subjectAltName is missing)',
    where: 'subjectAltName',
    ...(found === undefined ? {} : { at: { message: 0, start: found.start, end: found.to } }),
  })
}

/** Whether one presented identifier fits the reference identifier. */
export const matches = (presented: GeneralName, reference: string): boolean => {
  const address = parseIp(reference.replace(/^\[(.*)\]$/, '$1'))
  if (address !== undefined) {
    // RFC 9525 6.4: octet by octet; an address written as a DNS name does not count.
    return presented.type === 'ip' && String(presented.octets) === String(address.octets)
  }
  return presented.type === 'dns' && dnsMatches(presented.text, reference)
}

/** RFC 9525 6.3. Letter case does not count; a final period of the reference means the root and falls away. */
export const dnsMatches = (presented: string, reference: string): boolean => {
  const wanted = reference.toLowerCase().replace(/\.$/, '')
  const offered = presented.toLowerCase()
  if (!isHostName(wanted)) return false
  if (!offered.includes('*')) return offered === wanted
  if (!offered.startsWith('*.')) return false
  const parent = offered.slice(2)
  // A wildcard right below the root or a top-level domain would be good for half of the world.
  if (parent.includes('*') || !isHostName(parent) || !parent.includes('.')) return false
  const dot = wanted.indexOf('.')
  return dot > 0 && wanted.slice(dot + 1) === parent
}

/** Labels of letters, digits, hyphens and (in practice) underscores. */
const isHostName = (text: string): boolean => text.length <= 253 && /^([a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}$/.test(text)
