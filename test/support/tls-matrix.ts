/** What the matrix of TLS peers is made of: the choices, which of them meet, and what was run, to be printed. */
import type { GroupName } from '../../src/crypto/provider.ts'
import type { AnySuiteName } from '../../src/tls/suites.table.ts'
import type { TlsVersion } from '../../src/tls/types.ts'

/** One connection, or two where the second resumes. */
export interface Choices {
  readonly cipher: Cipher
  readonly group: GroupName
  readonly certificate: CertificateKind
  /** `early`: resumed, with a request in the first flight. */
  readonly session: 'full' | 'resumed' | 'early'
  readonly client: 'anonymous' | 'certificate'
  readonly alpn: 'http/1.1' | 'none'
}

export type Cipher = 'AES_128_GCM_SHA256' | 'AES_256_GCM_SHA384' | 'CHACHA20_POLY1305_SHA256'
export type CertificateKind = 'p-256' | 'p-384' | 'rsa-2048' | 'ed25519'

type Facets = { readonly [Name in keyof Choices]: readonly Choices[Name][] }

export const FACETS: Facets = {
  cipher: ['AES_128_GCM_SHA256', 'AES_256_GCM_SHA384', 'CHACHA20_POLY1305_SHA256'],
  group: ['x25519', 'secp256r1', 'secp384r1', 'secp521r1'],
  certificate: ['p-256', 'p-384', 'rsa-2048', 'ed25519'],
  session: ['full', 'resumed'],
  client: ['anonymous', 'certificate'],
  alpn: ['http/1.1', 'none'],
}

/** 0-RTT is of TLS 1.3 alone. */
export const EARLY: Facets = { ...FACETS, session: ['early'] }

/** Every suite of TLS 1.2 says how the server signs, none of TLS 1.3 does. */
export const suiteOf = (version: TlsVersion, { cipher, certificate }: Choices): AnySuiteName =>
  version === 'TLS 1.3' ? `TLS_${cipher}` : `TLS_ECDHE_${certificate === 'rsa-2048' ? 'RSA' : 'ECDSA'}_WITH_${cipher}`

/**
 * What is listed: the group of the exchange first. In TLS 1.2 the list is of the curves in certificates too, the client's
 * own among them (RFC 8422 5.1), which is on P-256.
 */
export const groupsFor = (version: TlsVersion, { group, certificate, client }: Choices): readonly GroupName[] => {
  if (version === 'TLS 1.3') return [group]
  const curves: readonly (GroupName | undefined)[] = [
    CURVES[certificate],
    client === 'certificate' ? 'secp256r1' : undefined,
  ]
  return [...new Set([group, ...curves.filter(curve => curve !== undefined)])]
}

const CURVES: Readonly<Partial<Record<CertificateKind, GroupName>>> = { 'p-256': 'secp256r1', 'p-384': 'secp384r1' }

const OPENSSL_GROUP: Readonly<Record<GroupName, string>> = {
  x25519: 'X25519',
  secp256r1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
  X25519MLKEM768: 'X25519MLKEM768',
}
export const opensslGroups = (version: TlsVersion, choices: Choices): string =>
  groupsFor(version, choices)
    .map(group => OPENSSL_GROUP[group])
    .join(':')

type Pair = readonly [keyof Choices, string, keyof Choices, string]

/** Rows in which every two choices of different kinds meet: each takes what meets most that have not met before. */
export const everyPair = (facets: Facets = FACETS): readonly Choices[] => {
  const names = Object.keys(facets) as (keyof Choices)[]
  const all: Choices[] = names.reduce<Record<string, string>[]>(
    (rows, name) => rows.flatMap(row => facets[name].map(value => ({ ...row, [name]: value }))),
    [{}],
  ) as unknown as Choices[]
  const pairsOf = (row: Choices): string[] =>
    names.flatMap((one, i) =>
      names.slice(i + 1).map(other => ([one, row[one], other, row[other]] satisfies Pair).join(' ')),
    )
  const missing = new Set(all.flatMap(pairsOf))
  const rows: Choices[] = []
  while (missing.size > 0) {
    let best = all[0]!
    let most = -1
    for (const row of all) {
      const met = pairsOf(row).filter(pair => missing.has(pair)).length
      if (met > most) [best, most] = [row, met]
    }
    for (const pair of pairsOf(best)) missing.delete(pair)
    rows.push(best)
  }
  return rows
}

/** As many rows as the longest list has choices: each choice once at least. */
export const eachChoice = (facets: Facets = FACETS): readonly Choices[] => {
  const longest = Math.max(...Object.values(facets).map(values => values.length))
  return Array.from({ length: longest }, (_, row) => {
    const chosen = (Object.keys(facets) as (keyof Choices)[]).map((name, column) => {
      const values = facets[name]
      // Or what has two choices would go in step with all others that have two.
      const shift = values.length === 2 ? (row >> 1) * (column & 1) : 0
      return [name, values[(row + shift) % values.length]]
    })
    return Object.fromEntries(chosen) as unknown as Choices
  })
}

/** What was run: a line for each peer, way and version. */
export class Matrix {
  readonly #rows = new Map<string, { full: number; resumed: number; early: number; readonly met: Set<string> }>()
  readonly #skipped: string[] = []

  /** A pair of connections went as it had to. */
  ran(peer: string, version: TlsVersion, choices: Partial<Choices>): void {
    const key = `${peer.padEnd(34)} ${version}`
    const row = this.#rows.get(key) ?? { full: 0, resumed: 0, early: 0, met: new Set<string>() }
    row.full++
    if (choices.session !== 'full') row.resumed++
    if (choices.session === 'early') row.early++
    for (const [name, value] of Object.entries(choices)) if (name !== 'session') row.met.add(SHORT[value] ?? value)
    this.#rows.set(key, row)
  }
  skipped(what: string, why: string): void {
    this.#skipped.push(`skipped: ${what}: ${why}`)
  }
  get lines(): readonly string[] {
    const rows = [...this.#rows].map(
      ([key, { full, resumed, early, met }]) =>
        `${key}  ${full} full, ${resumed} resumed, ${early} with 0-RTT  ${[...met].sort().join(' ')}`,
    )
    return [...rows, ...this.#skipped]
  }
}

const SHORT: Readonly<Record<string, string>> = {
  AES_128_GCM_SHA256: 'aes128',
  AES_256_GCM_SHA384: 'aes256',
  CHACHA20_POLY1305_SHA256: 'chacha20',
  certificate: 'client-certificate',
  none: 'no-alpn',
}
