/** The key schedule of TLS 1.3 (RFC 9846 7.1), as far as this connection went and its secrets are known. */
import { HASH_LENGTH } from '../../../src/crypto/hash.ts'
import type { Bytes } from '../../../src/engine.ts'
import { NamedGroup } from '../../../src/tls/messages/registries.table.ts'
import type { Secret } from '../../../src/tls/secret.ts'
import { type Suite13, suites13 } from '../../../src/tls/suites.table.ts'
import { extract, nextTraffic, protectionOf, trafficKeys, verifyData } from '../../../src/tls/tls13/key-schedule.ts'
import type { MessageRecord } from '../../../src/trace/types.ts'
import { sameOctets } from '../../../src/wire/bytes.ts'
import { before } from '../session.ts'
import {
  type Bound,
  boundTo,
  call,
  type Draft,
  finished,
  hashNode,
  id,
  logged,
  node,
  onTheWire,
  placeOf,
  saying,
  text,
  type Work,
  whole,
} from './build.ts'
import { type Epoch, epochsOf, opening, type Protected, sideOf, verifyDataIn } from './records.ts'
import type { KeyNode, NodeName, Proof, Term } from './types.ts'

interface Work13 extends Work {
  readonly suite: Suite13
  readonly epochs: readonly Protected[]
  /** A session of before stands behind it. */
  readonly psk: boolean
  /** Both have sent halves of a key agreement. */
  readonly agreed: boolean
}

const RULE = 'RFC 9846 7.1'
const HASH_NAMES = { sha1: 'SHA-1', sha256: 'SHA-256', sha384: 'SHA-384', sha512: 'SHA-512' } as const
export const hashName = (hash: keyof typeof HASH_NAMES): string => HASH_NAMES[hash]

const expand = (secret: Term, label: string, context: Term, length: number) =>
  call('HKDF-Expand-Label', [secret, text(label), context], length)
const derive = (secret: Term, label: string, messages: Term) => call('Derive-Secret', [secret, text(label), messages])
const NOTHING: Term = { words: 'nothing' }
const ZEROS: Term = { words: 'zeros' }

/** `work.session` is one of TLS 1.3 whose suite is known. */
export const nodes13 = (work: Work & { readonly suite: Suite13 }): readonly KeyNode[] => {
  const { session } = work
  const extensions = session.server?.body.extensions
  const psk = extensions?.preSharedKey !== undefined
  const agreed = extensions?.keyShare !== undefined
  const whole = { ...work, epochs: epochsOf(session), psk, agreed }
  return [...beginning(whole), ...handshakeStage(whole), ...mainStage(whole)]
}

const beginning = (work: Work13): readonly KeyNode[] => {
  const { session, crypto, suite, psk, agreed } = work
  const group = session.server?.body.extensions.keyShare?.serverShare.group
  const groupName = group === undefined ? '' : NamedGroup.nameOf(group)
  const shares = ['body', 'extensions', saying('key_share'), 'body'] as const
  const ofGroup = ({ children }: { readonly children?: readonly { readonly text?: string | undefined }[] }): boolean =>
    children?.some(child => child.text === groupName) === true
  const zeros = new Uint8Array(HASH_LENGTH[suite.hash])
  const nothing = new Uint8Array(0)
  const client = session.client?.message
  return [
    ...(psk ? [finished({ name: 'psk', why: 'from before', rule: 'RFC 9846 4.7.1' })] : []),
    ...(agreed
      ? [
          onTheWire(
            'clientShare',
            client,
            [...shares, 'clientShares', ofGroup, 'keyExchange', 'data'],
            'RFC 9846 4.3.8',
          ),
          onTheWire(
            'serverShare',
            session.server?.message,
            [...shares, 'serverShare', 'keyExchange', 'data'],
            'RFC 9846 4.3.8',
          ),
          finished({
            name: 'sharedSecret',
            formula: call(groupName, [{ words: 'private half' }, { words: 'other half' }]),
            inputs: [id('clientShare'), id('serverShare')],
            rule: 'RFC 9846 7.4',
          }),
        ]
      : []),
    finished({
      name: 'earlySecret',
      formula: call('HKDF-Extract', [ZEROS, psk ? node('psk') : ZEROS]),
      inputs: psk ? [id('psk')] : [],
      // Without a session of before it is the same everywhere, and no secret.
      ...(psk ? {} : { kind: 'public', values: whole(extract(crypto, suite.hash, nothing, zeros).reveal()) }),
      rule: RULE,
    }),
    ...earlyData(work),
  ]
}

const EARLY = 'CLIENT_EARLY_TRAFFIC_SECRET'

/** What the client sent before the server answered. */
const earlyData = (work: Work13): readonly KeyNode[] => {
  const { session } = work
  if (!work.psk || (!session.secrets.has(EARLY) && !work.epochs.some(({ epoch }) => epoch === 'early'))) return []
  const bound = boundTo(
    work,
    before(session, m => m.name === 'ServerHello'),
  )
  const secret = logged(work, EARLY)
  return [
    hashNode('helloOnlyHash', hashName(work.suite.hash), bound, { kind: 'public' }),
    trafficNode(work, 'clientEarly', EARLY, 'earlySecret', 'c e traffic', 'helloOnlyHash'),
    ...keysOf(work, secret, { name: 'clientEarlyKeys', from: 'clientEarly', side: 'client', epoch: 'early' }),
  ]
}

const trafficNode = (
  work: Work13,
  name: NodeName,
  label: string,
  from: NodeName,
  derived: string,
  transcript: NodeName,
): KeyNode =>
  finished({
    name,
    label,
    formula: derive(node(from), derived, node(transcript)),
    inputs: [id(from), id(transcript)],
    values: whole(logged(work, label)?.reveal()),
    why: 'not at hand',
    rule: RULE,
  })

const handshakeStage = (work: Work13): readonly KeyNode[] => {
  const { session, suite, agreed } = work
  const hash = hashName(suite.hash)
  const hello = boundTo(work, (before(session, m => m.name === 'ServerHello') ?? -1) + 1)
  const input: Term = agreed ? node('sharedSecret') : ZEROS
  const [client, server] = [CLIENT_HANDSHAKE, SERVER_HANDSHAKE].map(label => logged(work, label))
  return [
    hashNode('helloHash', hash, hello, { kind: 'public' }),
    finished({
      name: 'handshakeSecret',
      formula: call('HKDF-Extract', [derive(node('earlySecret'), 'derived', NOTHING), input]),
      inputs: [id('earlySecret'), ...(agreed ? [id('sharedSecret')] : [])],
      rule: RULE,
    }),
    trafficNode(work, 'clientHandshake', CLIENT_HANDSHAKE, 'handshakeSecret', 'c hs traffic', 'helloHash'),
    trafficNode(work, 'serverHandshake', SERVER_HANDSHAKE, 'handshakeSecret', 's hs traffic', 'helloHash'),
    ...keysOf(work, client, {
      name: 'clientHandshakeKeys',
      from: 'clientHandshake',
      side: 'client',
      epoch: 'handshake',
    }),
    ...keysOf(work, server, {
      name: 'serverHandshakeKeys',
      from: 'serverHandshake',
      side: 'server',
      epoch: 'handshake',
    }),
    ...finishedNodes(work, 'server', server),
    ...finishedNodes(work, 'client', client),
  ]
}

const CLIENT_HANDSHAKE = 'CLIENT_HANDSHAKE_TRAFFIC_SECRET'
const SERVER_HANDSHAKE = 'SERVER_HANDSHAKE_TRAFFIC_SECRET'

interface KeysOf {
  readonly name: NodeName
  readonly update?: number
  readonly from: NodeName
  readonly side: 'client' | 'server'
  readonly epoch: Epoch
}

/** Key and IV of a traffic secret, and the records that they open. */
const keysOf = (work: Work13, secret: Secret | undefined, of: KeysOf): readonly KeyNode[] => {
  const { session, crypto, suite, epochs } = work
  const { name, from, side, epoch, update = 0 } = of
  const sealed = epochs.find(each => each.side === side && each.epoch === epoch)
  const keys = secret && trafficKeys(crypto, suite, secret)
  return [
    finished({
      name,
      update,
      formula: expand(node(from, update), 'key', NOTHING, suite.keyLength),
      inputs: [id(from, update)],
      values:
        keys === undefined
          ? []
          : [
              { part: 'key', bytes: keys.key },
              { part: 'iv', bytes: keys.iv },
            ],
      why: 'not at hand',
      rule: 'RFC 9846 7.3',
      proof: secret && sealed && opening(session, sealed, protectionOf(crypto, suite, secret)),
    }),
  ]
}

/** RFC 9846 4.5.3; a Finished that was never sent is not there. */
const finishedNodes = (work: Work13, side: 'client' | 'server', secret: Secret | undefined): readonly KeyNode[] => {
  const { session, crypto, suite } = work
  const isIts = (m: MessageRecord): boolean => m.name === 'Finished' && sideOf(session, m) === side
  const count = before(session, isIts)
  if (count === undefined) return []
  const bound = boundTo(work, count)
  // What the server's flight ends with is what the client's Finished begins behind, unless the client shows who it is.
  const shared = side === 'client' && session.bound[count - 1]?.name === 'Finished'
  const hashId = shared ? 'flightHash' : side === 'client' ? 'clientFinishedHash' : 'serverFinishedHash'
  const own = side === 'client' ? 'clientHandshake' : 'serverHandshake'
  const message = session.bound[count]
  const hash = bound?.hash
  const value = secret && hash && verifyData(crypto, suite.hash, secret, hash)
  return [
    ...(shared ? [] : [transcriptNode(work, hashId, bound)]),
    finished({
      name: side === 'client' ? 'clientFinished' : 'serverFinished',
      formula: call('HMAC', [expand(node(own), 'finished', NOTHING, HASH_LENGTH[suite.hash]), node(hashId)]),
      inputs: [id(own), id(hashId)],
      values: whole(value),
      why: 'not at hand',
      rule: 'RFC 9846 4.5.3',
      proof: provenBy(message, value),
    }),
  ]
}

/** Of messages that are encrypted themselves: who only listens cannot work it out. */
const transcriptNode = ({ suite }: Work13, name: NodeName, bound: Bound | undefined): KeyNode =>
  hashNode(name, hashName(suite.hash), bound, {})

const provenBy = (message: MessageRecord | undefined, value: Bytes | undefined): Proof | undefined => {
  const said = message && verifyDataIn(message)
  const where = placeOf(message, 'body', 'verifyData')
  if (message === undefined || said === undefined || value === undefined || where === undefined) return undefined
  return { by: 'message', ok: sameOctets(said, value), where, name: message.name }
}

const mainStage = (work: Work13): readonly KeyNode[] => {
  const { session } = work
  const serverFinished = before(session, m => m.name === 'Finished' && sideOf(session, m) === 'server')
  const clientFinished = before(session, m => m.name === 'Finished' && sideOf(session, m) === 'client')
  const label = (draft: Omit<Draft, 'name'> & { readonly name: NodeName }) => finished(draft)
  const main = label({
    name: 'mainSecret',
    formula: call('HKDF-Extract', [derive(node('handshakeSecret'), 'derived', NOTHING), ZEROS]),
    inputs: [id('handshakeSecret')],
    rule: RULE,
  })
  if (serverFinished === undefined) return session.secrets.size === 0 ? [main] : []
  const flight = boundTo(work, serverFinished + 1)
  return [
    main,
    transcriptNode(work, 'flightHash', flight),
    ...generations(work, 'client'),
    ...generations(work, 'server'),
    trafficNode(work, 'exporter', 'EXPORTER_SECRET', 'mainSecret', 'exp master', 'flightHash'),
    ...(clientFinished === undefined
      ? []
      : [
          transcriptNode(work, 'wholeHash', boundTo(work, clientFinished + 1)),
          finished({
            name: 'resumption',
            formula: derive(node('mainSecret'), 'res master', node('wholeHash')),
            inputs: [id('mainSecret'), id('wholeHash')],
            rule: RULE,
          }),
        ]),
  ]
}

/** KeyUpdates that are followed; a peer may send as many as it likes. */
const MOST_UPDATES = 8

/** A traffic secret with its keys, and those behind each KeyUpdate (RFC 9846 7.2). */
const generations = (work: Work13, side: 'client' | 'server'): readonly KeyNode[] => {
  const { crypto, suite, epochs } = work
  const secretName = side === 'client' ? 'clientTraffic' : 'serverTraffic'
  const keysName = side === 'client' ? 'clientKeys' : 'serverKeys'
  const labelOf = (update: number): string => `${side.toUpperCase()}_TRAFFIC_SECRET_${update}`
  const last = Math.max(
    0,
    ...epochs.map(each => (each.side === side && typeof each.epoch === 'number' ? each.epoch : 0)),
  )
  let secret = logged(work, labelOf(0))
  const derivedAs = side === 'client' ? 'c ap traffic' : 's ap traffic'
  const nodes = [trafficNode(work, secretName, labelOf(0), 'mainSecret', derivedAs, 'flightHash')]
  nodes.push(...keysOf(work, secret, { name: keysName, from: secretName, side, epoch: 0 }))
  for (let update = 1; update <= Math.min(last, MOST_UPDATES); update++) {
    const next: Secret | undefined = secret && nextTraffic(crypto, suite.hash, secret)
    nodes.push(updatedNode(work, secretName, update, labelOf(update), next))
    nodes.push(...keysOf(work, next, { name: keysName, update, from: secretName, side, epoch: update }))
    secret = next
  }
  return nodes
}

const updatedNode = (
  { session, suite }: Work13,
  name: NodeName,
  update: number,
  label: string,
  secret: Secret | undefined,
): KeyNode => {
  const inLog = session.secrets.get(label)
  const value = secret?.reveal()
  return finished({
    name,
    update,
    label,
    formula: expand(node(name, update - 1), 'traffic upd', NOTHING, HASH_LENGTH[suite.hash]),
    inputs: [id(name, update - 1)],
    values: whole(value),
    why: 'not at hand',
    rule: 'RFC 9846 7.2',
    proof: value && inLog && { by: 'log', ok: sameOctets(value, inLog), label },
  })
}

export const known13 = (id: number): Suite13 | undefined => suites13.find(suite => suite.id === id)
