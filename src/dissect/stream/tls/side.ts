/** One side of a connection that speaks TLS: what opens its records, and what of them could not be read. */
import type { Bytes } from '../../../engine.ts'
import { HandshakeInput } from '../../../tls/handshake-input.ts'
import type { RecordProtection } from '../../../tls/record/protection.ts'
import type { Side } from '../../types.ts'
import type { StreamContext, Unread } from '../types.ts'
import { type CutRecord, RecordCutter } from './cutter.ts'
import type { Key } from './keys.ts'

/**
 * One handshake message: as long as a certificate may be here (`x509/certificate/certificate.ts`), with company. TLS allows
 * 16 MiB; what announces more is ciphertext that was taken for a message, or an attack.
 */
const MOST_MESSAGE = 524_288

/** Thrown into the arms of whoever gathers messages. */
export class TooLong extends Error {}

/**
 * Numbers that are tried for a record behind lost ones, over the life of a connection: each costs a decryption of up to 16
 * KiB, some ten microseconds.
 */
const MOST_TRIES = 8192

/** The shortest record under keys: header, type and tag. */
const SHORTEST = 22

export class TlsSide {
  readonly of: Side
  readonly direction: 'in' | 'out'
  readonly cutter: RecordCutter
  readonly #context: StreamContext
  messages: HandshakeInput = this.#gathering()
  /** TLS 1.2: behind its ChangeCipherSpec. */
  sealed = false
  /** What opens its records, in the order in which it takes over. */
  keys: readonly Key[] = []
  /** How often keys were made anew. */
  generation = 0
  /** Bytes that were lost since a record opened: what comes has another number. */
  #lost = 0
  #tries = MOST_TRIES
  #unread: { -readonly [K in keyof Unread]: Unread[K] } | undefined
  #tried = new Set<string>()
  constructor(of: Side, context: StreamContext) {
    this.of = of
    this.direction = of === 'client' ? 'out' : 'in'
    this.#context = context
    this.cutter = new RecordCutter(({ start, bytes }) => this.unread('not-tls', start, bytes, 0))
  }
  /** Messages that were begun are given up. */
  forgetMessages(): void {
    this.messages = this.#gathering()
  }
  lost(bytes: number): void {
    this.#lost += bytes
  }
  /** Whether these keys were tried at all. */
  tried(label: string): boolean {
    return this.#tried.has(label)
  }
  /** A record under keys, with what was in it; undefined when none opens it. */
  open({ type, bytes }: CutRecord): { readonly key: Key; readonly content: Bytes } | undefined {
    const fragment = bytes.subarray(5)
    for (const [i, key] of this.keys.entries()) {
      this.#tried.add(key.label)
      const content = this.#lost > 0 ? this.#search(key, type, fragment) : key.protection.open(type, fragment)
      if (content === undefined) continue
      this.keys = this.keys.slice(i)
      this.#lost = 0
      key.opened++
      return { key, content }
    }
    return undefined
  }
  /** What opened the record before. */
  get opening(): RecordProtection | undefined {
    const [key] = this.keys
    return key !== undefined && key.opened > 0 ? key.protection : undefined
  }
  /** A record that did not open, or of which bytes are missing, has a number all the same. */
  pass(): void {
    this.opening?.goTo(this.opening.sequence + 1)
  }
  /** Which number a record has behind lost ones: as many as could have been there are tried. */
  #search(key: Key, type: number, fragment: Bytes): Bytes | undefined {
    const { protection } = key
    const first = protection.sequence
    const most = Math.ceil(this.#lost / SHORTEST)
    for (let missed = 0; missed <= most && this.#tries > 0; missed++) {
      this.#tries--
      protection.goTo(first + missed)
      const content = protection.open(type, fragment)
      if (content !== undefined) return content
    }
    protection.goTo(first)
    return undefined
  }
  /** Notes bytes that nobody can read; those of one reason that lie together are told as one. */
  unread(why: Unread['why'], at: number, bytes: number, records: number, more: Partial<Unread> = {}): void {
    if (this.#unread !== undefined && this.#unread.why !== why) this.tellUnread()
    if (this.#unread === undefined) {
      const { flow } = this.#context
      this.#unread = { about: 'unread', flow, from: this.of, why, at, bytes, records, ...more }
      return
    }
    this.#unread.bytes += bytes
    this.#unread.records += records
  }
  tellUnread(): void {
    if (this.#unread !== undefined) this.#context.tell?.(this.#unread)
    this.#unread = undefined
  }
  get isLost(): boolean {
    return this.#lost > 0
  }
  #gathering(): HandshakeInput {
    return new HandshakeInput((_, length) => {
      if (length > MOST_MESSAGE) throw new TooLong()
    })
  }
}
