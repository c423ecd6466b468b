/** Key derivation on OpenSSL's threads (libuv's pool), which leave the loop to everybody else. */
import { pbkdf2, scrypt } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { KeyDerivation } from '../crypto/provider.ts'
import { plain } from '../wire/bytes.ts'
import { scryptMemory } from './crypto.ts'

const pbkdf2Later = promisify(pbkdf2)
const scryptLater = promisify<Uint8Array, Uint8Array, number, object, Buffer>(scrypt)

export const nodeDerivation: KeyDerivation = {
  pbkdf2: async (hash, password, salt, iterations, length) =>
    plain(await pbkdf2Later(password, salt, iterations, length, hash)),
  scrypt: async (password, salt, costs, length) =>
    plain(await scryptLater(password, salt, length, { ...costs, maxmem: scryptMemory(costs) })),
  turn: () => setImmediate(),
}
