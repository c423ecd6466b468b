/** Everything that fuzzing ever found or reached, once more. `npm run fuzz` looks for more; `main.ts` says how. */
import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { nodeCrypto } from '../../src/node/crypto.ts'
import { clientRole } from '../../src/tls/client.ts'
import { serverRole } from '../../src/tls/server.ts'
import { toHex } from '../support/bytes.ts'
import { corpusOf } from './corpus.ts'
import { fileName } from './target.ts'
import { targets } from './targets.ts'

describe.each(targets.map(target => [target.name, target] as const))('%s', (name, target) => {
  test('what is in the corpus breaks nothing', () => {
    const inputs = [...target.seeds(), ...corpusOf(name).map(({ input }) => input)]
    expect(inputs.length).toBeGreaterThan(1)
    for (const input of inputs) {
      try {
        target.run(input, { depth: 'thorough', reached: () => undefined })
      } catch (error) {
        throw new Error(`${name}: ${toHex(input)}`, { cause: error })
      }
    }
  })
  test('an input does the same a second time, and its parts are all of it', () => {
    const inputs = [...target.seeds(), ...corpusOf(name).map(({ input }) => input)]
    const places = (input: Uint8Array): string[] => {
      const reached: string[] = []
      target.run(input, { depth: 'quick', reached: what => void reached.push(what) })
      return reached
    }
    for (const input of inputs.filter((_, i) => i % 10 === 0))
      expect(places(input), toHex(input)).toEqual(places(input))
    if (target.parts !== undefined)
      for (const input of inputs) expect(target.parts(input).map(toHex).join('')).toBe(toHex(input))
  })
})

test('every corpus belongs to a target', () => {
  const files = readdirSync(new URL('corpus', import.meta.url)).toSorted()
  expect(files).toEqual(targets.map(({ name }) => `${fileName(name)}.txt`).toSorted())
})

test.each([
  ['tls/client', clientRole({ crypto: nodeCrypto(), serverName: 'shop.test' }).table],
  ['tls/server', serverRole({ crypto: nodeCrypto() }).table],
] as const)('%s: every state of the table is reached, and failed in', (name, { states }) => {
  const target = targets.find(each => each.name === name)!
  const places = new Set<string>()
  const reached = (what: string): void => void places.add(what)
  for (const input of [...target.seeds(), ...corpusOf(name).map(entry => entry.input)])
    target.run(input, { depth: 'quick', reached })
  expect(states.length).toBeGreaterThan(5)
  expect(states.filter(state => !places.has(state))).toEqual([])
  expect(states.filter(state => !places.has(`failed in ${state}`))).toEqual([])
})
