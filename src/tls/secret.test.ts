import { expect, test } from 'vitest'
import { Secret } from './secret.ts'

test('secrets that are kept together lie in one array, those given are overwritten, and each is wiped by itself', () => {
  const given = [Uint8Array.of(1, 2), Uint8Array.of(3), Uint8Array.of(4, 5)] as const
  const [a, b, c] = Secret.together([new Secret(given[0]), new Secret(given[1]), new Secret(given[2])])
  expect([a, b, c].map(secret => [...secret.reveal()])).toEqual([[1, 2], [3], [4, 5]])
  expect(given.map(bytes => [...bytes])).toEqual([[0, 0], [0], [0, 0]])
  expect(new Set([a, b, c].map(secret => secret.reveal().buffer)).size).toBe(1)
  b.wipe()
  expect([a, b, c].map(secret => [...secret.reveal()])).toEqual([[1, 2], [0], [4, 5]])
  a.wipe()
  c.wipe()
  expect([...new Uint8Array(a.reveal().buffer)]).toEqual([0, 0, 0, 0, 0])
})
