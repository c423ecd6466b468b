import { expect, test } from 'vitest'
import { concat } from '../../../test/support/bytes.ts'
import { identity, pair, recordsOf, shuttle } from '../../../test/support/tls.ts'
import { nodeCrypto, seededNodeCrypto } from '../../node/crypto.ts'
import { seeded } from '../../random.ts'

/**
 * The minor version in the header of either side's first record: before a version is agreed any may stand there
 * (RFC 5246 E.1), and no Finished covers record headers.
 */
const forgiven = (record: number, byte: number): boolean => record <= 1 && byte === 2

test('no byte of the handshake can be changed in passing without both sides refusing to be established', () => {
  const who = identity(nodeCrypto(), 'ed25519')
  const make = () => {
    const crypto = seededNodeCrypto(seeded(4))
    return pair({ crypto, who, client: { alpn: ['http/1.1'] }, server: { alpn: ['http/1.1'] } })
  }
  const lengths: { direction: string; record: number; length: number }[] = []
  shuttle(make(), (bytes, direction) => {
    for (const each of recordsOf(bytes)) lengths.push({ direction, record: lengths.length, length: each.length })
    return [bytes]
  })
  let tried = 0
  for (const { direction, record, length } of lengths)
    for (let byte = 0; byte < length; byte++) {
      if (forgiven(record, byte)) continue
      const both = make()
      let seen = 0
      shuttle(both, whole => [
        concat(
          ...recordsOf(whole).map(each =>
            seen++ === record ? each.map((value, at) => (at === byte ? value ^ (1 << (byte % 8)) : value)) : each,
          ),
        ),
      ])
      tried++
      const about = `record ${record} ${direction}, byte ${byte}`
      // The last flight reaches the client after the server has finished: there only the client can refuse.
      const last = lengths.filter(each => each.direction === direction).at(-1)!.record
      if (direction === 'to-client' && record >= last - 1) expect(both.client.established, about).toBeUndefined()
      else expect([both.client.established, both.server.established], about).toEqual([undefined, undefined])
    }
  expect(tried).toBe(lengths.reduce((sum, { length }) => sum + length, 0) - 2)
})

test('random garbage and random cuts never throw and never establish', () => {
  const seed = 77
  const random = seeded(seed)
  const crypto = nodeCrypto()
  const who = identity(crypto, 'ed25519')
  for (let round = 0; round < 200; round++) {
    const both = pair({ crypto, who })
    shuttle(both, bytes => {
      const damaged = bytes.slice(0, random.below(bytes.length + 1))
      for (let i = random.below(4); i > 0; i--) damaged[random.below(damaged.length + 1)] = random.below(256)
      return random.below(3) === 0 ? [damaged, random.bytes(random.below(60))] : [bytes, random.bytes(random.below(9))]
    })
    const about = `seed ${seed}, round ${round}`
    if (both.client.established !== undefined) expect(both.client.data, about).toHaveLength(0)
    for (const side of [both.client, both.server])
      expect(side.events.filter(event => event.type === 'failure').length, about).toBeLessThanOrEqual(1)
  }
})
