/**
 * Somebody on the path of a handshake of TLS 1.3 who has all its keys: what each side says can be changed, left out or
 * added to, in good records. So one side becomes a peer that breaks one rule and holds to all others.
 */
import type { CryptoProvider } from '../../src/crypto/provider.ts'
import { HandshakeType } from '../../src/tls/messages/registries.table.ts'
import { handshake13 } from '../../src/tls/messages/tls13.ts'
import type { RecordProtection } from '../../src/tls/record/protection.ts'
import { Secret } from '../../src/tls/secret.ts'
import { type Suite13, suites13 } from '../../src/tls/suites.table.ts'
import { protectionOf } from '../../src/tls/tls13/key-schedule.ts'
import { type Recording, recorder } from '../../src/trace/recorder.ts'
import { decode, encode } from '../../src/wire/codec.ts'
import { concat } from './bytes.ts'
import { type Direction, type Pair, type PairOptions, pair, record, recordsOf, shuttle } from './tls.ts'

export interface Piece {
  readonly type: number
  readonly content: Uint8Array
}

export interface Heard extends Piece {
  readonly from: 'client' | 'server'
  /** Of a handshake message: what it is called. */
  readonly name: string | undefined
  /** Records of this side so far, this one included; each message of a record counts as one. */
  readonly count: number
}

/**
 * What goes on in the place of a record, or of one of the messages in it; undefined: as it is, in a record of its own. Bytes
 * are sent as they are.
 */
export type Meddle = (heard: Heard) => readonly (Piece | Uint8Array)[] | undefined

/** A handshake message, of any body. */
export const said = (name: string, body: Uint8Array): Piece => ({
  type: 22,
  content: concat(
    Uint8Array.of(HandshakeType.names[name]!, body.length >> 16, (body.length >> 8) & 0xff, body.length & 0xff),
    body,
  ),
})

/** A message with another value. */
export const changed = <T>(heard: Piece, change: (body: T) => T): Piece => {
  const { type, body } = decode(handshake13.codec, heard.content)
  return { type: 22, content: encode(handshake13.codec, { type, body: change(body as T) }) }
}

/** The messages of a record that holds whole ones; anything else stays in one piece. */
const messagesIn = (type: number, content: Uint8Array): readonly Uint8Array[] => {
  const messages: Uint8Array[] = []
  for (let at = 0; at < content.length; ) {
    const end = at + 4 + ((content[at + 1]! << 16) | (content[at + 2]! << 8) | content[at + 3]!)
    if (type !== 22 || !(end <= content.length)) return [content]
    messages.push(content.subarray(at, end))
    at = end
  }
  return messages.length === 0 ? [content] : messages
}

/** One direction, with the keys of whoever sends. */
class Way {
  readonly #from: 'client' | 'server'
  readonly #crypto: CryptoProvider
  readonly #suite: Suite13
  readonly #trace: Recording
  #opens: RecordProtection | undefined
  #seals: RecordProtection | undefined
  #stage = ''
  #finished = false
  #count = 0
  constructor(from: 'client' | 'server', crypto: CryptoProvider, suite: Suite13, trace: Recording) {
    this.#from = from
    this.#crypto = crypto
    this.#suite = suite
    this.#trace = trace
  }
  pass(bytes: Uint8Array, meddle: Meddle): Uint8Array {
    const clear = bytes[0] !== 23
    const content = clear ? bytes.subarray(5) : this.#open(bytes.subarray(5))
    // Early data, which is under keys of its own.
    if (content === undefined) return bytes
    const type = clear ? bytes[0]! : this.#opens!.opened
    return concat(...messagesIn(type, content).map(each => this.#say({ type, content: each }, clear, meddle)))
  }
  #say({ type, content }: Piece, clear: boolean, meddle: Meddle): Uint8Array {
    const name = type === 22 ? HandshakeType.nameOf(content[0]!) : undefined
    const pieces = meddle({ type, content, name, from: this.#from, count: ++this.#count }) ?? [{ type, content }]
    const out = pieces.map(piece =>
      piece instanceof Uint8Array
        ? piece
        : clear
          ? record(piece.type, piece.content)
          : concat(...this.#seals!.seal(piece.type, piece.content)),
    )
    if (name === 'Finished') this.#finished = true
    return concat(...out)
  }
  /** Seals one more record behind what was said last. */
  seal({ type, content }: Piece): Uint8Array {
    this.#turn()
    return concat(...this.#seals!.seal(type, content))
  }
  #open(fragment: Uint8Array): Uint8Array | undefined {
    if (this.#secret() === undefined) return undefined
    this.#turn()
    const content = this.#opens!.open(23, fragment)
    if (content === undefined && this.#opens!.sequence > 0)
      throw new Error(`what the ${this.#from} says cannot be opened`)
    return content
  }
  #turn(): void {
    const stage = this.#current
    if (stage === this.#stage) return
    this.#stage = stage
    const secret = this.#secret()
    if (secret === undefined) throw new Error(`no secret of the ${this.#from} in the trace`)
    const make = (): RecordProtection => protectionOf(this.#crypto, this.#suite, new Secret(secret.slice()))
    this.#opens = make()
    this.#seals = make()
  }
  get #current(): string {
    return this.#finished ? 'TRAFFIC_SECRET_0' : 'HANDSHAKE_TRAFFIC_SECRET'
  }
  #secret(): Uint8Array | undefined {
    const label = `${this.#from.toUpperCase()}_${this.#current}`
    const found = this.#trace.records.find(entry => entry.type === 'secret' && entry.record.label === label)
    return found?.type === 'secret' ? found.record.secret : undefined
  }
}

const ways = (crypto: CryptoProvider, suite: Suite13, trace: Recording): Readonly<Record<Direction, Way>> => ({
  'to-server': new Way('client', crypto, suite, trace),
  'to-client': new Way('server', crypto, suite, trace),
})

/** Cuts what is sent into records of one message each. `trace` hears both sides, which speak the first suite of TLS 1.3. */
export const messageByMessage = (
  crypto: CryptoProvider,
  trace: Recording,
): ((bytes: Uint8Array, direction: Direction) => Uint8Array[]) => {
  const both = ways(crypto, suites13[0]!, trace)
  return (bytes, direction) => recordsOf(bytes).flatMap(each => recordsOf(both[direction].pass(each, () => undefined)))
}

export interface Meddled extends Pair {
  readonly trace: Recording
  /** One more record as if this side had sent it. */
  readonly saysMore: (from: 'client' | 'server', ...pieces: readonly Piece[]) => void
}

/** A handshake of TLS 1.3 with `meddle` on the path, run until both are silent. */
export const meddled = (options: PairOptions, meddle: Meddle = () => undefined): Meddled => {
  const trace = recorder()
  const context = (host: string) => ({ trace: { sink: trace, flow: 'meddled', host } })
  const suite = suites13[0]!
  const both = pair({
    versions: ['TLS 1.3'],
    ...options,
    client: { suites: [suite.name], ...context('client'), ...options.client },
    server: { ...context('server'), ...options.server },
  })
  const way = ways(options.crypto, suite, trace)
  const wire = (bytes: Uint8Array, direction: Direction): Uint8Array[] =>
    recordsOf(bytes).map(each => way[direction].pass(each, meddle))
  shuttle(both, wire)
  const saysMore: Meddled['saysMore'] = (from, ...pieces) => {
    const [to, direction] =
      from === 'client' ? ([both.server, 'to-server'] as const) : ([both.client, 'to-client'] as const)
    for (const piece of pieces) to.touch(way[direction].seal(piece))
  }
  return { ...both, trace, saysMore }
}
