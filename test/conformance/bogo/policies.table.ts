/** Policies that a flag sets as a whole: suites, groups and signature schemes, where ours has them. */
import type { RsaSuiteName, Suite13Name, SuiteName } from '../../../src/tls/suites.table.ts'

export interface Policy {
  /** Versions that it leaves. */
  readonly least: number
  readonly suites: readonly (SuiteName | RsaSuiteName)[]
  readonly suites13: readonly Suite13Name[]
  /** IANA numbers, as those of the schemes. */
  readonly groups: readonly number[]
  readonly schemes: readonly number[]
}

const AES_256 = ['TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'] as const

/** By flag. ML-KEM-1024, which the newest want, we do not have: without it they have P-384, or cannot be met. */
export const policies: ReadonlyMap<string, Policy> = new Map<string, Policy>([
  [
    'fips-202205',
    {
      least: 0x0303,
      suites: ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', ...AES_256],
      suites13: ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384'],
      groups: [23, 24],
      schemes: [0x0401, 0x0501, 0x0601, 0x0403, 0x0503, 0x0804, 0x0805, 0x0806],
    },
  ],
  [
    'wpa-202304',
    {
      least: 0x0303,
      suites: AES_256,
      suites13: ['TLS_AES_256_GCM_SHA384'],
      groups: [24],
      schemes: [0x0501, 0x0601, 0x0503, 0x0805, 0x0806],
    },
  ],
  [
    'cnsa1-202603',
    {
      least: 0x0303,
      suites: [...AES_256, 'TLS_RSA_WITH_AES_256_GCM_SHA384'],
      suites13: ['TLS_AES_256_GCM_SHA384'],
      groups: [24],
      schemes: [0x0503, 0x0805, 0x0501],
    },
  ],
])
