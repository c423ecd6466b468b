/** JSON from a peer: values with types, and no throwing. */
import type { Bytes } from '../engine.ts'

export type Json = string | number | boolean | null | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [name: string]: Json | undefined
}

const strict = new TextDecoder('utf-8', { fatal: true })

/** Undefined for what is no JSON in UTF-8. Of members with one name the last counts (RFC 7515 4). */
export const jsonIn = (bytes: Bytes): Json | undefined => {
  try {
    return JSON.parse(strict.decode(bytes)) as Json
  } catch {
    return undefined
  }
}

export const jsonOf = (value: Json): Bytes => new TextEncoder().encode(JSON.stringify(value))

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Its own member: what every object inherits is none. */
export const memberOf = (value: JsonObject, name: string): Json | undefined =>
  Object.hasOwn(value, name) ? value[name] : undefined

/** Undefined where it is not there or no text. */
export const textOf = (value: JsonObject, name: string): string | undefined => {
  const member = memberOf(value, name)
  return typeof member === 'string' ? member : undefined
}

/** A list of texts; undefined for anything else. */
export const textsOf = (value: JsonObject, name: string): readonly string[] | undefined => {
  const member = memberOf(value, name)
  return Array.isArray(member) && member.every(each => typeof each === 'string') ? (member as string[]) : undefined
}
