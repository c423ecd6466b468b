/** What a run is: the same for the same plan, another for another seed, and changed in one thing only. */
import { describe, expect, test } from 'vitest'
import { messagesOf } from '../../src/trace/recorder.ts'
import type { MessageRecord } from '../../src/trace/types.ts'
import { latin1Text } from '../../src/wire/bytes.ts'
import { node, web } from '../../test/support/worlds.ts'
import { framesOf } from '../model/frames.ts'
import type { Run } from '../model/run.ts'
import { usualAnswer, usualBit, usualFin, usualFrame } from './places.ts'
import type { Change, Scenario } from './plan.ts'
import { play } from './play.ts'

const SEED = 7
const run = (change?: Change, scenario: Scenario = 'tls13', platform = node): Promise<Run> =>
  play(platform.lab(SEED), { scenario, seed: SEED, change })

const messages = ({ records }: Run, host: string): MessageRecord[] =>
  messagesOf(records).filter(message => message.host === host)
/** Everything on the laptop's cable: when, which way, and all bytes. */
const wireOf = (of: Run): string[] =>
  framesOf(of).map(({ message: { at, direction, bytes } }) => `${at} ${direction} ${latin1Text(bytes)}`)
const names = (of: Run, host: string, ...layers: string[]): string[] =>
  messages(of, host)
    .filter(({ layer }) => layers.includes(layer))
    .map(({ name }) => name)
const atOf = (of: Run, name: string): number | undefined => messages(of, 'laptop').find(each => each.name === name)?.at
const again = (of: Run): string[] =>
  messages(of, 'laptop')
    .filter(({ about }) => about === 'retransmission')
    .map(({ direction, at, name }) => `${at} ${direction} ${name}`)

describe('a plan', () => {
  test.each(['tls13', 'tls12'] as const)(
    'gives the same run to the last byte on every platform, over %s',
    async over => {
      const one = await run(undefined, over)
      expect(wireOf(await run(undefined, over))).toEqual(wireOf(one))
      expect(wireOf(await run(undefined, over, web))).toEqual(wireOf(one))
    },
  )

  test('gives the same again where something is changed, RSA keys that are made in it among it', async () => {
    const change = { kind: 'offer', is: 'rsa' } as const
    expect(wireOf(await run(change, 'tls12', web))).toEqual(wireOf(await run(change, 'tls12')))
  })

  test('with another seed gives another: every random, key, cookie and port', async () => {
    const [one, other] = [await run(), await play(node.lab(8), { scenario: 'tls13', seed: 8 })]
    const facts = ({ records }: Run) => ({
      ports: messagesOf(records).find(({ layer }) => layer === 'tcp')?.flow,
      hello: latin1Text(
        messagesOf(records)
          .find(({ name }) => name === 'ClientHello')!
          .bytes.subarray(6, 38),
      ),
      answer: latin1Text(
        messagesOf(records)
          .find(({ name }) => name === 'ServerHello')!
          .bytes.subarray(6, 38),
      ),
      cookie: /sid=[^;]*/.exec(latin1Text(messagesOf(records).find(({ name }) => name === '200 OK')!.bytes))?.[0],
      secrets: records.flatMap(each => (each.type === 'secret' ? [latin1Text(each.record.secret)] : [])).join(),
    })
    const [a, b] = [facts(one), facts(other)]
    for (const key of Object.keys(a) as (keyof typeof a)[]) expect(b[key], key).not.toEqual(a[key])
    const times = (of: Run): number[] => messages(of, 'laptop').flatMap(({ at }) => (at === 0 ? [] : [at]))
    expect(times(one).some((at, i) => at === times(other)[i])).toBe(false)
    expect(names(other, 'laptop', 'tls', 'http')).toEqual(names(one, 'laptop', 'tls', 'http'))
  })

  test('says who is there, how it was made, and what happened', async () => {
    const { id, origin, parties, date, failure } = await run({ kind: 'middle', does: 'forges' })
    expect(id).toBe('tls13-7-middle-forges')
    expect(origin).toEqual({ kind: 'engines', recipe: { scenario: 'tls13', seed: 7, change: 'middle-forges' } })
    expect(parties).toEqual({
      client: { host: 'laptop', name: 'laptop', address: '10.0.0.2' },
      server: { host: 'shop.test', name: 'shop.test', address: '10.0.0.3' },
      third: { host: 'mallory', name: 'mallory', address: '10.0.0.4' },
    })
    expect(date).toBe(Date.UTC(2026, 10, 20, 12))
    expect(failure?.code).toBe('tls/certificate-untrusted')
  })
})

test('login and account go over one connection that is closed in order, over both versions', async () => {
  for (const [scenario, total] of [
    ['tls13', 17],
    ['tls12', 19],
  ] as const) {
    const one = await run(undefined, scenario)
    expect(names(one, 'laptop', 'http')).toEqual(['POST /login', '200 OK', 'GET /account', '200 OK'])
    expect(names(one, 'laptop', 'dns')).toEqual(['A shop.test?', '10.0.0.3'])
    expect(new Set(messages(one, 'laptop').flatMap(({ layer, flow }) => (layer === 'tcp' ? [flow] : []))).size).toBe(1)
    expect(Math.max(...messagesOf(one.records).map(({ at }) => at))).toBe(total)
    expect(one.failure).toBeUndefined()
  }
})

describe('on the wire', () => {
  test('frames are numbered as the laptop sees them, and hold what was said in them', async () => {
    const before = await run()
    const held = framesOf(before).map(({ number, holds }) => [number, holds.map(({ name }) => name).join(', ')])
    expect(held[usualFrame(before) - 1]).toEqual([10, 'ClientHello'])
    expect(held[usualAnswer(before) - 1]).toEqual([14, '200 OK'])
    expect(held[usualFin(before) - 1]).toEqual([18, 'FIN ACK'])
    expect(held[6]).toEqual([7, 'SYN'])
    expect(held[1]).toEqual([2, '10.0.0.53 is at 02:00:00:00:00:01'])
  })

  test('a packet that is dropped is sent again when TCP has waited long enough, and all is well', async () => {
    const before = await run()
    const after = await run({ kind: 'drop', frame: usualFrame(before) })
    expect(again(after)).toEqual(['212 out PSH ACK'])
    expect(names(after, 'laptop', 'tls', 'http')).toEqual(names(before, 'laptop', 'tls', 'http'))
    expect([atOf(before, 'ServerHello'), atOf(after, 'ServerHello')]).toEqual([10, 214])
  })

  test('each frame can be dropped, and the exchange still comes to its end', async () => {
    const before = await run()
    for (const { number } of framesOf(before)) {
      const after = await run({ kind: 'drop', frame: number })
      expect([number, names(after, 'laptop', 'http').length, after.failure?.code]).toEqual([number, 4, undefined])
    }
  }, 30_000)

  test('a lost FIN comes again', async () => {
    const before = await run()
    expect(again(await run({ kind: 'drop', frame: usualFin(before) }))).toEqual(['220 out FIN ACK'])
  })

  test('a packet that is late has been sent again before it comes', async () => {
    const before = await run()
    const after = await run({ kind: 'delay', frame: usualFrame(before), by: 500 })
    expect(again(after)).toEqual(['212 out PSH ACK'])
    // By then the connection is over, and the shop knows nothing of it.
    expect(messages(after, 'laptop').findLast(({ layer }) => layer === 'tcp')).toMatchObject({ name: 'RST', at: 510 })
  })

  test('a packet that comes twice is taken once', async () => {
    const before = await run()
    const after = await run({ kind: 'duplicate', frame: usualAnswer(before) })
    expect(again(after)).toEqual(['12 in PSH ACK'])
    expect(names(after, 'laptop', 'tls', 'http')).toEqual(names(before, 'laptop', 'tls', 'http'))
    expect(framesOf(after).length - framesOf(before).length).toBe(2)
  })

  test('noise is found by the checksum of TCP and mended by sending again; a bit flipped on purpose by the record alone', async () => {
    const before = await run()
    const bit = usualBit(before)
    const noise = await run({ kind: 'noise', ...bit })
    expect(noise.failure).toBeUndefined()
    expect(names(noise, 'laptop', 'http')).toEqual(names(before, 'laptop', 'http'))
    expect(atOf(noise, '200 OK')).toBe(214)
    const flip = await run({ kind: 'flip', ...bit })
    expect(flip.failure?.code).toBe('tls/record-damaged')
    expect(names(flip, 'laptop', 'http')).toEqual(['POST /login'])
    const [was, is] = [before, flip].map(each => framesOf(each)[bit.frame - 1]!.message.bytes)
    // The bit, and the checksum of TCP.
    expect([...was!.keys()].filter(i => was![i] !== is![i] && i !== 50 && i !== 51)).toEqual([bit.byte])
    expect(was![bit.byte]! ^ is![bit.byte]!).toBe(1 << bit.bit)
  })

  test('a change of a frame that never comes, or of a byte behind its end, changes nothing', async () => {
    const before = wireOf(await run())
    expect(wireOf(await run({ kind: 'drop', frame: 9_999 }))).toEqual(before)
    expect(wireOf(await run({ kind: 'flip', frame: 1, byte: 1_513, bit: 0 }))).toEqual(before)
  })
})

describe('what is offered', () => {
  const version = (of: Run): string => (names(of, 'laptop', 'tls').includes('ServerHelloDone') ? 'TLS 1.2' : 'TLS 1.3')
  test('the other version alone is then spoken', async () => {
    for (const [scenario, was, is] of [
      ['tls13', 'TLS 1.3', 'TLS 1.2'],
      ['tls12', 'TLS 1.2', 'TLS 1.3'],
    ] as const) {
      expect(version(await run(undefined, scenario))).toBe(was)
      expect(version(await run({ kind: 'offer', is: 'version' }, scenario))).toBe(is)
    }
  })

  test('with RSA key exchange the shop says nothing of its own, and the laptop sends the secret', async () => {
    const rsa = await run({ kind: 'offer', is: 'rsa' })
    const said = names(rsa, 'laptop', 'tls')
    expect(said).not.toContain('ServerKeyExchange')
    expect(said).not.toContain('CertificateVerify')
    // 256 octets of ciphertext and their length (RFC 5246 7.4.7.1).
    expect(messages(rsa, 'laptop').find(({ name }) => name === 'ClientKeyExchange')?.bytes.length).toBe(4 + 2 + 256)
    expect(names(rsa, 'laptop', 'http')).toHaveLength(4)
  })
})

/** What lies in the clear in the TCP segments of a host. */
const clear = (of: Run, host: string): string =>
  messages(of, host)
    .filter(({ layer }) => layer === 'tcp')
    .map(({ bytes }) => latin1Text(bytes))
    .join('')
const PASSWORD = 'password=correct%20horse%20battery%20staple'

describe('the one in the middle', () => {
  test.each(['listens', 'swaps', 'alters', 'repeats', 'cuts', 'forges'] as const)(
    'who %s over TLS reads nothing',
    async does => {
      for (const scenario of ['tls13', 'tls12'] as const) {
        const seen = clear(await run({ kind: 'middle', does }, scenario), 'mallory')
        expect(seen).toContain('shop.test')
        expect(seen).not.toMatch(/password|sid=|POST|user/)
      }
    },
  )

  test('who strips TLS reads all of it, and the shop has spoken TLS', async () => {
    const stripped = await run({ kind: 'middle', does: 'strips' })
    const seen = clear(stripped, 'mallory')
    expect(seen).toContain(PASSWORD)
    expect(seen).toMatch(/set-cookie: sid=/i)
    expect(names(stripped, 'laptop', 'tls')).toEqual([])
    expect(names(stripped, 'laptop', 'http')).toEqual(['POST /login', '200 OK', 'GET /account', '200 OK'])
    expect(names(stripped, 'shop.test', 'tls')).toContain('Finished')
  })

  test('comes between them however long their cables are', async () => {
    for (const seed of [0, 6, 8, 13])
      for (const does of ['listens', 'strips'] as const) {
        const plan = { scenario: 'tls13', seed, change: { kind: 'middle', does } } as const
        const deceived = await play(node.lab(seed), plan)
        const partners = new Set(names(deceived, 'mallory', 'arp').filter(name => name.startsWith('who has 10.0.0.2')))
        expect([seed, does, names(deceived, 'laptop', 'http').length, partners.size]).toEqual([seed, does, 4, 1])
        expect(clear(deceived, 'mallory')).toContain('shop.test')
      }
  })

  test('has the place of the shop by an answer that nobody can check', async () => {
    const [honest, deceived] = [await run(), await run({ kind: 'middle', does: 'listens' })]
    const answers = (of: Run): string[] => names(of, 'laptop', 'arp').filter(name => name.startsWith('10.0.0.3 is at'))
    expect(answers(honest)).toEqual(['10.0.0.3 is at 02:00:00:00:00:03'])
    const heard = answers(deceived)
    expect(heard).toContain('10.0.0.3 is at 02:00:00:00:00:03')
    expect([heard.at(0), heard.at(-1)]).toEqual(Array(2).fill('10.0.0.3 is at 02:00:00:00:00:04'))
  })

  test('reads plain HTTP without anybody noticing, and writes into it', async () => {
    const read = await run({ kind: 'plain', is: 'read' })
    expect(clear(read, 'mallory')).toContain(PASSWORD)
    expect(clear(read, 'laptop')).not.toContain('PILLS')
    expect(clear(await run({ kind: 'plain', is: 'rewritten' }), 'laptop')).toContain('PILLS')
    expect(clear(await run({ kind: 'plain' }), 'laptop')).toContain(PASSWORD)
  })
})

describe('the shop', () => {
  test('that is slow is waited for', async () => {
    const slow = await run({ kind: 'server', is: 'slow' })
    const answers = messages(slow, 'laptop').filter(({ name }) => name === '200 OK')
    expect(answers.map(({ at }) => at)).toEqual([12, 3014])
  })

  test('that is silent is tried again and again, and that is down says so', async () => {
    const silent = await run({ kind: 'server', is: 'silent' })
    expect(messages(silent, 'laptop').flatMap(({ name, at }) => (name === 'SYN' ? [at] : []))).toEqual([
      4, 1004, 3004, 7004,
    ])
    expect(names(await run({ kind: 'server', is: 'down' }), 'laptop', 'tcp')).toEqual(['SYN', 'RST ACK'])
  })

  test('does not know who mistypes the password', async () => {
    expect(names(await run({ kind: 'password' }), 'laptop', 'http')).toEqual([
      'POST /login',
      '403 Forbidden',
      'GET /account',
      '401 Unauthorized',
    ])
  })
})
