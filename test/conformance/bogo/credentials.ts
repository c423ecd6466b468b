/** Which of the credentials in the runner's flags is shown. */
import { fail } from '../../../src/failures/index.ts'
import { keyTypeOf } from '../../../src/tls/certificate/key.ts'
import {
  type Ask,
  type CertifiedKey,
  certifiedKey,
  type Question,
  rawKey,
  type TlsVersion,
} from '../../../src/tls/index.ts'
import { NamedGroup, SignatureScheme } from '../../../src/tls/messages/registries.table.ts'
import { schemeById, schemeFor13 } from '../../../src/tls/schemes.table.ts'
import { suitesNamed } from '../../../src/tls/suites.table.ts'
import { spkiOf } from '../../../src/x509/certificate/public-key.ts'
import type { Credential, Flags } from './flags.ts'
import { groupsOf, policyOf, suitesOf, versionsOf } from './settings.ts'
import { hasSharedKeys } from './shared-keys.ts'

type Asked<A extends Question['about']> = Extract<Ask['question'], { readonly about: A }>
type Hello = Asked<'client-hello'>['hello']

export interface Answer {
  readonly reply: Question['reply']
  /** The runner counts credentials that were introduced; the one that was there before any is -1. */
  readonly shown?: number
}

/** The first that suits what the client offers. BoringSSL finds no suite in 1.2 where there is none. */
export const certificateFor = (hello: Hello, flags: Flags): Answer => {
  if (flags.has('fail-cert-callback')) return { reply: fail('net/no-certificate') }
  if (flags.has('fail-ddos-callback')) return { reply: fail('net/answer-failed') }
  const keys = keysOf(flags)
  const in13 = hello.versions.includes(0x0304) && versionsOf(flags).includes(0x0304)
  const shown = keys.filter(({ certificateType = 'X509' }) => hello.certificateTypes.includes(certificateType))
  if (keys.length > 0 && shown.length === 0) return { reply: fail('tls/own-certificate-type') }
  const chosen = shown.find(key => (in13 ? suits13(key, hello.schemes) : suits12(key, hello, flags)))
  if (chosen !== undefined) return { reply: chosen, shown: indexIn(keys, chosen, flags) }
  if (hasSharedKeys(flags)) return { reply: 'none' }
  if (keys.length === 0) return { reply: fail('net/no-certificate') }
  return { reply: fail(in13 ? 'tls/no-common-scheme' : 'tls/no-common-suite') }
}

const suits12 = ({ schemes, group }: CertifiedKey, hello: Hello, flags: Flags): boolean => {
  const common = suitesNamed(suitesOf(flags)).filter(({ id }) => hello.suites.includes(id))
  const groups = groupsOf(flags)?.map(name => NamedGroup.names[name]!)
  const agrees = hello.groups.length === 0 || groups?.some(id => hello.groups.includes(id))
  return (
    (group === undefined || hello.groups.length === 0 || hello.groups.includes(group)) &&
    common.some(({ exchange, authentication }) =>
      exchange === 'rsa'
        ? schemes.some(id => schemeById(id)?.keyType === 'rsa')
        : agrees && schemes.some(id => hello.schemes.includes(id) && schemeById(id)?.authentication === authentication),
    )
  )
}

/** RFC 9846 4.3.3: a scheme of ECDSA has one curve, and PKCS#1 has none. */
const suits13 = (key: CertifiedKey, wanted: readonly number[]): boolean => {
  const [leaf] = key.chain
  const type = keyTypeOf(key.certificateType === 'RawPublicKey' ? leaf! : spkiOf(leaf!))
  return key.schemes.some(id => wanted.includes(id) && schemeFor13(id, { type, group: key.group }) !== undefined)
}

/** What a client shows: as BoringSSL, it says `none` only when it has nothing. */
export const ownCertificate = (
  { schemes, certificateType: wanted }: Asked<'certificate'>,
  flags: Flags,
  version: TlsVersion,
): Answer => {
  if (flags.has('fail-cert-callback')) return { reply: fail('net/no-certificate') }
  const keys = keysOf(flags)
  if (keys.length === 0) return { reply: 'none' }
  const shown = keys.filter(({ certificateType = 'X509' }) => certificateType === wanted)
  if (shown.length === 0) return { reply: fail('tls/own-certificate-type', { got: wanted }) }
  const chosen = shown.find(key =>
    version === 'TLS 1.3' ? suits13(key, schemes) : key.schemes.some(id => schemes.includes(id)),
  )
  return chosen === undefined
    ? { reply: fail('tls/no-common-scheme', { got: schemes.map(SignatureScheme.nameOf).join(', ') }) }
    : { reply: chosen, shown: indexIn(keys, chosen, flags) }
}

/** A list as it lies in the extension: its length, and each with its own. */
export const sctsIn = (list: Uint8Array): readonly Uint8Array[] => {
  const found: Uint8Array[] = []
  for (let at = 2; at + 2 <= list.length; ) {
    const end = at + 2 + ((list[at]! << 8) | list[at + 1]!)
    found.push(list.subarray(at + 2, end))
    at = end
  }
  return found
}

const keysOf = (flags: Flags): readonly CertifiedKey[] => {
  const own = flags.ownCredential
  const shown = flags.credentials.filter(({ kind }) => kind !== 'shared key')
  return [...shown, ...(own === undefined ? [] : [own])].map(each => keyOf(each, flags))
}

const indexIn = (keys: readonly CertifiedKey[], key: CertifiedKey, flags: Flags): number => {
  const shown = flags.credentials.filter(({ kind }) => kind !== 'shared key')
  const one = shown[keys.indexOf(key)]
  return one === undefined ? -1 : flags.credentials.indexOf(one)
}

const keyOf = (credential: Credential, flags: Flags): CertifiedKey => {
  const { chain, privateKey, kind } = credential
  const key = kind === 'raw key' ? rawKey({ publicKey: chain[0]!, privateKey }) : certifiedKey({ chain, privateKey })
  const allowed = policyOf(flags)?.schemes ?? key.schemes
  const preferred = credential.flags.numbers('signing-prefs') ?? key.schemes
  const schemes = preferred.filter(id => key.schemes.includes(id) && allowed.includes(id))
  const list = credential.flags.bytes('signed-cert-timestamps')
  return {
    ...key,
    schemes,
    ocsp: flags.has('decline-ocsp-callback') ? undefined : credential.flags.bytes('ocsp-response'),
    scts: list === undefined ? undefined : sctsIn(list),
  }
}
