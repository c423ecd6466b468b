/** What a filter says, taken apart. */
import type { Layer } from '../../trace/types.ts'
import type { Pattern } from './pattern.ts'

export const RELATIONS = ['==', '!=', '<=', '>=', '<', '>', 'contains', 'matches'] as const
export type Relation = (typeof RELATIONS)[number]

/** `tls.alert`, `tcp.port`: a layer, and the way from its message to a field, in the form in which names are compared. */
export interface FilterName {
  readonly layer: Layer
  readonly path: readonly string[]
}

export interface FilterValue {
  readonly text: string
  /** Undefined where it is in quotes, or none. */
  readonly number: number | undefined
  /** `16:03:01`. */
  readonly bytes: Uint8Array | undefined
  /** Of `matches`. */
  readonly pattern: Pattern | undefined
}

export type Expression =
  | { readonly kind: 'or' | 'and'; readonly parts: readonly Expression[] }
  | { readonly kind: 'not'; readonly part: Expression }
  | { readonly kind: 'there'; readonly name: FilterName }
  | { readonly kind: 'compared'; readonly name: FilterName; readonly relation: Relation; readonly value: FilterValue }

/** As names are compared: `server_name`, `serverName` and `Server-Name` are one. */
export const plainName = (name: string): string => name.toLowerCase().replace(/[_-]/g, '')
