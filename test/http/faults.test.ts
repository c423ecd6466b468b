/** A server among clients that leave, stall and lie: what it answers, and what is left of them. */
import { expect, test } from 'vitest'
import { serve } from '../../src/index.ts'
import { memoryTransport } from '../../src/net/stream/memory.ts'
import { systemClock } from '../../src/node/clock.ts'
import { closing } from '../support/net.ts'
import { faults } from './faults.ts'

/**
 * Bytes. Code that is compiled meanwhile is some 500 kB, however many requests there are; of a request that stays, its
 * exchange alone would be more than this, without its connection, its head and its answer.
 */
const KEPT = 300

test('4,000 requests among FIN, RST, half-closes and slow readers: each answer is for its question, and nothing stays', async () => {
  const { wrong, answers, requests, handles, heap } = await faults({ requests: 4000, seed: 7, lanes: 24 })
  expect(wrong).toEqual([])
  expect(answers).toBeGreaterThan(requests / 2)
  expect(handles[1]).toBeLessThanOrEqual(handles[0])
  expect((heap[1] - heap[0]) / requests).toBeLessThan(KEPT)
}, 60_000)

test('5,000 clients that never end their heads do not keep others from being served', async () => {
  const over = memoryTransport(systemClock)
  const server = await serve(request => new Response(new URL(request.url).pathname), { over })
  closing.push(() => server.close(0))
  const bytes = (text: string): Uint8Array => Buffer.from(text)
  const slow = await Promise.all(
    Array.from({ length: 5000 }, async () => {
      const stream = await over.connect({ host: 'localhost', port: server.port })
      stream.handler = { data() {}, end() {}, drain() {}, closed() {} }
      stream.write([bytes('GET / HTTP/1.1\r\nHost: a\r\nX: ')])
      return stream
    }),
  )
  for (let round = 0; round < 5; round++) {
    for (const stream of slow) stream.write([bytes('y')])
    const stream = await over.connect({ host: 'localhost', port: server.port })
    const answer = await new Promise<string>(resolve => {
      let text = ''
      stream.handler = {
        data: piece => {
          text += Buffer.from(piece).toString('latin1')
        },
        end: () => resolve(text),
        drain() {},
        closed: () => resolve(text),
      }
      stream.write([bytes(`GET /${round} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)])
    })
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 200 OK\\r\\n[\\s\\S]*\\r\\n\\r\\n/${round}$`))
  }
})
