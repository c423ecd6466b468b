/**
 * What a server says first, read as far as it is in the clear: of TLS 1.3 the ServerHello, of older versions the whole
 * flight. No check is made: whatever the server chose is what is to be told. Bytes in, a reply out; never throws for them.
 */
import type { Bytes } from '../../engine.ts'
import { HandshakeInput } from '../../tls/handshake-input.ts'
import { isRetry, type ServerHello, serverHello } from '../../tls/messages/hello.ts'
import { ExtensionType, TLS_1_3 } from '../../tls/messages/registries.table.ts'
import { joined, latin1Text } from '../../wire/bytes.ts'
import { choice, decode, list, prefixed, rest } from '../../wire/codec.ts'
import { Reader, WireError } from '../../wire/reader.ts'
import { isNumbers } from './traits.ts'

/** How far to read: the ServerHello, the parameters of the key exchange, or everything in the clear. */
export type Until = 'hello' | 'exchange' | 'flight'

export interface Flight {
  readonly kind: 'flight'
  readonly hello: ServerHello
  /** The version that was chosen. */
  readonly version: number
  /** It asks for another hello, with a share of `group`. */
  readonly isRetry: boolean
  /** Of the key exchange, by number; undefined where there is none, or where it was not read. */
  readonly group: number | undefined
  /** Bits of the prime of Diffie-Hellman, where numbers are exchanged. */
  readonly dhBits: number | undefined
  /** Of what the server signed its parameters with. */
  readonly scheme: number | undefined
  /** Contents by number. */
  readonly extensions: ReadonlyMap<number, Bytes>
  /** DER, leaf first; undefined where none was shown in the clear. */
  readonly chain: readonly Bytes[] | undefined
  /** DER. */
  readonly ocsp: Bytes | undefined
  readonly wantsCertificate: boolean
}

export type Reply =
  | Flight
  | { readonly kind: 'alert'; readonly alert: number }
  /** SSL 2.0 says what it can. */
  | { readonly kind: 'ssl2' }
  /** No TLS, or more of it than anybody has to say. */
  | { readonly kind: 'nonsense'; readonly got: string }

/** Of a flight, records and all: chains of some kilobytes, and room for a client's authorities. */
const MOST_BYTES = 256 * 1024
const MOST_MESSAGE = 128 * 1024
const [ALERT, HANDSHAKE, HEADER] = [21, 22, 5] as const

/** Extensions as they stand: a server that writes one badly has chosen all the same. */
const PlainHello = /* @__PURE__ */ serverHello(choice(ExtensionType, 2, {}), 'RFC 9846 4.2.3')
const Chain = /* @__PURE__ */ prefixed(3, list(prefixed(3, rest)))

class TooLong extends Error {}

export class FirstFlight {
  readonly #until: Until
  readonly #messages = new HandshakeInput((_type, length) => {
    if (length > MOST_MESSAGE) throw new TooLong()
  })
  #unread: Bytes = new Uint8Array(0)
  #total = 0
  #hello: ServerHello | undefined
  #chain: readonly Bytes[] | undefined
  #ocsp: Bytes | undefined
  #exchange: Bytes | undefined
  #wantsCertificate = false
  constructor(until: Until) {
    this.#until = until
  }
  /** The reply when it is whole. Nothing may be pushed behind it. */
  push(bytes: Bytes): Reply | undefined {
    this.#total += bytes.length
    if (this.#total > MOST_BYTES) return { kind: 'nonsense', got: `more than ${MOST_BYTES} bytes` }
    this.#unread = joined([this.#unread, bytes])
    try {
      return this.#read()
    } catch (error) {
      if (error instanceof TooLong) return { kind: 'nonsense', got: `a message of more than ${MOST_MESSAGE} bytes` }
      if (!(error instanceof WireError)) throw error
      return { kind: 'nonsense', got: 'a message that cannot be read' }
    }
  }
  /** What is there when the server says no more: a hello, if that has come. */
  ended(): Reply | undefined {
    return this.#hello === undefined ? undefined : this.#flight(this.#hello)
  }
  #read(): Reply | undefined {
    while (this.#unread.length >= HEADER) {
      const [type = 0, major, , high = 0, low = 0] = this.#unread
      if (type >= 0x80 && this.#hello === undefined && this.#unread[2] === 4) return { kind: 'ssl2' }
      if (type < 20 || type > 24 || major !== 3) return { kind: 'nonsense', got: startOf(this.#unread) }
      const end = HEADER + ((high << 8) | low)
      if (this.#unread.length < end) return undefined
      const content = this.#unread.subarray(HEADER, end)
      this.#unread = this.#unread.subarray(end)
      if (type === ALERT && content.length === 2) {
        // A warning (unrecognized_name, RFC 6066 3) goes before the hello.
        if (content[0] === 2) return this.ended() ?? { kind: 'alert', alert: content[1]! }
        continue
      }
      if (type !== HANDSHAKE) return this.ended() ?? { kind: 'nonsense', got: `a record of type ${type} first` }
      const reply = this.#handshake(content)
      if (reply !== undefined) return reply
    }
    return undefined
  }
  #handshake(content: Bytes): Reply | undefined {
    this.#messages.push(content.slice(), 0, 0)
    for (let message = this.#messages.next(); message !== undefined; message = this.#messages.next()) {
      const over = this.#message(message.type, message.bytes.subarray(4))
      if (over) return this.ended() ?? { kind: 'nonsense', got: `a message of type ${message.type} first` }
    }
    return undefined
  }
  /** Whether everything that was asked for is there. */
  #message(type: number, body: Bytes): boolean {
    if (this.#hello === undefined) {
      if (type !== 2) return true
      this.#hello = decode(PlainHello, body)
      return this.#until === 'hello' || versionOf(this.#hello) >= TLS_1_3
    }
    if (type === 11) this.#chain = decode(Chain, body)
    else if (type === 22) this.#ocsp = body.subarray(4)
    else if (type === 12) this.#exchange = body
    else if (type === 13) this.#wantsCertificate = true
    return type === 14 || (type === 12 && this.#until === 'exchange')
  }
  #flight(hello: ServerHello): Flight {
    const extensions = new Map((hello.extensions ?? []).map(({ type, body }) => [type, body as Bytes]))
    const version = versionOf(hello)
    const share = extensions.get(ExtensionType.names.key_share!)
    const agreed =
      version >= TLS_1_3 ? { group: share && u16(share, 0) } : paramsOf(this.#exchange, hello.cipherSuite, version)
    const [chain, ocsp, wantsCertificate] = [this.#chain, this.#ocsp, this.#wantsCertificate]
    const none = { group: undefined, dhBits: undefined, scheme: undefined }
    return {
      kind: 'flight',
      hello,
      version,
      isRetry: isRetry(hello),
      ...none,
      ...agreed,
      extensions,
      chain,
      ocsp,
      wantsCertificate,
    }
  }
}

const versionOf = (hello: ServerHello): number => {
  const chosen = hello.extensions?.find(({ type }) => type === ExtensionType.names.supported_versions)
  return (chosen && u16(chosen.body as Bytes, 0)) ?? hello.legacyVersion
}

const u16 = (bytes: Bytes, at: number): number | undefined =>
  bytes.length < at + 2 ? undefined : (bytes[at]! << 8) | bytes[at + 1]!

type Agreed = Pick<Flight, 'group' | 'dhBits' | 'scheme'>

/** RFC 8422 5.4 for curves by name, RFC 5246 7.4.3 for numbers; what else there may be (PSK, SRP, export RSA) tells nothing here. */
const paramsOf = (exchange: Bytes | undefined, suite: number, version: number): Partial<Agreed> => {
  if (exchange === undefined) return {}
  const reader = new Reader(exchange)
  try {
    if (isNumbers(suite)) {
      const prime = reader.take(reader.u16())
      reader.take(reader.u16())
      reader.take(reader.u16())
      return { dhBits: bitsOf(prime), scheme: schemeOf(reader, version) }
    }
    if (reader.u8() !== 3) return {}
    const group = reader.u16()
    reader.take(reader.u8())
    return { group, scheme: schemeOf(reader, version) }
  } catch (error) {
    if (error instanceof WireError) return {}
    throw error
  }
}

/** TLS 1.2 says with what was signed; nothing is signed where nobody says who he is. */
const schemeOf = (reader: Reader, version: number): number | undefined =>
  version === 0x0303 && reader.left >= 4 ? reader.u16() : undefined

const bitsOf = (number: Bytes): number => {
  const first = number.findIndex(octet => octet !== 0)
  return first < 0 ? 0 : (number.length - first - 1) * 8 + (32 - Math.clz32(number[first]!))
}

const startOf = (bytes: Bytes): string => {
  const start = bytes.subarray(0, 16)
  const isText = start.every(octet => octet >= 0x20 && octet < 0x7f)
  return isText ? `"${latin1Text(start)}"` : Array.from(start, octet => octet.toString(16).padStart(2, '0')).join(' ')
}
