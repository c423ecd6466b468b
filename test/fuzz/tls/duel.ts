/**
 * A real handshake between the tested side and a live peer, with the script of the fuzzer between them. What the peer
 * sends waits as records that the operations deliver, change, drop and forge; the peer itself hears the tested side
 * undisturbed. Everything that the tested side was given goes on a tape.
 */
import { concat } from '../../support/bytes.ts'
import { record, recordsOf } from '../../support/tls.ts'
import type { Player, Step } from './player.ts'
import type { Operation, OperationName, Script } from './script.ts'
import { peerOf, type Side, tested } from './setup.ts'
import { extended, messagesApart, replaced, sampled, withFragment } from './surgery.ts'

/** Turns of `go`: no handshake takes more, and two sides that never fall silent would be a finding. */
const MOST_TURNS = 12
const HEADER = 5
const TAG = 16

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
    this.peer = peerOf(side, script)
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
    apart: () => this.#change(messagesApart),
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
    'update keys': () => this.#do({ do: 'update keys' }),
    'peer updates keys': () => this.#peerDoes({ do: 'update keys' }),
    'ask who it is': () => this.#do({ do: 'ask who it is' }),
    'peer asks who it is': () => this.#peerDoes({ do: 'ask who it is' }),
  }
  #peerWrites(bytes: Uint8Array): void {
    if (!this.peer.mayWrite) return
    this.written.push(bytes)
    this.#peerDoes({ do: 'write', bytes })
  }
}
