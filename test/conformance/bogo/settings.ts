/** From the runner's flags to the configuration of our engine, or to why a case is skipped. */
import type { CryptoProvider } from '../../../src/crypto/provider.ts'
import type { CertificateTypeName, TlsClientConfig, TlsServerConfig, TlsVersion } from '../../../src/tls/index.ts'
import { schemeById } from '../../../src/tls/schemes.table.ts'
import { type AnySuiteName, rsaSuites, suites, suites13 } from '../../../src/tls/suites.table.ts'
import type { TraceContext } from '../../../src/trace/types.ts'
import type { Flags, ShimFlags } from './flags.ts'
import type { Memory } from './memory.ts'
import { type Policy, policies } from './policies.table.ts'
import * as reasons from './reasons.ts'
import { hasSharedKeys, offeredKeys } from './shared-keys.ts'

/** Those that we speak, by number. */
const VERSIONS: Readonly<Record<number, TlsVersion>> = { 771: 'TLS 1.2', 772: 'TLS 1.3' }

/** Versions that the flags leave to the shim, by number. */
export const versionsOf = (flags: Flags): readonly number[] => {
  const least = Math.max(flags.number('min-version') ?? 0x0301, policyOf(flags)?.least ?? 0)
  const most = flags.number('max-version') ?? 0x0304
  const off = [
    ['no-tls1', 0x0301],
    ['no-tls11', 0x0302],
    ['no-tls12', 0x0303],
    ['no-tls13', 0x0304],
  ] as const
  return off
    .filter(([flag, number]) => !flags.has(flag) && number >= least && number <= most)
    .map(([, number]) => number)
}

const spokenOf = (flags: Flags): readonly TlsVersion[] => versionsOf(flags).flatMap(number => VERSIONS[number] ?? [])

export const policyOf = (flags: Flags): Policy | undefined => [...policies].find(([name]) => flags.has(name))?.[1]

/** Why our engine cannot be set up as these flags want it; undefined when it can. */
export const unsupported = ({ initial, resume }: ShimFlags): string | undefined => {
  for (const flags of [initial, resume]) {
    if (spokenOf(flags).length === 0) return reasons.OLD_VERSIONS
    // Our clients speak of tickets whenever they speak of sessions.
    if (flags.has('no-ticket') && !flags.has('server')) return reasons.BORINGSSL_ONLY
    const missing = MISSING.find(([names]) => names.some(name => usedAnywhere(flags, name)))
    if (missing !== undefined) return missing[1]
    if (groupsOf(flags) === undefined) return reasons.OTHER_GROUPS
    if ((flags.numbers('verify-prefs') ?? []).some(id => schemeById(id) === undefined)) return reasons.OLD_SCHEMES
    if (suitesOf(flags) === undefined) return reasons.OLD_SUITES
  }
  return undefined
}

const usedAnywhere = (flags: Flags, name: string): boolean =>
  flags.has(name) || flags.credentials.some(credential => credential.flags.has(name))

/** What the engine cannot do yet, by the flags that ask for it. */
const MISSING: readonly (readonly [readonly string[], string])[] = [
  [['allow-false-start-without-alpn'], reasons.BORINGSSL_ONLY],
  [['max-send-fragment'], reasons.FRAGMENT_SIZE],
  [['ticket-key'], reasons.BORINGSSL_ONLY],
]

type GroupName = NonNullable<TlsClientConfig['groups']>[number]

/** By IANA number. */
const GROUPS: Readonly<Record<number, GroupName>> = {
  23: 'secp256r1',
  24: 'secp384r1',
  25: 'secp521r1',
  29: 'x25519',
  4588: 'X25519MLKEM768',
}
/** What BoringSSL offers by itself. */
const USUAL_GROUPS: readonly GroupName[] = ['x25519', 'secp256r1', 'secp384r1']

/** Undefined: one is not ours. */
export const groupsOf = (flags: Flags): readonly GroupName[] | undefined => {
  const wanted = flags.numbers('curves') ?? policyOf(flags)?.groups
  return wanted === undefined ? USUAL_GROUPS : groupsNamed(wanted)
}

const groupsNamed = (wanted: readonly number[]): readonly GroupName[] | undefined => {
  const groups = wanted.flatMap(number => GROUPS[number] ?? [])
  return groups.length === wanted.length ? groups : undefined
}

const isHybrid = (group: GroupName): boolean => group === 'X25519MLKEM768'

/** Groups of which a share goes with the first hello. */
const sharesOf = (flags: Flags): readonly GroupName[] | undefined => {
  if (flags.has('no-key-shares')) return []
  const wanted = flags.numbers('key-shares')
  if (wanted !== undefined) return groupsNamed(wanted)
  // As BoringSSL: one that quantum computers do not break, and one for those who do not know it.
  const groups = groupsOf(flags) ?? []
  const kinds = [groups.find(isHybrid), groups.find(group => !isHybrid(group))]
  return groups.filter(group => kinds.includes(group))
}

/** Those of TLS 1.3 are always there, whatever the list says. */
export const suitesOf = (flags: Flags): readonly AnySuiteName[] | undefined => {
  const policy = policyOf(flags)
  if (policy !== undefined) return [...policy.suites13, ...policy.suites]
  const older = olderSuites(flags)
  return older === undefined ? undefined : [...suites13.map(suite => suite.name), ...older]
}

/** Of BoringSSL's language for lists of suites: single names, and the few words that the runner uses. */
const olderSuites = (flags: Flags): readonly AnySuiteName[] | undefined => {
  const known = [...suites, ...rsaSuites]
  const all = known.map(suite => suite.name)
  const wanted = flags.text('cipher')
  if (wanted === undefined || wanted === 'ALL:3DES') return all
  if (wanted === 'AES128') return all.filter(name => name.includes('AES_128'))
  if (wanted === 'DEFAULT:!AES') return all.filter(name => !name.includes('AES'))
  const names = wanted
    .replaceAll(/[[\]|]/g, ':')
    .split(':')
    .filter(name => name !== '')
  const found = names.flatMap(name => known.find(suite => suite.name === name)?.name ?? [])
  return found.length === names.length ? found : undefined
}

/** Distinguished names in DER, as hexadecimal text. */
const authoritiesOf = (flags: Flags): readonly Uint8Array[] | undefined => {
  const text = flags.text('use-client-ca-list')
  if (text === undefined || text.startsWith('<')) return undefined
  return text.split(',').map(hex => new Uint8Array(Buffer.from(hex, 'hex')))
}

/** A list of names as it lies in the extension: a length before each. */
const protocolsIn = (flags: Flags, name: string): readonly string[] | undefined => {
  const text = flags.text(name)
  if (text === undefined) return undefined
  const names: string[] = []
  for (let at = 0; at < text.length; at += 1 + text.charCodeAt(at))
    names.push(text.slice(at + 1, at + 1 + text.charCodeAt(at)))
  return names
}

interface Surroundings {
  readonly crypto: CryptoProvider
  readonly trace: TraceContext
  readonly memory: Memory
}

const common = (flags: Flags, { crypto, trace }: Surroundings) => ({
  crypto,
  trace,
  versions: spokenOf(flags),
  groups: groupsOf(flags)!,
  suites: suitesOf(flags)!,
  exporters: 'kept' as const,
  peerCertificateTypes: typesNamed(flags.numbers('accepted-peer-cert-types')),
  schemes: flags.numbers('verify-prefs') ?? policyOf(flags)?.schemes,
  renegotiation: flags.has('renegotiate-ignore') ? ('declined' as const) : ('fatal' as const),
})

const TYPES: Readonly<Record<number, CertificateTypeName>> = { 0: 'X509', 2: 'RawPublicKey' }
const typesNamed = (numbers: readonly number[] | undefined): readonly CertificateTypeName[] | undefined =>
  numbers?.flatMap(number => TYPES[number] ?? [])

/** Of our credentials, each once. */
const ownTypes = (flags: Flags): readonly CertificateTypeName[] | undefined => {
  const own = flags.credentials.filter(({ kind }) => kind !== 'shared key')
  const types = new Set(own.map(({ kind }) => (kind === 'raw key' ? 'RawPublicKey' : 'X509')))
  return typesNamed(flags.numbers('available-client-cert-types')) ?? (types.size > 0 ? [...types] : undefined)
}

const EVIDENCE = [
  ['enable-ocsp-stapling', 'ocsp'],
  ['enable-signed-cert-timestamps', 'scts'],
] as const

/** What the shim says by itself. */
export const firstWords = (flags: Flags): Uint8Array => {
  const text = flags.text('shim-initial-write') ?? 'hello'
  return new Uint8Array(Buffer.from(text.repeat(flags.number('repeat-shim-initial-write') ?? 1), 'latin1'))
}

/** Bytes of early data that BoringSSL takes. */
const MOST_EARLY = 14_336

export const clientConfig = (flags: Flags, surroundings: Surroundings): TlsClientConfig => ({
  ...common(flags, surroundings),
  // An address is not sent as a name: the client that the runner wants by default sends none.
  serverName: flags.text('host-name') ?? '127.0.0.1',
  alpn: protocolsIn(flags, 'advertise-alpn'),
  shares: sharesOf(flags),
  ownCertificateTypes: ownTypes(flags),
  earlyData: flags.has('enable-early-data') && flags.has('shim-writes-first') ? firstWords(flags) : undefined,
  evidence: EVIDENCE.flatMap(([flag, kind]) => (flags.has(flag) ? [kind] : [])),
  falseStart: flags.has('false-start') ? 'allowed' : undefined,
  fallback: flags.has('fallback-scsv') ? 'signalled' : undefined,
  session: surroundings.memory.offered(flags),
  grease: flags.has('enable-grease') ? 'sent' : undefined,
  psk: offeredKeys(flags, surroundings.crypto),
  certificates: hasSharedKeys(flags) && !flags.has('verify-peer') ? 'refused' : undefined,
})

export const serverConfig = (flags: Flags, surroundings: Surroundings): TlsServerConfig => {
  const alpn = flags.text('select-alpn')
  return {
    ...common(flags, surroundings),
    // What nobody offers is a refusal; nothing at all declines.
    alpn: alpn !== undefined ? [alpn] : flags.has('reject-alpn') ? ['none of these'] : undefined,
    clientCertificate: flags.has('require-any-client-certificate')
      ? 'required'
      : flags.has('verify-peer')
        ? 'asked'
        : 'none',
    clientAuthorities: authoritiesOf(flags),
    psk: hasSharedKeys(flags) ? 'asked' : undefined,
    earlyData: flags.has('enable-early-data') ? MOST_EARLY : undefined,
    resumption: flags.has('no-ticket') ? ['session'] : ['ticket', 'session'],
  }
}
