/** What lies behind an alert that could be read: its number, and what was said before it. */
import { clientView, serverView } from '../../tls/messages/extensions.ts'
import {
  CipherSuite,
  EMPTY_RENEGOTIATION_INFO_SCSV,
  NamedGroup,
  ProtocolVersion,
} from '../../tls/messages/registries.table.ts'
import { first } from '../agreed.ts'
import { aboutCertificate, nameAsked, refusedCertificate } from './certificate.ts'
import { otherEnd } from './ends.ts'
import type { Overview, SeenAlert } from './overview.ts'
import { type Diagnosis, placeOf } from './types.ts'

type Rule = (view: Overview, alert: SeenAlert) => Partial<Diagnosis> & Pick<Diagnosis, 'code'>

/** Who sent what was refused has the fault, where a rule does not know better. */
export const behindAlert = (view: Overview, alert: SeenAlert): Diagnosis => {
  const { from: by, number, message } = alert
  const special = oldVersion(view, alert) ?? noCertificate(view, alert)
  if (special !== undefined) return special
  if (aboutCertificate(number) && (by === 'client' || view.said('client', 'Certificate') !== undefined))
    return refusedCertificate(view, by, number)
  const rule = RULES[number]
  const found = rule?.(view, alert) ?? { code: 'tls/alert-received' }
  return { side: otherEnd(by), by, certainty: 'seen', number, at: placeOf(message), ...found }
}

const simple =
  (code: Diagnosis['code'], more: Partial<Diagnosis> = {}): Rule =>
  () => ({ code, ...more })

const versionsOffered = ({ messages }: Overview): readonly number[] => {
  const hello = first(messages, 'ClientHello')
  if (hello === undefined) return []
  return clientView(hello.extensions ?? []).supportedVersions?.versions.filter(known) ?? [hello.legacyVersion]
}
/** GREASE (RFC 8701) is no version. */
const known = (version: number): boolean => (version & 0x0f0f) !== 0x0a0a
const TLS12 = 0x0303
const TLS13 = 0x0304

/** Alert 70: whose list is short? */
const version: Rule = (view, { from }) => {
  const offered = versionsOffered(view)
  const hello = first(view.messages, 'ServerHello')
  const chosen = hello && (serverView(hello.extensions ?? []).supportedVersions?.version ?? hello.legacyVersion)
  const newest = Math.max(0, ...offered)
  return {
    code: 'tls/no-common-version',
    // Who knows the newest version lacks nothing.
    side: from === 'client' || newest >= TLS13 ? 'server' : 'client',
    expected: offered.map(each => ProtocolVersion.nameOf(each)).join(', '),
    ...(chosen === undefined ? {} : { got: ProtocolVersion.nameOf(chosen) }),
  }
}

/** A client that is shown a version of yesterday finds its own words for it. */
const oldVersion = (view: Overview, alert: SeenAlert): Diagnosis | undefined => {
  const hello = first(view.messages, 'ServerHello')
  if (alert.from === 'server' || hello === undefined || hello.legacyVersion >= TLS12) return undefined
  if (view.said('client', 'ClientKeyExchange') !== undefined) return undefined
  const { from: by, number, message } = alert
  return { side: 'server', by, number, certainty: 'seen', at: placeOf(message), ...version(view, alert) }
}

/** Asked for a certificate, the client showed none; what the server calls that differs. */
const noCertificate = (view: Overview, { from: by, number }: SeenAlert): Diagnosis | undefined => {
  const answer = view.said('client', 'Certificate')
  if (by === 'client' || answer === undefined || view.said('server', 'CertificateRequest') === undefined)
    return undefined
  if ((view.chains.client?.certificates.length ?? 0) > 0) return undefined
  return { code: 'tls/client-certificate-wanted', side: 'client', by, number, certainty: 'seen', at: placeOf(answer) }
}

/** OpenSSL says decode_error where the other side closes without close_notify. */
const withoutGoodbye: Rule = (view, { from, index }) => {
  const side = otherEnd(from)
  const { fin } = view.stream[side]
  const said = view.alerts.some(alert => alert.from === side && alert.number === 0)
  const closed = fin !== undefined && view.messages.indexOf(fin) < index
  return closed && !said ? { code: 'tls/cut-short', at: placeOf(fin) } : { code: 'tls/bad-message' }
}

/** Lists as short as these were set by somebody; what programs offer by themselves is longer. */
const FEW_SUITES = 4
/** TLS 1.3 has three that everybody has. */
const FEW_SUITES_13 = 1
const FEW_GROUPS = 2
const FEW_SCHEMES = 3
/** Announces protection of renegotiation, and a fallback: no suites (RFC 5746 3.3, RFC 7507 2). */
const SIGNALS: ReadonlySet<number> = new Set([0x00ff, 0x5600])

/** Alert 40 says least of all: what it means is in what was said before it. */
const handshakeFailure: Rule = (view, { from, number }) => {
  if (from === 'server' && view.said('client', 'Certificate') !== undefined)
    return refusedCertificate(view, 'server', number)
  const hello = first(view.messages, 'ClientHello')
  if (from === 'client' && isUnprotected(view)) return { code: 'tls/renegotiation-unprotected', certainty: 'likely' }
  if (from === 'client' || hello === undefined || view.said('server', 'ServerHello') !== undefined)
    return { code: 'tls/nothing-in-common', certainty: 'likely' }
  return shortList(view, hello.cipherSuites)
}

/** The server of TLS 1.2 does not answer renegotiation_info; OpenSSL 3 and Java refuse it for that (RFC 5746 4.1). */
const isUnprotected = ({ messages }: Overview): boolean => {
  const hello = first(messages, 'ServerHello')
  const offer = first(messages, 'ClientHello')
  const offered =
    offer?.cipherSuites.includes(EMPTY_RENEGOTIATION_INFO_SCSV) ||
    clientView(offer?.extensions ?? []).renegotiationInfo !== undefined
  if (hello === undefined || !offered) return false
  const { supportedVersions, renegotiationInfo } = serverView(hello.extensions ?? [])
  return supportedVersions === undefined && renegotiationInfo === undefined
}

/** Which of the client's lists has so little that nothing was left. */
const shortList = (view: Overview, cipherSuites: readonly number[]): Pick<Diagnosis, 'code'> & Partial<Diagnosis> => {
  const extensions = clientView(first(view.messages, 'ClientHello')?.extensions ?? [])
  const suites = cipherSuites.filter(suite => known(suite) && !SIGNALS.has(suite))
  const groups = (extensions.supportedGroups?.groups ?? []).filter(known)
  const schemes = extensions.signatureAlgorithms?.schemes ?? []
  const at = placeOf(view.said('client', 'ClientHello'))
  const likely = { certainty: 'likely', side: 'client', at } as const
  const offered = versionsOffered(view)
  const newest = Math.max(0, ...offered)
  const few = suites.length <= (offered.includes(TLS12) ? FEW_SUITES : FEW_SUITES_13)
  if (few)
    return { ...likely, code: 'tls/no-common-suite', expected: suites.map(each => CipherSuite.nameOf(each)).join(', ') }
  if (groups.length > 0 && groups.length <= FEW_GROUPS)
    return { ...likely, code: 'tls/no-common-group', expected: groups.map(each => NamedGroup.nameOf(each)).join(', ') }
  if (schemes.length > 0 && schemes.length <= FEW_SCHEMES) return { ...likely, code: 'tls/no-common-scheme' }
  if (newest < TLS13)
    return {
      ...likely,
      code: 'tls/no-common-version',
      expected: offered.map(each => ProtocolVersion.nameOf(each)).join(', '),
    }
  return { ...likely, code: 'tls/nothing-in-common', side: 'server' }
}

/** Alerts 20 and 21: in a handshake with a pre-shared key that is another at each end, Finished is the first that does not decrypt. */
const undecrypted: Rule = (view, { from }) => {
  const suite = CipherSuite.nameOf(first(view.messages, 'ServerHello')?.cipherSuite ?? 0)
  const isFirst = view.said('server', 'Finished') === undefined && view.sealed('server').length === 0
  return from === 'server' && isFirst && /PSK/.test(suite)
    ? { code: 'tls/external-key-unknown', side: 'client', certainty: 'likely' }
    : { code: 'tls/record-damaged', side: 'network' }
}

/** Alert 51: a signature, Finished or a binder, whichever came last. */
const decryptError: Rule = (view, { from, index }) => {
  const before = view.messages.slice(0, index).filter(m => m.layer === 'tls' && m.name !== 'ChangeCipherSpec')
  const other = before.findLast(m => (m.direction === 'out' ? 'client' : 'server') !== from)
  const at = placeOf(other)
  if (other?.name === 'ClientHello') return { code: 'tls/binder-wrong', at }
  if (other?.name === 'Finished') return { code: 'tls/finished-wrong', side: 'network', certainty: 'likely', at }
  return { code: 'tls/signature-wrong', at, certainty: other === undefined ? 'likely' : 'seen' }
}

/** OpenSSL 3 says so to clients of old versions: it has no signature that it would make for them (SSL_CTX_set_security_level). */
const internalError: Rule = (view, { from }) => {
  const offered = versionsOffered(view)
  const isOld = offered.length > 0 && Math.max(...offered) < TLS12
  if (from === 'client' || !isOld || view.said('server', 'ServerHello') !== undefined)
    return { code: 'tls/alert-received', side: from }
  const expected = offered.map(each => ProtocolVersion.nameOf(each)).join(', ')
  return {
    code: 'tls/no-common-version',
    side: 'client',
    certainty: 'likely',
    expected,
    at: placeOf(view.said('client', 'ClientHello')),
  }
}

/** Alert 47: OpenSSL says so too where the proof of an external key does not fit; its age is 0 (RFC 9846 4.3.11). */
const illegal: Rule = (view, { from }) => {
  const hello = first(view.messages, 'ClientHello')
  const { preSharedKey } = clientView(hello?.extensions ?? [])
  const offersKey = preSharedKey?.identities.some(({ obfuscatedTicketAge }) => obfuscatedTicketAge === 0) === true
  return from === 'server' && offersKey && view.said('server', 'ServerHello') === undefined
    ? { code: 'tls/binder-wrong', certainty: 'likely', at: placeOf(view.said('client', 'ClientHello')) }
    : { code: 'tls/illegal-value' }
}

const unknownName: Rule = view => ({ code: 'tls/name-unknown', side: 'client', got: nameAsked(view) })

const protocols: Rule = view => {
  const alpn = clientView(first(view.messages, 'ClientHello')?.extensions ?? []).alpn
  return { code: 'tls/alpn-none', side: 'client', expected: alpn?.protocols.join(', ') }
}

const RULES: Readonly<Record<number, Rule>> = {
  10: simple('tls/unexpected-message'),
  20: undecrypted,
  21: undecrypted,
  22: simple('tls/record-too-long'),
  40: handshakeFailure,
  41: simple('tls/client-certificate-wanted'),
  42: simple('tls/nothing-in-common', { certainty: 'likely' }),
  47: illegal,
  49: simple('tls/alert-received'),
  50: withoutGoodbye,
  51: decryptError,
  70: version,
  71: simple('tls/nothing-in-common'),
  80: internalError,
  86: simple('tls/fallback'),
  90: (_, { from }) => ({ code: 'net/client-left', side: from }),
  100: simple('tls/renegotiation'),
  109: simple('tls/missing-extension'),
  110: simple('tls/unoffered-extension'),
  112: unknownName,
  115: simple('tls/external-key-unknown'),
  116: (view, { from }) => ({
    code: 'tls/client-certificate-wanted',
    side: from === 'server' ? 'client' : 'server',
    at: placeOf(view.said('client', 'Certificate')),
  }),
  120: protocols,
}
