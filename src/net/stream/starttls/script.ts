/** What a script of a protocol may want of whoever drives it, and how it may end. */
import type { Bytes } from '../../../engine.ts'

export interface Setting {
  /** Whom the client means. */
  readonly host: string
  /** The client's own address. */
  readonly local: string
  /** Stands behind the wish for TLS, in the same piece; see `StartTlsProtocol.harmless`. */
  readonly behind?: string | undefined
}

export type Want =
  /** Bytes up to this character, which is the last of them. */
  | { readonly through: string }
  /** So many bytes. */
  | { readonly octets: number }
  /** Nothing is read: this is said. */
  | { readonly say: Bytes }

/** `missing`: it does not offer TLS. `refused`: it says something else than yes. */
export type No = { readonly type: 'missing' } | { readonly type: 'refused'; readonly got: string }

/** Undefined at the end: TLS may begin. */
export type Script = Generator<Want, No | undefined, Bytes>
