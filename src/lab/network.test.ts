import { describe, expect, test } from 'vitest'
import { ascii, concat, toHex } from '../../test/support/bytes.ts'
import { type Failure, isFailure } from '../failures/index.ts'
import type { Resolution } from '../host/types.ts'
import { messagesOf, recorder } from '../trace/recorder.ts'
import { type IpAddress, ip } from '../wire/address.ts'
import { network } from './network.ts'
import type { Network, NetworkOptions, Observation } from './network-types.ts'

const resolve = (net: Network, name: string): Resolution | Failure => {
  let answer: Resolution | Failure | undefined
  net.host('client').resolve(name, 'A', a => {
    answer = a
  })
  net.clock.run()
  return answer!
}
const ping = (net: Network, address: IpAddress): number | Failure => {
  let answer: number | Failure | undefined
  net.host('client').ping(address, a => {
    answer = a
  })
  net.clock.run()
  return answer!
}
/** 200 kB from the client to the server; what arrived, and every observation as one text. */
const transfer = (options: NetworkOptions, bytes = 200_000) => {
  const net = network(options)
  const [client, server] = [net.host('client'), net.host('server')]
  const log: string[] = []
  net.tap(o => void log.push(`${o.at} ${o.host} ${o.direction} ${o.what} ${toHex(o.bytes)}`))
  const received: Uint8Array[] = []
  let failure: Failure | undefined
  server.listen({ port: 80 }, connection => ({
    event(event) {
      if (event.type === 'readable')
        while (connection.readable > 0) received.push(connection.read(65_536, net.clock.now()))
      if (event.type === 'peer-finished') connection.finish(net.clock.now())
    },
  }))
  const data = Uint8Array.from({ length: bytes }, (_, i) => (i * 31) ^ (i >> 8))
  let sent = 0
  client.connect({ address: server.address, port: 80 }, connection => ({
    event(event) {
      if (event.type === 'connected' || event.type === 'writable') {
        while (sent < data.length) {
          const taken = connection.write(data.subarray(sent, sent + 20_000), net.clock.now())
          sent += taken
          if (taken === 0) break
        }
        if (sent === data.length) connection.finish(net.clock.now())
      }
      if (event.type === 'failure') failure = event.failure
    },
  }))
  net.clock.run()
  return { net, log, received: concat(...received), data, failure }
}

describe('a network in memory', () => {
  test('hosts find each other by name and answer pings; times are virtual and exact', () => {
    const net = network({ delay: 5 })
    const server = net.host('server')
    expect(resolve(net, 'server')).toMatchObject({ addresses: [{ text: server.address.text }] })
    expect(ping(net, server.address)).toBe(20)
    expect(ping(net, server.address)).toBe(10)
    expect(ping(net, ip('127.0.0.1'))).toBe(0)
  })

  test('names are data: addresses and aliases; others do not exist', () => {
    const net = network({ names: { 'shop.test': '10.0.0.80', 'www.shop.test': 'shop.test' } })
    net.name('later.test', ip('10.0.0.9'))
    expect(resolve(net, 'www.shop.test')).toMatchObject({ names: ['www.shop.test', 'shop.test'] })
    expect(resolve(net, 'later.test')).toMatchObject({ addresses: [{ text: '10.0.0.9' }] })
    expect(resolve(net, 'nobody.test')).toMatchObject({ code: 'dns/no-address' })
  })

  test('where nobody is, it is said who did not answer: link/no-neighbour, ip/no-route, ip/no-echo', () => {
    const net = network()
    expect(ping(net, ip('10.0.0.99'))).toMatchObject({ code: 'link/no-neighbour', where: '10.0.0.99' })
    expect(ping(net, ip('192.0.2.1'))).toMatchObject({ code: 'ip/no-route' })
    const mute = net.host('mute')
    net.intercept('mute', {
      frame: (bytes, direction) => (direction === 'out' && bytes[12] === 8 && bytes[13] === 0 ? [] : [bytes]),
    })
    expect(ping(net, mute.address)).toMatchObject({ code: 'ip/no-echo', where: mute.address.text })
  })

  test('a host has the card that it was given, and the switch knows who is behind which port once they spoke', () => {
    const net = network()
    const hardwareAddress = Uint8Array.of(2, 0, 0, 7, 8, 9)
    const server = net.host('server', { hardwareAddress })
    expect(server.hardwareAddress).toEqual(hardwareAddress)
    expect(net.behind(hardwareAddress)).toBeUndefined()
    ping(net, server.address)
    expect(net.behind(hardwareAddress)).toBe('server')
  })

  test('a host with a small MTU is sent no larger packet over TCP, and refuses to send one', () => {
    const net = network()
    const small = net.host('small', { mtu: 600 })
    small.listen({ port: 80 }, () => ({ event() {} }))
    const largest = { sent: 0 }
    net.tap(({ what, host, bytes }) => {
      if (what === 'sent' && host === 'client') largest.sent = Math.max(largest.sent, bytes.length)
    })
    const client = net.host('client')
    const connection = client.connect({ address: small.address, port: 80 }, () => ({ event() {} }))
    net.clock.run(50)
    client.do(now => void connection.write(new Uint8Array(2000), now))
    net.clock.run(100)
    expect(largest.sent).toBe(14 + 600)
    const failures: string[] = []
    const socket = small.udp(0, { datagram() {}, failure: ({ code }) => void failures.push(code) })
    socket.send({ address: client.address, port: 9 }, new Uint8Array(700))
    net.clock.run(200)
    expect(failures).toEqual(['ip/too-big'])
  })

  test('a UDP port without a listener answers as unreachable (RFC 1122 4.1.3.1)', () => {
    const net = network()
    const seen: string[] = []
    const socket = net
      .host('client')
      .udp(0, { datagram() {}, failure: ({ code, got }) => void seen.push(`${code} ${got}`) })
    socket.send({ address: net.host('server').address, port: 9 }, ascii('anybody there?'))
    net.clock.run()
    expect(seen).toEqual(['ip/unreachable port'])
  })

  test('TCP brings every byte, and no frame is lost track of', () => {
    const { net, received, data } = transfer({ delay: 2 })
    expect(Buffer.compare(received, data)).toBe(0)
    expect(net.host('client').pool.outstanding).toBe(0)
    expect(net.host('server').pool.outstanding).toBe(0)
    expect(net.counts.sent).toBe(net.counts.passed)
  })

  test('the same seed gives the same run to the last byte, another seed another one', () => {
    const faults = { loss: 0.05, duplicate: 0.05, reorder: 0.05, corrupt: 0.02, delay: 10, jitter: 3 }
    const [one, two, other] = [7, 7, 8].map(seed => transfer({ ...faults, seed }, 60_000))
    expect(Buffer.compare(one!.received, one!.data), 'seed 7').toBe(0)
    expect(one!.log.join('\n') === two!.log.join('\n')).toBe(true)
    expect(one!.log.join('\n') === other!.log.join('\n')).toBe(false)
    expect(one!.net.counts.lost).toBeGreaterThan(0)
  })

  test('watching changes nothing', () => {
    const faults = { loss: 0.05, delay: 10, seed: 3 }
    const watched = transfer(faults, 60_000)
    const traced = transfer({ ...faults, trace: recorder() }, 60_000)
    expect(traced.log.join('\n') === watched.log.join('\n')).toBe(true)
  })
})

test('a closed network is silent: hosts stop and say so to who waits, and what is on its way stays there', () => {
  const net = network({ delay: 5 })
  const server = net.host('server')
  const client = net.host('client')
  const answers: unknown[] = []
  client.ping(server.address, what => answers.push(what))
  net.clock.run(7)
  const before = { ...net.counts }
  net.close()
  server.input([server.pool.copy(new Uint8Array(60))])
  net.clock.run()
  // Whoever comes afterwards is told at once, and nobody who was told before hears it again.
  const late: string[] = []
  const owner = { event: ({ type }: { readonly type: string }) => void late.push(type) }
  client.connect({ address: server.address, port: 80 }, () => owner)
  expect(late).toEqual(['failure', 'closed'])
  expect(answers).toMatchObject([{ code: 'ip/host-stopped', where: 'client' }])
  expect(net.counts).toEqual(before)
  expect(server.pool.outstanding).toBe(0)
})

describe('a machine on the cable', () => {
  test('sees every frame, may drop, change and inject', () => {
    const net = network({ delay: 1 })
    const server = net.host('server')
    const client = net.host('client')
    const seen: string[] = []
    let drop = true
    const interception = net.intercept('client', {
      frame(bytes, direction) {
        seen.push(direction)
        return drop ? [] : [bytes]
      },
    })
    expect(ping(net, server.address)).toMatchObject({ code: 'link/no-neighbour' })
    drop = false
    expect(ping(net, server.address)).toBe(4)
    expect(new Set(seen)).toEqual(new Set(['in', 'out']))
    const frames: Observation[] = []
    net.tap(o => void frames.push(o))
    interception.inject(concat(server.hardwareAddress, client.hardwareAddress, ascii('\x88\xb5injected')), 'out')
    net.clock.run()
    expect(frames.map(f => f.what)).toEqual(['injected', 'passed', 'delivered'])
    interception.remove()
    seen.length = 0
    expect(ping(net, server.address)).toBe(2)
    expect(seen).toEqual([])
  })
})

describe('the trace', () => {
  test('joins frame, packet, datagram and DNS message by byte ranges, in both directions', () => {
    const trace = recorder()
    const net = network({ trace })
    const client = net.host('client')
    const answer = resolve(net, 'client')
    expect(isFailure(answer)).toBe(false)
    const messages = messagesOf(trace.records)
    const of = (id: number) => messages.find(m => m.id === id)!
    for (const direction of ['in', 'out'] as const) {
      const dns = messages.find(m => m.layer === 'dns' && m.direction === direction && m.host === client.name)!
      let at = dns
      const layers: string[] = ['dns']
      for (;;) {
        const up = at.carriedBy?.[0]
        const outer = up === undefined ? messages.find(m => m.carries?.some(c => c.message === at.id)) : of(up.message)
        if (outer === undefined) break
        const range = up ?? outer.carries!.find(c => c.message === at.id)!
        expect(toHex(outer.bytes.subarray(range.start, range.end))).toBe(toHex(at.bytes))
        layers.push(outer.layer)
        at = outer
      }
      expect(layers).toEqual(['dns', 'udp', 'ip', 'ethernet'])
    }
  })
})
