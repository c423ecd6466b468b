/** What is given to a response, in each of the forms in which Node's takes it. */
import { type OutgoingHttpHeaders, validateHeaderName, validateHeaderValue } from 'node:http'
import type { Bytes } from '../../engine.ts'
import { noBytes, nullChunk } from './errors.ts'

export type Done = ((error?: Error | null) => void) | undefined
export type GivenFields = OutgoingHttpHeaders | readonly (string | readonly [string, string])[] | undefined

/** Links with their parameters (RFC 8288 3). */
export const LINKS = (link => new RegExp(`^${link}(?:[ \\t]*,[ \\t]*${link})*$`))(
  String.raw`<[^>]*>(?:[ \t]*;[ \t]*[\w!#$%&'*+.^|~-]+(?:=(?:"[^"]*"|[^\s;,"]+))?)*`,
)

export const sorted = (
  encodingOrDone: BufferEncoding | Done | null,
  last: Done | null,
): readonly [BufferEncoding | undefined, Done | undefined] =>
  typeof encodingOrDone === 'function' ? [undefined, encodingOrDone] : [encodingOrDone ?? undefined, last ?? undefined]

export const bytesOf = (chunk: unknown, encoding: BufferEncoding | undefined): Bytes => {
  if (typeof chunk === 'string') return Buffer.from(chunk, encoding)
  if (chunk instanceof Uint8Array) return chunk
  throw chunk === null ? nullChunk() : noBytes(chunk)
}

/** White space around a value is none of it (RFC 9110 5.5). */
export const fieldsOf = (name: string, value: unknown): [string, string][] => {
  const values = Array.isArray(value) ? value : [value]
  const trimmed = values.map(each => String(each).replace(/^[ \t]+|[ \t]+$/g, ''))
  return name.toLowerCase() === 'cookie' ? [[name, trimmed.join('; ')]] : trimmed.map(each => [name, each])
}

/** `writeHead` throws for what may not be in a field, with the codes of Node: frameworks answer otherwise then. */
export const legal = (fields: [string, string][]): [string, string][] => {
  for (const [name, value] of fields) {
    validateHeaderName(name)
    validateHeaderValue(name, value)
  }
  return fields
}

/** In each of the forms in which `writeHead` takes them. */
export const listed = (given: GivenFields): [string, string][] => {
  if (given === undefined || given === null) return []
  if (!Array.isArray(given))
    return Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : fieldsOf(name, value)))
  if (Array.isArray(given[0])) return given.flatMap(([name, value]) => fieldsOf(name, value))
  const list: [string, string][] = []
  for (let i = 0; i + 1 < given.length; i += 2) list.push(...fieldsOf(given[i], given[i + 1]))
  return list
}
