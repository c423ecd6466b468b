/**
 * Records of a trace as plain data: what goes to the page of the inspector, from a server, out of a worker or inside of a
 * file. Bytes are base64url, formats are names (`formats.table.ts`), ranges are lists, and what has no value is not there.
 * `packed` and `unpacker` are each other's inverse.
 */
import { Failure, failures } from '../../failures/index.ts'
import type { Place, RequestContext } from '../../failures/registry.ts'
import type { FailureCode } from '../../failures/table.ts'
import type { TraceRecord } from '../../trace/recorder.ts'
import type { Carrier, Layer, MessageRecord, Range, Sending } from '../../trace/types.ts'
import { base64url, fromBase64url } from '../../wire/base64url.ts'
import { formatNamed, nameOfFormat } from './formats.table.ts'

type Start = number
type End = number

/** A message, where it begins and where it ends. */
type PackedCarrier = readonly [message: number, start: Start, end: End]

export interface PackedMessage {
  readonly type: 'message'
  readonly id: number
  readonly layer: Layer
  readonly flow: string
  readonly host: string
  readonly direction: 'in' | 'out'
  readonly at: number
  readonly name: string
  readonly format?: string
  readonly bytes: string
  readonly carriedBy?: readonly PackedCarrier[]
  readonly carries?: readonly PackedCarrier[]
  readonly stream?: readonly [Start, End]
  readonly payload?: readonly [Start, End, at: number]
  readonly sending?: Sending
  readonly sealed?: boolean
  readonly about?: string
}

export interface PackedState {
  readonly type: 'state'
  readonly layer: Layer
  readonly flow: string
  readonly host: string
  readonly from: string
  readonly to: string
  readonly at: number
  readonly because?: number
}

export interface PackedSecret {
  readonly type: 'secret'
  readonly flow: string
  readonly host: string
  readonly label: string
  readonly clientRandom: string
  readonly secret: string
}

export interface PackedVerdict {
  readonly type: 'verdict'
  readonly layer: Layer
  readonly flow: string
  readonly host: string
  readonly at: number
  readonly check: string
  readonly ok: boolean
  readonly rule?: string
  readonly about?: string
  readonly where?: PackedCarrier
  readonly failure?: PackedFailure
}

/** What the registry says of the code is not repeated. */
export interface PackedFailure {
  readonly code: FailureCode
  readonly expected?: string
  readonly got?: string
  readonly where?: string
  readonly number?: number
  readonly at?: Place
  readonly asked?: RequestContext
}

export type PackedRecord = PackedMessage | PackedState | PackedSecret | PackedVerdict

export const packed = (entry: TraceRecord): PackedRecord => {
  switch (entry.type) {
    case 'message':
      return packedMessage(entry.record)
    case 'state':
      return { type: 'state', ...entry.record }
    case 'secret': {
      const { clientRandom, secret } = entry.record
      return {
        type: 'secret',
        ...entry.record,
        clientRandom: base64url(clientRandom),
        secret: base64url(secret),
      }
    }
    case 'verdict': {
      const { where, failure, ...rest } = entry.record
      return {
        type: 'verdict',
        ...rest,
        ...(where === undefined ? {} : { where: packedCarrier(where) }),
        ...(failure === undefined ? {} : { failure: packedFailure(failure) }),
      }
    }
    default:
      return entry satisfies never
  }
}

const packedMessage = (record: MessageRecord): PackedMessage => {
  const { format, bytes, carriedBy, carries, stream, payload, ...rest } = record
  const name = format === undefined ? undefined : nameOfFormat(format)
  return {
    type: 'message',
    ...rest,
    ...(name === undefined ? {} : { format: name }),
    bytes: base64url(bytes),
    ...(carriedBy === undefined ? {} : { carriedBy: carriedBy.map(packedCarrier) }),
    ...(carries === undefined ? {} : { carries: carries.map(packedCarrier) }),
    ...(stream === undefined ? {} : { stream: [stream.start, stream.end] }),
    ...(payload === undefined ? {} : { payload: [payload.start, payload.end, payload.at] }),
  }
}

const packedCarrier = ({ message, start, end }: Carrier): PackedCarrier => [message, start, end]

export const packedFailure = (failure: Failure): PackedFailure => {
  const { code, expected, got, where, number, at, context } = failure
  return {
    code,
    ...(expected === undefined ? {} : { expected }),
    ...(got === undefined ? {} : { got }),
    ...(where === undefined ? {} : { where }),
    ...(number === undefined ? {} : { number }),
    ...(at === undefined ? {} : { at }),
    ...(context === undefined ? {} : { asked: context }),
  }
}

/** Flows, hosts and names are few and stand in every record: each is held once. Beyond so many they are not. */
const MOST_TEXTS = 50_000

/** Makes records again, one after the other. Undefined for what `packed` does not give. */
export const unpacker = (): ((value: unknown) => TraceRecord | undefined) => {
  const texts = new Map<string, string>()
  const once = (text: string): string => {
    const known = texts.get(text)
    if (known !== undefined) return known
    if (texts.size < MOST_TEXTS) texts.set(text, text)
    return text
  }
  return value => {
    if (!isPacked(value)) return undefined
    const { flow, host } = value
    return unpacked({ ...value, flow: once(flow), host: once(host) }, once)
  }
}

const unpacked = (value: PackedRecord, once: (text: string) => string): TraceRecord | undefined => {
  switch (value.type) {
    case 'message':
      return unpackedMessage(value, once)
    case 'state': {
      const { type, ...record } = value
      return { type, record: { ...record, from: once(record.from), to: once(record.to) } }
    }
    case 'secret': {
      const { type, ...rest } = value
      const [clientRandom, secret] = [fromBase64url(rest.clientRandom), fromBase64url(rest.secret)]
      if (clientRandom === undefined || secret === undefined) return undefined
      return { type, record: { ...rest, clientRandom, secret } }
    }
    case 'verdict': {
      const { type, where, failure, ...rest } = value
      return {
        type,
        record: {
          ...rest,
          ...(where === undefined ? {} : { where: unpackedCarrier(where) }),
          ...(failure === undefined ? {} : { failure: unpackedFailure(failure) }),
        },
      }
    }
    default:
      return value satisfies never
  }
}

const unpackedMessage = (value: PackedMessage, once: (text: string) => string): TraceRecord | undefined => {
  const { type, format, bytes: text, carriedBy, carries, stream, payload, name, about, ...rest } = value
  const bytes = fromBase64url(text)
  if (bytes === undefined) return undefined
  const record: MessageRecord = {
    ...rest,
    name: once(name),
    format: format === undefined ? undefined : formatNamed(format),
    bytes,
    ...(carriedBy === undefined ? {} : { carriedBy: carriedBy.map(unpackedCarrier) }),
    ...(carries === undefined ? {} : { carries: carries.map(unpackedCarrier) }),
    ...(stream === undefined ? {} : { stream: rangeOf(stream) }),
    ...(payload === undefined ? {} : { payload: { ...rangeOf(payload), at: payload[2] } }),
    ...(about === undefined ? {} : { about: once(about) }),
  }
  return { type, record }
}

const unpackedCarrier = ([message, start, end]: PackedCarrier): Carrier => ({ message, start, end })
const rangeOf = ([start, end]: readonly [Start, End, ...unknown[]]): Range => ({ start, end })

const unpackedFailure = ({ code, asked, ...facts }: PackedFailure): Failure => new Failure(code, facts, asked)

const LAYERS: Readonly<Record<Layer, true>> = {
  ethernet: true,
  arp: true,
  ip: true,
  icmp: true,
  udp: true,
  dns: true,
  tcp: true,
  record: true,
  tls: true,
  http: true,
  session: true,
}

type Check = (value: unknown) => boolean
const text: Check = value => typeof value === 'string'
const number: Check = value => typeof value === 'number'
const flag: Check = value => typeof value === 'boolean'
const layer: Check = value => typeof value === 'string' && Object.hasOwn(LAYERS, value)
const numbers =
  (length: number): Check =>
  value =>
    Array.isArray(value) && value.length === length && value.every(number)
const carriers: Check = value => Array.isArray(value) && value.every(numbers(3))
const maybe =
  (check: Check): Check =>
  value =>
    value === undefined || check(value)
const object = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
const shaped =
  (shape: Readonly<Record<string, Check>>): Check =>
  value =>
    object(value) && Object.entries(shape).every(([key, check]) => check(value[key]))

const common = { flow: text, host: text }
const PLACE = shaped({
  message: number,
  start: number,
  end: number,
  certificate: maybe(value => value === 'anchor' || number(value)),
})
const FAILURE = shaped({
  code: value => typeof value === 'string' && Object.hasOwn(failures, value),
  expected: maybe(text),
  got: maybe(text),
  where: maybe(text),
  number: maybe(number),
  at: maybe(PLACE),
  asked: maybe(object),
})
const SHAPES: Readonly<Record<PackedRecord['type'], Check>> = {
  message: shaped({
    ...common,
    id: number,
    layer,
    direction: value => value === 'in' || value === 'out',
    at: number,
    name: text,
    format: maybe(text),
    bytes: text,
    carriedBy: maybe(carriers),
    carries: maybe(carriers),
    stream: maybe(numbers(2)),
    payload: maybe(numbers(3)),
    sending: maybe(shaped({ window: number, timeOut: number, roundTrip: maybe(number) })),
    sealed: maybe(flag),
    about: maybe(text),
  }),
  state: shaped({ ...common, layer, from: text, to: text, at: number, because: maybe(number) }),
  secret: shaped({ ...common, label: text, clientRandom: text, secret: text }),
  verdict: shaped({
    ...common,
    layer,
    at: number,
    check: text,
    ok: flag,
    rule: maybe(text),
    about: maybe(text),
    where: maybe(numbers(3)),
    failure: maybe(FAILURE),
  }),
}

/** What `packedFailure` gave, made again; undefined for anything else. */
export const failureIn = (value: unknown): Failure | undefined =>
  FAILURE(value) ? unpackedFailure(value as PackedFailure) : undefined

const isPacked = (value: unknown): value is PackedRecord =>
  object(value) &&
  typeof value.type === 'string' &&
  Object.hasOwn(SHAPES, value.type) &&
  SHAPES[value.type as PackedRecord['type']](value)
