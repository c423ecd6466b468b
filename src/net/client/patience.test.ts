/** How long a server may take, in virtual time: between pieces of a body, and with its answer. */
import { expect, test } from 'vitest'
import { closing, codeOf } from '../../../test/support/net.ts'
import { virtualClock } from '../../lab/clock.ts'
import { nextTurn } from '../../node/turn.ts'
import { nodeWorld } from '../../node/world.ts'
import { memoryTransport } from '../stream/memory.ts'
import { client } from './client.ts'

const LONG = new Uint8Array(1_000_000)

/** Whoever stops in the middle of each body, takes it whole, and thinks about it for so many ms. */
const thinking = async (ms: number, pause = 5_000) => {
  const clock = virtualClock({ turn: nextTurn })
  const transport = memoryTransport(clock)
  await transport.listen({ port: 80 }, stream => {
    let text = ''
    stream.handler = {
      data(bytes) {
        if (text.length < 1_000 && bytes.length > 1_000) {
          stream.pause()
          clock.later(clock.now() + pause, () => stream.resume())
        }
        text += String.fromCharCode(...bytes.subarray(0, 1_000)) + ' '.repeat(Math.max(0, bytes.length - 1_000))
        const end = text.indexOf('\r\n\r\n') + 4
        const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0)
        if (end < 4 || text.length < end + length) return
        text = ''
        const answer = new TextEncoder().encode('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
        clock.later(clock.now() + ms, () => stream.write([answer]))
      },
      end() {},
      drain() {},
      closed() {},
    }
  })
  const world = { ...nodeWorld(), clock, transport }
  const own = client({ world, keepAlive: 1_000_000, timeouts: { idle: 10_000, firstByte: 60_000 } })
  closing.push(() => own.close())
  return (body?: Uint8Array<ArrayBuffer>) =>
    own.fetch('http://a/', body === undefined ? {} : { method: 'POST', body }).then(answer => answer.text())
}

test('an answer may take longer than a pause in a body, on a connection that was used before too', async () => {
  const ask = await thinking(50_000)
  for (const body of [undefined, LONG, LONG, undefined]) expect(await ask(body)).toBe('ok')
})

test('and no longer than is said for it', async () => {
  const ask = await thinking(70_000)
  for (const body of [undefined, LONG]) expect(await codeOf(ask(body))).toBe('http/head-timeout')
})

test('a body may stand still for as long as is said, and no longer', async () => {
  expect(await (await thinking(1, 9_000))(LONG)).toBe('ok')
  expect(await codeOf((await thinking(1, 11_000))(LONG))).toBe('net/idle-timeout')
})

test('RFC 9112 9.6: a connection that its server ends is ended at once, not when it has been kept for long', async () => {
  const clock = virtualClock({ turn: nextTurn })
  const transport = memoryTransport(clock)
  const closed = new Promise<number>(resolve => {
    transport.listen({ port: 80 }, stream => {
      const data = () => {
        stream.write([new TextEncoder().encode('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')])
        stream.end()
      }
      stream.handler = { data, end() {}, drain() {}, closed: () => resolve(clock.now()) }
    })
  })
  using own = client({ world: { ...nodeWorld(), clock, transport }, keepAlive: 10_000 })
  expect(await (await own.fetch('http://a/')).text()).toBe('ok')
  expect(await closed).toBe(0)
})
