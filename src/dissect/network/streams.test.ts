/** Bytes that wait for earlier ones, and how many may. */
import { expect, test } from 'vitest'
import { captured } from '../../../test/support/dissected.ts'
import { ACK, connection, PSH } from '../../../test/support/made-captures.ts'
import { Captured, InOrder } from './streams.ts'

const MEGABYTE = 1024 * 1024

/** A stream of which all was captured; what it says. */
const stream = (...known: readonly (readonly [number, number])[]) => {
  const captured = new Captured()
  for (const [start, end] of known) captured.add(start, end)
  const told: string[] = []
  const inOrder = new InOrder(captured, {
    data: (bytes, offset) => void told.push(`${offset} ${bytes.length}`),
    gap: length => void told.push(`gap ${length}`),
  })
  return { told, take: (offset: number, length: number) => inOrder.take(offset, new Uint8Array(length), 0) }
}

test('16 MiB wait for bytes that come later; with more, those are given up, and nothing of them is told again', () => {
  const { told, take } = stream([0, 100 * MEGABYTE])
  take(0, 10)
  for (let i = 0; i < 15; i++) take(1000 + i * MEGABYTE, MEGABYTE)
  expect(told).toEqual(['0 10'])
  take(1000 + 15 * MEGABYTE, MEGABYTE)
  expect(told.slice(0, 3)).toEqual(['0 10', 'gap 990', `1000 ${MEGABYTE}`])
  expect(told.length).toBe(2 + 16)
  take(10, 990)
  take(1000 + 16 * MEGABYTE, 1)
  expect(told.slice(18)).toEqual([`${1000 + 16 * MEGABYTE} 1`])
})

test('of pieces of one byte 16,384 wait, however little they are', () => {
  const { told, take } = stream([0, MEGABYTE])
  for (let i = 0; i < 16_367; i++) take(1 + 2 * i, 1)
  expect(told).toEqual([])
  for (let i = 16_367; i < 16_390; i++) take(1 + 2 * i, 1)
  expect(told.slice(0, 2)).toEqual(['gap 1', '1 1'])
})

test('what was never captured is a gap at once, in front of what waits and behind it', () => {
  const { told, take } = stream([0, 10], [20, 30], [40, 50])
  take(40, 10)
  expect(told).toEqual([])
  take(20, 10)
  take(0, 10)
  expect(told).toEqual(['0 10', 'gap 10', '20 10', 'gap 10', '40 10'])
})

test('of bytes that are missing between others 64 places are known; those before count as lost for ever', () => {
  const c = connection('10.0.0.1:40000', '10.0.0.2:8080')
  const say = (at: number) => c.packet('client', PSH | ACK, { seq: 1001 + at, text: new Uint8Array(10) })
  const lost = (...more: readonly Uint8Array[]) => {
    const [conversation] = captured([
      c.packet('client', PSH | ACK, { seq: 1000, text: new Uint8Array(1) }),
      ...Array.from({ length: 65 }, (_, i) => say(10 + i * 20)),
      ...more,
    ]).conversations
    return conversation!.tcp!.lost.client
  }
  expect(lost()).toBe(650)
  expect(lost(say(20))).toBe(640)
  expect(lost(say(64 * 20))).toBe(640)
  expect(lost(say(0))).toBe(650)
})
