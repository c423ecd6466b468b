/** What all families of questions share: whom they ask, what is known already, and the usual hello. */
import { NamedGroup, SignatureScheme, TLS_1_2, TLS_1_3 } from '../../tls/messages/registries.table.ts'
import type { World } from '../stream/types.ts'
import type { Answered, Asker } from './asker.ts'
import type { Flight } from './first-flight.ts'
import type { HelloSpec } from './hello.ts'
import { NEW_SUITES, OLD_SUITES } from './traits.ts'
import { isUnasked, type Offered, type Unasked, unasked, type VersionName } from './types.ts'

export interface Asking {
  readonly asker: Asker
  readonly world: World
  /** Whom the certificate must be for: a name or an address. */
  readonly name: string
  readonly port: number
  /** As SNI has it; undefined for an address. */
  readonly serverName: string | undefined
  /** The versions that it was found to speak, oldest first. */
  readonly spoken: readonly VersionName[]
}

export const numberOf: Readonly<Record<Exclude<VersionName, 'SSL 2.0'>, number>> = {
  'SSL 3.0': 0x0300,
  'TLS 1.0': 0x0301,
  'TLS 1.1': 0x0302,
  'TLS 1.2': TLS_1_2,
  'TLS 1.3': TLS_1_3,
}

const named = (names: readonly string[], { names: numbers }: typeof NamedGroup): readonly number[] =>
  names.map(name => numbers[name]!)

/** Of TLS 1.3, in the order in which we should like them. */
export const GROUPS_13: readonly number[] = /* @__PURE__ */ named(
  [
    ...['x25519', 'secp256r1', 'X25519MLKEM768', 'secp384r1', 'secp521r1', 'x448', 'SecP256r1MLKEM768'],
    ...['SecP384r1MLKEM1024', 'MLKEM512', 'MLKEM768', 'MLKEM1024', 'X25519Kyber768Draft00', 'curveSM2'],
    ...['brainpoolP256r1tls13', 'brainpoolP384r1tls13', 'brainpoolP512r1tls13'],
    ...['ffdhe2048', 'ffdhe3072', 'ffdhe4096', 'ffdhe6144', 'ffdhe8192'],
  ],
  NamedGroup,
)
/** Curves of TLS 1.2 by name (RFC 8422 5.1.1 and those that it took away). */
export const GROUPS_12: readonly number[] = /* @__PURE__ */ (() => [
  ...named(['x25519', 'secp256r1', 'secp384r1', 'secp521r1', 'x448'], NamedGroup),
  ...named(['brainpoolP256r1', 'brainpoolP384r1', 'brainpoolP512r1'], NamedGroup),
  ...Array.from({ length: 22 }, (_, i) => i + 1),
])()

/** Those of TLS 1.2, SHA-1 and MD5 among them: who signs with them is to be found. */
export const SCHEMES: readonly number[] = /* @__PURE__ */ named(
  [
    ...['ecdsa_secp256r1_sha256', 'ecdsa_secp384r1_sha384', 'ecdsa_secp521r1_sha512', 'ed25519', 'ed448'],
    ...['rsa_pss_rsae_sha256', 'rsa_pss_rsae_sha384', 'rsa_pss_rsae_sha512'],
    ...['rsa_pss_pss_sha256', 'rsa_pss_pss_sha384', 'rsa_pss_pss_sha512'],
    ...['rsa_pkcs1_sha256', 'rsa_pkcs1_sha384', 'rsa_pkcs1_sha512', 'ecdsa_sha224', 'rsa_pkcs1_sha224'],
    ...['ecdsa_sha1', 'rsa_pkcs1_sha1', 'rsa_pkcs1_md5'],
  ],
  SignatureScheme,
)

/** Some servers read no more suites than so many, and answer longer lists with silence. */
const MOST_SUITES = 110

/** Suites in as many lists as it takes. */
export const chunks = (suites: readonly number[]): readonly (readonly number[])[] =>
  Array.from({ length: Math.ceil(suites.length / MOST_SUITES) }, (_, i) =>
    suites.slice(i * MOST_SUITES, (i + 1) * MOST_SUITES),
  )

/** The suites that a hello of this version may name, in lists. */
export const suitesOf = (version: VersionName): readonly (readonly number[])[] =>
  version === 'TLS 1.3' ? [NEW_SUITES] : chunks(OLD_SUITES)

/** The usual question for one version alone. */
export const helloFor = (
  version: Exclude<VersionName, 'SSL 2.0'>,
  { serverName }: Pick<Asking, 'serverName'>,
  suites: readonly number[] = suitesOf(version)[0]!,
): HelloSpec =>
  version === 'TLS 1.3'
    ? { version: TLS_1_2, versions: [TLS_1_3], suites, serverName, groups: GROUPS_13, schemes: SCHEMES }
    : { version: numberOf[version], suites, serverName, groups: GROUPS_12, schemes: SCHEMES }

/** A no, said in whatever way; undefined for a flight and for what nobody can read. */
export const refusalIn = (reply: Answered | Unasked): string | undefined => {
  if (isUnasked(reply)) return undefined
  if (reply.kind === 'alert') return `alert ${reply.alert}`
  return reply.kind === 'wordless' ? reply.by : undefined
}

export const flightIn = (reply: Answered | Unasked): Flight | undefined =>
  isUnasked(reply) || reply.kind !== 'flight' ? undefined : reply

/** Why it is neither a flight nor a no. */
export const whyNot = (reply: Answered | Unasked): Unasked => (isUnasked(reply) ? reply : unasked('nonsense'))

/** Whether `holds` of the flight; a refusal is a no. */
export const offeredIn = (reply: Answered | Unasked, holds: (flight: Flight) => true | string): Offered | Unasked => {
  const flight = flightIn(reply)
  const refusal = refusalIn(reply)
  if (flight !== undefined) {
    const found = holds(flight)
    return found === true ? { offered: true } : { offered: false, by: found }
  }
  return refusal === undefined ? whyNot(reply) : { offered: false, by: refusal }
}

/** The newest version before TLS 1.3 that it speaks: what it says there can be read by everybody. */
export const oldOf = ({ spoken }: Asking): Exclude<VersionName, 'SSL 2.0' | 'TLS 1.3'> | undefined =>
  (['TLS 1.2', 'TLS 1.1', 'TLS 1.0', 'SSL 3.0'] as const).find(version => spoken.includes(version))
