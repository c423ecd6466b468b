/** DER taken apart into nodes that can be changed, dropped and doubled; lengths are made when it is put together again. */

export interface DerNode {
  tag: number
  /** The contents of what is not constructed. */
  octets: Uint8Array
  /** In place of `octets`: the elements within, of an OCTET STRING those that it wraps. */
  children: DerNode[] | undefined
  /** In front of the length, which then is not the shortest (X.690 10.1). */
  lengthZeros: number
}

export const leafNode = (tag: number, octets: Uint8Array): DerNode => ({
  tag,
  octets,
  children: undefined,
  lengthZeros: 0,
})

/** Of a well-formed encoding; throws for any other. */
export const parsed = (der: Uint8Array): DerNode => {
  const [node, ...more] = nodesOf(der)
  if (node === undefined || more.length > 0) throw new Error('not one element')
  return node
}

const nodesOf = (der: Uint8Array): DerNode[] => {
  const nodes: DerNode[] = []
  for (let at = 0; at < der.length; ) {
    const tag = der[at]!
    const first = der[at + 1]!
    const count = first < 0x80 ? 0 : first & 0x7f
    let length = count === 0 ? first : 0
    for (let i = 0; i < count; i++) length = length * 256 + der[at + 2 + i]!
    const from = at + 2 + count
    if (!(from + length <= der.length)) throw new Error('not DER')
    const octets = der.slice(from, from + length)
    nodes.push({ tag, octets, children: (tag & 0x20) !== 0 ? nodesOf(octets) : wrapped(tag, octets), lengthZeros: 0 })
    at = from + length
  }
  return nodes
}

/** What an OCTET STRING wraps, where it is one element with elements in it. */
const wrapped = (tag: number, octets: Uint8Array): DerNode[] | undefined => {
  if (tag !== 0x04 || ![0x30, 0x03, 0x04].includes(octets[0] ?? 0)) return undefined
  try {
    const nodes = nodesOf(octets)
    return nodes.length === 1 ? nodes : undefined
  } catch {
    return undefined
  }
}

export const encoded = ({ tag, octets, children, lengthZeros }: DerNode): Uint8Array => {
  const contents = children === undefined ? octets : Uint8Array.from(children.flatMap(child => [...encoded(child)]))
  const { length } = contents
  const digits = length < 0x80 && lengthZeros === 0 ? [] : length < 0x100 ? [length] : [length >> 8, length & 0xff]
  const zeros = Array.from({ length: lengthZeros }, () => 0)
  const header = digits.length === 0 ? [length] : [0x80 | (digits.length + lengthZeros), ...zeros, ...digits]
  return Uint8Array.of(tag, ...header, ...contents)
}

export interface Placed {
  readonly node: DerNode
  /** Who has it among its children, and at which place. */
  readonly parent: DerNode
  readonly index: number
  /** The indices on the way to it. */
  readonly path: readonly number[]
}

/** Every node below this one. */
export const everyNode = (root: DerNode, path: readonly number[] = []): Placed[] =>
  (root.children ?? []).flatMap((node, index) => [
    { node, parent: root, index, path: [...path, index] },
    ...everyNode(node, [...path, index]),
  ])
