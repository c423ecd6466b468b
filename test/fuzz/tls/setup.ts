/** Who meets in a duel: both sides as a script sets them up, with what they remember of an earlier meeting. */
import type { GroupName } from '../../../src/crypto/provider.ts'
import { nodeCertificateCoders } from '../../../src/node/certificate-coders.ts'
import { nodeCrypto } from '../../../src/node/crypto.ts'
import type { TlsClientConfig } from '../../../src/tls/config.ts'
import { tlsClient, tlsServer } from '../../../src/tls/engine.ts'
import { ExternalKey } from '../../../src/tls/session/external-key.ts'
import { Session } from '../../../src/tls/session/session.ts'
import { type AnySuiteName, DEFAULT_GROUPS, DEFAULT_SUITES } from '../../../src/tls/suites.table.ts'
import type { Ask, TlsVersion } from '../../../src/tls/types.ts'
import { ascii, concat, toHex } from '../../support/bytes.ts'
import { checked } from '../../support/checked.ts'
import { type Answers, answersOf, type Identity, identity, type KeyKind } from '../../support/tls.ts'
import { Player } from './player.ts'
import type { Script } from './script.ts'
import { type Belief, toyCrypto } from './toy-crypto.ts'

export type Side = 'client' | 'server'

const KINDS: readonly KeyKind[] = ['p-256', 'ed25519', 'p-384', 'rsa-2048']
const identities = new Map<KeyKind, Identity>()
/** Made once: signatures of the toy need no private key. */
const identityOf = (kind: KeyKind): Identity => {
  const known = identities.get(kind) ?? identity(nodeCrypto(), kind)
  identities.set(kind, known)
  return known
}

/** A choice by some bits of a byte. */
const pick = <T>(choices: readonly T[], bits: number): T => choices[bits % choices.length]!

const ALPN: readonly (readonly string[] | undefined)[] = [undefined, ['http/1.1'], ['h2', 'http/1.1'], ['x']]
const SUITES12: readonly (readonly AnySuiteName[])[] = [
  DEFAULT_SUITES.filter(name => name.includes('_WITH_')),
  ['TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256', 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256'],
  ['TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'],
  ['TLS_RSA_WITH_AES_128_GCM_SHA256', 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'],
]
const SUITES13: readonly (readonly AnySuiteName[])[] = [
  DEFAULT_SUITES.filter(name => !name.includes('_WITH_')),
  ['TLS_CHACHA20_POLY1305_SHA256'],
  ['TLS_AES_256_GCM_SHA384'],
  ['TLS_AES_128_GCM_SHA256'],
]
const GROUPS: readonly (readonly GroupName[])[] = [
  DEFAULT_GROUPS,
  ['x25519'],
  ['secp256r1', 'secp384r1'],
  ['secp521r1', 'x25519'],
]
const VERSIONS: readonly (readonly TlsVersion[])[] = [['TLS 1.2'], ['TLS 1.3'], ['TLS 1.2', 'TLS 1.3']]

/** What the bits of a script set on either side. */
const configOf = (bits: number, newer: number) => ({
  alpn: pick(ALPN, bits & 3),
  suites: [...pick(SUITES13, (newer >> 4) & 3), ...pick(SUITES12, (bits >> 2) & 3)],
  groups: groupsOf(bits, newer),
  versions: pick(VERSIONS, newer & 3),
  certificateCoders: (newer & 128) === 0 ? [] : nodeCertificateCoders,
  extendedMasterSecret: pick(['preferred', 'required'] as const, (bits >> 6) & 1),
  renegotiation: pick(['declined', 'fatal'] as const, (bits >> 7) & 1),
})

const groupsOf = (bits: number, newer: number): readonly GroupName[] => {
  const groups = pick(GROUPS, (bits >> 4) & 3)
  return (newer & 64) === 0 ? groups : ['X25519MLKEM768', ...groups]
}

/** Shares that a client sends with its first hello: as it likes, none, its last group, all. */
const sharesOf = (bits: number, newer: number): readonly GroupName[] | undefined => {
  const groups = groupsOf(bits, newer)
  return pick([undefined, [], groups.slice(-1), groups], (newer >> 2) & 3)
}

export const beliefOf = (script: Script): Belief => ((script.settings & 1) === 0 ? 'careful' : 'credulous')

/** The tested side of a script, fresh. To hold it to the contract of engines costs more than its own work. */
export const tested = (side: Side, script: Script, as: 'checked' | 'bare'): Player =>
  playerOf(side, script, {
    bits: script.own,
    newer: script.ownNewer,
    seed: script.seed,
    belief: beliefOf(script),
    manners: script.manners,
    memory: remembered(side, script),
    as,
  })

/** Whom it meets: a peer that takes whatever is said to it, so that the handshake goes on. */
export const peerOf = (side: Side, script: Script): Player =>
  playerOf(side === 'client' ? 'server' : 'client', script, {
    bits: script.theirs,
    newer: script.theirNewer,
    seed: script.seed + 1_000,
    belief: 'credulous',
    memory: remembered(side, script),
  })

/** What is left of an earlier connection of the same two. */
interface Memory {
  readonly session?: Session | 'new' | undefined
  readonly stored: ReadonlyMap<string, Uint8Array>
}

interface Given {
  readonly bits: number
  readonly newer: number
  readonly seed: number
  readonly belief: Belief
  readonly memory: Memory
  readonly manners?: Script['manners']
  readonly as?: 'checked' | 'bare'
}

const RESUMPTION = [[], ['ticket'], ['session'], ['ticket', 'session']] as const

const playerOf = (side: Side, script: Script, given: Given): Player => {
  const { bits, newer, seed, belief, memory, manners = [], as = 'bare' } = given
  const crypto = toyCrypto(seed, belief)
  const who = identityOf(KINDS[(script.settings >> 1) & 3]!)
  const { settings } = script
  const padding = (script.authentication & 32) === 0 ? undefined : (length: number) => length % 7
  const config = { crypto, exporters: 'kept' as const, padding, ...configOf(bits, newer) }
  const certified =
    (settings & 8) === 0 ? who.certified : { ...who.certified, ocsp: ascii('good'), scts: [ascii('seen')] }
  const tls =
    side === 'client'
      ? tlsClient({
          serverName: 'shop.test',
          session: memory.session,
          shares: sharesOf(bits, newer),
          ...wishesOf(script),
          ...config,
        })
      : tlsServer({
          ...config,
          clientCertificate: (['none', 'asked', 'required', 'none'] as const)[script.authentication & 3],
          clientAuthorities: [ascii('a name')],
          resumption: RESUMPTION[(script.resumption >> 2) & 3]!,
          earlyData: (script.resumption & 16) === 0 ? undefined : 100,
          halfRtt: (script.resumption & 64) === 0 ? undefined : 'allowed',
          postHandshakeAuth: (script.authentication & 8) === 0 ? undefined : 'allowed',
          psk: (script.authentication & 64) === 0 ? undefined : 'asked',
          recordSizeLimit: (settings & 32) === 0 ? undefined : 200,
        })
  const stored = new Map(memory.stored)
  const usual = answersOf(crypto, who)
  const answers: Answers = question => {
    if (question.about === 'certificate' && (script.authentication & 4) !== 0) return certified
    if (question.about === 'client-hello') return (script.authentication & 128) === 0 ? certified : 'none'
    if (question.about === 'psk')
      return SERVERS_KEYS.find(key => question.identities.some(identity => key.isFor(identity))) ?? 'none'
    if (question.about === 'early-data') return (script.resumption & 32) === 0 ? 'fresh' : 'none'
    return remembering(question, stored, belief) ?? usual(question)
  }
  return new Player(as === 'bare' ? tls : checked(tls), answers, stored, manners)
}

/** What a client says before it knows whom to. */
export const EARLY: Uint8Array = ascii('said early')

/** What a client asks for besides, by the bits of a script. */
const wishesOf = ({ settings, authentication, resumption }: Script): Partial<TlsClientConfig> => ({
  evidence: (settings & 8) === 0 ? [] : ['ocsp', 'scts'],
  recordSizeLimit: (settings & 16) === 0 ? undefined : 64,
  maxFragmentLength: (settings & 32) === 0 ? undefined : 512,
  falseStart: (settings & 64) === 0 ? undefined : 'allowed',
  fallback: (settings & 128) === 0 ? undefined : 'signalled',
  earlyData: (resumption & 16) === 0 ? undefined : EARLY,
  postHandshakeAuth: (authentication & 8) === 0 ? undefined : 'allowed',
  grease: (authentication & 16) === 0 ? undefined : 'sent',
  psk: (authentication & 64) === 0 ? undefined : CLIENTS_KEYS,
})

/** Both sides have the last two. */
const keysFor = (role: Side, names: readonly string[]): readonly ExternalKey[] =>
  names.flatMap((name, i) => {
    const about = { identity: ascii(name), key: ascii('a key that both sides have'), role }
    return i % 2 === 0 ? [ExternalKey.of({ ...about, hash: 'sha384' })] : ExternalKey.imported(nodeCrypto(), about)
  })
const CLIENTS_KEYS = keysFor('client', ['unknown', 'unknown too', 'for SHA-384', 'imported'])
const SERVERS_KEYS = keysFor('server', ['for SHA-384', 'imported'])

const SEAL = ascii('sealed: ')
const SUM_LENGTH = 16

/** Tickets are what they hold, with a hash that a careful server looks at; the sessions of a server are in a map. */
const remembering = (
  question: Ask['question'],
  stored: Map<string, Uint8Array>,
  belief: Belief,
): Uint8Array | 'none' | undefined => {
  if (question.about === 'session') {
    if ('get' in question.wanted) return stored.get(toHex(question.wanted.get)) ?? 'none'
    stored.set(toHex(question.wanted.id), question.wanted.put.slice())
    return 'none'
  }
  if (question.about !== 'ticket') return undefined
  if ('seal' in question.wanted) return concat(SEAL, question.wanted.seal, sumOf(question.wanted.seal))
  const ticket = question.wanted.open
  const end = ticket.length - SUM_LENGTH
  if (end < SEAL.length) return 'none'
  const state = ticket.slice(SEAL.length, end)
  return belief === 'credulous' || toHex(sumOf(state)) === toHex(ticket.subarray(end)) ? state : 'none'
}

const sumOf = (state: Uint8Array): Uint8Array =>
  nodeCrypto().hash('sha256').update(SEAL).update(state).digest().slice(0, SUM_LENGTH)

/** Memories by what they follow from: an earlier connection costs as much as the one that is tested. */
const memories = new Map<string, Memory>()
const MOST_MEMORIES = 1_000

const remembered = (side: Side, script: Script): Memory => {
  const wish = script.resumption & 3
  if (wish < 2) return { session: wish === 1 ? 'new' : undefined, stored: new Map() }
  const sides: [Setting, Setting] = [
    { bits: script.own, newer: script.ownNewer },
    { bits: script.theirs, newer: script.theirNewer },
  ]
  const [client, server] = side === 'client' ? sides : (sides.reverse() as typeof sides)
  const key = [
    script.settings & 6,
    client.bits,
    client.newer,
    server.bits,
    server.newer,
    script.authentication & 7,
    script.resumption & 15,
  ].join()
  const known = memories.get(key)
  if (known !== undefined) return known
  if (memories.size >= MOST_MEMORIES) memories.clear()
  const met = meeting(script, client, server)
  // From bytes it comes without the proof that the server was trusted.
  const made =
    wish === 3 && Session.is(met.session) ? { ...met, session: Session.fromBytes(met.session.toBytes()) } : met
  memories.set(key, made)
  return made
}

/** Turns that a handshake takes at most. */
const TURNS = 8

interface Setting {
  readonly bits: number
  readonly newer: number
}

const meeting = (script: Script, ofClient: Setting, ofServer: Setting): Memory => {
  const begin = { belief: 'careful', memory: { session: 'new', stored: new Map() } } as const
  const client = playerOf('client', script, { ...ofClient, ...begin, seed: 77 })
  const server = playerOf('server', script, { ...ofServer, ...begin, seed: 78 })
  let said = client.drain()
  for (let turn = 0; turn < TURNS && said.length > 0; turn++) {
    const answer = server.do({ do: 'receive', bytes: said })
    said = client.do({ do: 'receive', bytes: answer })
  }
  return { session: client.session ?? 'new', stored: server.stored }
}
