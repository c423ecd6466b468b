/** What decoding knows of a format beside its declaration. `formats.table.ts` is the list. */
import type { Bytes } from '../../engine.ts'
import type { Range } from '../../trace/types.ts'
import type { Codec } from '../../wire/codec.ts'
import type { Field } from '../../wire/field.ts'

/** Bytes in a value that are a message of their own. */
export interface Inner {
  /** Where in the value they are: `['body', 'payload']`. */
  readonly path: readonly (string | number)[]
  /** Names of formats that they may have; several: the likeliest. */
  readonly as: readonly string[]
  /** `perhaps`: left as bytes where they do not make sense. */
  readonly how: 'surely' | 'perhaps'
}

export interface Format {
  /** What `--as` takes: `tls.record`. */
  readonly id: string
  readonly title: string
  readonly codec: Codec<unknown>
  /** What this one is called, besides: `ClientHello`. */
  readonly named?: ((value: unknown, bytes: Bytes) => string | undefined) | undefined
  /** A quick look: false for what cannot be meant. Only a format that has it is guessed. */
  readonly begins?: ((bytes: Bytes) => boolean) | undefined
  /** Bits that speak for it, besides the length that fits. Where undefined: the known numbers and fitting lengths of the tree. */
  readonly evidence?: ((value: unknown, bytes: Bytes) => number) | undefined
  readonly inside?: ((value: unknown, bytes: Bytes) => readonly Inner[]) | undefined
  /** The bytes say themselves where it ends: what is behind belongs to somebody else. */
  readonly ends?: 'itself' | undefined
  /** What nobody but its owner should see. */
  readonly secrets?: ((value: unknown, bytes: Bytes, field: Field) => readonly Range[]) | undefined
  /** A command that says more about it. */
  readonly see?: string | undefined
}
