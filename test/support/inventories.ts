/** What every inventory holds to, in memory or in a file: the tests of `src/ca` and `src/node` run it over theirs. */
import { expect, test } from 'vitest'
import { type Inventory, type Reservation, stateOf } from '../../src/ca/inventory.ts'
import { brokenLine } from '../../src/ca/log.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'

const crypto = nodeCrypto()

export const reservation = (serial: string, changes: Partial<Reservation> = {}): Reservation => ({
  serial,
  issuer: 'aa',
  subject: 'CN=a.test',
  names: ['a.test', '10.0.0.1'],
  profile: 'server',
  notBefore: 1_000,
  notAfter: 9_000,
  key: 'kk',
  by: 'test',
  at: 2_000,
  ...changes,
})

export const holdsAsAnInventory = (make: () => Inventory): void => {
  test('a serial number is reserved once, whoever the issuer is', () => {
    const inventory = make()
    expect(inventory.reserve(reservation('01'))).toBe(true)
    expect(inventory.reserve(reservation('01'))).toBe(false)
    expect(inventory.reserve(reservation('01', { issuer: 'bb' }))).toBe(false)
    expect(inventory.find('01')).toEqual({ ...reservation('01'), certificate: undefined, revocation: undefined })
    expect(inventory.find('02')).toBeUndefined()
    expect(inventory.log().map(({ what }) => what)).toEqual(['reserved'])
  })

  test('a certificate is kept for what was reserved, and once', () => {
    const inventory = make()
    expect(() => inventory.issued('01', Uint8Array.of(1), 3_000)).toThrow(RangeError)
    inventory.reserve(reservation('01'))
    inventory.issued('01', Uint8Array.of(1, 2), 3_000)
    expect(inventory.find('01')?.certificate).toEqual(Uint8Array.of(1, 2))
    expect(() => inventory.issued('01', Uint8Array.of(3), 3_000)).toThrow(RangeError)
    expect(inventory.find('01')?.certificate).toEqual(Uint8Array.of(1, 2))
  })

  test('what was signed before is taken over with its certificate, once', () => {
    const inventory = make()
    expect(inventory.adopt(reservation('01'), Uint8Array.of(7))).toBe(true)
    expect(inventory.adopt(reservation('01'), Uint8Array.of(8))).toBe(false)
    expect(inventory.reserve(reservation('01'))).toBe(false)
    expect(inventory.find('01')?.certificate).toEqual(Uint8Array.of(7))
    expect(() => inventory.issued('01', Uint8Array.of(9), 3_000)).toThrow(RangeError)
    expect(inventory.log().map(({ what, detail }) => [what, detail])).toEqual([
      ['taken-over', 'ca358758f6d27e6cf45272937977a748fd88391db679ceda7dc7bf1f005ee879'],
    ])
  })

  test('revoked once, with the first reason, also what was never signed; nothing that is unknown', () => {
    const inventory = make()
    expect(inventory.revoke('01', { at: 5_000, reason: 'superseded' }, 'me')).toBe('unknown')
    inventory.reserve(reservation('01'))
    expect(inventory.revoke('01', { at: 5_000, reason: 'keyCompromise' }, 'me')).toBe('revoked')
    expect(inventory.revoke('01', { at: 6_000, reason: 'superseded' }, 'you')).toBe('already')
    expect(inventory.find('01')?.revocation).toEqual({ at: 5_000, reason: 'keyCompromise' })
  })

  test('entries come in the order in which they were asked for, by authority and by state', () => {
    const inventory = make()
    for (const [serial, issuer] of [
      ['09', 'aa'],
      ['03', 'bb'],
      ['05', 'aa'],
      ['01', 'aa'],
    ] as const)
      inventory.reserve(reservation(serial, { issuer }))
    inventory.issued('05', Uint8Array.of(5), 3_000)
    inventory.issued('01', Uint8Array.of(1), 3_000)
    inventory.revoke('01', { at: 4_000, reason: 'unspecified' }, 'me')
    const serials = (wanted?: Parameters<Inventory['entries']>[0]) =>
      inventory.entries(wanted).map(({ serial }) => serial)
    expect(serials()).toEqual(['09', '03', '05', '01'])
    expect(serials({ issuer: 'aa' })).toEqual(['09', '05', '01'])
    expect(serials({ state: 'waiting' })).toEqual(['09', '03'])
    expect(serials({ state: 'issued' })).toEqual(['05'])
    expect(serials({ issuer: 'aa', state: 'revoked' })).toEqual(['01'])
    expect(serials({ issuer: 'bb', state: 'revoked' })).toEqual([])
    expect(inventory.entries().map(stateOf)).toEqual(['waiting', 'waiting', 'issued', 'revoked'])
  })

  test('numbers of lists grow, for each authority on its own', () => {
    const inventory = make()
    expect(['aa', 'aa', 'bb', 'aa'].map(issuer => inventory.nextListNumber(issuer, 1))).toEqual([1, 2, 1, 3])
  })

  test('the log says all of it, in order, and each line holds the ones before', () => {
    const inventory = make()
    inventory.reserve(reservation('01', { at: 1 }))
    inventory.reserve(reservation('01', { at: 2 }))
    inventory.issued('01', Uint8Array.of(7), 3)
    inventory.revoke('01', { at: 4, reason: 'superseded' }, 'me')
    inventory.revoke('01', { at: 5, reason: 'superseded' }, 'me')
    inventory.nextListNumber('aa', 6)
    const log = inventory.log()
    expect(log.map(({ number, at, what, serial, by, detail }) => [number, at, what, serial, by, detail])).toEqual([
      [1, 1, 'reserved', '01', 'test', 'aa'],
      [2, 3, 'issued', '01', 'test', 'ca358758f6d27e6cf45272937977a748fd88391db679ceda7dc7bf1f005ee879'],
      [3, 4, 'revoked', '01', 'me', 'superseded'],
      [4, 6, 'listed', '', 'aa', '1'],
    ])
    expect(brokenLine(crypto, log)).toBeUndefined()
    const changed = (at: number, change: object) => log.map((line, i) => (i === at ? { ...line, ...change } : line))
    expect(brokenLine(crypto, changed(1, { by: 'somebody else' }))).toBe(2)
    expect(brokenLine(crypto, changed(2, { digest: log[1]!.digest }))).toBe(3)
    expect(brokenLine(crypto, log.toSpliced(1, 1))).toBe(2)
    expect(brokenLine(crypto, log.slice(1))).toBe(1)
  })
}
