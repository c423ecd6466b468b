/**
 * What is said before the real conversation: SOCKS 4 and 5, and the PROXY protocol of balancers. Each side's part is passed
 * over, and what stands behind it is read as a stream of its own.
 */
import type { Bytes, Millis } from '../../engine.ts'
import type { Ending, Side, StreamReader } from '../types.ts'
import { HeldBytes } from './bytes-held.ts'

/** The length of what one side says first; `more`: it is not whole; `none`: it is something else. */
type Measure = (bytes: Bytes) => number | 'more' | 'none'

export type PreambleName = 'SOCKS' | 'PROXY protocol'

const LOGIN = 1
const [IPV4, NAME, IPV6] = [1, 3, 4] as const

/** Of the address that begins with its type at `at`, with the port behind it (RFC 1928 4). */
const addressEnd = (bytes: Bytes, at: number): number | 'more' | 'none' => {
  const type = bytes[at]
  if (type === undefined) return 'more'
  if (type !== IPV4 && type !== NAME && type !== IPV6) return 'none'
  const length = type === IPV4 ? 4 : type === IPV6 ? 16 : bytes[at + 1]
  return length === undefined ? 'more' : at + 1 + (type === NAME ? 1 : 0) + length + 2
}
const whole = (bytes: Bytes, end: number | 'more' | 'none'): number | 'more' | 'none' =>
  typeof end === 'number' && end > bytes.length ? 'more' : end

const socks5Client: Measure = bytes => {
  let at = 2 + (bytes[1] ?? 0)
  if (bytes.length <= at) return 'more'
  // RFC 1929 2: a name and a password, each behind its length.
  if (bytes[at] === LOGIN) {
    const name = bytes[at + 1]
    const password = name === undefined ? undefined : bytes[at + 2 + name]
    if (name === undefined || password === undefined) return 'more'
    at += 3 + name + password
  }
  if (at < bytes.length && bytes[at] !== 5) return 'none'
  return whole(bytes, addressEnd(bytes, at + 3))
}
const socks5Server: Measure = bytes => {
  if (bytes.length < 2) return 'more'
  const at = 2 + (bytes[1] === 2 ? 2 : 0)
  if (at < bytes.length && bytes[at] !== 5) return 'none'
  return whole(bytes, addressEnd(bytes, at + 3))
}
/** Of a request with user and name. */
const LONGEST_SOCKS4 = 8 + 256 + 256
/** An octet of zero ends the user, and where the address is none (0.0.0.x, SOCKS 4a) the name behind him. */
const socks4Client: Measure = bytes => {
  if (bytes.length < 9) return 'more'
  const said = bytes.subarray(0, LONGEST_SOCKS4)
  const user = said.indexOf(0, 8)
  const isNamed = bytes[4] === 0 && bytes[5] === 0 && bytes[6] === 0 && bytes[7] !== 0
  const end = user < 0 || !isNamed ? user : said.indexOf(0, user + 1)
  if (end >= 0) return end + 1
  return bytes.length < LONGEST_SOCKS4 ? 'more' : 'none'
}
const socks: Readonly<Record<Side, Measure>> = {
  client: bytes => (bytes[0] === 5 ? socks5Client(bytes) : socks4Client(bytes)),
  server: bytes => (bytes[0] === 5 ? socks5Server(bytes) : whole(bytes, 8)),
}

/** What clients offer: no method, GSS-API, a name and a password (RFC 1928 3); or a command of SOCKS 4 and for whom. */
export const isSocks = (bytes: Bytes): boolean | 'more' => {
  const [version, second] = bytes
  if (version !== 5 && version !== 4) return false
  if (second === undefined) return 'more'
  const most = version === 5 ? 3 : 2
  if (second < 1 || second > most) return false
  if (version === 5) {
    const methods = bytes.subarray(2, 2 + second)
    return methods.every(method => method <= 2) && (methods.length === second || 'more')
  }
  const user = bytes.subarray(8, 8 + LONGEST_USER)
  const end = user.indexOf(0)
  const isText = user.subarray(0, end < 0 ? user.length : end).every(octet => octet > 0x20 && octet < 0x7f)
  return isText && (end >= 0 || (user.length < LONGEST_USER && 'more'))
}
const LONGEST_USER = 255

const V2_HEADER = 16
/** Of version 1, with its end (haproxy, proxy-protocol.txt 2.1). */
const LONGEST_LINE = 107
const proxyLine: Measure = bytes => {
  if (bytes[0] === 0x0d)
    return whole(bytes, bytes.length < V2_HEADER ? 'more' : V2_HEADER + ((bytes[14]! << 8) | bytes[15]!))
  const end = bytes.subarray(0, LONGEST_LINE).indexOf(0x0a)
  if (end >= 0) return end + 1
  return bytes.length < LONGEST_LINE ? 'more' : 'none'
}

const MEASURES: Readonly<Record<PreambleName, Readonly<Record<Side, Measure>>>> = {
  SOCKS: socks,
  'PROXY protocol': { client: proxyLine, server: () => 0 },
}

/** What is held is bounded: each measure comes to an end, the longest after 65,551 bytes (version 2 of the PROXY protocol). */
export class PreambleReader implements StreamReader {
  readonly #measures: Readonly<Record<Side, Measure>>
  readonly #inner: StreamReader
  readonly #held: Readonly<Record<Side, HeldBytes>> = { client: new HeldBytes(), server: new HeldBytes() }
  readonly #state: Record<Side, 'before' | 'inside' | 'lost'> = { client: 'before', server: 'before' }

  constructor(name: PreambleName, inner: StreamReader) {
    this.#measures = MEASURES[name]
    this.#inner = inner
  }
  data(from: Side, bytes: Bytes, offset: number, at: Millis): void {
    if (this.#state[from] === 'inside') this.#inner.data(from, bytes, offset, at)
    if (this.#state[from] !== 'before') return
    const held = this.#held[from]
    held.push(bytes, offset)
    const length = this.#measures[from](held.view)
    if (length === 'none') this.#lose(from)
    if (typeof length !== 'number') return
    this.#state[from] = 'inside'
    const rest = held.view.slice(length)
    if (rest.length > 0) this.#inner.data(from, rest, held.start + length, at)
    held.drop(held.length)
  }
  gap(from: Side, length: number, at: Millis): void {
    if (this.#state[from] === 'inside') this.#inner.gap(from, length, at)
    else this.#lose(from)
  }
  end(from: Side, how: Ending, at: Millis): void {
    this.#inner.end(from, how, at)
  }
  #lose(from: Side): void {
    this.#state[from] = 'lost'
    this.#held[from].drop(this.#held[from].length)
  }
}
