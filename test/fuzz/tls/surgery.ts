/** Changes to records under way whose lengths still fit afterwards: what a reader then stumbles over is the meaning. */
import { seeded } from '../../../src/random.ts'
import { ClientExtension, EncryptedExtension, ServerExtension } from '../../../src/tls/messages/extensions.ts'
import { HandshakeType } from '../../../src/tls/messages/registries.table.ts'
import { bodies12 } from '../../../src/tls/messages/tls12.ts'
import { bodies13 } from '../../../src/tls/messages/tls13.ts'
import { type Codec, encode } from '../../../src/wire/codec.ts'
import { concat } from '../../support/bytes.ts'

const HEADER = 5
const MESSAGE_HEADER = 4

/** A record with another fragment. */
export const withFragment = (record: Uint8Array, fragment: Uint8Array): Uint8Array => {
  const kept = fragment.subarray(0, 0xffff)
  return concat(record.subarray(0, 3), Uint8Array.of(kept.length >> 8, kept.length), kept)
}

/** `put` in the place of `[from, to)` of the fragment; the length of a message around it is made to fit. */
export const replaced = (record: Uint8Array, from: number, to: number, put: Uint8Array): Uint8Array => {
  const fragment = record.subarray(HEADER)
  const changed = concat(fragment.subarray(0, from), put, fragment.subarray(to))
  const message = messageIn(fragment)
  if (message === undefined || from < message.start + MESSAGE_HEADER || to > message.end)
    return withFragment(record, changed)
  const size = message.end - message.start + changed.length - fragment.length
  return withFragment(
    record,
    concat(changed.subarray(0, message.start), lengthened(changed.subarray(message.start), size)),
  )
}

/** The message at the beginning, with the length that makes it `size` bytes long. */
const lengthened = (bytes: Uint8Array, size: number): Uint8Array => {
  const copy = bytes.slice()
  const body = Math.max(0, size - MESSAGE_HEADER)
  copy.set([body >> 16, (body >> 8) & 255, body & 255], 1)
  return copy
}

const TAG = 16
const HANDSHAKE = 22
const SEALED = 23

/** A sealed record of TLS 1.3 with several handshake messages as one for each, with tags of zeros; others as they are. */
export const messagesApart = (sealed: Uint8Array): readonly Uint8Array[] => {
  const inner = sealed.subarray(HEADER, sealed.length - TAG)
  const end = inner.findLastIndex(byte => byte !== 0)
  if (sealed[0] !== SEALED || inner[end] !== HANDSHAKE) return [sealed]
  const apart: Uint8Array[] = []
  for (let left = inner.subarray(0, end); left.length > 0; ) {
    const message = messageIn(left)
    if (message === undefined || message.start !== 0) return [sealed]
    apart.push(concat(left.subarray(0, message.end), Uint8Array.of(HANDSHAKE), new Uint8Array(TAG)))
    left = left.subarray(message.end)
  }
  return apart.length < 2 ? [sealed] : apart.map(fragment => withFragment(sealed, fragment))
}

/** Where a handshake message lies in a fragment: in the clear, behind an explicit nonce, before a type and a tag. */
const messageIn = (fragment: Uint8Array): { readonly start: number; readonly end: number } | undefined => {
  for (const start of [0, 8]) {
    if (fragment.length < start + MESSAGE_HEADER || fragment[start]! > 25) continue
    const body = (fragment[start + 1]! << 16) | (fragment[start + 2]! << 8) | fragment[start + 3]!
    const end = start + MESSAGE_HEADER + body
    if (end <= fragment.length) return { start, end }
  }
  return undefined
}

const exchange = (record: Uint8Array, change: (message: Uint8Array) => Uint8Array): Uint8Array => {
  const fragment = record.subarray(HEADER)
  const message = messageIn(fragment)
  if (message === undefined) return record
  const changed = change(fragment.slice(message.start, message.end))
  return withFragment(record, concat(fragment.subarray(0, message.start), changed, fragment.subarray(message.end)))
}

/** Every body of a message that we can write, with the type that goes before it. */
const legal: readonly (readonly [type: number | undefined, body: Codec<unknown>])[] = [bodies12, bodies13].flatMap(
  bodies => Object.entries(bodies).map(([name, body]) => [HandshakeType.names[name], body as Codec<unknown>] as const),
)

/** Another message in its place: legal by itself, `which` of all that there are, with values from `seed`. */
export const sampled = (record: Uint8Array, which: number, seed: number): Uint8Array =>
  exchange(record, message => {
    const [type, codec] = legal[which % legal.length]!
    const body = encode(codec, codec.sample(seeded(seed).number))
    return concat(Uint8Array.of(type ?? message[0]!, body.length >> 16, body.length >> 8, body.length), body)
  })

export const EXTENSION_CHANGES = 6

/** Doubles, drops, adds, empties or turns around the extensions of a message that has some. */
export const extended = (record: Uint8Array, how: number, number: number): Uint8Array =>
  exchange(record, message => {
    const at = extensionsAt(message)
    if (at === undefined) return message
    const list = splitExtensions(message.subarray(at + 2))
    const which = number % Math.max(1, list.length)
    const chosen = list[which]
    switch (how % EXTENSION_CHANGES) {
      case 0:
        if (chosen !== undefined) list.push(chosen)
        break
      case 1:
        list.splice(which, 1)
        break
      case 2:
        list.reverse()
        break
      case 3:
        list.push(Uint8Array.of(number >> 8, number, 0, 0))
        break
      case 4:
        if (chosen !== undefined) list[which] = concat(chosen.subarray(0, 2), Uint8Array.of(0, 0))
        break
      default: {
        const codec = message[0] === 1 ? ClientExtension : message[0] === 2 ? ServerExtension : EncryptedExtension
        const added = encode(codec, codec.sample(seeded(number).number))
        list.splice(0, list.length, ...list.filter(each => each[0] !== added[0] || each[1] !== added[1]), added)
      }
    }
    const all = concat(...list)
    const changed = concat(message.subarray(0, at), Uint8Array.of(all.length >> 8, all.length), all)
    return lengthened(changed, changed.length)
  })

const splitExtensions = (bytes: Uint8Array): Uint8Array[] => {
  const list: Uint8Array[] = []
  for (let at = 0; at + 4 <= bytes.length; ) {
    const end = at + 4 + ((bytes[at + 2]! << 8) | bytes[at + 3]!)
    list.push(bytes.slice(at, end))
    at = end
  }
  return list
}

/** Where the length of the extensions stands; undefined for a message that has none, or none that can be found. */
const extensionsAt = (message: Uint8Array): number | undefined => {
  const u16 = (at: number): number => ((message[at] ?? 0) << 8) | (message[at + 1] ?? 0)
  // Behind type, length, version and random stands the session id.
  const session = MESSAGE_HEADER + 34
  const suites = session + 1 + (message[session] ?? 0)
  const methods = suites + 2 + u16(suites)
  const places: Readonly<Record<number, number>> = { 1: methods + 1 + (message[methods] ?? 0), 2: suites + 3, 8: 4 }
  const at = places[message[0]!]
  return at !== undefined && at + 2 <= message.length && at + 2 + u16(at) === message.length ? at : undefined
}
