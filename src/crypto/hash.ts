/** What the hashes of a provider are. */
import type { HashName } from './provider.ts'

/** Of a digest, in octets. */
export const HASH_LENGTH: Readonly<Record<HashName, number>> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 }
