/** The cipher suites that we speak, and what each is made of. */
import type { AeadName, GroupName, HashName } from '../crypto/provider.ts'

export interface Suite {
  /** IANA number. */
  readonly id: number
  readonly name: SuiteName
  /** The kind of key in the server's certificate. */
  readonly authentication: 'ecdsa' | 'rsa'
  readonly aead: AeadName
  readonly keyLength: number
  /** Bytes of the nonce that come from the key block. */
  readonly fixedIvLength: 4 | 12
  /** Bytes of the nonce that each record carries: 8 for GCM (RFC 5288 3), none for ChaCha20 (RFC 7905 2). */
  readonly recordIvLength: 0 | 8
  /** Hash of the PRF and of the transcript. */
  readonly hash: HashName
  /** How many records one key may seal. */
  readonly mostRecords: number
}

export type SuiteName =
  | 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'
  | 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'
  | 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384'
  | 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'
  | 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'
  | 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256'

/**
 * RFC 9846 5.5: "For AES-GCM, up to 2^24.5 full-size records" keep the margin of safety; the arithmetic is that of the
 * cipher, not of a version. ChaCha20-Poly1305 has no bound that a sequence number could reach.
 */
const GCM = { fixedIvLength: 4, recordIvLength: 8, mostRecords: 23_726_566 } as const
const AES_128 = { aead: 'aes-128-gcm', keyLength: 16, hash: 'sha256', ...GCM } as const
const AES_256 = { aead: 'aes-256-gcm', keyLength: 32, hash: 'sha384', ...GCM } as const
const CHACHA20 = {
  aead: 'chacha20-poly1305',
  keyLength: 32,
  fixedIvLength: 12,
  recordIvLength: 0,
  hash: 'sha256',
  mostRecords: Number.MAX_SAFE_INTEGER,
} as const

/** RFC 5289 3.2 and RFC 7905 2. All have forward secrecy and an AEAD, as RFC 9325 4.2 asks. */
export const suites: readonly Suite[] = [
  { id: 0xc02b, name: 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', authentication: 'ecdsa', ...AES_128 },
  { id: 0xc02f, name: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', authentication: 'rsa', ...AES_128 },
  { id: 0xc02c, name: 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', authentication: 'ecdsa', ...AES_256 },
  { id: 0xc030, name: 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384', authentication: 'rsa', ...AES_256 },
  { id: 0xcca9, name: 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256', authentication: 'ecdsa', ...CHACHA20 },
  { id: 0xcca8, name: 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256', authentication: 'rsa', ...CHACHA20 },
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

export const DEFAULT_SUITES: readonly SuiteName[] = suites.map(suite => suite.name)

/** Groups that TLS 1.2 can use: in Diffie-Hellman the server may speak first. A KEM needs the share of the client. */
export type EcdheGroup = Exclude<GroupName, 'X25519MLKEM768'>

/** X25519 first: it is the cheapest by far. P-521 last: it costs the most and protects nobody better. */
export const DEFAULT_GROUPS: readonly EcdheGroup[] = ['x25519', 'secp256r1', 'secp384r1', 'secp521r1']
