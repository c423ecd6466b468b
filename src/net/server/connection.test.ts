/** One connection of a server on a virtual clock, with a client that writes its bytes by hand. */
import { describe, expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import type { Failure } from '../../failures/index.ts'
import { virtualClock } from '../../lab/clock.ts'
import { nodeWorld } from '../../node/world.ts'
import { recorder } from '../../trace/recorder.ts'
import { latin1Text } from '../../wire/bytes.ts'
import { memoryTransport } from '../stream/memory.ts'
import type { Exchange } from './exchange.ts'
import { serveExchanges } from './exchanges.ts'

const setup = async (handler: (exchange: Exchange) => void) => {
  const clock = virtualClock()
  const transport = memoryTransport(clock)
  const world = { ...nodeWorld(), clock, transport }
  const trace = recorder()
  await serveExchanges(handler, { world, port: 80, trace })
  const stream = await transport.connect({ host: 'shop.test', port: 80 })
  const heard = {
    text: '',
    ended: false,
    closedAt: undefined as number | undefined,
    failure: undefined as Failure | undefined,
  }
  stream.handler = {
    data(bytes) {
      heard.text += latin1Text(bytes)
    },
    end() {
      heard.ended = true
      stream.end()
    },
    drain() {},
    closed(failure) {
      heard.closedAt = clock.now()
      heard.failure = failure
    },
  }
  // What is accepted becomes a connection in a later turn of promises.
  await Promise.resolve()
  return { clock, stream, heard, trace }
}

describe('an exchange', () => {
  test('that is finished twice ends once, and the next one is answered in its place', async () => {
    const { clock, stream, heard } = await setup(exchange => {
      exchange.begin(200, [])
      exchange.write(ascii(`${exchange.number}`))
      exchange.end()
      exchange.end()
      exchange.write(ascii('too late'))
    })
    for (let i = 0; i < 2; i++) {
      stream.write([ascii('GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n')])
      clock.run(clock.now() + 10)
    }
    expect(heard.text.match(/\r\n\r\n1\r\n[12]\r\n0\r\n\r\n/g)).toHaveLength(2)
    expect([heard.ended, heard.closedAt]).toEqual([false, undefined])
  })

  test('that is answered before its body was read is followed by FIN, and the rest is read so that no RST is needed', async () => {
    let exchange: Exchange | undefined
    const { clock, stream, heard } = await setup(begun => {
      exchange = begun
    })
    stream.write([ascii('POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 300000\r\nConnection: close\r\n\r\n')])
    clock.run(10)
    for (let i = 0; i < 3; i++) stream.write([new Uint8Array(100_000)])
    clock.run(20)
    expect(stream.unsent).toBe(200_000)
    exchange!.respond(413, [])
    clock.run(100)
    expect(heard.text).toMatch(/^HTTP\/1\.1 413 /)
    expect([heard.ended, heard.failure]).toEqual([true, undefined])
    expect(stream.unsent, 'bytes that the server has not read').toBe(0)
  })
})

test('a body that was read is not counted against what comes behind it: FIN behind a next request is heard', async () => {
  const seen: Exchange[] = []
  const { clock, stream } = await setup(exchange => {
    seen.push(exchange)
    exchange.read({ data() {}, end() {}, failed() {} })
  })
  stream.write([ascii('POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 100000\r\n\r\n')])
  for (let i = 0; i < 10; i++) stream.write([new Uint8Array(10_000)])
  clock.run(10)
  stream.write([ascii('GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n')])
  clock.run(20)
  stream.end()
  clock.run(30)
  expect(seen.map(({ presence }) => presence)).toEqual(['sends no more'])
})

test('a body that is announced and never comes is waited for as long as one that stops: net/idle-timeout', async () => {
  let lost: string | undefined
  const { clock, stream, heard } = await setup(exchange => {
    exchange.watcher = { drain() {}, gone: failure => void (lost = failure.code) }
  })
  stream.write([ascii('POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 5\r\n\r\n')])
  clock.run(59_000)
  expect([lost, heard.closedAt]).toEqual([undefined, undefined])
  clock.run(62_000)
  expect(lost).toBe('net/idle-timeout')
})

describe('an answer that waited for room', () => {
  const large = new Uint8Array(300_000)

  test('may rest when the client has taken it: nobody is waited for then', async () => {
    let exchange: Exchange | undefined
    const { clock, stream, heard } = await setup(begun => {
      exchange = begun
      begun.begin(200, [['Content-Length', '300001']])
      begun.write(large)
    })
    stream.write([ascii('GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n')])
    clock.run(300_000)
    expect(heard.closedAt).toBeUndefined()
    exchange!.write(Uint8Array.of(33))
    exchange!.end()
    clock.run(300_100)
    expect(heard.text.slice(-2)).toBe('\0!')
  })

  test('gives a client that sends no more as long again as before when it takes something', async () => {
    let exchange: Exchange | undefined
    const { clock, stream, heard } = await setup(begun => {
      exchange = begun
    })
    stream.pause()
    stream.write([ascii('GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n')])
    stream.end()
    clock.run(1_000)
    exchange!.begin(200, [['Content-Length', '300001']])
    exchange!.write(large)
    clock.run(9_000)
    stream.resume()
    clock.run(18_000)
    expect(heard.closedAt).toBeUndefined()
    exchange!.write(Uint8Array.of(33))
    exchange!.end()
    clock.run(18_100)
    expect([heard.text.slice(-2), heard.ended]).toEqual(['\0!', true])
  })

  test('is lost when the client takes nothing for a minute: net/idle-timeout', async () => {
    let lost: string | undefined
    const { clock, stream, heard } = await setup(begun => {
      begun.watcher = { drain() {}, gone: failure => void (lost = failure.code) }
      begun.begin(200, [])
      begun.write(large)
    })
    stream.pause()
    stream.write([ascii('GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n')])
    clock.run(59_000)
    expect([lost, heard.closedAt]).toEqual([undefined, undefined])
    clock.run(62_000)
    expect(lost).toBe('net/idle-timeout')
    expect(heard.closedAt).toBeLessThan(62_000)
  })
})

test('RFC 9112 9.6: what a server says when its patience ends is written, and FIN behind it, in one turn', async () => {
  const { clock, stream, heard, trace } = await setup(() => {})
  stream.write([ascii('GET / HT')])
  clock.run(100_000)
  expect(heard.text).toMatch(/^HTTP\/1\.1 408 /)
  expect(heard.ended).toBe(true)
  const told = trace.records.flatMap(r =>
    (r.type === 'message' && r.record.direction === 'out') || (r.type === 'state' && r.record.to === 'FIN-WAIT')
      ? [r.record.at]
      : [],
  )
  expect(told.length).toBeGreaterThan(1)
  expect(new Set(told).size).toBe(1)
})
