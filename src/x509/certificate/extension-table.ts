/**
 * What extensions hold, decoded one by one when somebody asks. Which there are says a table for each kind of object:
 * certificates, lists of revoked ones and their entries, OCSP, requests.
 */
import { checkDer } from '../../asn1/check.ts'
import { Der, DerError, TAG } from '../../asn1/der.ts'
import { oidText } from '../../asn1/oid.ts'
import { OID } from '../../asn1/oids.table.ts'
import type { Extension } from './extension-list.ts'

/** Reads what an extension holds, `bytes[from, to)`. Throws `DerError`. */
export type Decoder<T> = (bytes: Uint8Array, from: number, to: number, what: string) => T

/** Extensions by their names in `OID`; `V` has what each decodes to. */
export interface ExtensionTable<V> {
  readonly decoders: { readonly [N in keyof V]: Decoder<V[N]> }
  /** The name under which an extension is decoded; undefined when it is only kept. */
  nameOf(oid: string): (keyof V & string) | undefined
}

export const extensionTable = <V extends { readonly [N in keyof V & keyof typeof OID]: V[N] }>(
  decoders: ExtensionTable<V>['decoders'],
): ExtensionTable<V> => {
  const names = new Map<string, keyof V & string>()
  for (const name of Object.keys(decoders) as (keyof V & keyof typeof OID)[]) names.set(OID[name], name)
  return { decoders, nameOf: oid => names.get(oid) }
}

/** The extensions of one object. */
export class Extensions<V> {
  readonly list: readonly Extension[]
  readonly #bytes: Uint8Array
  readonly #table: ExtensionTable<V>
  readonly #known = new Map<keyof V, unknown>()
  constructor(bytes: Uint8Array, list: readonly Extension[], table: ExtensionTable<V>) {
    this.#bytes = bytes
    this.list = list
    this.#table = table
  }

  /** The extension as it stands. */
  find(name: keyof V & keyof typeof OID): Extension | undefined {
    const oid = OID[name]
    return this.list.find(e => e.oid === oid)
  }

  /** The decoded extension, undefined when absent. Throws `DerError` when it is malformed: see `decodeAll`. */
  value<N extends keyof V & keyof typeof OID>(name: N): V[N] | undefined {
    if (this.#known.has(name)) return this.#known.get(name) as V[N] | undefined
    return this.#decoded(name, this.find(name))
  }

  /** Decodes every extension that the table has, so that no later access can throw. Throws `DerError`. */
  decodeAll(): void {
    for (const extension of this.list) {
      const name = this.#table.nameOf(extension.oid)
      if (name !== undefined && !this.#known.has(name)) this.#decoded(name, extension)
    }
  }

  #decoded<N extends keyof V>(name: N, found: Extension | undefined): V[N] | undefined {
    const value =
      found === undefined ? undefined : decodeExtension(this.#table, name, this.#bytes, found.from, found.to)
    this.#known.set(name, value)
    return value
  }
}

/** Throws `DerError`. */
export const decodeExtension = <V, N extends keyof V>(
  { decoders }: ExtensionTable<V>,
  name: N,
  bytes: Uint8Array,
  from: number,
  to: number,
): V[N] => {
  const what = String(name)
  checkDer(bytes, from, to, what)
  return decoders[name](bytes, from, to, what)
}

/** A cursor over the contents of the SEQUENCE that fills `bytes[from, to)`, when nothing follows it. */
export const whole = (bytes: Uint8Array, from: number, to: number, what: string): Der => {
  const outer = new Der(bytes, from, to)
  const inner = outer.inside(TAG.sequence, what)
  outer.finish(what)
  return inner
}

/** Every element of SEQUENCE SIZE (1..MAX) OF. */
export const each = <T>(cursor: Der, what: string, item: (cursor: Der) => T): T[] => {
  if (cursor.left === 0) throw new DerError('empty', cursor.pos, cursor.end, what)
  const items: T[] = []
  while (cursor.left > 0) items.push(item(cursor))
  return items
}

export const oidNext = (cursor: Der, what: string): string => {
  cursor.read(TAG.oid, what)
  return oidText(cursor.bytes, cursor.from, cursor.to)
}
