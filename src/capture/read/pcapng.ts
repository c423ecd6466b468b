/**
 * Reads pcapng. The loop looks at the heads of blocks and packets by hand; everything else is read with the declarations
 * of `../format.ts`, and a test compares the loop with them too.
 */
import { fail } from '../../failures/index.ts'
import { addressText } from '../../wire/address.ts'
import { latin1Text } from '../../wire/bytes.ts'
import { type Codec, decode } from '../../wire/codec.ts'
import { WireError } from '../../wire/reader.ts'
import {
  BLOCK_OVERHEAD,
  BYTE_ORDER_MAGIC,
  bodyCodec,
  DECRYPTION_SECRETS,
  type DecryptionSecrets,
  ENHANCED_PACKET,
  INTERFACE_DESCRIPTION,
  type InterfaceDescription,
  NAME_RESOLUTION,
  type NameResolution,
  OBSOLETE_PACKET,
  type Option,
  SECTION_HEADER,
  type SectionHeader,
  SIMPLE_PACKET,
  TLS_KEY_LOG,
} from '../format.ts'
import { type CaptureInterface, MOST_INTERFACES, MOST_PACKET_BYTES, Packets } from './packets.ts'
import { MICROSECONDS, type TimeUnit, unitsOf } from './times.ts'
import type { Source } from './window.ts'

interface Section {
  readonly start: number
  readonly little: boolean
  readonly interfaces: CaptureInterface[]
}

/** Bytes before the data of a packet, by the type of its block. */
const ENHANCED_HEAD = 28
const SIMPLE_HEAD = 12

/** Blocks without packets that are read whole: a key log of 100,000 connections is smaller. */
const MOST_BLOCK_BYTES = 64 * 1024 * 1024
/** Of all secrets together. */
const MOST_SECRET_BYTES = 64 * 1024 * 1024
/** Names of addresses, and comments on sections; a full one costs some 100 bytes. */
const MOST_NAMES = 65_536
const MOST_COMMENTS = 1024

export class PcapngPackets extends Packets {
  /** Key logs as they stand in the file, wherever that is. */
  readonly keyLogs: string[] = []
  /** What addresses are called. */
  readonly names: Map<string, string[]> = new Map()
  /** On sections and interfaces. */
  readonly remarks: string[] = []
  readonly #sections: Section[] = []
  #section: Section = { start: 0, little: false, interfaces: [] }
  #next = 0
  #little = false
  #secretBytes = 0
  #options: { readonly start: number; readonly end: number } = { start: 0, end: 0 }

  constructor(source: Source) {
    super(source)
  }

  override next(): boolean {
    for (;;) {
      const offset = this.#next
      if (offset === this.window.size) return false
      const total = this.#frame(offset)
      if (total === 0) return false
      this.#next = offset + total
      const type = this.window.view.getUint32(offset - this.window.start, this.#little)
      if (type === ENHANCED_PACKET || type === SIMPLE_PACKET || type === OBSOLETE_PACKET) {
        if (!this.#packet(type, offset, total)) continue
        this.number++
        return true
      }
      if (type === SECTION_HEADER || type === INTERFACE_DESCRIPTION || KEPT.has(type)) {
        if (!this.#other(type, offset, total)) return false
      }
    }
  }

  override seek(blockAt: number): boolean {
    let low = 0
    let high = this.#sections.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (this.#sections[middle]!.start <= blockAt) low = middle
      else high = middle - 1
    }
    const section = this.#sections[low]
    if (section === undefined) return false
    this.#section = section
    this.#little = section.little
    const total = this.#frame(blockAt)
    return (
      total > 0 && this.#packet(this.window.view.getUint32(blockAt - this.window.start, this.#little), blockAt, total)
    )
  }

  override comments(): readonly string[] {
    const { start, end } = this.#options
    if (end - start < 4) return []
    const bytes = this.window.bytes.subarray(start - this.window.start, end - this.window.start)
    return commentsOf(optionsOf(bytes, this.#little))
  }

  /** The length of the block at `offset`, which is then in the window with all that is looked at by hand; 0 for none. */
  #frame(offset: number): number {
    const { window } = this
    let at = window.at(offset, BLOCK_OVERHEAD)
    if (at < 0) return Number(this.cutShort(offset, BLOCK_OVERHEAD))
    // Its type is the same in both byte orders.
    if (window.view.getUint32(at) === SECTION_HEADER && !this.#order(offset, at)) return 0
    const total = window.view.getUint32(at + 4, this.#little)
    if (total < BLOCK_OVERHEAD || total % 4 !== 0) return Number(this.malformed(offset, 'block length', `${total}`))
    if (offset + total > window.size) return Number(this.cutShort(offset, total))
    if (total > MOST_PACKET_BYTES * 2) {
      const end = window.at(offset + total - 4, 4, 4)
      const again = end < 0 ? -1 : window.view.getUint32(end, this.#little)
      if (again !== total) return Number(this.malformed(offset, 'length behind the block', `${again}`))
      window.at(offset, BLOCK_OVERHEAD)
      return total
    }
    at = window.at(offset, total)
    if (at < 0) return Number(this.cutShort(offset, total))
    const again = window.view.getUint32(at + total - 4, this.#little)
    return again === total ? total : Number(this.malformed(offset, 'length behind the block', `${again}`))
  }

  #order(offset: number, at: number): boolean {
    const magic = this.window.view.getUint32(at + 8)
    if (magic !== BYTE_ORDER_MAGIC && magic !== 0x4d3c2b1a) {
      return this.malformed(offset, 'byte-order magic', magic.toString(16).padStart(8, '0'))
    }
    this.#little = magic !== BYTE_ORDER_MAGIC
    return true
  }

  #packet(type: number, offset: number, total: number): boolean {
    const { window } = this
    const { view } = window
    const at = offset - window.start
    if (at + total > window.bytes.length) return this.malformed(offset, 'block length', `${total}`)
    const head = type === SIMPLE_PACKET ? SIMPLE_HEAD : ENHANCED_HEAD
    const room = total - head - 4
    if (room < 0) return this.malformed(offset, 'block length', `${total}`)
    const little = this.#little
    const number =
      type === ENHANCED_PACKET
        ? view.getUint32(at + 8, little)
        : type === SIMPLE_PACKET
          ? 0
          : view.getUint16(at + 8, little)
    const on = this.#section.interfaces[number]
    if (on === undefined) return this.malformed(offset, 'interface', `${number}`)
    if (type === SIMPLE_PACKET) {
      this.originalLength = view.getUint32(at + 8, little)
      this.length = Math.min(this.originalLength, on.snapLength === 0 ? room : on.snapLength, room)
    } else {
      const length = view.getUint32(at + 20, little)
      if (length > room) return this.malformed(offset, 'captured length', `${length}`)
      this.length = length
      this.originalLength = view.getUint32(at + 24, little)
      this.time = this.timed(on.times, view.getUint32(at + 12, little), view.getUint32(at + 16, little))
    }
    this.interface = on
    this.blockAt = offset
    this.at = at + head
    const start = offset + head + Math.ceil(this.length / 4) * 4
    this.#options = { start, end: type === SIMPLE_PACKET ? start : offset + total - 4 }
    return true
  }

  /** A block without a packet. False when nothing behind it can be read. */
  #other(type: number, offset: number, total: number): boolean {
    if (total > MOST_BLOCK_BYTES) {
      this.damaged(fail('capture/too-much', { where: 'bytes in one block', number: MOST_BLOCK_BYTES }))
      return true
    }
    const at = this.window.at(offset, total)
    if (at < 0) return this.cutShort(offset, total)
    const body = this.window.bytes.subarray(at + 8, at + total - 4)
    const as = <T>(codec: Codec<T>): T | undefined => read(codec, body)
    const order = this.#little ? 'little' : 'big'
    switch (type) {
      case SECTION_HEADER:
        return this.#newSection(offset, as(bodyCodec(SECTION_HEADER, order)))
      case INTERFACE_DESCRIPTION:
        return this.#newInterface(offset, as(bodyCodec(INTERFACE_DESCRIPTION, order)))
      case DECRYPTION_SECRETS:
        this.#newSecrets(offset, as(bodyCodec(DECRYPTION_SECRETS, order)))
        return true
      default:
        this.#newNames(offset, as(bodyCodec(NAME_RESOLUTION, order)))
        return true
    }
  }

  #newSection(offset: number, header: SectionHeader | undefined): boolean {
    if (header === undefined) return this.malformed(offset, 'section header', 'options')
    if (header.major !== 1) return this.malformed(offset, 'version', `${header.major}.${header.minor}`)
    if (this.#sections.length === MOST_INTERFACES) return this.#tooMany('sections')
    this.#section = { start: offset, little: this.#little, interfaces: [] }
    this.#sections.push(this.#section)
    this.#remark(header.options)
    return true
  }

  /** A broken one keeps its number, so that packets of the next ones are not taken for another's. */
  #newInterface(offset: number, described: InterfaceDescription | undefined): boolean {
    if (this.interfaces.length === MOST_INTERFACES) return this.#tooMany('interfaces')
    if (described === undefined) this.malformed(offset, 'interface description', 'options')
    const { linkType = -1, snapLength = 0, options = [] } = described ?? {}
    const name = options.find(option => option.code === IF_NAME)?.value
    const unit = unitOf(options, this.#little)
    this.#section.interfaces.push(
      this.addInterface(linkType, snapLength, unit, name === undefined ? undefined : utf8.decode(name)),
    )
    this.#remark(options)
    return true
  }

  #tooMany(where: string): false {
    return this.damaged(fail('capture/too-much', { where, number: MOST_INTERFACES }))
  }

  #newSecrets(offset: number, block: DecryptionSecrets | undefined): void {
    if (block === undefined) this.malformed(offset, 'decryption secrets', 'length')
    else if (block.secretsType === TLS_KEY_LOG) {
      this.#secretBytes += block.secrets.length
      if (this.#secretBytes <= MOST_SECRET_BYTES) this.keyLogs.push(latin1Text(block.secrets))
      else this.damaged(fail('capture/too-much', { where: 'bytes of secrets', number: MOST_SECRET_BYTES }))
    }
  }

  #newNames(offset: number, block: NameResolution | undefined): void {
    if (block === undefined) this.malformed(offset, 'name resolution', 'length')
    for (const { code, value } of block?.records ?? []) {
      const size = code === NRB_IPV4 ? 4 : code === NRB_IPV6 ? 16 : undefined
      if (code === 0) return
      if (size === undefined || value.length < size || this.names.size >= MOST_NAMES) continue
      const address = addressText(value.subarray(0, size))
      const names = utf8
        .decode(value.subarray(size))
        .split('\0')
        .filter(name => name !== '')
      this.names.set(address, [...new Set([...(this.names.get(address) ?? []), ...names])].slice(0, MOST_COMMENTS))
    }
  }

  #remark(options: readonly Option[]): void {
    for (const comment of commentsOf(options)) if (this.remarks.length < MOST_COMMENTS) this.remarks.push(comment)
  }
}

// Codes of options and records, draft-ietf-opsawg-pcapng 3.5.1, 4.2, 4.5.
const OPT_COMMENT = 1
const IF_NAME = 2
const IF_TSRESOL = 9
const IF_TSOFFSET = 14
const NRB_IPV4 = 1
const NRB_IPV6 = 2
const KEPT: ReadonlySet<number> = new Set([NAME_RESOLUTION, DECRYPTION_SECRETS])

const utf8 = new TextDecoder()

const read = <T>(codec: Codec<T>, body: Uint8Array): T | undefined => {
  try {
    return decode(codec, body)
  } catch (error) {
    if (error instanceof WireError) return undefined
    throw error
  }
}

/** Options that end too early end the list; what stands in front of the damage counts. */
const optionsOf = (bytes: Uint8Array, little: boolean): readonly Option[] => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const options: Option[] = []
  for (let at = 0; at + 4 <= bytes.length; ) {
    const code = view.getUint16(at, little)
    const length = view.getUint16(at + 2, little)
    if (code === 0 || at + 4 + length > bytes.length) break
    options.push({ code, value: bytes.subarray(at + 4, at + 4 + length) })
    at += 4 + Math.ceil(length / 4) * 4
  }
  return options
}

const commentsOf = (options: readonly Option[]): readonly string[] =>
  options.filter(option => option.code === OPT_COMMENT).map(option => utf8.decode(option.value))

const unitOf = (options: readonly Option[], little: boolean): TimeUnit => {
  const optionOf = (code: number, size: number): Uint8Array | undefined =>
    options.find(option => option.code === code && option.value.length === size)?.value
  const resolution = optionOf(IF_TSRESOL, 1)
  const offset = optionOf(IF_TSOFFSET, 8)
  return {
    perSecond: resolution === undefined ? MICROSECONDS.perSecond : unitsOf(resolution[0]!),
    offset: offset === undefined ? 0n : new DataView(offset.buffer, offset.byteOffset, 8).getBigInt64(0, little),
  }
}
