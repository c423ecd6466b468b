/**
 * Name constraints (RFC 5280 4.2.1.10): an authority's certificate limits the names of everything below it. Kinds of
 * names that we cannot compare are refused as soon as a limit of that kind meets a name of that kind.
 */
import { OID } from '../../asn1/oids.table.ts'
import type { Certificate } from '../certificate/certificate.ts'
import type { DistinguishedName } from '../certificate/distinguished-name.ts'
import type { NameConstraints } from '../certificate/extensions.ts'
import { type GeneralName, generalNameText } from '../certificate/general-name.ts'

/** Names times limits: about what BoringSSL and OpenSSL allow (2^20), under 100 ms of work. */
export const MAX_NAME_COMPARISONS: number = 2 ** 20

export interface Budget {
  comparisons: number
}

export type Violation =
  | { readonly kind: 'excluded' | 'not-permitted' | 'malformed-limit' | 'malformed-name'; readonly name: string }
  | { readonly kind: 'too-many' }

type Kind = GeneralName['type']
interface Subject {
  readonly kind: Kind
  readonly text: string
  readonly name: GeneralName | DistinguishedName
  /** RFC 5280 4.1.2.6: letter case means nothing in the emailAddress of a subject. */
  readonly inSubject?: boolean
}

/** The first name of `certificate` that the limits forbid. */
export const violation = (limits: NameConstraints, certificate: Certificate, budget: Budget): Violation | undefined => {
  if (budget.comparisons > MAX_NAME_COMPARISONS) return { kind: 'too-many' }
  const malformed = [...limits.permitted, ...limits.excluded].find(limit => !wellFormed(limit))
  if (malformed !== undefined) return { kind: 'malformed-limit', name: generalNameText(malformed) }
  const names = namesOf(certificate)
  const permitted = byKind(limits.permitted)
  const excluded = byKind(limits.excluded)
  // A name without a limit of its kind is work as well.
  for (const { kind } of names)
    budget.comparisons += 1 + (permitted.get(kind)?.length ?? 0) + (excluded.get(kind)?.length ?? 0)
  if (budget.comparisons > MAX_NAME_COMPARISONS) return { kind: 'too-many' }
  for (const name of names) {
    const allowed = permitted.get(name.kind) ?? []
    const forbidden = excluded.get(name.kind) ?? []
    if (allowed.length + forbidden.length === 0) continue
    const test = comparison(name)
    if (test === undefined) return { kind: 'malformed-name', name: name.text }
    if (forbidden.some(limit => test(limit, 'excluded'))) return { kind: 'excluded', name: name.text }
    if (allowed.length > 0 && !allowed.some(limit => test(limit, 'permitted')))
      return { kind: 'not-permitted', name: name.text }
  }
  return undefined
}

/** Limits by kind, ready to be compared. */
const byKind = (names: readonly GeneralName[]): Map<Kind, GeneralName[]> => {
  const kinds = new Map<Kind, GeneralName[]>()
  for (const name of names) {
    // Once here, not at each comparison: only the local part of a mailbox has letter case.
    const limit = name.type === 'dns' || name.type === 'uri' ? { ...name, text: name.text.toLowerCase() } : name
    const same = kinds.get(name.type)
    if (same === undefined) kinds.set(name.type, [limit])
    else same.push(limit)
  }
  return kinds
}

/** Every name of a certificate: subject, subjectAltName, and mailboxes in the subject when there is no other. */
const namesOf = (certificate: Certificate): Subject[] => {
  const alternative = certificate.extension('subjectAltName') ?? []
  const names: Subject[] = alternative.map(name => ({ kind: name.type, text: generalNameText(name), name }))
  if (!certificate.subject.isEmpty)
    names.push({ kind: 'directory', text: certificate.subject.text, name: certificate.subject })
  if (!alternative.some(name => name.type === 'email')) {
    // One that is no string is no mailbox either, and refused as such.
    const mailboxes = certificate.subject.parts.flat().filter(({ type }) => type === OID.emailAddress)
    for (const { text = '', from, to } of mailboxes)
      names.push({ kind: 'email', text, name: { type: 'email', text, from, to }, inSubject: true })
  }
  return names
}

type Test = (limit: GeneralName, sense: 'permitted' | 'excluded') => boolean

/** How a name compares with limits of its kind; undefined when it is malformed or not comparable. */
const comparison = ({ name, inSubject = false }: Subject): Test | undefined => {
  if (!('type' in name)) return limit => limit.type === 'directory' && within(limit.name, name)
  switch (name.type) {
    case 'directory':
      return limit => limit.type === 'directory' && within(limit.name, name.name)
    case 'dns': {
      const host = name.text.toLowerCase()
      if (!/^(\*\.)?([a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}$/.test(host)) return undefined
      return (limit, sense) => limit.type === 'dns' && dnsWithin(limit.text, host, sense)
    }
    case 'ip':
      return limit => limit.type === 'ip' && addressWithin(limit.octets, name.octets)
    case 'email': {
      const mailbox = mailboxOf(name.text)
      if (mailbox === undefined) return undefined
      return (limit, sense) => limit.type === 'email' && mailWithin(limit.text, { ...mailbox, inSubject }, sense)
    }
    case 'uri': {
      const host = hostOf(name.text)
      return host === undefined ? undefined : limit => limit.type === 'uri' && hostWithin(limit.text, host)
    }
    case 'other':
    case 'registered-id':
    case 'x400':
    case 'edi':
      return undefined
    default:
      return name satisfies never
  }
}

const within = (limit: DistinguishedName, name: DistinguishedName): boolean => {
  const wanted = limit.keys
  return wanted.length <= name.keys.length && wanted.every((key, i) => key === name.keys[i])
}

/**
 * A domain holds itself and everything below. A wildcard stands for all names that it can become: it is permitted only
 * when all of them are, and excluded as soon as one of them is (`*.example.com` where `secret.example.com` is).
 */
const dnsWithin = (limit: string, host: string, sense: 'permitted' | 'excluded'): boolean => {
  if (limit === '') return true
  const domain = limit.startsWith('.') ? limit.slice(1) : limit
  if (host === domain) return !limit.startsWith('.')
  if (host.endsWith(`.${domain}`)) return true
  if (sense === 'permitted' || !host.startsWith('*.')) return false
  const dot = domain.indexOf('.')
  return dot > 0 && domain.slice(dot + 1) === host.slice(2)
}

/** The limit is an address and a mask; one of the other family says nothing. */
const addressWithin = (limit: Uint8Array, address: Uint8Array): boolean => {
  if (limit.length !== 2 * address.length) return false
  return address.every((octet, i) => ((octet ^ limit[i]!) & limit[address.length + i]!) === 0)
}

interface Mailbox {
  readonly local: string
  readonly host: string
}

/** A local part in quotation marks is another spelling of one without, and would pass by what excludes that. */
const mailboxOf = (text: string): Mailbox | undefined => {
  const [local, host, more] = text.split('@')
  if (!local || !host || more !== undefined || /["\\\s(),:;<>[\]]/.test(local) || !isDomain(host)) return undefined
  return { local, host: host.toLowerCase() }
}

/**
 * `user@host` is that mailbox, `host` all mailboxes there, `.domain` all on hosts below. A limit without text is none of
 * these: it excludes all and permits nothing. What letter case makes different is excluded where it may be the same.
 */
const mailWithin = (
  limit: string,
  { local, host, inSubject }: Mailbox & { readonly inSubject: boolean },
  sense: 'permitted' | 'excluded',
): boolean => {
  if (limit === '') return sense === 'excluded'
  const exact = mailboxOf(limit)
  if (exact === undefined) return hostWithin(limit, host)
  if (exact.host !== host) return false
  return inSubject && sense === 'excluded' ? exact.local.toLowerCase() === local.toLowerCase() : exact.local === local
}

const hostWithin = (limit: string, host: string): boolean => {
  const wanted = limit.toLowerCase()
  return wanted.startsWith('.') ? host.endsWith(wanted) : host === wanted
}

/** Without empty labels: a final period would make another text of the same domain, and pass by what excludes it. */
const isDomain = (text: string): boolean => /^([a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}$/i.test(text)

/** The host of a URI; undefined without one or when it is an address (RFC 5280 4.2.1.10 wants a domain name). */
const hostOf = (uri: string): string | undefined => {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([a-z0-9._-]+)(?::\d*)?(?:[/?#]|$)/i.exec(uri)
  const host = authority?.[1]?.toLowerCase()
  return host === undefined || /^[\d.]+$/.test(host) || !isDomain(host) ? undefined : host
}

const wellFormed = (limit: GeneralName): boolean => {
  switch (limit.type) {
    case 'ip':
      return isMask(limit.octets)
    case 'dns':
      return limit.text === '' || isDomain(limit.text.replace(/^\./, ''))
    case 'email':
      return limit.text === '' || mailboxOf(limit.text) !== undefined || isDomain(limit.text.replace(/^\./, ''))
    case 'uri':
      return isDomain(limit.text.replace(/^\./, ''))
    case 'directory':
    case 'other':
    case 'registered-id':
    case 'x400':
    case 'edi':
      return true
    default:
      return limit satisfies never
  }
}

/** RFC 4632: ones, then zeros. */
const isMask = (octets: Uint8Array): boolean => {
  let ended = false
  for (const octet of octets.subarray(octets.length / 2)) {
    if (ended && octet !== 0) return false
    if (octet !== 0xff) {
      ended = true
      const zeros = ~octet & 0xff
      if ((zeros & (zeros + 1)) !== 0) return false
    }
  }
  return true
}
