import { DnsMessage, type ResourceRecord, TYPE_CNAME } from '../../src/dns/message.ts'
import { type DnsDatagramOut, type DnsEvent, Resolver } from '../../src/dns/resolver.ts'
import { seeded } from '../../src/random.ts'
import { ip } from '../../src/wire/address.ts'
import { decode, encode } from '../../src/wire/codec.ts'
import { checked } from './checked.ts'

export const SERVER = ip('10.0.0.53')
export const SECOND = ip('10.0.0.54')

export const setup = (servers = [SERVER], { ports = 1_000_000 } = {}) => {
  const open = new Set<number>()
  let next = 50_000
  const own = new Resolver({
    servers,
    random: seeded(4),
    ports: {
      open: () => (open.size < ports ? [...open.add(next++)].at(-1)! : undefined),
      close: port => {
        if (!open.delete(port)) throw new RangeError(`port ${port} is not open`)
      },
    },
    host: 'us',
  })
  const engine = checked(own)
  let now = 0
  const drain = (): { asked: DnsDatagramOut[]; events: DnsEvent[] } => {
    const events: DnsEvent[] = []
    const asked: DnsDatagramOut[] = []
    for (let e = engine.pollEvent(); e !== undefined; e = engine.pollEvent()) events.push(e)
    for (let o = engine.pollTransmit(now); o !== undefined; o = engine.pollTransmit(now)) asked.push(o)
    return { asked, events }
  }
  return {
    own,
    engine,
    open,
    drain,
    ask(name: string, kind: 'A' | 'AAAA' = 'A') {
      engine.resolve(name, kind, now)
      return drain()
    },
    at(time: number) {
      now = time
      engine.advance(now)
      return drain()
    },
    answer(to: DnsDatagramOut, payload: Uint8Array, from = to.to) {
      engine.receive({ port: to.port, from, payload, message: 0, at: 8 }, now)
      return drain()
    },
  }
}

export const answerTo = (
  question: DnsDatagramOut,
  answers: [name: string, type: number, data: string][],
  change: (m: DnsMessage) => void = () => {},
): Uint8Array => {
  const message = decode(DnsMessage, question.payload)
  message.head.flags.response = 1
  message.body.answers = answers.map(
    ([name, type, data]): ResourceRecord => ({
      head: { name, type, class: 1, ttl: 300 },
      body: type === TYPE_CNAME ? data : ip(data).octets,
    }),
  )
  change(message)
  return encode(DnsMessage, message)
}
