/** The table of conversations against those who know how it works. */
import { expect, test } from 'vitest'
import { captured, opened } from '../../../test/support/dissected.ts'
import { SYN, tcpPacket, udpPacket } from '../../../test/support/made-captures.ts'

const SERVER = '10.0.0.2:80'
const syn = (from: string, seq: number): Uint8Array => tcpPacket({ from, to: SERVER, seq, control: SYN })
/** Octet pairs of an address. */
const outOf = (i: number): string => `${i >> 8}.${i & 255}`

/** One step of the hash: what makes its next state of a word. */
const step = (state: number, word: number): number => {
  const product = Math.imul(state ^ word, 0x85ebca6b)
  return product ^ (product >>> 15)
}
/** The word that leads from `state` to `goal`: undoes the shift, and multiplies with the inverse of the factor. */
const wordBetween = (state: number, goal: number): number => {
  const product = goal ^ (goal >>> 15) ^ (goal >>> 30)
  return Math.imul(product, 0xa5cb9243) ^ state
}

test('conversations whose keys have one hash: 128 are told apart, and the others are capture/too-much', () => {
  // [fd00:…]:1 and [fe00:…]:2; the last two words of the second address bring the hash back to one state.
  const UDP_OVER_IPV6 = (1 << 4) | 6
  const first = [UDP_OVER_IPV6, 0xfd00_0000, 0, 0, 1, 1, 0xfe00_0000, 0].reduce(step, 0x811c9dc5)
  const packets = Array.from({ length: 200 }, (_, i) => {
    const last = wordBetween(step(first, i), 0x1234_5678) >>> 0
    const address = [0, i, last >>> 16, last & 0xffff].map(word => word.toString(16)).join(':')
    return udpPacket('[fd00::1]:1', `[fe00::${address}]:2`, new Uint8Array(1))
  })
  const other = udpPacket('[fd00::1]:1', '[fe00::1]:3', new Uint8Array(1))
  const capture = captured([...packets, packets[0]!, other])
  expect(capture.conversations.length).toBe(129)
  expect(capture.conversations.map(({ frames }) => frames.client)).toEqual([2, ...Array<number>(128).fill(1)])
  expect(capture.damage).toMatchObject([{ code: 'capture/too-much', where: 'conversations' }])
})

test('ports that are used again and again do not stand in the way of others', () => {
  const same = Array.from({ length: 1500 }, (_, i) => syn('10.0.0.1:4000', i))
  const others = Array.from({ length: 20_000 }, (_, i) => syn(`10.1.${outOf(i)}:5000`, 1))
  const capture = opened([...same, ...others], 101)
  expect(capture.damage).toEqual([])
  expect(capture.conversations.length).toBe(21_500)
})
