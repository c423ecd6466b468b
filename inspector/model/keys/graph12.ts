/** The key schedule of TLS 1.2 (RFC 5246 8.1, 6.3; RFC 7627 4), as far as this connection went and its secrets are known. */
import { toldBy } from '../../../src/inspect/handshake.ts'
import { NamedGroup } from '../../../src/tls/messages/registries.table.ts'
import type { Secret } from '../../../src/tls/secret.ts'
import type { Suite } from '../../../src/tls/suites.table.ts'
import { MAC_LENGTH } from '../../../src/tls/tls12/cbc-protection.ts'
import { type Keys, prf, trafficKeys, verifyData } from '../../../src/tls/tls12/key-schedule.ts'
import { sameOctets } from '../../../src/wire/bytes.ts'
import { before } from '../session.ts'
import {
  boundTo,
  call,
  finished,
  hashNode,
  id,
  logged,
  node,
  onTheWire,
  placeOf,
  text,
  type Work,
  whole,
} from './build.ts'
import { hashName } from './graph13.ts'
import { epochsOf, opening, sideOf, verifyDataIn } from './records.ts'
import type { Absence, KeyNode, Value } from './types.ts'

interface Work12 extends Work {
  readonly suite: Suite
  readonly master: Secret | undefined
  readonly extended: boolean
  readonly resumed: boolean
  /** Both randoms are known, and so everything but the secret. */
  readonly why: Absence
}

/** `session` is one of TLS 1.2 whose suite is known. */
export const nodes12 = (given: Work & { readonly suite: Suite }): readonly KeyNode[] => {
  const { session } = given
  const exchanged = session.resumed !== undefined || session.messages.some(m => m.name === 'ClientKeyExchange')
  const work: Work12 = {
    ...given,
    master: logged(given, 'CLIENT_RANDOM'),
    extended: session.server?.body.extensions.extendedMasterSecret !== undefined,
    resumed: session.resumed !== undefined,
    why: exchanged ? 'not at hand' : 'not reached',
  }
  return [...randoms(work), ...exchange(work), masterNode(work), ...blockNodes(work), ...finishedNodes(work)]
}

const randoms = ({ session }: Work12): readonly KeyNode[] => [
  onTheWire('clientRandom', session.client?.message, ['body', 'random'], 'RFC 5246 7.4.1.2'),
  onTheWire('serverRandom', session.server?.message, ['body', 'random'], 'RFC 5246 7.4.1.3'),
]

const exchange = (work: Work12): readonly KeyNode[] => {
  const { session, suite, resumed } = work
  if (resumed) return []
  const own = session.bound.find(m => m.name === 'ClientKeyExchange')
  const reached = own === undefined ? ('not reached' as const) : ('never recorded' as const)
  if (suite.exchange === 'rsa')
    return [
      onTheWire('encryptedPremaster', own, ['body', 'encryptedPremaster', 'data'], 'RFC 5246 7.4.7.1'),
      finished({
        name: 'premaster',
        formula: call('RSA', [{ words: 'private key' }, node('encryptedPremaster')], 48),
        inputs: [id('encryptedPremaster')],
        why: reached,
        rule: 'RFC 5246 8.1.1',
      }),
      ...sessionHash(work),
    ]
  const served = session.bound.find(m => m.name === 'ServerKeyExchange')
  const told = served && toldBy(served)
  const group = told?.name === 'ServerKeyExchange' ? NamedGroup.nameOf(told.body.params.group) : ''
  return [
    onTheWire('clientShare', own, ['body', 'publicKey', 'data'], 'RFC 8422 5.7'),
    onTheWire('serverShare', served, ['body', 'params', 'publicKey', 'data'], 'RFC 8422 5.4'),
    finished({
      name: 'sharedSecret',
      formula: call(group, [{ words: 'private half' }, { words: 'other half' }]),
      inputs: [id('clientShare'), id('serverShare')],
      why: reached,
      rule: 'RFC 8422 5.10',
    }),
    ...sessionHash(work),
  ]
}

const hasSessionHash = ({ extended, resumed }: Work12): boolean => extended && !resumed

const sessionHash = (work: Work12): readonly KeyNode[] => {
  if (!hasSessionHash(work)) return []
  const at = before(work.session, m => m.name === 'ClientKeyExchange')
  const bound = at === undefined ? undefined : boundTo(work, at + 1)
  return [hashNode('sessionHash', hashName(work.suite.hash), bound, { kind: 'public', rule: 'RFC 7627 3' })]
}

const masterNode = ({ suite, master, extended, resumed, why }: Work12): KeyNode => {
  const from = suite.exchange === 'rsa' ? 'premaster' : 'sharedSecret'
  const formula = extended
    ? call('PRF', [node(from), text('extended master secret'), node('sessionHash')], 48)
    : call('PRF', [node(from), text('master secret'), node('clientRandom'), node('serverRandom')], 48)
  const inputs = extended ? [id(from), id('sessionHash')] : [id(from), id('clientRandom'), id('serverRandom')]
  return finished({
    name: 'master',
    label: 'CLIENT_RANDOM',
    ...(resumed ? {} : { formula, inputs }),
    values: whole(master?.reveal()),
    why: resumed && why === 'not at hand' ? 'from before' : why,
    rule: extended ? 'RFC 7627 4' : 'RFC 5246 8.1',
  })
}

const PARTS = ['macKey', 'key', 'iv'] as const

const blockNodes = (work: Work12): readonly KeyNode[] => {
  const { session, crypto, suite, master, why } = work
  const lengths = {
    macKey: suite.mode === 'cbc' ? MAC_LENGTH[suite.mac] : 0,
    key: suite.keyLength,
    iv: suite.mode === 'aead' ? suite.fixedIvLength : 0,
  }
  const length = 2 * (lengths.macKey + lengths.key + lengths.iv)
  const [client, server] = [session.client?.body.hello.random, session.server?.body.hello.random]
  const known = master !== undefined && client !== undefined && server !== undefined
  const block = known ? prf(crypto, suite.hash, master, 'key expansion', [server, client], length) : undefined
  const keys = known ? trafficKeys(crypto, suite, master, client, server, macOrder(work)) : undefined
  let at = 0
  const cut = new Map<string, Value[]>([
    ['client', []],
    ['server', []],
  ])
  for (const part of PARTS)
    for (const [, values] of cut) {
      const bytes = block?.subarray(at, (at += lengths[part]))
      if (bytes !== undefined && bytes.length > 0) values.push({ part, bytes })
    }
  const expansion = [node('master'), text('key expansion'), node('serverRandom'), node('clientRandom')]
  return [
    finished({
      name: 'keyBlock',
      formula: call('PRF', expansion, length),
      inputs: [id('master'), id('serverRandom'), id('clientRandom')],
      values: whole(block),
      why,
      rule: 'RFC 5246 6.3',
    }),
    ...(['client', 'server'] as const).map(side => keysNode(work, side, cut.get(side)!, keys)),
  ]
}

const macOrder = ({ session }: Work12) =>
  session.server?.body.extensions.encryptThenMac === undefined ? 'mac-then-encrypt' : 'encrypt-then-mac'

const keysNode = (
  { session, why }: Work12,
  side: 'client' | 'server',
  values: readonly Value[],
  keys: Keys | undefined,
): KeyNode => {
  const sealed = epochsOf(session).find(each => each.side === side)
  return finished({
    name: side === 'client' ? 'clientKeys' : 'serverKeys',
    formula: call('cut', [node('keyBlock')]),
    inputs: [id('keyBlock')],
    values,
    why,
    rule: 'RFC 5246 6.3',
    proof: keys && sealed && opening(session, sealed, keys[side]),
  })
}

const finishedNodes = (work: Work12): readonly KeyNode[] =>
  (['client', 'server'] as const).flatMap(side => {
    const { session, crypto, suite, master } = work
    const count = before(session, m => m.name === 'Finished' && sideOf(session, m) === side)
    const bound = boundTo(work, count)
    if (bound === undefined || count === undefined) return []
    const value = master && bound.hash && verifyData(crypto, suite.hash, master, `${side} finished`, bound.hash)
    const message = session.bound[count]
    const said = message && verifyDataIn(message)
    const where = placeOf(message, 'body', 'verifyData')
    // Nothing more was said since the client's half: the hash that the master secret is bound to is this one too.
    const isBound = hasSessionHash(work) && session.bound[count - 1]?.name === 'ClientKeyExchange'
    const hashId = isBound ? 'sessionHash' : side === 'client' ? 'clientFinishedHash' : 'serverFinishedHash'
    // The second Finished binds the first, which is encrypted.
    const listened = !bound.names.includes('Finished')
    return [
      ...(isBound
        ? []
        : [
            hashNode(hashId, hashName(suite.hash), bound, {
              ...(listened ? { kind: 'public' } : {}),
              rule: 'RFC 5246 7.4.9',
            }),
          ]),
      finished({
        name: side === 'client' ? 'clientFinished' : 'serverFinished',
        formula: call('PRF', [node('master'), text(`${side} finished`), node(hashId)], 12),
        inputs: [id('master'), id(hashId)],
        values: whole(value),
        why: 'not at hand',
        rule: 'RFC 5246 7.4.9',
        proof:
          said && value && where && message
            ? { by: 'message', ok: sameOctets(said, value), where, name: message.name }
            : undefined,
      }),
    ]
  })
