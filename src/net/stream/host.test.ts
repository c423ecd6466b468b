/** Own TCP/IP as a transport: what the layers above count on. */
import { describe, expect, test } from 'vitest'
import { concat } from '../../../test/support/bytes.ts'
import { codeOf } from '../../../test/support/net.ts'
import type { Failure } from '../../failures/index.ts'
import { network } from '../../lab/network.ts'
import type { NetworkOptions } from '../../lab/network-types.ts'
import { messagesOf, recorder } from '../../trace/recorder.ts'
import { dial } from './dial.ts'
import { type HostTransportOptions, hostTransport } from './host.ts'
import type { ByteStream, StreamHandler, Transport } from './types.ts'

const turn = () => new Promise(setImmediate)

const watch = (stream: ByteStream, also: Partial<StreamHandler> = {}) => {
  const seen = {
    stream,
    received: [] as Uint8Array[],
    told: [] as string[],
    failure: undefined as Failure | undefined,
  }
  stream.handler = {
    data: bytes => {
      seen.received.push(bytes)
      also.data?.(bytes)
    },
    end: () => {
      seen.told.push('end')
      also.end?.()
    },
    drain: () => {
      seen.told.push('drain')
      also.drain?.()
    },
    closed: failure => {
      seen.told.push('closed')
      seen.failure = failure
    },
  }
  return seen
}

const setup = (options: NetworkOptions = {}, { keepAlive = 'off' }: HostTransportOptions = {}) => {
  const net = network({ turn, delay: 1, ...options })
  // Virtual time would jump to the end of every wait that somebody else is to end, and from one question to the next.
  const tcp = { halfClosedTimeout: Number.POSITIVE_INFINITY }
  const [client, server] = ['client', 'server'].map((name): Transport => {
    const transport = hostTransport(net.host(name, { tcp }), { keepAlive })
    // From a name to a stream as `connect` goes it, and with no time of its own that virtual time would jump to.
    const timeouts = { name: Number.POSITIVE_INFINITY, connect: Number.POSITIVE_INFINITY }
    return { ...transport, connect: to => dial({ ...to, timeouts }, transport, net.clock) }
  })
  return { net, client: client!, server: server! }
}
const pair = async (options: NetworkOptions = {}) => {
  const t = setup(options)
  let accepted: ReturnType<typeof watch> | undefined
  await t.server.listen({ port: 80 }, stream => {
    accepted = watch(stream)
  })
  const near = watch(await t.client.connect({ host: 'server', port: 80 }))
  await t.net.clock.idle()
  return { ...t, near, far: accepted! }
}
describe('opening', () => {
  test('by name, by address and to oneself; both ends know their addresses', async () => {
    const { near, far, net, server } = await pair()
    expect(near.stream.remote).toEqual({ address: net.host('server').address.text, port: 80 })
    expect(far.stream.remote).toEqual(near.stream.local)
    for (const host of ['localhost', 'shop.localhost', '127.0.0.1', near.stream.remote.address])
      expect((await server.connect({ host, port: 80 })).remote.port, host).toBe(80)
  })

  test('fails by name: dns/no-address, tcp/refused, link/no-neighbour, ip/no-route, tcp/port-in-use', async () => {
    const { client, server } = setup()
    expect(await codeOf(client.connect({ host: 'nobody.test', port: 80 }))).toBe('dns/no-address')
    expect(await codeOf(client.connect({ host: 'server', port: 80 }))).toBe('tcp/refused')
    expect(await codeOf(client.connect({ host: '10.0.0.99', port: 80 }))).toBe('link/no-neighbour')
    expect(await codeOf(client.connect({ host: '192.0.2.1', port: 80 }))).toBe('ip/no-route')
    expect(await codeOf(client.connect({ host: '[2001:db8::1]', port: 80 }))).toBe('ip/no-route')
    expect(await codeOf(client.connect({ host: '10.0.0.255', port: 80 }))).toBe('tcp/not-unicast')
    await server.listen({ port: 80 }, () => {})
    expect(await codeOf(server.listen({ port: 80 }, () => {}))).toBe('tcp/port-in-use')
  })

  test('a name that has IPv6 addresses only is found, and says that no route leads there', async () => {
    const { net, client } = setup()
    net.name('six.test', ['2001:db8::7'])
    const error = await client.connect({ host: 'six.test', port: 80 }).catch(e => e)
    expect([error.code, error.failure.where]).toEqual(['ip/no-route', '2001:db8::7'])
  })

  test('goes on to the next address of a name', async () => {
    const { net, client, server } = setup()
    await server.listen({ port: 80 }, () => {})
    net.name('two.test', ['10.0.0.99', net.host('server').address.text])
    const { remote } = await client.connect({ host: 'two.test', port: 80 })
    expect(remote.address).toBe(net.host('server').address.text)
  })

  test('can be given up, before, during the name and during the handshake', async () => {
    const { net, client } = setup()
    const abort = new AbortController()
    abort.abort(new Error('before'))
    expect(await codeOf(client.connect({ host: 'server', port: 80, signal: abort.signal }))).toBe('Error: before')
    for (const host of ['server', '10.0.0.98']) {
      const later = new AbortController()
      const connecting = client.connect({ host, port: 80, signal: later.signal })
      await Promise.resolve()
      later.abort(new Error('given up'))
      expect(await codeOf(connecting)).toBe('Error: given up')
    }
    await net.clock.idle()
    expect(net.host('client').pool.outstanding).toBe(0)
  })

  test('a closed listener takes no more; open streams go on', async () => {
    const t = setup()
    const streams: ReturnType<typeof watch>[] = []
    const listener = await t.server.listen({ port: 0 }, stream => void streams.push(watch(stream)))
    const near = watch(await t.client.connect({ host: 'server', port: listener.port }))
    await t.net.clock.idle()
    await listener.close()
    expect(await codeOf(t.client.connect({ host: 'server', port: listener.port }))).toBe('tcp/refused')
    near.stream.write([Uint8Array.of(1, 2, 3)])
    await t.net.clock.idle()
    expect(concat(...streams[0]!.received)).toEqual(Uint8Array.of(1, 2, 3))
  })
})

describe('bytes', () => {
  test('arrive whole and in order, both ways at once, with back pressure, and the end after the last', async () => {
    const { net, near, far } = await pair({ delay: 5 })
    const data = Uint8Array.from({ length: 500_000 }, (_, i) => (i * 7) ^ (i >> 9))
    const refused = [near, far].map(({ stream }) => stream.write([data.subarray(0, 300_000), data.subarray(300_000)]))
    expect(refused).toEqual([false, false])
    for (const { stream } of [near, far]) stream.end()
    await net.clock.idle()
    for (const side of [near, far]) {
      expect(Buffer.compare(concat(...side.received), data)).toBe(0)
      expect(side.told.filter(t => t !== 'drain')).toEqual(['end', 'closed'])
      expect(side.told).toContain('drain')
      expect(side.failure).toBeUndefined()
    }
    expect(net.host('client').pool.outstanding + net.host('server').pool.outstanding).toBe(0)
  })

  test('one direction may end long before the other', async () => {
    const { net, near, far } = await pair()
    near.stream.end()
    await net.clock.idle()
    expect(far.told).toEqual(['end'])
    far.stream.write([Uint8Array.of(9)])
    far.stream.end()
    await net.clock.idle()
    expect([concat(...near.received), near.told]).toEqual([Uint8Array.of(9), ['end', 'closed']])
  })

  test('a reader that pauses stops the writer, and loses nothing', async () => {
    const { net, near, far } = await pair()
    far.stream.pause()
    let written = 0
    while (written < 5_000_000 && near.stream.write([new Uint8Array(50_000).fill(written / 50_000)])) written += 50_000
    written += 50_000
    near.stream.end()
    let stuck = 0
    for (let i = 0; i < 200; i++) await turn()
    stuck = far.received.length
    expect([stuck, far.told]).toEqual([0, []])
    far.stream.resume()
    await net.clock.idle()
    const all = concat(...far.received)
    expect(all.length).toBe(written)
    expect(all.every((octet, i) => octet === Math.floor(i / 50_000))).toBe(true)
    expect(far.told).toEqual(['end'])
  })

  test('nothing is told before there is a handler, and then everything', async () => {
    const t = setup()
    await t.server.listen({ port: 80 }, stream => {
      watch(stream)
      stream.write([Uint8Array.of(1, 2, 3)])
      stream.end()
    })
    const stream = await t.client.connect({ host: 'server', port: 80 })
    await t.net.clock.idle()
    const late = watch(stream)
    expect(concat(...late.received)).toEqual(Uint8Array.of(1, 2, 3))
    expect(late.told).toEqual(['end'])
  })
})

describe('the end', () => {
  test('a reset reaches the other side as tcp/reset, and its own side without a failure', async () => {
    const { net, near, far } = await pair()
    near.stream.reset()
    await net.clock.idle()
    expect([near.told, near.failure]).toEqual([['closed'], undefined])
    expect([far.told, far.failure?.code]).toEqual([['closed'], 'tcp/reset'])
    expect(far.stream.write([Uint8Array.of(1)])).toBe(true)
  })

  test('who had to wait with writing and resets is not asked to go on, nor where an end follows', async () => {
    const { net, near, far } = await pair()
    expect(near.stream.write([new Uint8Array(8_000_000)])).toBe(false)
    near.stream.reset()
    near.stream.end()
    await net.clock.idle()
    expect([near.told, far.told, far.failure?.code]).toEqual([['closed'], ['closed'], 'tcp/reset'])
  })

  test('who goes on writing behind it, however much, is never asked to wait', async () => {
    const { net, near, far } = await pair()
    const much = [new Uint8Array(8_000_000)]
    near.stream.end()
    expect(near.stream.write(much)).toBe(true)
    far.stream.reset()
    await net.clock.idle()
    expect(near.told).toEqual(['closed'])
    expect([near.stream.write(much), far.stream.write(much)]).toEqual([true, true])
    expect(far.received).toEqual([])
  })

  test('a wire that is cut ends as tcp/timeout', async () => {
    const { net, near } = await pair()
    net.intercept('client', { frame: () => [] })
    near.stream.write([new Uint8Array(10)])
    await net.clock.idle()
    expect(near.failure?.code).toBe('tcp/timeout')
  })
})

test('a peer that vanished while nobody wrote is noticed on both sides: it is asked whether it is there', async () => {
  const net = network({ turn, delay: 1 })
  const [client, server] = [hostTransport(net.host('client')), hostTransport(net.host('server'))]
  let far: ReturnType<typeof watch> | undefined
  await server.listen({ port: 80 }, stream => {
    far = watch(stream)
  })
  const near = watch(await client.connect({ host: 'server', port: 80 }))
  net.intercept('client', { frame: () => [] })
  await net.clock.idle()
  expect([near.failure?.code, far?.failure?.code]).toEqual(['tcp/timeout', 'tcp/timeout'])
})

test('a stream has the trace context of its connection, under one name on both sides', async () => {
  const trace = recorder()
  const { near, far } = await pair({ trace })
  expect(near.stream.trace?.flow).toBe(far.stream.trace?.flow)
  expect([near.stream.trace?.host, far.stream.trace?.host]).toEqual(['client', 'server'])
  const flows = messagesOf(trace.records)
    .filter(m => m.layer === 'tcp')
    .map(m => m.flow)
  expect(new Set(flows)).toEqual(new Set([near.stream.trace!.flow]))
})
