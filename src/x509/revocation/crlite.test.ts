import { beforeAll, expect, test } from 'vitest'
import { ask, at, crypto, DAY, failure, leaf } from '../../../test/support/chains.ts'
import { crliteFilter, type FilterToWrite, type IssuerToWrite } from '../../../test/support/crlite.ts'
import { state } from '../../../test/support/evidence.ts'
import { alpha, beta } from '../../../test/support/logs.ts'
import type { Bytes } from '../../engine.ts'
import { Failure } from '../../failures/index.ts'
import { seeded } from '../../random.ts'
import { hexBytes } from '../../wire/bytes.ts'
import { Certificate } from '../certificate/certificate.ts'
import { MAX_CRLITE_SIZE, readCrlite } from './crlite.ts'
import type { RevocationFilter } from './evidence.ts'

const COUNT = 120
const chains: (readonly Bytes[])[] = []
const isRevoked = (i: number): boolean => i % 9 === 2
let keyHash: Uint8Array
const serialOf = (chain: readonly Bytes[]): Uint8Array => new Certificate(chain[0]!).serialNumber
/** Certificates of others, whose equations are among ours. */
const strangers = (count: number): IssuerToWrite['serials'] =>
  Array.from({ length: count }, (_, i) => ({
    serial: hexBytes(`4${i.toString(16).padStart(7, '0')}`),
    revoked: i % 5 === 0,
  }))

beforeAll(() => {
  for (let i = 0; i < COUNT; i++) chains.push(leaf({ logs: [alpha.promise] }))
  keyHash = crypto.hash('sha256').update(new Certificate(chains[0]![1]!).spki).digest()
})

const written = (more: Partial<FilterToWrite> = {}, issuer: Partial<IssuerToWrite> = {}) =>
  crliteFilter(
    {
      version: 4,
      coverage: [{ logId: alpha.id, from: at - 2 * DAY, to: at }],
      rank: 2,
      random: seeded(7).number,
      issuers: [
        { keyHash: new Uint8Array(32).fill(1), serials: strangers(300) },
        { keyHash, serials: chains.map((chain, i) => ({ serial: serialOf(chain), revoked: isRevoked(i) })), ...issuer },
        { keyHash: new Uint8Array(32).fill(2), serials: [] },
      ],
      ...more,
    },
    crypto,
  )
const read = (bytes: Uint8Array): RevocationFilter => {
  const filter = readCrlite(bytes, crypto)
  if (filter instanceof Failure) throw new Error(`${filter.got}`)
  return filter
}
const states = (bytes: Uint8Array): string[] => {
  const filters = [read(bytes)]
  return chains.map(chain => state({ filters }, chain))
}

const all = () => chains.map((_, i) => (isRevoked(i) ? 'revoked' : 'good by filter'))

test.each([3, 4] as const)('version %i says of every certificate whether it was revoked', version => {
  expect(states(written({ version }).bytes)).toEqual(all())
})
test('however many columns there are, and where most are revoked', () => {
  for (const rank of [0, 1, 5]) expect(states(written({ rank }).bytes), `${rank}`).toEqual(all())
  expect(states(written({}, { inverted: true }).bytes)).toEqual(all())
})
test('what does not fit into the equations is among the exceptions', () => {
  const ours = chains.map((chain, i) => ({ serial: serialOf(chain), revoked: isRevoked(i) }))
  const { bytes, exceptions } = written({ rank: 0 }, { serials: [...strangers(400), ...ours], room: 0.01 })
  expect(exceptions).toBeGreaterThan(0)
  expect(states(bytes)).toEqual(all())
})
test('an issuer of whom nothing, and one of whom everything was revoked', () => {
  const serials = (revoked: boolean) => chains.map(chain => ({ serial: serialOf(chain), revoked }))
  expect(new Set(states(written({}, { serials: serials(false) }).bytes))).toEqual(new Set(['good by filter']))
  expect(new Set(states(written({}, { serials: serials(true), inverted: true }).bytes))).toEqual(new Set(['revoked']))
})

test('nothing is said of an issuer that it does not know, of a log or a time that it does not cover, without timestamps', () => {
  const of = (more: Partial<FilterToWrite>, chain = chains[2]!) =>
    state({ filters: [read(written(more).bytes)] }, chain)
  expect(of({})).toBe('revoked')
  expect(of({ issuers: [{ keyHash: new Uint8Array(32).fill(1), serials: strangers(30) }] })).toBe('none')
  expect(of({ coverage: [{ logId: beta.id, from: 0, to: at }] })).toBe('none')
  const time = at - DAY
  expect(of({ coverage: [{ logId: alpha.id, from: time, to: time }] })).toBe('revoked')
  expect(of({ coverage: [{ logId: alpha.id, from: time + 1, to: at }] })).toBe('none')
  expect(of({ coverage: [{ logId: alpha.id, from: 0, to: time - 1 }] })).toBe('none')
  expect(of({}, leaf())).toBe('none')
  expect(of({}, leaf({ logs: [beta.promise, alpha.promise] }))).toMatch(/^(?:good by filter|revoked)$/)
})
test('a certificate that a filter calls revoked is refused in every mode', () => {
  const filters = [read(written().bytes)]
  for (const mode of ['off', 'soft', 'hard'] as const)
    expect(failure(ask(chains[2]!, { evidence: { filters }, revocation: { mode } })).code).toBe(
      'tls/certificate-revoked',
    )
})

test('what is cut, has more behind it, another version or more columns than there are is refused with the place', () => {
  for (const version of [3, 4] as const) {
    const { bytes } = written({ version })
    for (let end = 0; end < bytes.length; end += 1 + (end >> 4)) {
      const cut = readCrlite(bytes.subarray(0, end), crypto)
      expect(cut, `${end}`).toMatchObject({ code: 'ca/crlite', got: `is damaged at byte ${end}` })
    }
    const longer = readCrlite(Uint8Array.from([...bytes, 0]), crypto)
    expect(longer).toMatchObject({ code: 'ca/crlite', got: `is damaged at byte ${bytes.length}` })
  }
  expect(readCrlite(Uint8Array.of(2, 0, 1), crypto)).toMatchObject({ got: 'has the version 2', expected: '3, 4' })
  expect(readCrlite(Uint8Array.of(4, 1, 0), crypto)).toMatchObject({ got: 'is damaged at byte 1' })
  const { bytes } = written()
  // Two octets, a count of logs with 48 each, a count of issuers, an id, a size: then the rank of the first.
  bytes[2 + 2 + 48 + 4 + 32 + 4] = 3
  expect(readCrlite(bytes, crypto)).toMatchObject({ code: 'ca/crlite', got: `is damaged at byte ${bytes.length}` })
})
test('what is longer than any filter is not looked at', () => {
  const got = `is longer than ${MAX_CRLITE_SIZE} bytes`
  expect(readCrlite(new Uint8Array(MAX_CRLITE_SIZE + 1), crypto)).toMatchObject({ code: 'ca/crlite', got })
  expect(readCrlite(new Uint8Array(MAX_CRLITE_SIZE), crypto)).toMatchObject({ got: 'has the version 0' })
})
test('counts that no file can hold are refused at once', () => {
  const little = new Uint8Array(2 + 8)
  little[0] = 3
  little.fill(0xff, 2)
  expect(readCrlite(little, crypto)).toMatchObject({ got: 'is damaged at byte 2' })
  little.fill(0, 7)
  expect(readCrlite(little, crypto)).toMatchObject({ got: 'is damaged at byte 10' })
})
