/** The cipher suites that we speak, and what each is made of. */
import type { AeadName, GroupName, HashName } from '../crypto/provider.ts'

interface Suite12 {
  /** IANA number. */
  readonly id: number
  readonly name: SuiteName | RsaSuiteName
  /** How the premaster secret comes about; `rsa`: the client encrypts it to the key in the certificate. */
  readonly exchange: 'ecdhe' | 'rsa'
  /** The kind of key in the server's certificate. */
  readonly authentication: 'ecdsa' | 'rsa'
  readonly keyLength: number
  /** Hash of the PRF and of the transcript. */
  readonly hash: HashName
  /** How many records one key may seal. */
  readonly mostRecords: number
}

export interface AeadSuite extends Suite12 {
  readonly mode: 'aead'
  readonly aead: AeadName
  /** Bytes of the nonce that come from the key block. */
  readonly fixedIvLength: 4 | 12
  /** Bytes of the nonce that each record carries: 8 for GCM (RFC 5288 3), none for ChaCha20 (RFC 7905 2). */
  readonly recordIvLength: 0 | 8
}

/** AES-CBC with HMAC (RFC 5246 6.2.3.2), for peers that have nothing better. */
export interface CbcSuite extends Suite12 {
  readonly mode: 'cbc'
  /** Hash of the HMAC. */
  readonly mac: 'sha1' | 'sha256' | 'sha384'
}

export type Suite = AeadSuite | CbcSuite

export type DefaultSuiteName =
  | 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'
  | 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'
  | 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384'
  | 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'
  | 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'
  | 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256'

export type SuiteName =
  | DefaultSuiteName
  | 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256'
  | 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256'
  | 'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384'
  | 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384'
  | 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA'
  | 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA'
  | 'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA'
  | 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA'

export type RsaSuiteName =
  | 'TLS_RSA_WITH_AES_128_GCM_SHA256'
  | 'TLS_RSA_WITH_AES_256_GCM_SHA384'
  | 'TLS_RSA_WITH_AES_128_CBC_SHA256'
  | 'TLS_RSA_WITH_AES_256_CBC_SHA256'
  | 'TLS_RSA_WITH_AES_128_CBC_SHA'
  | 'TLS_RSA_WITH_AES_256_CBC_SHA'

/**
 * RFC 9846 5.5: "For AES-GCM, up to 2^24.5 full-size records" keep the margin of safety; the arithmetic is that of the
 * cipher, not of a version. ChaCha20-Poly1305 has no bound that a sequence number could reach.
 */
const GCM = { mode: 'aead', fixedIvLength: 4, recordIvLength: 8, mostRecords: 23_726_566 } as const
const AES_128 = { aead: 'aes-128-gcm', keyLength: 16, hash: 'sha256', ...GCM } as const
const AES_256 = { aead: 'aes-256-gcm', keyLength: 32, hash: 'sha384', ...GCM } as const
const CHACHA20 = {
  mode: 'aead',
  aead: 'chacha20-poly1305',
  keyLength: 32,
  fixedIvLength: 12,
  recordIvLength: 0,
  hash: 'sha256',
  mostRecords: Number.MAX_SAFE_INTEGER,
} as const

/** The bound is that of GCM: both encrypt with AES, whose blocks of 128 bits begin to repeat alike. */
const CBC = { mode: 'cbc', mostRecords: GCM.mostRecords } as const
const CBC_128_SHA = { keyLength: 16, hash: 'sha256', mac: 'sha1', ...CBC } as const
const CBC_256_SHA = { keyLength: 32, hash: 'sha256', mac: 'sha1', ...CBC } as const
const CBC_128_SHA256 = { keyLength: 16, hash: 'sha256', mac: 'sha256', ...CBC } as const
const CBC_256_SHA256 = { keyLength: 32, hash: 'sha256', mac: 'sha256', ...CBC } as const
const CBC_256_SHA384 = { keyLength: 32, hash: 'sha384', mac: 'sha384', ...CBC } as const

const ECDSA = { exchange: 'ecdhe', authentication: 'ecdsa' } as const
const RSA = { exchange: 'ecdhe', authentication: 'rsa' } as const
const RSA_ALONE = { exchange: 'rsa', authentication: 'rsa' } as const

/** RFC 5289 3.2 and RFC 7905 2. All have forward secrecy and an AEAD, as RFC 9325 4.2 asks. */
const defaults: readonly (AeadSuite & { readonly name: DefaultSuiteName })[] = [
  { id: 0xc02b, name: 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', ...ECDSA, ...AES_128 },
  { id: 0xc02f, name: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', ...RSA, ...AES_128 },
  { id: 0xc02c, name: 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', ...ECDSA, ...AES_256 },
  { id: 0xc030, name: 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384', ...RSA, ...AES_256 },
  { id: 0xcca9, name: 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256', ...ECDSA, ...CHACHA20 },
  { id: 0xcca8, name: 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256', ...RSA, ...CHACHA20 },
]

/** What can be chosen. Off unless asked for by name: CBC (RFC 5289 3.1, RFC 8422 6), which RFC 9325 4.2.1 advises against. */
export const suites: readonly (Suite & { readonly name: SuiteName })[] = [
  ...defaults,
  { id: 0xc023, name: 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256', ...ECDSA, ...CBC_128_SHA256 },
  { id: 0xc027, name: 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256', ...RSA, ...CBC_128_SHA256 },
  { id: 0xc024, name: 'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384', ...ECDSA, ...CBC_256_SHA384 },
  { id: 0xc028, name: 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384', ...RSA, ...CBC_256_SHA384 },
  { id: 0xc009, name: 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA', ...ECDSA, ...CBC_128_SHA },
  { id: 0xc013, name: 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA', ...RSA, ...CBC_128_SHA },
  { id: 0xc00a, name: 'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA', ...ECDSA, ...CBC_256_SHA },
  { id: 0xc014, name: 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA', ...RSA, ...CBC_256_SHA },
]

/** Without forward secrecy (RFC 5246 A.5, RFC 5288 3), which RFC 9325 4.1 advises against: only for those who name them. */
export const rsaSuites: readonly (Suite & { readonly name: RsaSuiteName })[] = [
  { id: 0x009c, name: 'TLS_RSA_WITH_AES_128_GCM_SHA256', ...RSA_ALONE, ...AES_128 },
  { id: 0x009d, name: 'TLS_RSA_WITH_AES_256_GCM_SHA384', ...RSA_ALONE, ...AES_256 },
  { id: 0x003c, name: 'TLS_RSA_WITH_AES_128_CBC_SHA256', ...RSA_ALONE, ...CBC_128_SHA256 },
  { id: 0x003d, name: 'TLS_RSA_WITH_AES_256_CBC_SHA256', ...RSA_ALONE, ...CBC_256_SHA256 },
  { id: 0x002f, name: 'TLS_RSA_WITH_AES_128_CBC_SHA', ...RSA_ALONE, ...CBC_128_SHA },
  { id: 0x0035, name: 'TLS_RSA_WITH_AES_256_CBC_SHA', ...RSA_ALONE, ...CBC_256_SHA },
]

export interface Suite13 {
  /** IANA number. */
  readonly id: number
  readonly name: Suite13Name
  readonly aead: AeadName
  readonly keyLength: number
  /** Hash of the key schedule and of the transcript. */
  readonly hash: HashName
  /** How many records one key may seal before it must be updated. */
  readonly mostRecords: number
}

export type Suite13Name = 'TLS_AES_128_GCM_SHA256' | 'TLS_AES_256_GCM_SHA384' | 'TLS_CHACHA20_POLY1305_SHA256'

/** RFC 9846 B.4: cipher and hash only; what authenticates and how keys are agreed on is negotiated beside them. */
export const suites13: readonly Suite13[] = [
  {
    id: 0x1301,
    name: 'TLS_AES_128_GCM_SHA256',
    aead: 'aes-128-gcm',
    keyLength: 16,
    hash: 'sha256',
    mostRecords: GCM.mostRecords,
  },
  {
    id: 0x1302,
    name: 'TLS_AES_256_GCM_SHA384',
    aead: 'aes-256-gcm',
    keyLength: 32,
    hash: 'sha384',
    mostRecords: GCM.mostRecords,
  },
  {
    id: 0x1303,
    name: 'TLS_CHACHA20_POLY1305_SHA256',
    aead: 'chacha20-poly1305',
    keyLength: 32,
    hash: 'sha256',
    mostRecords: CHACHA20.mostRecords,
  },
]

/** What can be chosen, of both versions. */
export type AnySuiteName = SuiteName | RsaSuiteName | Suite13Name

/** Those of 1.3 with the ciphers in the order of 1.2: AES first, which processors know. */
export const DEFAULT_SUITES: readonly AnySuiteName[] = [...suites13, ...defaults].map(suite => suite.name)

/** What of a list of names is in a table, in its order; every connection asks. */
const namedIn = <S extends { readonly name: string }>(table: readonly S[]) => {
  const byName = new Map<string, S>(table.map(suite => [suite.name, suite]))
  const found = (names: readonly string[]): readonly S[] =>
    names.flatMap(name => {
      const suite = byName.get(name)
      return suite === undefined ? [] : [suite]
    })
  const byDefault = found(DEFAULT_SUITES)
  return (names?: readonly string[]): readonly S[] => (names === undefined ? byDefault : found(names))
}

/** What of a list of names belongs to TLS 1.2, in its order. */
export const suitesNamed: (names?: readonly string[]) => readonly Suite[] = /* @__PURE__ */ namedIn<Suite>([
  ...suites,
  ...rsaSuites,
])

/** What of a list of names belongs to TLS 1.3, in its order. */
export const suites13Named: (names?: readonly string[]) => readonly Suite13[] = /* @__PURE__ */ namedIn(suites13)

/** RFC 5246 7.4.2: what the key in the server's certificate must be allowed to do. */
export const keyUsageFor = ({ exchange }: Suite): 'digitalSignature' | 'keyEncipherment' =>
  exchange === 'rsa' ? 'keyEncipherment' : 'digitalSignature'

/** Groups that TLS 1.2 can use: in Diffie-Hellman the server may speak first. A KEM needs the share of the client. */
export type EcdheGroup = Exclude<GroupName, 'X25519MLKEM768'>

export const ecdheGroups = (groups: readonly GroupName[]): readonly EcdheGroup[] =>
  groups.filter((group): group is EcdheGroup => group !== 'X25519MLKEM768')

/** X25519 first: it is the cheapest by far. P-521 last: it costs the most and protects nobody better. */
export const DEFAULT_GROUPS: readonly GroupName[] = ['x25519', 'secp256r1', 'secp384r1', 'secp521r1']
