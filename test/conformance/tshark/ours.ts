/** What we say of a capture, as the comparison with tshark wants it: fields with their places in frames, and values. */
import { createHash } from 'node:crypto'
import { bytesSource, captureFrames } from '../../../src/capture/read/index.ts'
import { type Capture, openCapture } from '../../../src/dissect/capture.ts'
import { streamReader } from '../../../src/dissect/stream/index.ts'
import { nodeCertificateCoders } from '../../../src/node/certificate-coders.ts'
import { nodeCrypto } from '../../../src/node/crypto.ts'
import { messagesOf, recorder } from '../../../src/trace/recorder.ts'
import { type Threads, threads } from '../../../src/trace/thread.ts'
import type { Layer, MessageRecord, Range } from '../../../src/trace/types.ts'
import { dissect } from '../../../src/wire/codec.ts'
import { fields } from '../../../src/wire/field.ts'
import type { Found } from '../../interop/pdml-tree.ts'

export interface Ours extends Found {
  /** From 0; undefined where it does not lie in one frame as it is. */
  readonly frame: number | undefined
  readonly value: string
  /** Of a record that goes on in another frame: tshark shows all of it there. */
  readonly cut: boolean
}

export interface Read {
  readonly file: Uint8Array
  readonly capture: Capture
  readonly fields: readonly Ours[]
  /** Of each frame that is a segment: its number from 0, the conversation, and what is remarkable about it. */
  readonly segments: readonly Segment[]
  /** Of servers to which TLS is spoken. */
  readonly tlsPorts: ReadonlySet<number>
  /** Conversations neither side of which begins with TLS or HTTP. */
  readonly others: ReadonlySet<number>
}

export interface Segment {
  readonly frame: number
  readonly conversation: number
  readonly from: 'client' | 'server'
  readonly about: string
  /** Bytes that it brings, and SYN and FIN, which count as one each. */
  readonly length: number
  /** Its sequence number. */
  readonly seq: number
  /** It brings bytes that no earlier one brought. */
  readonly isNew: boolean
}

const PREFIX: Readonly<Record<Layer, string>> = {
  ethernet: 'eth',
  arp: 'arp',
  ip: 'ip',
  icmp: 'icmp',
  udp: 'udp',
  dns: 'dns',
  tcp: 'tcp',
  record: 'record',
  tls: 'tls',
  http: 'http',
  session: 'session',
}

const prefixOf = ({ layer, name, bytes }: MessageRecord): string => {
  if (layer === 'ip' && bytes[0]! >>> 4 === 6) return 'ipv6'
  if (layer !== 'tls') return PREFIX[layer]
  return name === 'Alert' ? 'alert' : name === 'ChangeCipherSpec' ? 'ccs' : 'tls'
}

const crypto = nodeCrypto()
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

export const opened = (file: Uint8Array, keyLogs: readonly string[]): Capture =>
  openCapture(bytesSource(file), {
    keyLogs,
    reading: context => streamReader({ ...context, crypto, certificateCoders: nodeCertificateCoders }),
  })

export const read = (file: Uint8Array, keyLogs: readonly string[]): Read => {
  const capture = opened(file, keyLogs)
  const numberOf = numbering(file)
  const found: Ours[] = []
  const segments: Segment[] = []
  const tlsPorts = new Set<number>()
  const others = new Set<number>()
  for (const { id, server } of capture.conversations) {
    const records = recorder(Number.POSITIVE_INFINITY)
    capture.dissect(id, records)
    const messages = messagesOf(records.records)
    const index = threads(messages)
    if (messages.some(({ layer }) => layer === 'record')) tlsPorts.add(server.port)
    if (!messages.some(beginsStream)) others.add(id)
    const seen = { in: [] as Range[], out: [] as Range[] }
    for (const message of messages) {
      for (const field of fieldsIn(message, index, numberOf)) found.push(field)
      if (message.layer !== 'tcp') continue
      const frame = numberOf(bottomOf(message, index) ?? message)
      const { payload, direction, about = '' } = message
      const isNew = payload !== undefined && add(seen[direction as 'in' | 'out'], payload)
      const length = (payload === undefined ? 0 : payload.end - payload.start) + flagged(message.bytes[13]!)
      const from = direction === 'out' ? 'client' : 'server'
      const seq = Buffer.from(message.bytes).readUInt32BE(4)
      if (frame !== undefined) segments.push({ frame, conversation: id, from, about, seq, length, isNew })
    }
  }
  return { file, capture, fields: found, segments: segments.sort((a, b) => a.frame - b.frame), tlsPorts, others }
}

const flagged = (control: number): number => (control & 1) + ((control & 2) >>> 1)

/** Notes `range` among those seen; false when all of it was there. */
const add = (seen: Range[], { start, end }: Range): boolean => {
  const touched = seen.filter(each => each.start <= end && each.end >= start)
  if (touched.some(each => each.start <= start && each.end >= end)) return false
  const left = seen.filter(each => !touched.includes(each))
  const all = [...touched, { start, end }]
  seen.splice(0, seen.length, ...left, {
    start: Math.min(...all.map(each => each.start)),
    end: Math.max(...all.map(each => each.end)),
  })
  return true
}

const METHOD = /^(?:GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|CONNECT|TRACE|PROPFIND|HTTP\/1)/
/** The first bytes of a side that are those of a record, or a method or version of HTTP. */
const beginsStream = ({ layer, payload, bytes }: MessageRecord): boolean => {
  if (layer !== 'tcp' || payload === undefined || payload.start !== 0) return false
  const first = bytes.subarray(payload.at, payload.at + 8)
  return (first[0]! >= 20 && first[0]! <= 23 && first[1] === 3) || METHOD.test(Buffer.from(first).toString())
}

type NumberOf = (message: MessageRecord) => number | undefined

/** Where the frames of a conversation stand in the file. Frames of the same time and bytes have the same fields. */
const numbering = (file: Uint8Array): NumberOf => {
  const numbers = new Map<string, number[]>()
  const key = (at: number, bytes: Uint8Array): string =>
    `${at.toFixed(6)} ${bytes.length} ${createHash('sha1').update(bytes).digest('base64')}`
  for (const { number, at, bytes } of captureFrames(bytesSource(file))) {
    const name = key(at, bytes)
    const same = numbers.get(name)
    if (same === undefined) numbers.set(name, [number - 1])
    else same.push(number - 1)
  }
  const given = new Map<MessageRecord, number | undefined>()
  return message => {
    if (!given.has(message)) {
      const same = numbers.get(key(message.at, message.bytes))
      given.set(message, same !== undefined && same.length > 1 ? same.shift() : same?.[0])
    }
    return given.get(message)
  }
}

const bottomOf = (message: MessageRecord, index: Threads): MessageRecord | undefined =>
  index.down(message.id).at(-1)?.places[0]?.message

const fieldsIn = (message: MessageRecord, index: Threads, numberOf: NumberOf): Ours[] => {
  if (message.format === undefined) return []
  const prefix = prefixOf(message)
  const whole = frameOf(message, undefined, index, numberOf)
  const isRecord = message.layer === 'record'
  const isCut = isRecord && index.down(message.id).some(({ places }) => places.length !== 1)
  const found = [...fields(dissect(message.format, message.bytes, prefix))]
  const notes = new Set(
    found
      .filter(({ path, field: { start } }) => path.endsWith('.head.type') && isOpt(message.bytes, start))
      .map(({ path }) => path.slice(0, -'type'.length)),
  )
  return found
    .filter(({ path }) => !OPT_ONLY.test(path) || !notes.has(path.replace(OPT_ONLY, '')))
    .map(({ path, field: { start, end, bits } }) => {
      // A record that goes on in the next frame begins in this one; a message that does so is put together elsewhere in tshark.
      const place = isRecord ? frameOf(message, { start, end }, index, numberOf) : whole
      const from = (place?.start ?? 0) + (isRecord ? 0 : start)
      const narrow = bits?.map((bit, i) => from + (i === 0 ? Math.floor(bit / 8) : Math.ceil(bit / 8)))
      return {
        path: `${prefix}.${path}`,
        start: from,
        end: from + end - start,
        narrow: narrow === undefined ? [from, from + end - start] : [narrow[0]!, narrow[1]!],
        frame: place?.frame,
        value: hex(message.bytes.subarray(start, end)),
        cut: isCut,
      }
    })
}

/** In a record of type OPT (RFC 6891 6.1.2) these mean something else, and have other names in tshark. */
const OPT_ONLY = /(?:class|ttl)$/
const isOpt = (bytes: Uint8Array, at: number): boolean => bytes[at] === 0 && bytes[at + 1] === 41

/** The one frame that carries `range` of a message (all of it where undefined) as it is, and where in it. */
const frameOf = (
  message: MessageRecord,
  range: { readonly start: number; readonly end: number } | undefined,
  index: Threads,
  numberOf: NumberOf,
): { readonly frame: number; readonly start: number } | undefined => {
  const crumbs = index.down(message.id, range)
  // The head of a sealed record is not sealed.
  const sealed = (place: MessageRecord): boolean => place.sealed === true && (range === undefined || range.end > 5)
  if (crumbs.some(({ incomplete, places }) => incomplete || places.length !== 1 || sealed(places[0]!.message)))
    return undefined
  const [bottom] = crumbs.at(-1)!.places
  const frame =
    bottom === undefined || (bottom.message.carriedBy ?? []).length > 0 ? undefined : numberOf(bottom.message)
  return frame === undefined ? undefined : { frame, start: bottom!.start }
}
