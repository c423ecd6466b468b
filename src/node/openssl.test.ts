import { createCipheriv, createPublicKey } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { callsOpenSsl } from '../../test/support/openssl-calls.ts'
import type { AeadName } from '../crypto/provider.ts'
import { loadKoffi, openSslAeads } from './openssl.ts'

const KEYS: Readonly<Record<AeadName, number>> = { 'aes-128-gcm': 16, 'aes-256-gcm': 32, 'chacha20-poly1305': 32 }

const bytes = (length: number, seed: number) => Uint8Array.from({ length }, (_, i) => (i * 31 + seed * 7) & 0xff)
const holding = (key: Uint8Array) => ({ copyKey: (into: Uint8Array) => into.set(key) })

const byNode = (name: AeadName, key: Uint8Array, nonce: Uint8Array, additional: Uint8Array, plaintext: Uint8Array) => {
  const cipher = createCipheriv(name as 'chacha20-poly1305', key, nonce, { authTagLength: 16 })
  cipher.setAAD(additional, { plaintextLength: plaintext.length })
  return new Uint8Array(Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]))
}

const aeads = openSslAeads(loadKoffi)
const nonce = bytes(12, 2)
const [additional, none] = [bytes(13, 3), new Uint8Array(0)]
const name = 'aes-128-gcm'
const key = bytes(16, 1)
const holder = holding(key)

describe.skipIf(!callsOpenSsl)('OpenSSL by its own functions (needs koffi)', () => {
  const { seal, open } = {
    seal: (...of: Parameters<NonNullable<typeof aeads>['seal']>) => aeads!.seal(...of),
    open: (...of: Parameters<NonNullable<typeof aeads>['open']>) => aeads!.open(...of),
  }
  const opened = (sealed: Uint8Array, by = holder) =>
    open(name, by, nonce, additional, sealed.subarray(0, -16), sealed.subarray(-16))

  test.each(Object.keys(KEYS) as AeadName[])('%s is what node:crypto makes of it, whatever the lengths', name => {
    const key = bytes(KEYS[name], 4)
    const holder = holding(key)
    for (const length of [0, 1, 15, 16, 17, 511, 512, 513, 4096, 16_385, 1_048_576])
      for (const additional of [none, bytes(5, 5), bytes(13, 6), bytes(64, 7)]) {
        const plaintext = bytes(length, 8)
        const expected = byNode(name, key, nonce, additional, plaintext)
        const beside = new Uint8Array(length + 24).fill(0xee)
        expect(seal(name, holder, { nonce, additional, plaintext, target: beside, at: 4 })).toBe(true)
        expect(Buffer.compare(beside.subarray(4, -4), expected)).toBe(0)
        expect([...beside.subarray(0, 4), ...beside.subarray(-4)]).toEqual(new Array(8).fill(0xee))
        const target = new Uint8Array(length + 21)
        target.set(plaintext, 5)
        seal(name, holder, { nonce, additional, plaintext: target.subarray(5, 5 + length), target, at: 5 })
        expect(Buffer.compare(target.subarray(5), expected)).toBe(0)
        const whole = open(name, holder, nonce, additional, expected.subarray(0, length), expected.subarray(length))
        expect(Buffer.compare(whole as Uint8Array, plaintext)).toBe(0)
      }
  })

  test('keys in turn do not mix, in either direction', () => {
    const [a, b] = [bytes(16, 9), bytes(16, 10)]
    const [ofA, ofB] = [holding(a), holding(b)]
    const plaintext = bytes(100, 11)
    for (const [by, key] of [
      [ofA, a],
      [ofB, b],
      [ofB, b],
      [ofA, a],
    ] as const) {
      const target = new Uint8Array(116)
      seal(name, by, { nonce, additional, plaintext, target, at: 0 })
      expect(target).toEqual(byNode(name, key, nonce, additional, plaintext))
      expect(opened(target, by)).toEqual(plaintext)
      expect(opened(target, by === ofA ? ofB : ofA)).toBeUndefined()
    }
  })

  test('a forgotten key is asked for again, and a holder without one is thrown at', () => {
    let isThere = true
    const by = {
      copyKey: (into: Uint8Array) => {
        if (!isThere) throw new Error('this key was overwritten')
        into.set(key)
      },
    }
    const target = new Uint8Array(26)
    const parts = { nonce, additional, plaintext: bytes(10, 12), target, at: 0 }
    seal(name, by, parts)
    const sealed = target.slice()
    expect(opened(sealed, by)).toEqual(parts.plaintext)
    isThere = false
    aeads!.forget(name, holder)
    expect(seal(name, by, parts)).toBe(true)
    aeads!.forget(name, by)
    expect(() => seal(name, by, parts)).toThrow('this key was overwritten')
    expect(() => opened(sealed, by)).toThrow('this key was overwritten')
  })

  test('what was altered is refused, and nothing of it is given; what follows opens', () => {
    const plaintext = bytes(40, 13)
    const sealed = byNode(name, key, nonce, additional, plaintext)
    for (const at of [0, 39, 40, 55]) {
      const altered = sealed.slice()
      altered[at]! ^= 0x80
      expect(opened(altered)).toBeUndefined()
      expect(opened(sealed)).toEqual(plaintext)
    }
    expect(open(name, holder, nonce, none, sealed.subarray(0, 40), sealed.subarray(40))).toBeUndefined()
    expect(open(name, holder, bytes(12, 14), additional, sealed.subarray(0, 40), sealed.subarray(40))).toBeUndefined()
  })

  test('a short plaintext is an array of its own', () => {
    const sealed = byNode(name, key, nonce, additional, bytes(40, 15))
    const [one, other] = [opened(sealed) as Uint8Array, opened(sealed) as Uint8Array]
    one.fill(0)
    expect(other).toEqual(bytes(40, 15))
    expect(one.buffer.byteLength).toBe(40)
  })

  test('what it could write or read beside its arrays is left to node:crypto', () => {
    const plaintext = bytes(32, 16)
    const target = new Uint8Array(64).fill(0xee)
    const parts = { nonce, additional, plaintext, target, at: 0 }
    for (const wrong of [
      { nonce: bytes(11, 1) },
      { nonce: bytes(13, 1) },
      { additional: bytes(65, 1) },
      { plaintext: new Uint8Array(1_048_577), target: new Uint8Array(1_048_600) },
      { at: 17 },
      { at: -1 },
      { plaintext: target.subarray(1, 33) },
      { plaintext: target.subarray(0, 32), at: 8 },
      { target: new Uint8Array(47) },
    ])
      expect(seal(name, holder, { ...parts, ...wrong }), JSON.stringify(Object.keys(wrong))).toBe(false)
    expect(target).toEqual(new Uint8Array(64).fill(0xee))
    expect(seal(name, holder, { ...parts, plaintext: target.subarray(0, 16), at: 16 })).toBe(true)
    // Views of one memory, as records of a slab are.
    const [record, within] = [new Uint8Array(target.buffer, 8, 40), new Uint8Array(target.buffer, 12, 20)]
    expect(seal(name, holder, { ...parts, target: record, plaintext: within, at: 4 })).toBe(true)
    expect(seal(name, holder, { ...parts, target: record, plaintext: within, at: 5 })).toBe(false)
    for (const tag of [bytes(15, 1), bytes(17, 1)])
      expect(open(name, holder, nonce, additional, plaintext, tag)).toBe('other')
    expect(open(name, holder, bytes(8, 1), additional, plaintext, bytes(16, 1))).toBe('other')
  })

  test('what it refuses is no error of whoever asks OpenSSL next', () => {
    const refusal = () => {
      try {
        createPublicKey('no key')
      } catch (error) {
        return (error as { code?: string }).code
      }
    }
    const before = refusal()
    expect(opened(bytes(32, 17))).toBeUndefined()
    expect([before, refusal()]).toEqual([before, before])
  })
})

test('there is none where koffi is not, or where a function is not, or does something else', () => {
  type Koffi = ReturnType<typeof loadKoffi>
  const koffiWhose = (func: (signature: string) => unknown) => ({ load: () => ({ func }) }) as unknown as Koffi
  const missing = () => {
    throw new Error('not found')
  }
  expect(openSslAeads(missing)).toBeUndefined()
  expect(openSslAeads(() => koffiWhose(missing))).toBeUndefined()
  for (const result of [0, 1, null]) expect(openSslAeads(() => koffiWhose(() => () => result))).toBeUndefined()
})
