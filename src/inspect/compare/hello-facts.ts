/**
 * The fields of a handshake message, by the names of its declared format; extensions by their own names. What is drawn by
 * lot for each connection is left out: randoms, session ids, public keys, tickets, GREASE (RFC 8701), padding.
 */
import type { MessageRecord } from '../../trace/types.ts'
import { hexText, latin1Text } from '../../wire/bytes.ts'
import { dissect } from '../../wire/codec.ts'
import { type Field, fieldAt } from '../../wire/field.ts'
import type { Fact } from './types.ts'

/** Values of one message that are compared: the longest hello that programs send has some 300. */
const MOST_VALUES = 4_000
/** Bytes of a value that has no words. */
const MOST_BYTES = 24

const LOTTERY: ReadonlySet<string> = new Set(['random', 'sessionId', 'length'])
/** Extensions of which only counts whether they are there: what is in them is another each time. */
const OPAQUE: ReadonlySet<string> = new Set([
  'pre_shared_key',
  'session_ticket',
  'cookie',
  'renegotiation_info',
  'encrypted_client_hello',
])
/** Of no meaning at all (RFC 7685). */
const PADDING = 'padding'

export const helloFacts = ({ format, bytes, name }: MessageRecord): ReadonlyMap<string, Fact> => {
  const facts = new Map<string, Fact>()
  const body = format === undefined ? undefined : fieldAt(dissect(format, bytes, name), 'body')
  for (const field of body?.children ?? []) {
    if (LOTTERY.has(field.name)) continue
    if (field.name !== 'extensions') {
      facts.set(field.name, factOf(valuesIn(field)))
      continue
    }
    const extensions = (field.children ?? []).filter(({ name: each }) => each !== 'length')
    const types = extensions.slice(0, MOST_VALUES).map(each => typeOf(each))
    facts.set('extensions', factOf(types.filter(type => !isGrease(type) && type !== PADDING)))
    extensions.forEach((each, i) => {
      const type = types[i]
      if (type === undefined || isGrease(type) || type === PADDING) return
      const inside = OPAQUE.has(type) ? [] : valuesIn(each).filter(value => !isGreaseName(type, value))
      facts.set(type, factOf([...(facts.get(type)?.values ?? []), ...inside]))
    })
  }
  return facts
}

export const factOf = (values: readonly string[], texts: readonly string[] = values): Fact => ({ values, texts })

const typeOf = (extension: Field): string => {
  const { text, value } = extension.children?.find(({ name }) => name === 'type') ?? {}
  return text ?? `extension ${String(value)}`
}

const isGrease = (text: string): boolean => text.startsWith('GREASE (')
/** In ALPN GREASE is a name of two bytes. */
const isGreaseName = (type: string, value: string): boolean =>
  isGrease(value) || (type === 'application_layer_protocol_negotiation' && /^([0-9a-f]a)\1$/.test(hexOf(value)))

const hexOf = (text: string): string => (text.length === 2 ? hexText(Uint8Array.from(text, c => c.charCodeAt(0))) : '')

/** What stands at the ends of the tree, in its order, without lengths, kinds and public keys. */
const valuesIn = (root: Field): string[] => {
  const found: string[] = []
  const waiting = [root]
  for (let field = waiting.pop(); field !== undefined && found.length < MOST_VALUES; field = waiting.pop()) {
    const { children = [] } = field
    if (children.length === 0) {
      const text = textOf(field)
      if (text !== '') found.push(text)
      continue
    }
    const kept = children.filter(({ name }) => !SKIPPED.has(name))
    for (let i = Math.min(kept.length, MOST_VALUES) - 1; i >= 0; i--) waiting.push(kept[i]!)
  }
  return found.filter(text => !isGrease(text))
}
const SKIPPED: ReadonlySet<string> = new Set(['length', 'type', 'keyExchange'])

const textOf = ({ text, value, name }: Field): string => {
  if (text !== undefined) return text
  if (value instanceof Uint8Array) return bytesText(value)
  if (value === undefined) return ''
  // A number says little without its name; in a list its name is its place.
  return /^\d+$/.test(name) || typeof value === 'string' ? String(value) : `${name} ${String(value)}`
}

const bytesText = (bytes: Uint8Array): string => {
  if (bytes.length === 0) return ''
  const text = latin1Text(bytes)
  if (/^[\x20-\x7e]+$/.test(text)) return text
  return `${hexText(bytes.subarray(0, MOST_BYTES))}${bytes.length > MOST_BYTES ? `… (${bytes.length} bytes)` : ''}`
}
