import { IpEngine, type IpEvent } from '../../src/ip/engine.ts'
import { Ipv4Packet } from '../../src/ip/ipv4.ts'
import { parseSubnet } from '../../src/ip/subnet.ts'
import { type IpAddress, ip } from '../../src/wire/address.ts'
import { checksum } from '../../src/wire/checksum.ts'
import { encode } from '../../src/wire/codec.ts'
import { concat } from './bytes.ts'
import { checked } from './checked.ts'
import { UsedPool } from './frames.ts'

export const US = '10.0.0.1'
export const PEER = '10.0.0.2'

export interface Making {
  from?: string
  to?: string
  protocol?: number
  timeToLive?: number
  flags?: number
  fragmentOffset?: number
  options?: Uint8Array
}

/** A packet with a right header checksum. */
export const packet = (payload: Uint8Array, m: Making = {}): Uint8Array => {
  const { from = PEER, to = US, protocol = 17, timeToLive = 64, flags = 0, fragmentOffset = 0 } = m
  const bytes = encode(Ipv4Packet, {
    head: {
      version: 4,
      internetHeaderLength: 5,
      differentiatedServices: 0,
      congestionNotification: 0,
      totalLength: 0,
      identification: 7,
      flags,
      fragmentOffset,
      timeToLive,
      protocol,
      headerChecksum: 0,
      sourceAddress: ip(from).octets,
      destinationAddress: ip(to).octets,
    },
    body: { options: m.options ?? new Uint8Array(0), payload },
  })
  const sum = checksum(bytes, 0, (bytes[0]! & 15) * 4)
  bytes[10] = sum >> 8
  bytes[11] = sum
  return bytes
}
export const icmp = (type: number, code: number, rest: Uint8Array): Uint8Array => {
  const bytes = concat(Uint8Array.of(type, code, 0, 0), rest)
  const sum = checksum(bytes, 0, bytes.length)
  bytes[2] = sum >> 8
  bytes[3] = sum
  return bytes
}

export const setup = () => {
  const pool = new UsedPool()
  const own = new IpEngine({
    interfaces: [
      { address: ip(US), prefix: 24, mtu: 1500 },
      { address: ip('192.168.5.1'), prefix: 16, mtu: 576 },
    ],
    routes: [{ to: parseSubnet('0.0.0.0/0')!, gateway: ip('10.0.0.254'), device: 0 }],
    pool,
    host: 'us',
  })
  const engine = checked(own)
  const drain = (now: number) => {
    const events: IpEvent[] = []
    const out: { device: number; nextHop: string; bytes: Uint8Array }[] = []
    for (let e = engine.pollEvent(); e !== undefined; e = engine.pollEvent()) events.push(e)
    for (let f = engine.pollTransmit(now); f !== undefined; f = engine.pollTransmit(now)) {
      out.push({ device: f.device, nextHop: f.nextHop!.text, bytes: f.view().slice() })
      f.release()
    }
    return { events, out }
  }
  return {
    pool,
    own,
    engine,
    receive(bytes: Uint8Array, now = 0) {
      engine.receive(pool.copy(bytes), now)
      return drain(now)
    },
    send(to: string, payload: Uint8Array, from?: IpAddress) {
      const frame = pool.take(payload.length)
      frame.buffer.set(payload, frame.offset)
      frame.length = payload.length
      frame.to = ip(to)
      frame.from = from
      engine.send(frame, 17, 0)
      return drain(0)
    },
    refuse(bytes: Uint8Array, why: 'port' | 'protocol' = 'port', now = 0) {
      const { events } = this.receive(bytes, now)
      const [event] = events
      if (event?.type !== 'packet') throw new Error('not delivered')
      engine.refuse(event.frame, why, now)
      event.frame.release()
      return drain(now)
    },
  }
}
