/**
 * What a hello of TLS 1.3 costs a server that refuses it, beside one that it takes, in one process. A client pays nothing
 * for either, so no hello may be much dearer than the signature that taking one costs: 0.5 is twice as dear.
 */
import { performance } from 'node:perf_hooks'
import { certificateAuthority } from '../../src/ca/authority.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import { certifiedKey } from '../../src/tls/certificate/certified-key.ts'
import { tlsClient, tlsServer } from '../../src/tls/engine.ts'
import { extensionNumbers } from '../../src/tls/messages/extensions.ts'
import type { ClientHello } from '../../src/tls/messages/hello.ts'
import { HandshakeType } from '../../src/tls/messages/registries.table.ts'
import { handshake13 } from '../../src/tls/messages/tls13.ts'
import { schemeById } from '../../src/tls/schemes.table.ts'
import type { TlsConnection } from '../../src/tls/types.ts'
import { joined } from '../../src/wire/bytes.ts'
import { decode, encode } from '../../src/wire/codec.ts'
import type { BenchRow } from '../row.ts'

const HELLOS = 500
const RECORD_HEADER = 5

const crypto = nodeCrypto()
const ca = certificateAuthority({ crypto, now: Date.now, name: 'Bench root' })
const key = certifiedKey(ca.issue({ names: ['localhost'], key: 'p-256' }))

/** Gives what came, answers what is asked, and takes what goes out. */
const turn = (tls: TlsConnection, input?: Uint8Array): Uint8Array => {
  if (input !== undefined) tls.receive(input, 0)
  for (let event = tls.pollEvent(); event !== undefined; event = tls.pollEvent()) {
    if (event.type !== 'ask') continue
    const { id, question } = event
    if (question.about === 'client-hello') tls.answer(id, key, 0)
    if (question.about === 'sign')
      tls.answer(id, crypto.sign(schemeById(question.scheme)!.algorithm, key.key as Uint8Array, question.message), 0)
  }
  return joined(tls.pollTransmit(0) ?? [])
}

const good = turn(tlsClient({ crypto, serverName: 'localhost', versions: ['TLS 1.3'] }))

/** The good hello after `change`, in one record. */
const hello = (change: (body: ClientHello) => void): Uint8Array => {
  const body = decode(handshake13.codec, good.subarray(RECORD_HEADER)).body as ClientHello
  change(body)
  const message = encode(handshake13.codec, { type: HandshakeType.names.ClientHello!, body })
  return joined([Uint8Array.of(22, 3, 1, message.length >> 8, message.length & 0xff), message])
}

const extension = <T>({ extensions = [] }: ClientHello, name: keyof typeof extensionNumbers): T =>
  extensions.find(({ type }) => type === extensionNumbers[name])!.body as T

/** As many as fit into the longest hello that is read, of numbers that nobody has. */
const crowd = (count: number): { type: number; body: Uint8Array }[] =>
  Array.from({ length: count }, (_, i) => ({ type: 0x8000 + i, body: new Uint8Array(0) }))

const smallOrder = (body: ClientHello): void => {
  const { clientShares } = extension<{ clientShares: { keyExchange: Uint8Array }[] }>(body, 'keyShare')
  for (const share of clientShares) share.keyExchange = new Uint8Array(32)
}

const hellos: Readonly<Record<string, Uint8Array>> = {
  'no-common-version': hello(body => {
    extension<{ versions: number[] }>(body, 'supportedVersions').versions = [0x0301]
  }),
  'no-common-suite': hello(body => {
    body.cipherSuites = [0x1399]
  }),
  'extension-twice': hello(body => body.extensions!.push(...crowd(3_700), ...crowd(1))),
  'share-wrong': hello(smallOrder),
  'share-wrong-in-a-crowd': hello(body => {
    body.extensions!.push(...crowd(3_700))
    smallOrder(body)
  }),
}

/** Milliseconds for one. */
const cost = async (bytes: Uint8Array): Promise<number> => {
  const started = performance.now()
  for (let i = 0; i < HELLOS; i++) turn(tlsServer({ crypto, versions: ['TLS 1.3'] }), bytes)
  return (performance.now() - started) / HELLOS
}

export const rows: readonly BenchRow[] = Object.entries(hellos).map(([name, bytes]) => ({
  bench: `tls/refuse-${name}`,
  unit: 'ms',
  peer: 'taking one',
  goal: 0.5,
  better: 'less',
  ours: () => cost(bytes),
  theirs: () => cost(good),
}))
