/**
 * What a client says to a SOCKS 5 proxy (RFC 1928, RFC 1929) and what it hears: bytes in, bytes out, nothing is done here.
 * A proxy speaks in turn and never ahead, so what stands behind its last word is the server's.
 */
import type { Bytes } from '../../engine.ts'
import { parseIp } from '../../wire/address.ts'
import { joined } from '../../wire/bytes.ts'
import { socksReplies } from '../../wire/socks-replies.table.ts'

export interface SocksTarget {
  /** A name, or an address without brackets. */
  readonly host: string
  readonly port: number
}

/** Octets of name and password, as they are shown. */
export interface SocksLogin {
  readonly user: Bytes
  readonly password: Bytes
}

export type SocksStep =
  /** More must come. `send`: this is said first. */
  | { readonly type: 'wait'; readonly send: Bytes | undefined }
  /** Connected; `rest` is what the server said already. */
  | { readonly type: 'open'; readonly rest: Bytes }
  /** `login`: it wants a name and a password, or others. */
  | { readonly type: 'refused'; readonly why: 'login' | 'other'; readonly got: string }

const VERSION = 5
const LOGIN_VERSION = 1
const [NONE, BY_PASSWORD, NO_METHOD] = [0x00, 0x02, 0xff]
const CONNECT = 1
/** Octets: their number is one. */
const LONGEST_NAME = 255
const [IPV4, NAME, IPV6] = [0x01, 0x03, 0x04]

const NOTHING = new Uint8Array(0)

type Expecting = 'method' | 'verdict' | 'reply'

export class SocksDialogue {
  readonly #target: SocksTarget
  readonly #login: SocksLogin | undefined
  #expecting: Expecting = 'method'
  /** What came of an answer that is not whole: at most the 262 octets of a reply, and what the piece had behind it. */
  #held: Bytes = NOTHING

  constructor(target: SocksTarget, login: SocksLogin | undefined) {
    this.#target = target
    this.#login = login
  }

  /** The first that is said: by which methods we can say who we are. */
  greeting(): Bytes {
    return this.#login === undefined ? Uint8Array.of(VERSION, 1, NONE) : Uint8Array.of(VERSION, 2, NONE, BY_PASSWORD)
  }

  receive(bytes: Bytes): SocksStep {
    this.#held = this.#held.length === 0 ? bytes.slice() : joined([this.#held, bytes])
    const [first = VERSION] = this.#held
    if (first !== (this.#expecting === 'verdict' ? LOGIN_VERSION : VERSION)) return refused('other', octets(first))
    if (this.#held.length < 2) return WAIT
    const second = this.#held[1]!
    switch (this.#expecting) {
      case 'method':
        return this.#method(second)
      case 'verdict':
        return second === 0 ? this.#ask() : refused('login', 'other ones')
      case 'reply':
        return this.#reply(second)
      default:
        return this.#expecting satisfies never
    }
  }

  #method(method: number): SocksStep {
    if (method === NONE) return this.#ask()
    if (method === NO_METHOD) return refused('login', 'no method')
    if (method !== BY_PASSWORD || this.#login === undefined) return refused('other', `the method ${method}`)
    const { user, password } = this.#login
    this.#expecting = 'verdict'
    const lengths = [Uint8Array.of(LOGIN_VERSION, user.length), Uint8Array.of(password.length)] as const
    return this.#said(joined([lengths[0], user, lengths[1], password]))
  }

  #ask(): SocksStep {
    const { host, port } = this.#target
    const address = parseIp(host)?.octets
    const name = new TextEncoder().encode(host)
    if (name.length > LONGEST_NAME) return refused('other', `a name of ${name.length} octets`)
    const where =
      address === undefined
        ? joined([Uint8Array.of(NAME, name.length), name])
        : joined([Uint8Array.of(address.length === 4 ? IPV4 : IPV6), address])
    this.#expecting = 'reply'
    return this.#said(joined([Uint8Array.of(VERSION, CONNECT, 0), where, Uint8Array.of(port >> 8, port & 0xff)]))
  }

  /** Two octets were answered, and it is our turn: whoever says more has not understood. */
  #said(send: Bytes): SocksStep {
    if (this.#held.length > 2) return refused('other', 'more than was asked for')
    this.#held = NOTHING
    return { type: 'wait', send }
  }

  #reply(code: number): SocksStep {
    if (code !== 0) return refused('other', socksReplies[code] ?? `${code}`)
    const held = this.#held
    if (held.length < 5) return WAIT
    const length = held[3] === IPV4 ? 4 : held[3] === IPV6 ? 16 : held[3] === NAME ? 1 + held[4]! : undefined
    if (length === undefined) return refused('other', `an address of the type ${held[3]}`)
    // Version, reply, an octet of nothing, type; the address that it connects from; its port.
    const end = 4 + length + 2
    return held.length < end ? WAIT : { type: 'open', rest: held.subarray(end) }
  }
}

const WAIT: SocksStep = { type: 'wait', send: undefined }
const refused = (why: 'login' | 'other', got: string): SocksStep => ({ type: 'refused', why, got })
const octets = (first: number): string => `0x${first.toString(16).padStart(2, '0')}, which is not SOCKS 5`
