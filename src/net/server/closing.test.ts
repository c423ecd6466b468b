/** A server that closes loses nothing that it has accepted, and waits for nobody who asks for nothing. */
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { closing, heard, soon, talk } from '../../../test/support/net.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import { fetch, serve } from '../../index.ts'
import { virtualClock } from '../../lab/clock.ts'
import { nodeWorld } from '../../node/world.ts'
import { memoryTransport } from '../stream/memory.ts'
import type { Handler } from './serve.ts'

const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`

const opened = async (handler: Handler, options: Parameters<typeof serve>[1] = {}) => {
  const server = await serve(handler, options)
  closing.push(() => server.close(0))
  return server
}

test('requests that have arrived are answered, though nobody had read them yet', async () => {
  // Which of timers and sockets is looked at first differs from turn to turn.
  for (let turns = 0; turns < 20; turns++) {
    const server = await opened(() => new Response('here'))
    const kept = talk(server.port, get('/first'))
    await heard(kept, 'here')
    kept.text = ''
    // Both are with the kernel when the server closes: nothing of our own has run since.
    const fresh = talk(server.port, get('/fresh'))
    await new Promise(resolve => fresh.socket.once('connect', resolve))
    kept.socket.write(get('/again'))
    const started = performance.now()
    while (performance.now() - started < 20);
    await server.close()
    await Promise.all([kept.closed, fresh.closed])
    for (const { text } of [kept, fresh]) expect(text).toMatch(/^HTTP\/1\.1 200 OK.*here$/s)
  }
})

test('a head that has begun is waited for, and answered', async () => {
  const server = await opened(() => new Response('here'))
  const first = talk(server.port, 'GET / HT')
  const second = talk(server.port, get('/'))
  await heard(second, 'here')
  second.text = ''
  second.socket.write('GET / HTTP/1.1\r\nHo')
  await soon(20)
  const closed = server.close()
  await soon(20)
  first.socket.write('TP/1.1\r\nHost: a\r\n\r\n')
  second.socket.write('st: a\r\n\r\n')
  await Promise.all([closed, first.closed, second.closed])
  for (const { text } of [first, second]) expect(text).toMatch(/^HTTP\/1\.1 200 OK.*here$/s)
})

test('a handshake that has begun is waited for, and its request answered', async () => {
  const authority = certificateAuthority({ crypto: nodeWorld().crypto, now: Date.now, name: 'closing root' })
  const { chain, privateKey } = authority.issue({ names: ['localhost'] })
  let begun = (): void => {}
  const asked = new Promise<void>(resolve => {
    begun = resolve
  })
  let go = (): void => {}
  const chosen = new Promise<void>(resolve => {
    go = resolve
  })
  const { certifiedKey } = await import('../../tls/certificate/certified-key.ts')
  const key = certifiedKey({ chain, privateKey } as Parameters<typeof certifiedKey>[0])
  const server = await opened(() => new Response('here'), {
    tls: {
      certificateFor: async () => {
        begun()
        await chosen
        return key
      },
    },
  })
  const answer = fetch(server.url, { ca: authority.certificate })
  await asked
  const closed = server.close()
  await soon(20)
  go()
  expect(await (await answer).text()).toBe('here')
  await closed
})

/** In memory and virtual time: how long it took. */
const closingTime = async (said: string, { old = 0 }: { readonly old?: number } = {}) => {
  const clock = virtualClock({ turn })
  const transport = memoryTransport(clock)
  const server = await serve(() => new Response('here'), { world: { ...nodeWorld(), clock, transport }, port: 80 })
  const stream = await transport.connect({ host: 'localhost', port: 80 })
  let text = ''
  stream.handler = {
    data: bytes => {
      text += Buffer.from(bytes).toString('latin1')
    },
    end: () => stream.end(),
    drain() {},
    closed() {},
  }
  if (said !== '') stream.write([Buffer.from(said)])
  await new Promise<void>(resolve => void clock.later(clock.now() + old, resolve))
  const began = clock.now()
  await server.close()
  return { text, time: clock.now() - began }
}

test('who has just connected has a second to ask; who is silent for longer, and who was answered, none', async () => {
  expect(await closingTime('')).toEqual({ text: '', time: 1_000 })
  expect(await closingTime('', { old: 1_000 })).toEqual({ text: '', time: 0 })
  const idle = await closingTime(get('/'), { old: 10 })
  expect(idle.text).toMatch(/here$/)
  expect(idle.time).toBe(0)
  // A head that is never finished costs the grace.
  expect((await closingTime('GET / HT', { old: 10 })).time).toBe(5_000)
})

test('closing once more, without grace, ends the first closing too', async () => {
  const server = await opened(() => new Promise(() => {}))
  const said = talk(server.port, get('/'))
  await soon(20)
  const first = server.close(1e9)
  await soon(5)
  await server.close(0)
  await Promise.all([first, said.closed])
})

test('a request that comes as an idle connection is closed is answered, or nobody has seen it: none is lost between', async () => {
  const clock = virtualClock({ turn })
  const world = { ...nodeWorld(), clock, transport: memoryTransport(clock) }
  const seen = new Set<string>()
  const server = await serve(
    ({ url }) => {
      seen.add(new URL(url).pathname)
      return new Response(`answer to ${new URL(url).pathname}.`)
    },
    { port: 80, world, timeouts: { idle: 1_000 } },
  )
  const outcomes = new Set<string>()
  const asking = async (after: number, i: number): Promise<void> => {
    const stream = await world.transport.connect({ host: 'localhost', port: 80 })
    let text = ''
    let end = (): void => {}
    const over = new Promise<void>(resolve => {
      end = resolve
    })
    stream.handler = {
      data(bytes) {
        text += Buffer.from(bytes).toString()
        // The first was answered: the time without a request begins.
        if (text.endsWith(`answer to /${i}/first.`))
          clock.later(clock.now() + after, () => void stream.write([Buffer.from(get(`/${i}/second`))]))
      },
      end: () => stream.end(),
      drain() {},
      closed: end,
    }
    stream.write([Buffer.from(get(`/${i}/first`))])
    await over
    const answered = text.includes(`answer to /${i}/second.`)
    expect([i, answered]).toEqual([i, seen.has(`/${i}/second`)])
    outcomes.add(answered ? 'answered' : 'unseen')
  }
  // A hundred at once, from well before the time is over to well after it.
  await Promise.all(Array.from({ length: 100 }, (_, i) => asking(990 + i * 0.2, i)))
  expect([...outcomes].sort()).toEqual(['answered', 'unseen'])
  await server.close(0)
})
