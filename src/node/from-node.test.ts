import { once } from 'node:events'
import { createServer, type Socket, connect as tcpConnect } from 'node:net'
import { Duplex, PassThrough } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { closing, listening, next } from '../../test/support/node-tls.ts'
import type { Failure } from '../failures/index.ts'
import type { ByteStream } from '../net/stream/types.ts'
import { fromNode } from './from-node.ts'

interface Heard {
  readonly events: string[]
  failure: Failure | undefined
}

const listenTo = (stream: ByteStream): Heard => {
  const heard: Heard = { events: [], failure: undefined }
  stream.handler = {
    data: bytes => heard.events.push(String.fromCharCode(...bytes)),
    end: () => heard.events.push('end'),
    drain: () => heard.events.push('drain'),
    closed: failure => {
      heard.failure = failure
      heard.events.push('closed')
    },
  }
  return heard
}

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)

const sockets = async (): Promise<[Socket, Socket]> => {
  const server = createServer({ allowHalfOpen: true })
  const accepted = next<Socket>(server, 'connection')
  const near = closing(tcpConnect({ port: await listening(server), host: '127.0.0.1', allowHalfOpen: true }))
  await once(near, 'connect')
  return [near, await accepted]
}

test('a socket carries bytes both ways, half-closes, and says when it is closed', async () => {
  const [near, far] = await sockets()
  const stream = fromNode(near)
  const heard = listenTo(stream)
  expect(stream.remote).toEqual({ address: '127.0.0.1', port: far.localPort })
  far.write('one')
  await once(near, 'data')
  stream.write([ascii('a'), ascii('b')])
  stream.end()
  expect(String(await next(far, 'data'))).toBe('ab')
  far.end('two')
  await once(near, 'close')
  expect(heard).toEqual({ events: ['one', 'two', 'end', 'closed'], failure: undefined })
})

test('what came before anybody listened is kept, and the other side waits', async () => {
  const [near, far] = await sockets()
  const stream = fromNode(near)
  far.write('early')
  await once(near, 'data')
  expect(near.isPaused()).toBe(true)
  const heard = listenTo(stream)
  expect(heard.events).toEqual(['early'])
  far.write('late')
  await once(near, 'data')
  expect(heard.events).toEqual(['early', 'late'])
})

test('write says false until everything has left, and drain then', async () => {
  const slow = new Duplex({ read() {}, write: (_, __, done) => void turn().then(() => done()) })
  const stream = fromNode(slow)
  const heard = listenTo(stream)
  expect(stream.write([ascii('a')])).toBe(false)
  expect(stream.unsent).toBe(1)
  expect(stream.write([ascii('b'), new Uint8Array(10_000), ascii('c')])).toBe(false)
  while (slow.writableLength > 0) await turn()
  await turn()
  expect(heard.events).toEqual(['drain'])
  expect(fromNode(new PassThrough()).write([ascii('quick')])).toBe(true)
})

test('RST of the other side is its failure, and reset sends one', async () => {
  const [near, far] = await sockets()
  const stream = fromNode(near)
  const heard = listenTo(stream)
  const other = listenTo(fromNode(far))
  const closed = new Promise(resolve => far.once('close', resolve))
  stream.reset()
  await closed
  expect(other.failure).toMatchObject({ code: 'tcp/reset' })
  expect(heard.events).toEqual(['closed'])
})

test('what is gone without a word has failed; what we reset has not', async () => {
  const [torn, reset] = [new PassThrough(), new PassThrough()]
  const heard = listenTo(fromNode(torn))
  torn.destroy()
  await turn()
  expect(heard.failure).toMatchObject({ code: 'tcp/reset' })
  const stream = fromNode(reset)
  const ours = listenTo(stream)
  stream.reset()
  await turn()
  expect([reset.destroyed, ours.events, ours.failure]).toEqual([true, ['closed'], undefined])
})

test.each(['utf8', 'latin1'] as const)(
  'what was read as %s until now is read as bytes, none of them lost',
  async encoding => {
    const [near, far] = await sockets()
    const stream = fromNode(near.setEncoding(encoding))
    const all = Uint8Array.from({ length: 256 }, (_, octet) => octet)
    const came: number[] = []
    listenTo(stream)
    stream.handler = { ...stream.handler, data: bytes => came.push(...bytes) }
    far.end(all)
    await once(near, 'end')
    expect(came).toEqual([...all])
  },
)

test('whoever had it before reads no more, and may let go of all listeners', async () => {
  const [near, far] = await sockets()
  const seen: unknown[] = []
  near.on('data', bytes => seen.push(bytes)).on('readable', () => seen.push(near.read()))
  const stream = fromNode(near)
  const heard = listenTo(stream)
  stream.pause()
  near.removeAllListeners()
  near.removeAllListeners('data')
  await turn()
  expect(near.isPaused()).toBe(true)
  far.end('one')
  stream.resume()
  while (!heard.events.includes('end')) await turn()
  stream.end()
  await next(near, 'close')
  expect([heard.events, seen]).toEqual([['one', 'end', 'closed'], []])
})

test('a stream of objects, or whose bytes wait as text, is refused', () => {
  const texts = new PassThrough({ encoding: 'utf8' })
  texts.write('text')
  expect(() => fromNode(texts)).toThrow(TypeError)
  expect(() => fromNode(new PassThrough({ objectMode: true }))).toThrow(TypeError)
})
