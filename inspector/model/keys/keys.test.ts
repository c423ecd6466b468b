import { expect, test } from 'vitest'
import { nodeCrypto } from '../../../src/node/crypto.ts'
import type { TraceRecord } from '../../../src/trace/recorder.ts'
import { hexText } from '../../../src/wire/bytes.ts'
import { KEY_USAGE } from '../../../src/x509/certificate/extensions.ts'
import { LAPTOP, overheard, type PlayOptions, play } from '../../../test/support/played.ts'
import { sessionsOf, withoutKeys } from '../session.ts'
import { type KeyGraph, type KeyNode, keyGraph, keyOf, nodeOf } from './index.ts'

const crypto = nodeCrypto()
const graphsOf = (records: readonly TraceRecord[], host = LAPTOP): readonly KeyGraph[] =>
  sessionsOf(records, host).map(session => keyGraph(session, crypto)!)
const graphOf = async (options: PlayOptions = {}): Promise<KeyGraph> => graphsOf((await play(options)).records)[0]!
const at = (graph: KeyGraph, key: string): KeyNode => nodeOf(graph, key)!
const kinds = (graph: KeyGraph, kind: KeyNode['kind']): string[] =>
  graph.nodes.filter(node => node.kind === kind).map(node => keyOf(node.id))
const hex = (node: KeyNode): string => node.values.map(({ bytes }) => hexText(bytes)).join(' ')

/** Every input is a node of the same graph. */
const loose = (graph: KeyGraph): string[] =>
  graph.nodes.flatMap(node => node.inputs.map(keyOf)).filter(key => nodeOf(graph, key) === undefined)

const openings = (graph: KeyGraph): (readonly [string, number, number])[] =>
  graph.nodes.flatMap(({ id, proof }) =>
    proof?.by === 'records' && proof.with === 'it' ? [[keyOf(id), proof.opened, proof.of] as const] : [],
  )

test('TLS 1.3: each key opens every record that was sealed with it, and both Finished come out right', async () => {
  const graph = await graphOf()
  expect([graph.version, graph.suite, graph.resumed]).toEqual(['TLS 1.3', 'TLS_AES_128_GCM_SHA256', false])
  expect(openings(graph)).toEqual([
    ['clientHandshakeKeys', 1, 1],
    ['serverHandshakeKeys', 1, 1],
    ['clientKeys', 3, 3],
    ['serverKeys', 4, 4],
  ])
  expect(at(graph, 'serverFinished').proof).toMatchObject({ by: 'message', ok: true, name: 'Finished' })
  expect(at(graph, 'clientFinished').proof).toMatchObject({ by: 'message', ok: true, where: { start: 4, end: 36 } })
  expect(loose(graph)).toEqual([])
})

test('TLS 1.3: who listens knows the halves and the hash of the hellos, and nobody has written down what lies between', async () => {
  const graph = await graphOf()
  expect(kinds(graph, 'public')).toEqual(['clientShare', 'serverShare', 'earlySecret', 'helloHash'])
  expect(kinds(graph, 'absent')).toEqual(['sharedSecret', 'handshakeSecret', 'mainSecret', 'resumption'])
  // RFC 8448 3: extracted from zeros, it is the same in every handshake.
  expect(hex(at(graph, 'earlySecret'))).toBe('33ad0a1c607ec03b09e6cd9893680ce210adf300aa1f2660e1b22e10f170f92a')
  expect(at(graph, 'clientShare').values[0]?.bytes.length).toBe(32)
})

test('what keys prove is told of the secrets that they come from, and of nothing that is not known', async () => {
  const graph = await graphOf({ tls: { versions: ['TLS 1.2'] } })
  expect(at(graph, 'master').proof).toMatchObject({ by: 'records', with: 'keys from it', opened: 8, tried: 8, of: 8 })
  expect(at(graph, 'sharedSecret').proof).toBeUndefined()
  expect(at(await graphOf(), 'serverTraffic').proof).toMatchObject({ with: 'keys from it', opened: 4, of: 4 })
})

test('another seed draws another value for every node but the one that never changes', async () => {
  const [one, other] = [await graphOf({ seed: 7 }), await graphOf({ seed: 8 })]
  const same = one.nodes.filter(node => node.kind !== 'absent' && hex(node) === hex(at(other, keyOf(node.id))))
  expect(same.map(node => keyOf(node.id))).toEqual(['earlySecret'])
})

test('TLS 1.2: the master secret gives the block, the block the keys, and they open all 8 records', async () => {
  const graph = await graphOf({ tls: { versions: ['TLS 1.2'] } })
  expect(openings(graph)).toEqual([
    ['clientKeys', 4, 4],
    ['serverKeys', 4, 4],
  ])
  expect(kinds(graph, 'absent')).toEqual(['sharedSecret'])
  const [block, client, server] = ['keyBlock', 'clientKeys', 'serverKeys'].map(key => hex(at(graph, key)))
  const [[clientKey, clientIv], [serverKey, serverIv]] = [client!.split(' '), server!.split(' ')]
  expect(`${clientKey}${serverKey}${clientIv}${serverIv}`).toBe(block)
  expect(at(graph, 'serverFinished').proof).toMatchObject({ ok: true, where: { start: 4, end: 16 } })
  expect(at(graph, 'sessionHash').formula?.terms).toEqual([
    {
      messages: [
        'ClientHello',
        'ServerHello',
        'Certificate',
        'ServerKeyExchange',
        'ServerHelloDone',
        'ClientKeyExchange',
      ],
    },
  ])
  expect(loose(graph)).toEqual([])
})

test('TLS 1.2 with RSA key exchange: the secret went over the wire, encrypted to the key of the server', async () => {
  const graph = await graphOf({
    tls: { versions: ['TLS 1.2'], suites: ['TLS_RSA_WITH_AES_128_CBC_SHA'] },
    leaf: { key: 'rsa-2048', usage: KEY_USAGE.keyEncipherment },
  })
  expect(kinds(graph, 'absent')).toEqual(['premaster'])
  expect(at(graph, 'encryptedPremaster').values[0]?.bytes.length).toBe(256)
  expect(at(graph, 'clientKeys').values.map(({ part, bytes }) => [part, bytes.length])).toEqual([
    ['macKey', 20],
    ['key', 16],
  ])
  expect(openings(graph).map(([, opened, of]) => opened === of && of > 0)).toEqual([true, true])
})

test('a resumed session: what it began with is from before, and everything behind it is recomputed all the same', async () => {
  const [, in13] = graphsOf((await play({ visits: 2 })).records)
  expect([in13!.resumed, at(in13!, 'psk').why, at(in13!, 'earlySecret').kind]).toEqual([true, 'from before', 'absent'])
  expect(openings(in13!).every(([, opened, of]) => opened === of)).toBe(true)
  expect(at(in13!, 'serverFinished').proof).toMatchObject({ ok: true })
  const [, in12] = graphsOf((await play({ visits: 2, tls: { versions: ['TLS 1.2'] } })).records)
  expect([in12!.resumed, at(in12!, 'master').inputs, nodeOf(in12!, 'sharedSecret')]).toEqual([true, [], undefined])
  expect(openings(in12!).map(([, opened, of]) => opened === of && of > 0)).toEqual([true, true])
  expect(at(in12!, 'clientFinished').proof).toMatchObject({ ok: true })
})

test('a server that asks for another half: the first hello counts as its hash', async () => {
  const graph = await graphOf({ tls: { groups: ['x25519', 'secp384r1'] }, serverTls: { groups: ['secp384r1'] } })
  expect(at(graph, 'helloHash').formula?.terms).toEqual([
    { messages: ['ClientHello', 'HelloRetryRequest', 'ClientHello', 'ServerHello'] },
  ])
  expect(at(graph, 'clientShare').values[0]?.bytes.length).toBe(97)
  expect(at(graph, 'serverFinished').proof).toMatchObject({ ok: true })
})

test('without keys everything that is no secret is worked out, and nothing else', async () => {
  const [graph] = graphsOf(overheard(await play()).records, 'client')
  expect(kinds(graph!, 'secret')).toEqual([])
  expect(kinds(graph!, 'public')).toEqual(['clientShare', 'serverShare', 'earlySecret', 'helloHash'])
  expect(at(graph!, 'clientHandshake').why).toBe('not at hand')
  const seen = await graphOf()
  expect(hex(at(graph!, 'helloHash'))).toBe(hex(at(seen, 'helloHash')))
})

test('an end that forgets its keys knows as much as who has the frames alone', async () => {
  for (const version of ['TLS 1.3', 'TLS 1.2'] as const) {
    const played = await play({ tls: { versions: [version] } })
    const [forgetful] = graphsOf(withoutKeys(played.records))
    const [listener] = graphsOf(overheard(played).records, 'client')
    const known = ({ nodes }: KeyGraph) => nodes.map(node => [keyOf(node.id), node.kind, node.why, hex(node)])
    expect(known(forgetful!)).toEqual(known(listener!))
  }
})

test('a client that refuses the certificate in TLS 1.2 ends before there is a secret', async () => {
  const graph = await graphOf({ names: ['admin.shop.test'], tls: { versions: ['TLS 1.2'] } })
  expect(at(graph, 'master').why).toBe('not reached')
  expect(kinds(graph, 'public')).toEqual(['clientRandom', 'serverRandom'])
  expect(nodeOf(graph, 'clientFinished')).toBeUndefined()
})

test('a wrong secret in the log opens nothing, and that is what is said', async () => {
  const { records } = await play()
  const wrong = records.map(entry =>
    entry.type === 'secret' && entry.record.label === 'SERVER_TRAFFIC_SECRET_0'
      ? { ...entry, record: { ...entry.record, secret: new Uint8Array(32).fill(1) } }
      : entry,
  )
  const [graph] = graphsOf(wrong)
  expect(at(graph!, 'serverKeys').proof).toMatchObject({ by: 'records', opened: 0, of: 4 })
  expect(at(graph!, 'clientKeys').proof).toMatchObject({ by: 'records', opened: 3, of: 3 })
})

test('a record that was changed on its way is not counted among those that open', async () => {
  const { records } = await play()
  let left = 1
  const changed = records.map(entry => {
    if (entry.type !== 'message' || entry.record.host !== LAPTOP || entry.record.layer !== 'tcp') return entry
    const { payload, direction, bytes } = entry.record
    if (direction !== 'in' || payload === undefined || payload.start < 930 || left-- <= 0) return entry
    const copy = bytes.slice()
    copy[copy.length - 1]! ^= 1
    return { ...entry, record: { ...entry.record, bytes: copy } }
  })
  const [graph] = graphsOf(changed)
  expect(at(graph!, 'serverKeys').proof).toMatchObject({ opened: 3, of: 4 })
})
