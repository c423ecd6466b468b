/**
 * The same for programs: one object per line, each with the version of this schema and a type. Byte ranges are
 * `[start, end]`, bytes are hex, no key repeats. Secrets leave only when asked for.
 */

import { elsewhere } from '../explain/elsewhere.table.ts'
import { english } from '../explain/en/index.ts'
import type { Words } from '../explain/words.ts'
import { entryOf, type Failure } from '../failures/index.ts'
import type { Place } from '../failures/registry.ts'
import type { TraceRecord } from '../trace/recorder.ts'
import type { Carrier, MessageRecord } from '../trace/types.ts'
import { hexText } from '../wire/bytes.ts'
import { dissect } from '../wire/codec.ts'
import type { Field } from '../wire/field.ts'
import type { TlsChoice } from './choice.ts'
import type { Leg } from './legs.ts'
import type { Timeline } from './timeline.ts'

export const SCHEMA = 1

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

/** What goes into a message's object besides its description. */
export type Detail = 'fields' | 'bytes' | 'secrets'

/** One record of a trace. */
export const jsonOf = (entry: TraceRecord, detail: readonly Detail[] = []): JsonObject => {
  switch (entry.type) {
    case 'message':
      return { v: SCHEMA, type: 'message', ...messageJson(entry.record, detail) }
    case 'state': {
      const { layer, flow, host, from, to, at, because } = entry.record
      return { v: SCHEMA, type: 'state', layer, flow, host, from, to, at, ...given({ because }) }
    }
    case 'secret': {
      const { flow, host, label, clientRandom, secret } = entry.record
      const value = detail.includes('secrets') ? { secret: hexText(secret) } : {}
      return { v: SCHEMA, type: 'secret', flow, host, label, clientRandom: hexText(clientRandom), ...value }
    }
    case 'verdict': {
      const { layer, flow, host, at, check, ok, rule, about, where, failure } = entry.record
      return {
        v: SCHEMA,
        type: 'verdict',
        layer,
        flow,
        host,
        at,
        check,
        ok,
        ...given({ rule, about, failure: failure?.code }),
        ...(where === undefined ? {} : { where: carrierJson(where) }),
      }
    }
    default:
      return entry satisfies never
  }
}

/** A failure with its sentence and everything the registry says about it. */
export const jsonOfFailure = (info: Failure, words: Words = english): JsonObject => {
  const entry = entryOf(info)
  const { code, fault, expected, got, where, number, at, rule, alert, status } = info
  return {
    v: SCHEMA,
    type: 'failure',
    code,
    fault,
    exit: entry.exit,
    title: words.title(info),
    sentence: words.sentence(info),
    ...given({ expected, got, where, number, rule, alert, status }),
    ...(at === undefined ? {} : placeJson(at)),
    because: [...words.because(info)],
    try: [...words.tryThis(info)],
    elsewhere: { ...elsewhere(info) },
    ...(info.context === undefined ? {} : { asked: given({ ...info.context }) }),
  }
}

export const jsonOfTimeline = (of: Timeline): JsonObject => ({
  v: SCHEMA,
  type: 'timeline',
  total: of.total,
  rows: of.rows.map(({ key, label, what, note, span, ours, ok }) => ({
    key,
    label,
    what,
    note,
    ok,
    ...(span === undefined ? {} : { span: [span.from, span.to], ours: ours.map(({ from, to }) => [from, to]) }),
  })),
  counts: { ...of.counts },
})

/** The timeline of one connection among others. */
export const jsonOfLeg = (leg: Leg, connection: number): JsonObject => ({
  ...jsonOfTimeline(leg.timeline),
  connection,
  origin: leg.origin,
  began: leg.began,
  downgrade: leg.downgrade,
  ...(leg.tls === undefined ? {} : { tls: tlsJson(leg.tls) }),
})

const tlsJson = ({ offered, ...tls }: TlsChoice): JsonObject => ({
  ...given({ ...tls }),
  offered: { suites: [...offered.suites], groups: [...offered.groups] },
})

/** A field tree: name, range, value, words, and where the bytes stopped making sense. */
export const jsonOfField = (field: Field): JsonObject => ({
  name: field.name,
  range: [field.start, field.end],
  ...given({ value: plainValue(field.value), text: field.text, ref: field.ref, note: field.note }),
  ...(field.bits === undefined ? {} : { bits: [...field.bits] }),
  ...(field.children === undefined ? {} : { children: field.children.map(jsonOfField) }),
})

const messageJson = (message: MessageRecord, detail: readonly Detail[]): JsonObject => {
  const { id, layer, flow, host, direction, at, name, bytes, about, sealed, carriedBy, carries, stream, payload } =
    message
  const tree =
    detail.includes('fields') && message.format !== undefined ? dissect(message.format, bytes, name) : undefined
  return {
    id,
    layer,
    flow,
    host,
    direction,
    at,
    name,
    length: bytes.length,
    ...given({ about, sealed }),
    ...(carriedBy === undefined ? {} : { carriedBy: carriedBy.map(carrierJson) }),
    ...(carries === undefined ? {} : { carries: carries.map(carrierJson) }),
    ...(stream === undefined ? {} : { stream: [stream.start, stream.end] }),
    ...(payload === undefined ? {} : { payload: [payload.start, payload.end], payloadAt: payload.at }),
    ...(tree === undefined ? {} : { fields: jsonOfField(tree) }),
    ...(detail.includes('bytes') ? { bytes: hexText(bytes) } : {}),
  }
}

/** The message in the trace; what was not traced can still be found in a certificate. */
const placeJson = ({ message, start, end, certificate }: Place): JsonObject =>
  message === 0 && certificate === undefined
    ? {}
    : { at: { ...given({ message: message === 0 ? undefined : message, certificate }), range: [start, end] } }

const carrierJson = ({ message, start, end }: Carrier): JsonObject => ({ message, range: [start, end] })

/** Without the keys that have no value: JSON has no undefined. */
const given = (values: Readonly<Record<string, Json | undefined>>): { [key: string]: Json } =>
  Object.fromEntries(Object.entries(values).filter((pair): pair is [string, Json] => pair[1] !== undefined))

const plainValue = (value: unknown): Json | undefined => {
  if (value instanceof Uint8Array) return hexText(value)
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value
  return undefined
}
