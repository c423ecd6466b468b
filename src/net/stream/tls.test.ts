/** TLS as a byte stream, between a peer that keeps no rules and a caller that makes mistakes. */

import { describe, expect, test } from 'vitest'
import { ascii, concat } from '../../../test/support/bytes.ts'
import { closing, codeOf, soon } from '../../../test/support/net.ts'
import { Side } from '../../../test/support/tls.ts'
import { answer, answers, crypto, garbage, listening, me } from '../../../test/support/tls-stream.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import type { Clock } from '../../clock.ts'
import type { Failure, FailureError } from '../../failures/index.ts'
import { connect, listen, serve } from '../../index.ts'
import { virtualClock } from '../../lab/clock.ts'
import { systemClock } from '../../node/clock.ts'
import { nextTurn } from '../../node/turn.ts'
import { certifiedKey } from '../../tls/certificate/certified-key.ts'
import { tlsClient, tlsServer } from '../../tls/engine.ts'
import type { CertifiedKey, Question } from '../../tls/types.ts'
import type { TlsVersion } from '../../tls/version-name.ts'
import { trustStore } from '../../x509/path/store.ts'
import { trustWithoutChecking } from '../../x509/path/trusted.ts'
import { memoryPair, memoryTransport } from './memory.ts'
import { type Answerer, secured } from './tls.ts'

/** A client on a stream; the other end is `peer`, whose flights `wire` may change before they are written. */
const clientAgainst = (
  wire: (flight: Uint8Array, peer: Side) => Uint8Array,
  {
    version,
    clock = systemClock,
    ...options
  }: { readonly version?: TlsVersion; readonly answer?: Answerer; readonly clock?: Clock } = {},
) => {
  const [near, far] = memoryPair(clock)
  const versions = version && [version]
  const peer = new Side(tlsServer({ crypto, versions }), answers)
  far.handler = {
    data: bytes => {
      const flight = concat(...peer.touch(bytes))
      if (flight.length > 0) far.write([wire(flight, peer)])
    },
    end() {},
    drain() {},
    closed() {},
  }
  const stream = secured(near, {
    engine: tlsClient({ crypto, serverName: 'shop.test' }),
    clock,
    answer,
    asked: clock.now(),
    handshake: 1_000,
    where: 'shop.test:443',
    ...options,
  })
  return { stream, near, far, peer }
}

describe('what comes in the same segment as the end of the handshake', () => {
  // In TLS 1.2 the server has the last word, in TLS 1.3 its only flight is the end of it for the client.
  test.each([
    ['TLS 1.2', (peer: Side) => peer.established !== undefined],
    ['TLS 1.3', () => true],
  ] as const)(
    '%s: a failure is told to the handler, although it happened before there was one',
    async (version, ends) => {
      const { stream } = clientAgainst((flight, peer) => (ends(peer) ? concat(flight, garbage) : flight), { version })
      const { closed, said } = listening(await stream)
      expect((await closed)?.code).toBe('tls/record-damaged')
      expect(said).toEqual(['closed tls/record-damaged'])
    },
  )
  test('data and goodbye wait for the handler too, in order', async () => {
    const lastWords = (flight: Uint8Array, peer: Side): Uint8Array => {
      if (peer.established === undefined) return flight
      peer.tls.write(ascii('first words'), 0)
      peer.tls.close(0)
      return concat(flight, ...peer.touch())
    }
    const { stream } = clientAgainst(lastWords, { version: 'TLS 1.2' })
    const open = await stream
    const { said } = listening(open)
    expect(said).toEqual(['data first words', 'end'])
    open.end()
  })
  test('who cuts the connection at the first of two records hears nothing of the second, and answers nothing', async () => {
    const { stream, near, far, peer } = clientAgainst(flight => flight)
    const open = await stream
    await soon()
    // The kernel tells of the end of a socket in a later turn.
    const { reset } = near
    near.reset = () => void setImmediate(() => reset.call(near))
    const heard: number[] = []
    const written: number[] = []
    open.handler = {
      data: bytes => {
        heard.push(bytes.length)
        open.reset()
        near.write = pieces => written.push(pieces.length) > 0
      },
      end: () => heard.push(-1),
      drain() {},
      closed() {},
    }
    const records = ['one', 'other'].flatMap(text => {
      peer.tls.write(ascii(text), 0)
      return peer.touch()
    })
    far.write([concat(...records, garbage)])
    await soon()
    expect([heard, written]).toEqual([[3], []])
  })
  test('who goes on writing on a connection that is gone is never asked to wait: nobody would tell him to go on', async () => {
    const { stream, far } = clientAgainst(flight => flight)
    const open = await stream
    const { closed } = listening(open)
    far.reset()
    expect((await closed)?.code).toBe('tcp/reset')
    const room = Array.from({ length: 40 }, () => open.write([new Uint8Array(16_384)]))
    expect(room).toEqual(Array(40).fill(true))
  })
  test('what a server says at once leaves with its ticket, in one piece', async () => {
    const memory = memoryTransport(systemClock)
    const writes: number[] = []
    const over: typeof memory = {
      ...memory,
      listen: (on, accept) =>
        memory.listen(on, stream => {
          const write = stream.write.bind(stream)
          stream.write = pieces => {
            writes.push(pieces.length)
            return write(pieces)
          }
          accept(stream)
        }),
    }
    const listener = await listen({ over, tls: { certificateFor: () => me.certified } }, stream => {
      stream.handler = { data() {}, end: () => stream.end(), drain() {}, closed() {} }
      stream.write([ascii('welcome')])
    })
    closing.push(() => listener.close())
    const raw = await over.connect({ host: 'localhost', port: listener.port })
    const client = new Side(tlsClient({ crypto, serverName: 'localhost', session: 'new' }), answers)
    await new Promise<void>(resolve => {
      const data = (bytes: Uint8Array): void => {
        const flight = client.touch(bytes)
        if (flight.length > 0) raw.write(flight)
        if (client.has('session') && client.has('data')) resolve()
      }
      raw.handler = { data, end() {}, drain() {}, closed() {} }
      raw.write(client.touch())
    })
    expect(client.data).toEqual(ascii('welcome'))
    // The first flight, and the two records behind the client's.
    expect([writes.length, writes[1]]).toEqual([2, 2])
    raw.end()
  })
  test('a server lets go of a client that sends garbage right behind its Finished', async () => {
    const over = memoryTransport(systemClock)
    const server = await serve(() => new Response('never'), {
      over,
      tls: { certificateFor: () => ({ ...me.certified }) },
    })
    const raw = await over.connect({ host: 'localhost', port: server.port })
    const client = new Side(tlsClient({ crypto, serverName: 'localhost' }), answers)
    const gone = new Promise<void>(resolve => {
      raw.handler = {
        data(bytes) {
          const flight = client.touch(bytes)
          if (flight.length > 0) raw.write([concat(...flight, garbage)])
        },
        end() {
          raw.end()
        },
        drain() {},
        closed: () => resolve(),
      }
    })
    raw.write(client.touch())
    await gone
    const stopped = await Promise.race([server.close(20).then(() => 'stopped'), soon(500).then(() => 'still open')])
    expect(stopped).toBe('stopped')
  })
})

describe('answers that nobody should give', () => {
  const wrong: [string, (name: string | undefined) => unknown][] = [
    ['a number', () => 7],
    ['a number, later', async () => 7],
    [
      'an exception',
      () => {
        throw new Error('a mistake')
      },
    ],
    ['no chain', () => ({ ...me.certified, chain: [] })],
    ['no chain, later', async () => ({ ...me.certified, chain: [] })],
  ]
  for (const [what, certificateFor] of wrong)
    test(`net/answer-failed: ${what}; the client gets internal_error, and nothing escapes`, async () => {
      const over = memoryTransport(systemClock)
      const refused: Failure[] = []
      const listener = await listen(
        {
          over,
          tls: { certificateFor: certificateFor as (name: string | undefined) => CertifiedKey },
          refused: failure => refused.push(failure),
        },
        () => {},
      )
      closing.push(() => listener.close())
      const trying = connect({ over, host: 'localhost', port: listener.port, tls: {} })
      expect(await trying.catch((e: FailureError) => e.failure)).toMatchObject({
        code: 'tls/alert-received',
        number: 80,
      })
      expect(refused.map(({ code }) => code)).toEqual(['net/answer-failed'])
    })
  test('net/no-certificate: a key that is not in its bytes, where nobody else signs', async () => {
    const over = memoryTransport(systemClock)
    const refused: Failure[] = []
    const certificateFor = () => ({ ...me.certified, key: 'in another room' })
    const listener = await listen({ over, tls: { certificateFor }, refused: f => refused.push(f) }, () => {})
    closing.push(() => listener.close())
    await codeOf(connect({ over, host: 'localhost', port: listener.port, tls: {} }))
    while (refused.length === 0) await soon()
    expect(refused.map(({ code }) => code)).toEqual(['net/no-certificate'])
  })
  test('net/handshake-timeout: one that never comes; one that comes afterwards is no mistake', async () => {
    const over = memoryTransport(systemClock)
    let reply: (key: CertifiedKey) => void = () => {}
    const refused: Failure[] = []
    const listener = await listen(
      {
        over,
        tls: { certificateFor: () => new Promise(resolve => (reply = resolve)) },
        timeouts: { handshake: 30 },
        refused: failure => refused.push(failure),
      },
      () => {},
    )
    closing.push(() => listener.close())
    const trying = connect({ over, host: 'localhost', port: listener.port, tls: {} })
    expect(await codeOf(trying)).toBe('tcp/reset-in-handshake')
    expect(refused.map(({ code }) => code)).toEqual(['net/handshake-timeout'])
    reply(me.certified)
    await soon(5)
    expect(refused).toHaveLength(1)
  })
  test('the time for a handshake is nothing to a connection that is established, however long it lives', async () => {
    const clock = virtualClock({ turn: nextTurn })
    const { stream, far } = clientAgainst(flight => flight, { clock })
    const { said } = listening(await stream)
    await clock.idle()
    expect([said, clock.waiting]).toEqual([[], 0])
    far.reset()
    await clock.idle()
    expect(said).toEqual(['closed tcp/reset'])
  })
  test('who goes on sending behind a fatal alert of ours is read on, or a RST would take the alert from it', async () => {
    const clock = virtualClock({ turn: nextTurn })
    const { stream, far } = clientAgainst(() => garbage, { clock })
    let cutAt: number | undefined
    far.handler = { ...far.handler, closed: () => void (cutAt = clock.now()) }
    for (let at = 1_000; at <= 7_000; at += 1_000) clock.later(at, () => far.write([garbage]))
    const refused = codeOf(stream)
    await clock.idle()
    expect(await refused).toBe('tls/unexpected-record')
    expect([cutAt, clock.waiting]).toEqual([10_000, 0])
  })
  test('tls/proof-mismatch: an answer that proves something else ends the connection with that story', async () => {
    const proofOf = (chain: readonly Uint8Array[]) =>
      trustWithoutChecking(
        { chain, name: 'shop.test', purpose: 'server', keyUsage: 'digitalSignature' },
        me.spki,
        'a test',
      )
    const { stream, peer } = clientAgainst(flight => flight, { answer: () => proofOf([ascii('another')]) })
    expect(await codeOf(stream)).toBe('tls/proof-mismatch')
    while (peer.failure === undefined) await soon()
    expect(peer.failure).toMatchObject({ code: 'tls/alert-received', number: 80 })
    const good = proofOf(me.certified.chain)
    const { connection } = await clientAgainst(flight => flight, { answer: async () => good }).stream
    expect(connection.tls?.trusted).toBe(good)
  })
  test('an answer after the connection is gone asks nothing more of anybody', async () => {
    const asked: string[] = []
    let reply: (value: Question['reply']) => void = () => {}
    const { stream, near } = clientAgainst(flight => flight, {
      answer: question => {
        asked.push(question.about)
        return new Promise(resolve => (reply = resolve))
      },
    })
    while (asked.length === 0) await soon()
    near.reset()
    expect(await codeOf(stream)).toBe('tcp/reset')
    reply(
      answers({
        about: 'trust',
        chain: [],
        certificateType: 'X509',
        name: '',
        purpose: 'server',
        keyUsage: 'digitalSignature',
      })!,
    )
    await soon(5)
    expect(asked).toEqual(['trust'])
  })
})

describe('aborting', () => {
  for (const tls of [undefined, {}])
    test(`while the transport hands the stream over: nothing is opened, ${tls === undefined ? 'plain' : 'TLS'}`, async () => {
      const over = memoryTransport(systemClock)
      const listener = await over.listen({ port: 0 }, stream => {
        stream.handler = { data() {}, end() {}, drain() {}, closed: () => closed() }
      })
      let closed: () => void
      const gone = new Promise<void>(resolve => (closed = resolve))
      closing.push(() => listener.close())
      const controller = new AbortController()
      const handing = {
        ...over,
        connect: async (to: Parameters<typeof over.connect>[0]) => {
          const stream = await over.connect(to)
          controller.abort(new Error('enough'))
          return stream
        },
      }
      const { signal } = controller
      const trying = connect({
        ...{ over: handing, host: 'localhost', port: listener.port, signal, timeouts: { handshake: 50 } },
        ...(tls === undefined ? {} : { tls }),
      })
      await expect(trying).rejects.toThrow('enough')
      await gone
    })
})

test('who gives up while the server is silent in the handshake has the reason, and the connection is cut', async () => {
  const over = memoryTransport(systemClock)
  let cut = (): void => {}
  const gone = new Promise<void>(resolve => {
    cut = resolve
  })
  const controller = new AbortController()
  const heard = (): void => controller.abort(new Error('enough'))
  const listener = await over.listen({ port: 0 }, stream => {
    stream.handler = { data: heard, end() {}, drain() {}, closed: cut }
  })
  const { signal } = controller
  // Nothing but the signal ends it: the handshake may take an hour.
  const timeouts = { handshake: 3_600_000 }
  const trying = connect({ over, host: 'localhost', port: listener.port, signal, timeouts, tls: {} })
  await expect(trying).rejects.toThrow('enough')
  await gone
  await listener.close()
})

test('who writes much when something comes is asked to wait in the middle, and told to go on', async () => {
  const authority = certificateAuthority({ crypto, now: () => Date.now(), name: 'test root' })
  const certified = certifiedKey(authority.issue({ names: ['localhost'] }))
  const over = memoryTransport(systemClock)
  const piece = new Uint8Array(64 * 1024)
  const all = 4 * 1024 * 1024
  const turns: number[] = []
  const listener = await listen({ port: 0, over, tls: { certificateFor: () => certified } }, stream => {
    let written = 0
    const pump = (): void => {
      while (written < all) {
        written += piece.length
        if (!stream.write([piece])) break
      }
      turns.push(written)
    }
    stream.handler = { data: pump, end: () => stream.end(), drain: pump, closed() {} }
  })
  closing.push(() => listener.close())
  const stream = await connect({
    ...{ over, host: 'localhost', port: listener.port },
    tls: { trust: trustStore([authority.root]) },
  })
  let came = 0
  await new Promise<void>(resolve => {
    const data = (bytes: Uint8Array): void => {
      came += bytes.length
      if (came === all) resolve()
    }
    stream.handler = { data, end() {}, drain() {}, closed() {} }
    stream.write([ascii('x')])
  })
  expect(turns[0]).toBe(256 * 1024)
  expect(turns.at(-1)).toBe(all)
  stream.end()
})

test('a server that writes for ever to a client without a handler is stopped, until there is one', async () => {
  const authority = certificateAuthority({ crypto, now: () => Date.now(), name: 'test root' })
  const certified = certifiedKey(authority.issue({ names: ['localhost'] }))
  const over = memoryTransport(systemClock)
  let written = 0
  const piece = new Uint8Array(64 * 1024)
  const listener = await listen({ port: 0, over, tls: { certificateFor: () => certified } }, stream => {
    const pump = (): void => {
      while (stream.write([piece])) written += piece.length
      written += piece.length
    }
    stream.handler = { data() {}, end() {}, drain: pump, closed() {} }
    pump()
  })
  closing.push(() => listener.close())
  const stream = await connect({
    ...{ over, host: 'localhost', port: listener.port },
    tls: { trust: trustStore([authority.root]) },
  })
  for (let last = -1; last !== written; await soon(20)) last = written
  // What the memory between the two holds, and the read that was under way.
  expect(written).toBeLessThan(1024 * 1024)
  const stopped = written
  const { said } = listening(stream)
  while (written < 2 * stopped) await soon()
  expect(said.length).toBeGreaterThan(0)
  stream.reset()
})
