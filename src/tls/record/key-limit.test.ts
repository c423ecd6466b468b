import { expect, test } from 'vitest'
import { ascii, concat } from '../../../test/support/bytes.ts'
import { recordsOf, Side } from '../../../test/support/tls.ts'
import { machine } from '../../machine.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { Connection } from '../connection.ts'
import type { Role } from '../states.ts'
import { type AeadSuite, rsaSuites, suites } from '../suites.table.ts'
import { AeadProtection } from '../tls12/record-protection.ts'

const crypto = nodeCrypto()

/** A side that is established from the start and may seal `mostRecords` under its key, and who reads them. */
const sealing = (mostRecords: number) => {
  const suite = { ...(suites[0] as AeadSuite), mostRecords }
  const protection = () => new AeadProtection(crypto, suite, new Uint8Array(16).fill(1), new Uint8Array(4).fill(2))
  const role: Role = {
    side: 'client',
    table: machine('a test', [['Established', 'ApplicationData', 'Established', 'none']]),
    renegotiation: 'declined',
    start(context) {
      context.protectWrites(protection())
      context.mayWrite()
      return { name: 'Established' }
    },
  }
  return { side: new Side(new Connection(role, crypto, undefined), () => undefined), reader: protection() }
}

test('tls/key-used-up: RFC 9846 5.5: the last record under a key is the alert that ends the connection', () => {
  const { side, reader } = sealing(3)
  side.tls.write(ascii('one'), 0)
  side.tls.write(new Uint8Array(16_385), 0)
  expect(side.failure).toBeUndefined()
  const before = recordsOf(concat(...side.touch()))
  side.tls.write(ascii('too much'), 0)
  const after = recordsOf(concat(...side.touch()))
  expect(side.failure).toMatchObject({ code: 'tls/key-used-up', fault: 'local', alert: 80, number: 3 })
  expect(side.tls.closed).toBe(true)
  expect([...before, ...after].map(each => each[0])).toEqual([23, 23, 23, 21])
  const read = [...before, ...after].map(each => reader.open(each[0]!, each.subarray(5)))
  expect(read.at(-1)).toEqual(Uint8Array.of(2, 80))
  expect(side.touch()).toEqual([])
})

test('a large write stops in the middle where the key ends, and says so', () => {
  const { side } = sealing(2)
  side.tls.write(new Uint8Array(3 * 16_384), 0)
  expect(recordsOf(concat(...side.touch())).map(each => each[0])).toEqual([23, 23, 21])
  expect(side.failure?.code).toBe('tls/key-used-up')
})

test('RFC 9846 5.5: 2^24.5 records for AES, no bound within reach for ChaCha20-Poly1305', () => {
  for (const { name, mostRecords } of [...suites, ...rsaSuites])
    expect(mostRecords, name).toBe(name.includes('_AES_') ? Math.floor(2 ** 24.5) : 2 ** 53 - 1)
})
