/**
 * Key derivation beside a page's own work: PBKDF2 by Web Crypto, which pages have over https: and on localhost alone, and
 * scrypt in pieces.
 */
import { scryptAsync } from '@noble/hashes/scrypt.js'
import type { HashName, KeyDerivation } from '../crypto/provider.ts'
import { plain } from '../wire/bytes.ts'

const NAMES: Readonly<Record<HashName, string>> = {
  sha1: 'SHA-1',
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
}

export const webDerivation: KeyDerivation = {
  async pbkdf2(hash, password, salt, iterations, length) {
    const key = await crypto.subtle.importKey('raw', plain(password).slice(), 'PBKDF2', false, ['deriveBits'])
    const how = { name: 'PBKDF2', hash: NAMES[hash], salt: plain(salt).slice(), iterations }
    return new Uint8Array(await crypto.subtle.deriveBits(how, key, 8 * length))
  },
  scrypt: (password, salt, { cost, blockSize, parallelization }, length) =>
    scryptAsync(password, salt, { N: cost, r: blockSize, p: parallelization, dkLen: length, maxmem: 2 ** 31 }),
  turn: () => new Promise(done => setTimeout(done)),
}
