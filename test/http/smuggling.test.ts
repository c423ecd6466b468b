/** What the server's engine reads of each attack, whole, byte by byte and torn. */
import { expect, test } from 'vitest'
import { seeded } from '../../src/random.ts'
import { ascii, tearings } from '../support/bytes.ts'
import { runServer } from '../support/http-story.ts'
import { ATTACKS } from './smuggling.table.ts'

const random = seeded(9112)

/** Method and target of the requests that ended, and the failure. */
const readOf = (story: readonly string[]): string[] => {
  const read: string[] = []
  let head = ''
  for (const line of story) {
    if (line.startsWith('✗ ')) read.push(line.slice(2))
    else if (line === 'end' || line.startsWith('end ')) read.push(head)
    else if (!line.startsWith('body ')) head = line.split(' ', 2).join(' ')
  }
  return read
}

test('there are more than 200 attacks, each of another name and other bytes', () => {
  expect(ATTACKS.length).toBeGreaterThan(200)
  expect(new Set(ATTACKS.map(({ name }) => name)).size).toBe(ATTACKS.length)
})

for (const { name, wire, read } of ATTACKS) {
  const offers = wire.includes('Upgrade: ') && read.length === 2
  test(`RFC 9112 11.2: ${name}`, () => {
    for (const { how, chunks } of tearings(ascii(wire), random.number)) {
      const got = readOf(runServer(chunks))
      // RFC 9110 7.8: what came before the offer was refused may be of the other protocol, and is not read at all.
      if (offers && how !== 'byte by byte') expect([read.slice(0, 1), read], how).toContainEqual(got)
      else expect(got, how).toEqual(read)
    }
  })
}
