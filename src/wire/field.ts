/** The field tree: what the inspector, the documentation and `corrupt` see of a message. */

export interface Field {
  readonly name: string
  /** First byte of the field in the message. */
  readonly start: number
  /** One past the last byte. */
  end: number
  value?: unknown
  /** The value in words. */
  text?: string | undefined
  /** Where the format is defined: `RFC 9293 3.1`. */
  ref?: string | undefined
  /** Why the tree ends here, when the bytes are broken. */
  note?: string | undefined
  /** For parts of a byte or word: most significant bit first, `[from, to)` counted from `start`. */
  bits?: readonly [number, number]
  children?: Field[]
}

/** The field at a dotted path below `root`, such as `extensions.2.body.length`. */
export const fieldAt = (root: Field, path: string): Field | undefined =>
  path === ''
    ? root
    : path.split('.').reduce<Field | undefined>((f, name) => f?.children?.find(c => c.name === name), root)

/** The innermost field that holds byte `at`, with its dotted path. */
export const fieldOver = (root: Field, at: number): { field: Field; path: string } => {
  const inner = root.children?.find(c => c.start <= at && at < c.end)
  if (inner === undefined) return { field: root, path: '' }
  const below = fieldOver(inner, at)
  return { field: below.field, path: below.path === '' ? inner.name : `${inner.name}.${below.path}` }
}

/** Every field with its dotted path, parents first. */
export function* fields(root: Field, prefix = ''): Generator<{ path: string; field: Field }> {
  for (const child of root.children ?? []) {
    const path = prefix === '' ? child.name : `${prefix}.${child.name}`
    yield { path, field: child }
    yield* fields(child, path)
  }
}

/** A copy of `bytes` in which the number at `path` differs by `delta` (modulo its width); neighbouring bits stay. */
export const corrupt = (bytes: Uint8Array, root: Field, path: string, delta: number): Uint8Array => {
  const field = fieldAt(root, path)
  if (field === undefined) throw new RangeError(`no field ${path} in ${root.name}`)
  const copy = bytes.slice()
  if (field.bits !== undefined) return addToBits(copy, field, field.bits, delta)
  for (let i = field.end - 1, carry = delta; i >= field.start && carry !== 0; i--) {
    const sum = copy[i]! + carry
    copy[i] = sum & 0xff
    carry = Math.floor(sum / 256)
  }
  return copy
}

/** Bits [from, to) of at most four bytes, most significant first. */
const addToBits = (
  copy: Uint8Array,
  field: Field,
  [from, to]: readonly [number, number],
  delta: number,
): Uint8Array => {
  let whole = 0
  for (let i = field.start; i < field.end; i++) whole = whole * 256 + copy[i]!
  const unit = 2 ** ((field.end - field.start) * 8 - to)
  const range = 2 ** (to - from)
  const old = Math.floor(whole / unit) % range
  whole += (((((old + delta) % range) + range) % range) - old) * unit
  for (let i = field.end - 1; i >= field.start; i--) {
    copy[i] = whole % 256
    whole = Math.floor(whole / 256)
  }
  return copy
}
