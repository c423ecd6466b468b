/** Files under passwords, opened and written while others have their turns. */
import { describe, expect, test } from 'vitest'
import { type SampleName, sample } from '../../../test/support/key-files.table.ts'
import { node, platforms } from '../../../test/support/worlds.ts'
import type { CryptoProvider, KeyDerivation } from '../../crypto/provider.ts'
import { nodeDerivation } from '../../node/derivation.ts'
import { webDerivation } from '../../web/derivation.ts'
import { encryptPrivateKeyInTurns } from './encrypted-key.ts'
import { inTheClear, inTheClearInTurns, openFile, openFileInTurns } from './open.ts'
import { readPkcs12, readPkcs12InTurns } from './pkcs12.ts'
import { writePkcs12, writePkcs12InTurns } from './pkcs12-write.ts'

const derivations: Readonly<Record<string, KeyDerivation>> = { node: nodeDerivation, web: webDerivation }
const SAMPLES: readonly (readonly [SampleName, string])[] = [
  ['legacy', 'secret'],
  ['modern', 'pässwörd€'],
  ['pkcs8Des', 'secret'],
  ['pkcs8Aes192', 'secret'],
  ['pkcs8Scrypt', 'secret'],
]
const entries = [{ privateKey: sample('privateKey'), chain: [sample('certificate')] }]

describe.each(platforms)('%s', (name, { crypto }) => {
  const derivation = derivations[name]!

  test.each(SAMPLES)('the file %s is opened in turns as it is at once', async (file, password) => {
    const at = openFile(sample(file), password, crypto)
    expect(at).toMatchObject({ keys: [{ pkcs8: sample('privateKey') }] })
    expect(await openFileInTurns(sample(file), password, crypto, derivation)).toEqual(at)
    expect(await inTheClearInTurns(sample(file), password, crypto, derivation)).toEqual(
      inTheClear(sample(file), password, crypto),
    )
  })

  test('what is written in turns is read at once, and the other way round', async () => {
    const toWrite = { entries, iterations: 1500 }
    const file = await writePkcs12InTurns(toWrite, 'secret', crypto, derivation)
    expect(readPkcs12(file, 'secret', crypto).keys).toMatchObject([{ pkcs8: sample('privateKey') }])
    const other = writePkcs12(toWrite, 'secret', crypto)
    expect(await readPkcs12InTurns(other, 'secret', crypto, derivation)).toMatchObject({
      certificates: [{ der: sample('certificate') }],
    })
    const key = await encryptPrivateKeyInTurns(sample('privateKey'), 'secret', crypto, derivation, { iterations: 3 })
    expect(openFile(key, 'secret', crypto)).toMatchObject({ keys: [{ pkcs8: sample('privateKey') }] })
  })

  test('a wrong password is the same failure', async () => {
    for (const [file] of SAMPLES)
      expect(await openFileInTurns(sample(file), 'wrong', crypto, derivation)).toMatchObject({
        code: 'file/password-wrong',
      })
    expect(await openFileInTurns(sample('modern'), undefined, crypto, derivation)).toMatchObject({
      code: 'file/password-needed',
    })
    await expect(
      writePkcs12InTurns({ entries: [{ ...entries[0]!, chain: [] }] }, 'a', crypto, derivation),
    ).rejects.toThrow(RangeError)
  })
})

/** Would do it at once. */
const never = (): never => {
  throw new Error('somebody waits for this')
}

test('no key is derived at once, and the steps of PKCS#12 let others have their turn after each thousand', async () => {
  let turns = 0
  const derivation = {
    ...nodeDerivation,
    async turn() {
      turns++
    },
  }
  const patient: CryptoProvider = { ...node.crypto, pbkdf2: never, scrypt: never }
  // Its MAC is of 5001 steps in a row, of which the first is not followed by a turn.
  const file = await writePkcs12InTurns({ entries, iterations: 5001 }, 'secret', patient, derivation)
  expect(turns).toBe(5)
  expect(await openFileInTurns(file, 'secret', patient, derivation)).toMatchObject({ keys: [{}] })
  expect(turns).toBe(10)
  expect(await openFileInTurns(sample('pkcs8Scrypt'), 'secret', patient, derivation)).toMatchObject({ keys: [{}] })
})

test('who waits for something else hears of it before a long derivation is done', async () => {
  const file = writePkcs12({ entries, iterations: 20_000 }, 'secret', node.crypto)
  const order: string[] = []
  const opening = openFileInTurns(file, 'secret', node.crypto, nodeDerivation).then(() => order.push('opened'))
  await new Promise(done => setImmediate(done))
  order.push('turn')
  await opening
  expect(order).toEqual(['turn', 'opened'])
})
