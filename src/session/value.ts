/** Attribute values: copied on the way in, frozen, so that nobody changes a session behind its back. */
import { FailureError, fail } from '../failures/index.ts'
import type { SessionValue } from './types.ts'

/** Levels of arrays and objects in one value. */
const DEPTH = 32

/** A frozen copy. Throws `FailureError` `session/bad-value` for what JSON cannot say. */
export const frozenCopy = (name: string, value: unknown, depth = 0): SessionValue => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (depth === DEPTH) throw refused(name, `more than ${DEPTH} levels deep`)
  if (Array.isArray(value)) return Object.freeze(value.map(each => frozenCopy(name, each, depth + 1)))
  if (typeof value !== 'object' || !isPlain(value)) throw refused(name, `a ${typeof value} that JSON cannot say`)
  // No prototype: a key `__proto__` is a key like any other.
  const copy: Record<string, SessionValue> = Object.create(null) as Record<string, SessionValue>
  for (const [key, each] of Object.entries(value)) copy[key] = frozenCopy(name, each, depth + 1)
  return Object.freeze(copy)
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

const refused = (where: string, got: string): FailureError =>
  new FailureError(fail('session/bad-value', { where, got }))
