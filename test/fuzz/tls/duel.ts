/**
 * A real handshake between the tested side and a live peer, with the script of the fuzzer between them. What the peer
 * sends waits as records that the operations deliver, change, drop and forge; the peer itself hears the tested side
 * undisturbed. Everything that the tested side was given goes on a tape.
 */
import type { GroupName } from '../../../src/crypto/provider.ts'
import { nodeCrypto } from '../../../src/node/crypto.ts'
import { tlsClient, tlsServer } from '../../../src/tls/engine.ts'
import type { SuiteName } from '../../../src/tls/suites.table.ts'
import { ascii, concat } from '../../support/bytes.ts'
import { checked } from '../../support/checked.ts'
import { type Answers, answersOf, type Identity, identity, type KeyKind, record, recordsOf } from '../../support/tls.ts'
import { Player, type Step } from './player.ts'
import type { Operation, OperationName, Script } from './script.ts'
import { extended, replaced, sampled, withFragment } from './surgery.ts'
import { type Belief, toyCrypto } from './toy-crypto.ts'

export type Side = 'client' | 'server'

/** Turns of `go`: no handshake takes more, and two sides that never fall silent would be a finding. */
const MOST_TURNS = 12
const HEADER = 5
const TAG = 16

const KINDS: readonly KeyKind[] = ['p-256', 'ed25519', 'p-384', 'rsa-2048']
const identities = new Map<KeyKind, Identity>()
/** Made once: signatures of the toy need no private key. */
const identityOf = (kind: KeyKind): Identity => {
  const known = identities.get(kind) ?? identity(nodeCrypto(), kind)
  identities.set(kind, known)
  return known
}

const ALPN: readonly (readonly string[] | undefined)[] = [undefined, ['http/1.1'], ['h2', 'http/1.1'], ['x']]
const SUITES: readonly (readonly SuiteName[] | undefined)[] = [
  undefined,
  ['TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256', 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256'],
  ['TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'],
  ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'],
]
const GROUPS: readonly (readonly Exclude<GroupName, 'X25519MLKEM768'>[] | undefined)[] = [
  undefined,
  ['x25519'],
  ['secp256r1', 'secp384r1'],
  ['secp521r1', 'x25519'],
]

const configOf = (bits: number) => ({
  ...(ALPN[bits & 3] === undefined ? {} : { alpn: ALPN[bits & 3] }),
  ...(SUITES[(bits >> 2) & 3] === undefined ? {} : { suites: SUITES[(bits >> 2) & 3] }),
  ...(GROUPS[(bits >> 4) & 3] === undefined ? {} : { groups: GROUPS[(bits >> 4) & 3] }),
  ...((bits & 64) === 0 ? {} : { extendedMasterSecret: 'required' as const }),
  ...((bits & 128) === 0 ? {} : { renegotiation: 'fatal' as const }),
})

export const beliefOf = (script: Script): Belief => ((script.settings & 1) === 0 ? 'careful' : 'credulous')

/** The tested side of a script, fresh. To hold it to the contract of engines costs more than its own work. */
export const tested = (side: Side, script: Script, as: 'checked' | 'bare'): Player =>
  playerOf(side, script, script.own, script.seed, beliefOf(script), script.manners, as)

const playerOf = (
  side: Side,
  script: Script,
  bits: number,
  seed: number,
  belief: Belief,
  manners: Script['manners'] = [],
  as: 'checked' | 'bare' = 'bare',
): Player => {
  const crypto = toyCrypto(seed, belief)
  const who = identityOf(KINDS[(script.settings >> 1) & 3]!)
  const config = { crypto, ...configOf(bits) }
  const clientCertificate = (['none', 'asked', 'required', 'none'] as const)[script.authentication & 3]
  const tls =
    side === 'client'
      ? tlsClient({ serverName: 'shop.test', ...config })
      : tlsServer({ ...config, clientCertificate, clientAuthorities: [ascii('a name')] })
  const usual = answersOf(crypto, who)
  const answers: Answers = question =>
    question.about === 'certificate' && (script.authentication & 4) !== 0 ? who.certified : usual(question)
  return new Player(as === 'bare' ? tls : checked(tls), answers, manners)
}

export class Duel {
  readonly own: Player
  readonly peer: Player
  readonly tape: Step[] = []
  /** What the peer said in its data, as far as it was given to its engine. */
  readonly written: Uint8Array[] = []
  peerClosed = false
  readonly #toOwn: Uint8Array[] = []
  readonly #toPeer: Uint8Array[] = []
  #stopped = false
  constructor(side: Side, script: Script) {
    this.own = tested(side, script, 'checked')
    this.peer = playerOf(
      side === 'client' ? 'server' : 'client',
      script,
      script.theirs,
      script.seed + 1_000,
      'credulous',
    )
    this.#sent(this.own.drain())
    this.#toOwn.push(...recordsOf(this.peer.drain()))
    for (const operation of script.operations) if (!this.#stopped) this.#operate[operation.name](operation)
    if (!this.#stopped) this.#go()
  }

  #sent(bytes: Uint8Array): void {
    this.#toPeer.push(...recordsOf(bytes))
  }
  #do(step: Step): void {
    this.tape.push(step)
    this.#sent(this.own.do(step))
  }
  #give(bytes: Uint8Array): void {
    this.#do({ do: 'receive', bytes })
  }
  #peerDoes(step: Step): void {
    this.#toOwn.push(...recordsOf(this.peer.do(step)))
  }
  /** The peer hears everything. */
  #answer(): void {
    for (let bytes = this.#toPeer.shift(); bytes !== undefined; bytes = this.#toPeer.shift())
      this.#peerDoes({ do: 'receive', bytes })
  }
  #deliver(): void {
    const bytes = this.#toOwn.shift()
    if (bytes !== undefined) this.#give(bytes)
  }
  /** Until both are silent. */
  #go(): void {
    for (let turn = 0; this.#toOwn.length + this.#toPeer.length > 0; turn++) {
      if (turn > MOST_TURNS) throw new Error('the two sides talk without end')
      this.#answer()
      for (let left = this.#toOwn.length; left > 0; left--) this.#deliver()
    }
  }
  /** Changes the record that comes next. */
  #change(change: (record: Uint8Array) => readonly Uint8Array[]): void {
    if (this.#toOwn.length === 0) this.#answer()
    const head = this.#toOwn.shift()
    if (head !== undefined) this.#toOwn.unshift(...change(head))
  }

  readonly #operate: Readonly<Record<OperationName, (operation: Operation) => void>> = {
    go: () => this.#go(),
    deliver: ({ x }) => {
      if (this.#toOwn.length === 0) this.#answer()
      for (let left = 1 + (x & 7); left > 0; left--) this.#deliver()
    },
    tear: ({ y }) =>
      this.#change(bytes => {
        const at = y % (bytes.length + 1)
        this.#give(bytes.slice(0, at))
        this.#give(bytes.slice(at))
        return []
      }),
    drop: () => this.#change(() => []),
    double: () => this.#change(bytes => [bytes, bytes]),
    swap: ({ x }) =>
      this.#change(bytes => {
        this.#toOwn.splice(1 + (x & 3), 0, bytes)
        return []
      }),
    xor: ({ x, y }) =>
      this.#change(bytes => {
        const copy = bytes.slice()
        copy[y % copy.length]! ^= x === 0 ? 1 : x
        return [copy]
      }),
    overwrite: ({ y, bytes: put }) =>
      this.#change(bytes => {
        const at = y % Math.max(1, bytes.length - HEADER)
        return [replaced(bytes, at, Math.min(bytes.length - HEADER, at + put.length), put)]
      }),
    insert: ({ y, bytes: put }) =>
      this.#change(bytes => {
        const at = y % (bytes.length - HEADER + 1)
        return [replaced(bytes, at, at, put)]
      }),
    cut: ({ x, y }) =>
      this.#change(bytes => {
        const from = y % (bytes.length - HEADER + 1)
        return [replaced(bytes, from, Math.min(bytes.length - HEADER, from + 1 + x), new Uint8Array(0))]
      }),
    join: () =>
      this.#change(bytes => {
        const next = this.#toOwn[0]
        if (next === undefined || next[0] !== bytes[0]) return [bytes]
        this.#toOwn.shift()
        return [withFragment(bytes, concat(bytes.subarray(HEADER), next.subarray(HEADER)))]
      }),
    split: ({ y }) =>
      this.#change(bytes => {
        const fragment = bytes.subarray(HEADER)
        const at = y % (fragment.length + 1)
        return [withFragment(bytes, fragment.subarray(0, at)), withFragment(bytes, fragment.subarray(at))]
      }),
    raw: ({ bytes }) => this.#give(bytes),
    record: ({ y, bytes }) => this.#give(record(y & 0xff, bytes, 0x0303 ^ (y >> 8))),
    // Behind an explicit nonce or not, and with a tag of zeros: whoever is credulous takes it.
    sealed: ({ y, bytes }) =>
      this.#give(record(y & 0xff, concat(new Uint8Array((y >> 8) & 8), bytes, new Uint8Array(TAG)))),
    sample: ({ x, y }) => this.#change(bytes => [sampled(bytes, x, y)]),
    extension: ({ x, y }) => this.#change(bytes => [extended(bytes, x, y)]),
    'peer writes': ({ bytes }) => this.#peerWrites(bytes),
    'peer writes much': ({ x, y }) => this.#peerWrites(new Uint8Array(y).fill(x)),
    'peer closes': () => {
      this.peerClosed = true
      this.#peerDoes({ do: 'close' })
    },
    write: ({ bytes }) => {
      if (this.own.mayWrite) this.#do({ do: 'write', bytes })
    },
    close: () => this.#do({ do: 'close' }),
    end: () => this.#do({ do: 'end' }),
    manner: () => undefined,
    reply: ({ x }) => {
      if (this.own.leftOpen) this.#do({ do: 'reply', how: (x & 1) === 0 ? 'rightly' : 'with a failure' })
    },
    flood: ({ y, bytes }) => {
      for (let left = y & 511; left > 0; left--) this.#give(bytes)
    },
    wait: ({ y }) => this.#do({ do: 'wait', milliseconds: y }),
    answer: () => this.#answer(),
    reflect: () => {
      const bytes = this.#toPeer.shift()
      if (bytes !== undefined) this.#give(bytes)
    },
    alert: ({ x, y }) => this.#give(record(21, Uint8Array.of(x, y))),
    stop: () => {
      this.#stopped = true
    },
  }
  #peerWrites(bytes: Uint8Array): void {
    if (!this.peer.mayWrite) return
    this.written.push(bytes)
    this.#peerDoes({ do: 'write', bytes })
  }
}
