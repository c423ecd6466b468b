import { createCipheriv, createSecretKey } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { callsOpenSsl } from '../../../test/support/openssl-calls.ts'
import type { AeadName } from '../../crypto/provider.ts'
import { CIPHERS, callsOf, GET_TAG, loadKoffi } from '../openssl.ts'
import { byNode, byOpenSsl, type Sealer } from './sealer.ts'

const NAMES = Object.keys(CIPHERS) as AeadName[]
const node = byNode({ createCipheriv, createSecretKey })

const bytes = (length: number, seed: number) => Uint8Array.from({ length }, (_, i) => (i * 31 + seed * 7) & 0xff)
const keyOf = (name: AeadName, seed: number) => bytes(CIPHERS[name].keyLength, seed)

/** Ciphertext and tag, in memory that does not move. */
const sealed = (by: Sealer, length: number, additional: Uint8Array, nonce = bytes(12, 2)): Uint8Array => {
  const memory = new Uint8Array(new ArrayBuffer(length + 1024), 0, length + 16)
  memory.set(bytes(length, 3))
  by.seal(nonce, additional, memory.subarray(0, length), memory.subarray(length))
  return memory
}

describe.skipIf(!callsOpenSsl)('a thread that calls OpenSSL (needs koffi)', () => {
  const calls = callsOpenSsl ? callsOf(loadKoffi()) : undefined
  const made = () => byOpenSsl(calls!, CIPHERS, GET_TAG)

  test.each(NAMES)('%s is what node:crypto makes of it, whatever the lengths', name => {
    const direct = made()
    for (const sealer of [node, direct]) sealer.begin(name, keyOf(name, 1))
    for (const length of [0, 1, 16, 17, 5_000, 16_385])
      for (const additional of [new Uint8Array(0), bytes(5, 4), bytes(13, 5)])
        expect(Buffer.compare(sealed(direct, length, additional), sealed(node, length, additional))).toBe(0)
  })

  test('jobs in turn have each their key and their AEAD', () => {
    const direct = made()
    for (let round = 0; round < 3; round++)
      for (const name of NAMES) {
        for (const sealer of [node, direct]) sealer.begin(name, keyOf(name, round))
        expect(sealed(direct, 100, bytes(5, 1))).toEqual(sealed(node, 100, bytes(5, 1)))
        for (const sealer of [node, direct]) sealer.end()
      }
  })

  test.each(NAMES)('behind a job of %s its key is overwritten', name => {
    const direct = made()
    direct.begin(name, keyOf(name, 6))
    direct.end()
    node.begin(name, new Uint8Array(CIPHERS[name].keyLength))
    expect(sealed(direct, 20, bytes(5, 1))).toEqual(sealed(node, 20, bytes(5, 1)))
  })

  test.each(['begin', 'update', 'end'] as const)('nothing that OpenSSL refuses at %s passes for sealed', step => {
    let refuses = false
    const refusing = (...of: never[]) =>
      refuses ? 0 : (calls!.calls.sealing[step] as (...of: never[]) => number)(...of)
    const sealing = { ...calls!.calls.sealing, [step]: refusing }
    let cleared = 0
    const clearErrors = (): void => void cleared++
    const direct = byOpenSsl({ ...calls!, calls: { ...calls!.calls, sealing, clearErrors } }, CIPHERS, GET_TAG)
    direct.begin('aes-128-gcm', keyOf('aes-128-gcm', 1))
    refuses = true
    expect(() => sealed(direct, 20, bytes(5, 1))).toThrow('OpenSSL seals nothing')
    // What OpenSSL notes of it is not for `node:crypto` to find.
    expect(cleared).toBe(1)
  })
})
