import { expect, test } from 'vitest'
import { ascii, concat, toHex } from '../../test/support/bytes.ts'
import { identity, type Pair, pair, record, recordsOf, shuttle } from '../../test/support/tls.ts'
import { fail } from '../failures/index.ts'
import { nodeCrypto } from '../node/crypto.ts'
import { messagesOf, recorder } from '../trace/recorder.ts'
import { threads } from '../trace/thread.ts'
import { dissect } from '../wire/codec.ts'
import { fieldAt } from '../wire/field.ts'
import { DEFAULT_SUITES } from './suites.table.ts'

const crypto = nodeCrypto()
const who = identity(crypto, 'p-256')

/** A traced exchange, and what really went over the wire in each direction. */
const exchange = (options: Partial<Parameters<typeof pair>[0]> = {}) => {
  const trace = recorder()
  const context = (host: string) => ({ sink: trace, flow: 'one', host })
  const both: Pair = pair({
    crypto,
    who,
    ...options,
    client: { ...options.client, trace: context('client') },
    server: { trace: context('server') },
  })
  const wire = { 'to-server': new Uint8Array(0), 'to-client': new Uint8Array(0) }
  const carry = () =>
    shuttle(both, (bytes, direction) => {
      wire[direction] = concat(wire[direction], bytes) as Uint8Array<ArrayBuffer>
      return [bytes]
    })
  carry()
  return { both, trace, wire, carry }
}

for (const suite of DEFAULT_SUITES.filter(name => name.includes('ECDSA')))
  test(`${suite}: every record is where the trace says, with its content in the place of the ciphertext`, () => {
    const { both, trace, wire, carry } = exchange({ client: { suites: [suite] } })
    both.client.tls.write(ascii('GET /cart'), 0)
    carry()
    both.server.tls.write(ascii('200 OK'), 0)
    both.server.tls.close(0)
    carry()
    for (const [host, direction, stream] of [
      ['client', 'out', wire['to-server']],
      ['server', 'in', wire['to-server']],
      ['client', 'in', wire['to-client']],
      ['server', 'out', wire['to-client']],
    ] as const) {
      const records = messagesOf(trace.records).filter(
        m => m.layer === 'record' && m.host === host && m.direction === direction,
      )
      const real = recordsOf(stream)
      expect(records.map(m => m.bytes.length)).toEqual(real.map(each => each.length))
      let at = 0
      for (const [i, message] of records.entries()) {
        expect(message.stream).toEqual({ start: at, end: at + message.bytes.length })
        at += message.bytes.length
        expect(message.bytes.subarray(0, 5)).toEqual(real[i]!.subarray(0, 5))
        if (message.sealed) expect(message.bytes.subarray(-16), 'the tag').toEqual(real[i]!.subarray(-16))
        else expect(message.bytes).toEqual(real[i])
        expect(dissect(message.format!, message.bytes, 'record').note).toBeUndefined()
      }
    }
  })

test('a record says how much it holds, and whether that could be read', () => {
  const { both, trace, carry } = exchange()
  both.client.tls.write(ascii('GET /'), 0)
  carry()
  both.server.touch(record(23, new Uint8Array(60)))
  const data = messagesOf(trace.records).filter(m => m.name === 'ApplicationData record' && m.host === 'server')
  expect(data.map(m => m.about)).toEqual(['5 bytes', '60 bytes, not readable'])
})

test('application data is a stream of its own: a byte of it can be followed down to its record', () => {
  const { both, trace, carry } = exchange()
  both.client.tls.write(ascii('GET /'), 0)
  both.client.tls.write(ascii('cart'), 0)
  carry()
  const data = messagesOf(trace.records).filter(m => m.name === 'ApplicationData record' && m.host === 'client')
  expect(data.map(m => m.payload)).toEqual([
    { start: 0, end: 5, at: 13 },
    { start: 5, end: 9, at: 13 },
  ])
  for (const { bytes, payload } of data)
    expect('GET /cart'.slice(payload!.start, payload!.end)).toBe(
      String.fromCharCode(...bytes.subarray(payload!.at, payload!.at + payload!.end - payload!.start)),
    )
})

test('every handshake message lies in its records, byte for byte, on both sides', () => {
  const { trace } = exchange()
  const messages = messagesOf(trace.records)
  const names = (host: string) => messages.filter(m => m.layer === 'tls' && m.host === host).map(m => m.name)
  const order = [
    ...['ClientHello', 'ServerHello', 'Certificate', 'ServerKeyExchange', 'ServerHelloDone'],
    ...['ClientKeyExchange', 'ChangeCipherSpec', 'Finished', 'ChangeCipherSpec', 'Finished'],
  ]
  expect(names('client')).toEqual(order)
  expect(names('server')).toEqual(order)
  const byId = new Map(messages.map(m => [m.id, m]))
  for (const message of messages.filter(m => m.layer === 'tls')) {
    const carried = message.carriedBy!.map(c => byId.get(c.message)!.bytes.subarray(c.start, c.end))
    expect(toHex(concat(...carried)), message.name).toBe(toHex(message.bytes))
    const crumbs = threads(messages).down(message.id)
    expect(crumbs.map(crumb => crumb.layer)).toEqual(['tls', 'record'])
  }
})

test('a message that is torn over two records names both', () => {
  const long = { ...who, certified: { ...who.certified, chain: [new Uint8Array(20_000).fill(1)] } }
  const { trace } = exchange({ who: long })
  const certificates = messagesOf(trace.records).filter(m => m.name === 'Certificate')
  expect(certificates.map(m => m.carriedBy!.length)).toEqual([2, 2])
})

test('the secret comes before the first protected record, for both sides alike', () => {
  const { trace } = exchange()
  for (const host of ['client', 'server']) {
    const own = trace.records.filter(entry => entry.record.host === host)
    const secret = own.findIndex(entry => entry.type === 'secret')
    const sealed = own.findIndex(entry => entry.type === 'message' && entry.record.sealed === true)
    expect(secret).toBeGreaterThan(0)
    expect(sealed).toBeGreaterThan(secret)
  }
  const secrets = trace.records.flatMap(entry => (entry.type === 'secret' ? [entry.record] : []))
  expect(secrets.map(({ label }) => label)).toEqual(['CLIENT_RANDOM', 'CLIENT_RANDOM'])
  expect(secrets[0]!.secret).toEqual(secrets[1]!.secret)
  expect(
    secrets[0]!.secret.some(byte => byte !== 0),
    'not wiped',
  ).toBe(true)
})

test('states follow one another, and every check leaves a verdict', () => {
  const { trace } = exchange()
  const of = (host: string) => trace.records.filter(entry => entry.record.host === host)
  const path = of('client').flatMap(entry => (entry.type === 'state' ? [entry.record.to] : []))
  expect(path).toEqual([
    'WaitServerHello',
    'WaitCertificate',
    'WaitTrust',
    'WaitServerKeyExchange',
    'WaitCertificateRequestOrServerHelloDone',
    'WaitChangeCipherSpec',
    'WaitFinished',
    'Established',
  ])
  // A message leads on, and so does an answer, which no message is the cause of.
  const causes = of('client').flatMap(entry =>
    entry.type === 'state' ? [[entry.record.to, entry.record.because]] : [],
  )
  const named = messagesOf(trace.records).filter(({ host }) => host === 'client')
  const idOf = (name: string) => named.find(message => message.name === name)?.id
  expect(causes.slice(0, 4)).toEqual([
    ['WaitServerHello', undefined],
    ['WaitCertificate', idOf('ServerHello')],
    ['WaitTrust', idOf('Certificate')],
    ['WaitServerKeyExchange', undefined],
  ])
  const verdicts = of('client').flatMap(entry => (entry.type === 'verdict' ? [entry.record] : []))
  expect(verdicts.map(({ check, ok }) => [check, ok])).toEqual([
    ['hello', true],
    ['signature', true],
    ['Finished', true],
  ])
})

test.each([
  ['TLS 1.2', ['hello', 'signature', 'Finished'], ['hello', 'Finished']],
  ['TLS 1.3', ['hello', 'hello', 'signature', 'Finished'], ['hello', 'Finished']],
] as const)('in %s every check that is passed leaves a verdict, on both sides', (version, client, server) => {
  const { trace } = exchange({ versions: [version] })
  for (const [host, checks] of Object.entries({ client, server }))
    expect(
      trace.records.flatMap(entry =>
        entry.type === 'verdict' && entry.record.host === host ? [[entry.record.check, entry.record.ok]] : [],
      ),
      host,
    ).toEqual(checks.map(check => [check, true]))
})

test('what happens before the first call has the time of that call', () => {
  const trace = recorder()
  const both = pair({ crypto, who, client: { trace: { sink: trace, flow: 'one', host: 'client' } } })
  both.client.touch(undefined, 1_000)
  expect(trace.records.map(entry => 'at' in entry.record && entry.record.at)).toEqual([1_000, 1_000, 1_000])
})

test('a second hello is judged as the first one was', () => {
  const trace = recorder()
  const both = pair({
    crypto,
    who,
    versions: ['TLS 1.3'],
    client: { groups: ['x25519', 'secp256r1'] },
    server: { groups: ['secp256r1'], trace: { sink: trace, flow: 'one', host: 'server' } },
  })
  shuttle(both)
  const hellos = messagesOf(trace.records).filter(({ name, direction }) => name === 'ClientHello' && direction === 'in')
  const judged = trace.records.flatMap(entry =>
    entry.type === 'verdict' && entry.record.check === 'hello' ? [[entry.record.ok, entry.record.where?.message]] : [],
  )
  expect(hellos).toHaveLength(2)
  expect(judged).toEqual(hellos.map(({ id }) => [true, id]))
})

test('a check that fails leaves its verdict with the bytes at fault, and the alert is in the trace', () => {
  const liar = { ...crypto, verify: () => false }
  const { both, trace } = exchange({ client: { crypto: liar } })
  const failure = both.client.failure!
  expect(failure.code).toBe('tls/signature-wrong')
  const message = messagesOf(trace.records).find(m => m.id === failure.at!.message)!
  expect(message.name).toBe('ServerKeyExchange')
  const field = fieldAt(dissect(message.format!, message.bytes, 'message'), 'body.signature')!
  expect([failure.at!.start, failure.at!.end]).toEqual([field.start, field.end])
  const verdict = trace.records.find(entry => entry.type === 'verdict' && !entry.record.ok)
  expect(verdict?.record).toMatchObject({ failure, rule: 'RFC 5246 7.4.3' })
  const alerts = messagesOf(trace.records).filter(m => m.name === 'Alert')
  expect(alerts.map(({ host, direction, about }) => [host, direction, about])).toEqual([
    ['client', 'out', 'fatal 51 decrypt_error'],
    ['server', 'in', 'fatal 51 decrypt_error'],
  ])
})

test('a connection behaves the same with and without a trace', () => {
  const plain = pair({ crypto, who, clientAnswers: () => fail('tls/certificate-expired') })
  shuttle(plain)
  const { both } = exchange({ clientAnswers: () => fail('tls/certificate-expired') })
  expect(both.client.events.map(event => event.type)).toEqual(plain.client.events.map(event => event.type))
  expect(both.server.failure?.number).toBe(plain.server.failure?.number)
})

test('a command is traced at its own time, not at that of the touch before or of the poll behind it', () => {
  const { both, trace } = exchange()
  const before = trace.records.length
  both.client.tls.write(ascii('late'), 4000)
  both.client.tls.close(5000)
  both.client.tls.pollTransmit(6000)
  const after = trace.records.slice(before).flatMap(r => (r.type === 'message' ? [[r.record.name, r.record.at]] : []))
  expect(after).toEqual([
    ['ApplicationData record', 4000],
    ['Alert record', 5000],
    ['Alert', 5000],
  ])
})

test('the answer to a question is traced when it is given', () => {
  const trace = recorder()
  const both = pair({
    crypto,
    who,
    client: { trace: { sink: trace, flow: 'one', host: 'client' } },
    clientAnswers: () => undefined,
  })
  shuttle(both)
  const ask = both.client.events.find(event => event.type === 'ask')!
  both.client.tls.answer(ask.id, fail('net/no-certificate'), 7000)
  const states = trace.records.flatMap(r => (r.type === 'state' ? [[r.record.to, r.record.at]] : []))
  expect(states.at(-1)).toEqual(['Failed', 7000])
})

test('the records of a traced connection are kept, although they have left', () => {
  const { both } = exchange()
  both.client.tls.write(new Uint8Array(5000), 0)
  const pieces = both.client.touch()
  const before = toHex(concat(...pieces))
  both.client.tls.sent(pieces)
  expect(toHex(concat(...pieces))).toBe(before)
})

test('the records of any other give their memory back where the provider can', () => {
  const spent: Uint8Array[] = []
  const told = { ...crypto, spent: (bytes: Uint8Array) => void spent.push(bytes) }
  const both = pair({ crypto: told, who })
  shuttle(both)
  both.client.tls.write(new Uint8Array(5000), 0)
  const pieces = both.client.touch()
  expect(spent).toEqual([])
  both.client.tls.sent(pieces)
  expect(spent).toEqual(pieces)
})
