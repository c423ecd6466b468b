/** One message, opened: how it lies in the layers below, its field tree, its bytes and those on the wire. */
import type { Crumb } from '../../src/trace/thread.ts'
import type { Carrier, Layer, MessageRecord, Range } from '../../src/trace/types.ts'
import { dissect } from '../../src/wire/codec.ts'
import type { Field } from '../../src/wire/field.ts'
import { certificateFields } from '../../src/x509/certificate/fields.ts'
import { chainOf } from './chain.ts'
import type { Scene } from './scene.ts'

/** A field with its way from the root of the message. */
export interface Node {
  readonly field: Field
  /** Names from below the message; empty for the message itself. */
  readonly path: readonly string[]
  /** How deep it is drawn: wrappers that say nothing of their own are left out. */
  readonly depth: number
  readonly children: readonly Node[]
}

const TREES = new WeakMap<MessageRecord, Node>()

/** The field tree; a message without a format is one field. */
export const treeOf = (message: MessageRecord): Node => {
  const known = TREES.get(message)
  if (known !== undefined) return known
  const { format, bytes, name } = message
  const field: Field = format === undefined ? { name, start: 0, end: bytes.length } : dissect(format, bytes, name)
  withCertificates(field, message)
  const node: Node = { field, path: [], depth: 0, children: below(field, [], 1) }
  TREES.set(message, node)
  return node
}

/** For TLS a certificate is octets; for people it has fields (RFC 5280 4.1). */
const withCertificates = (root: Field, message: MessageRecord): void => {
  const shown = chainOf(message)?.certificates ?? []
  for (const { where } of shown) {
    const holder = exactly(root, where)
    if (holder === undefined) continue
    const { children } = certificateFields(message.bytes, where.start, where.end)
    if (children !== undefined) holder.children = children
  }
}

/** The innermost field that is just these bytes. */
const exactly = (field: Field, { start, end }: Range): Field | undefined => {
  const inner = field.children?.find(child => child.start <= start && child.end >= end)
  const found = inner === undefined ? undefined : exactly(inner, { start, end })
  return found ?? (field.start === start && field.end === end ? field : undefined)
}

/** Deeper than this nothing is drawn: no format of ours nests as deep, only a capture that means harm. */
const DEEPEST = 40
/** Fields of one list that are drawn. */
export const MOST_CHILDREN = 2000

/** Names of parts that only hold others. */
const WRAPPERS: ReadonlySet<string> = new Set(['body', 'extnValue', 'fragment', 'list', 'header'])

const below = (field: Field, path: readonly string[], depth: number): readonly Node[] => {
  if (depth > DEEPEST) return []
  return (field.children ?? []).slice(0, MOST_CHILDREN).flatMap((child): readonly Node[] => {
    const way = [...path, child.name]
    if (WRAPPERS.has(child.name) && child.children !== undefined) return below(child, way, depth)
    return [{ field: child, path: way, depth, children: isPair(child) ? [] : below(child, way, depth + 1) }]
  })
}

/** A header field: its name and its value lie in it, and say nothing that it does not say. */
const isPair = ({ children }: Field): boolean =>
  children?.length === 2 && children[0]!.name === 'name' && children[1]!.name === 'value'

export const pathText = ({ path }: Node): string => path.join('.')

/** The node at a dotted path, or the nearest above it that is drawn. */
export const nodeAt = (root: Node, path: string): Node => {
  let found = root
  for (let next: Node | undefined = root; next !== undefined; ) {
    found = next
    if (pathText(next) === path) break
    next = next.children.find(child => path === pathText(child) || path.startsWith(`${pathText(child)}.`))
  }
  return found
}

/** The innermost node that holds byte `at`. */
export const nodeOver = (root: Node, at: number): Node => {
  const inner = root.children.find(({ field }) => field.start <= at && at < field.end)
  return inner === undefined ? root : nodeOver(inner, at)
}

/** Nodes from the root down to `node`. */
export const waysTo = (root: Node, node: Node): readonly Node[] => {
  if (root === node) return [root]
  for (const child of root.children) {
    const way = waysTo(child, node)
    if (way.length > 0) return [root, ...way]
  }
  return []
}

/** Which field people look for first in a message of that name. */
const INTEREST: Readonly<Record<string, readonly string[]>> = {
  ClientHello: ['server_name', 'cipherSuites'],
  ServerHello: ['cipherSuite'],
  HelloRetryRequest: ['key_share'],
  Certificate: ['subjectAltName', 'certificate'],
  CertificateVerify: ['signature'],
  ServerKeyExchange: ['signature'],
  ClientKeyExchange: ['publicKey', 'encryptedPremaster'],
  Finished: ['verifyData'],
  EncryptedExtensions: ['application_layer_protocol_negotiation'],
  NewSessionTicket: ['ticket'],
  Alert: ['description'],
  SYN: ['sequenceNumber'],
  'SYN ACK': ['acknowledgmentNumber'],
}
const IN_HEAD = ['Cookie', 'Set-Cookie', 'Location', 'requestLine', 'statusLine']

/** The node at which a message opens. */
export const interestOf = (root: Node, { layer, name }: MessageRecord): Node => {
  const wanted = layer === 'http' ? IN_HEAD : Object.hasOwn(INTEREST, name) ? INTEREST[name]! : []
  for (const each of wanted) {
    const found = find(root, each)
    if (found !== undefined) return found
  }
  return root
}

const find = (node: Node, name: string): Node | undefined => {
  const { field } = node
  if (node.depth > 0 && (same(field.name, name) || same(field.text, name))) return node
  for (const child of node.children) {
    const found = find(child, name)
    if (found !== undefined) return found
  }
  return undefined
}
const same = (a: string | undefined, b: string): boolean => a?.toLowerCase() === b.toLowerCase()

/** The same bytes one layer further down, as a step of the breadcrumb. */
export interface Step {
  readonly layer: Layer
  readonly message: MessageRecord
  readonly range: Range
  /** Messages that share the bytes besides. */
  readonly more: number
}

/** From the message (whose bytes `range` are meant) down to the wire; the message itself is not among them. */
export const stepsDown = (scene: Scene, message: MessageRecord, range?: Range): readonly Step[] =>
  scene.threads.down(message.id, range).slice(1).flatMap(stepOf)

const stepOf = ({ layer, places }: Crumb): readonly Step[] => {
  const [first] = places
  if (first === undefined) return []
  const { message, start, end } = first
  return [{ layer, message, range: { start, end }, more: places.length - 1 }]
}

/** The bytes of `message` as they were on the wire; undefined where nobody saw a frame, or where they are the same. */
export const wireBytesOf = (scene: Scene, message: MessageRecord): Uint8Array | undefined => {
  const last = scene.threads.down(message.id).at(-1)
  if (last === undefined || (last.layer !== 'ethernet' && last.layer !== 'ip') || last.incomplete) return undefined
  const joined = new Uint8Array(message.bytes.length)
  let at = 0
  for (const { message: frame, start, end } of last.places) {
    if (at + end - start > joined.length) return undefined
    joined.set(frame.bytes.subarray(start, end), at)
    at += end - start
  }
  return at === joined.length && joined.some((byte, i) => byte !== message.bytes[i]) ? joined : undefined
}

/** A part of the frame that carries a message, in the order of the bytes. */
export interface Part {
  /** `type`: what TLS 1.3 says a record is, behind its content. */
  readonly kind: 'header' | 'other' | 'nonce' | 'this' | 'type' | 'tag'
  readonly layer: Layer
  readonly bytes: number
}

/** How the first frame that carries `message` is made up; empty where no frame was seen, or the message is one. */
export const partsOf = (scene: Scene, message: MessageRecord): readonly Part[] => {
  const steps = stepsDown(scene, message)
  if (steps.length === 0) return []
  const before: Part[] = []
  const after: Part[] = []
  // From the wire inwards: what stands before and behind the next layer in each.
  const inwards = [...steps].reverse()
  for (const [i, step] of inwards.entries()) {
    const inner = inwards[i + 1]
    const outer = step.message
    const span = inner === undefined ? step.range : (spanIn(scene, outer, inner.message) ?? step.range)
    const head = Math.min(headOf(outer), span.start)
    before.push({ kind: 'header', layer: step.layer, bytes: head })
    const nonce = lengthIn(outer, 'explicitNonce')
    if (nonce > 0) before.push({ kind: 'nonce', layer: 'record', bytes: nonce })
    const other = span.start - head - nonce
    if (other > 0) before.push({ kind: 'other', layer: step.layer, bytes: other })
    const rest = outer.bytes.length - span.end
    if (rest <= 0) continue
    const tag = Math.min(lengthIn(outer, 'tag'), rest)
    if (tag > 0) after.unshift({ kind: 'tag', layer: 'record', bytes: tag })
    const isType = tag > 0 && rest - tag === 1
    if (rest > tag) after.unshift({ kind: isType ? 'type' : 'other', layer: step.layer, bytes: rest - tag })
  }
  const here = steps[0]!.range
  return [...before, { kind: 'this', layer: message.layer, bytes: here.end - here.start }, ...after]
}

/** Octets of a part of a protected record. */
const lengthIn = (message: MessageRecord, name: string): number => {
  if (message.layer !== 'record' || message.sealed !== true) return 0
  const found = treeOf(message).children.find(({ field }) => field.name === name)
  return found === undefined ? 0 : found.field.end - found.field.start
}

/** Where all of `inner` that lies in `outer` lies there. */
const spanIn = (scene: Scene, outer: MessageRecord, inner: MessageRecord): Range | undefined => {
  const places = scene.threads.down(inner.id)[1]?.places.filter(({ message }) => message === outer) ?? []
  if (places.length === 0) return undefined
  return { start: Math.min(...places.map(({ start }) => start)), end: Math.max(...places.map(({ end }) => end)) }
}

/** Octets of its own header. */
const headOf = ({ layer, payload, bytes, carries }: MessageRecord): number => {
  switch (layer) {
    case 'ethernet':
      return ETHERNET_HEADER
    case 'record':
      return RECORD_HEADER
    case 'udp':
      return UDP_HEADER
    case 'tcp':
      return payload?.at ?? bytes.length
    default:
      return (
        carries?.[0]?.start ?? (layer === 'ip' ? ((bytes[0] ?? 0) >> 4 === 6 ? 40 : ((bytes[0] ?? 0) & 0xf) * 4) : 0)
      )
  }
}
const ETHERNET_HEADER = 14
const RECORD_HEADER = 5
const UDP_HEADER = 8

/** A place in an address: bytes [start, end) of a message that are meant, when no field is. */
export const rangeIn = (text: string | undefined, message: MessageRecord): Range | undefined => {
  const [, start, end] = /^(\d{1,9})-(\d{1,9})$/.exec(text ?? '') ?? []
  if (start === undefined || end === undefined) return undefined
  const range = { start: Number(start), end: Math.min(Number(end), message.bytes.length) }
  return range.start < range.end ? range : undefined
}

/** As an address has it. */
export const rangeText = ({ start, end }: Range | Carrier): string => `${start}-${end}`
