/**
 * Lists of extensions, read and written: a codec for each message that has one, and views of a list by our names. A
 * number that has no row in `extensions.table.ts`, or no business in the message, keeps its bytes.
 */
import { type Codec, choice, type Infer, type Tagged } from '../../wire/codec.ts'
import { extensions, type Place } from './extensions.table.ts'
import { ExtensionType } from './registries.table.ts'

export type { Place } from './extensions.table.ts'

type Rows = typeof extensions
export type ExtensionKey = keyof Rows

/** Our names for the extensions that we understand, and their numbers. */
export const extensionNumbers: Readonly<Record<ExtensionKey, number>> = Object.fromEntries(
  Object.entries(extensions).map(([key, { name }]) => [key, ExtensionType.names[name]!]),
) as Record<ExtensionKey, number>

type In<K extends ExtensionKey, P extends Place> = Rows[K]['in'] extends { readonly [Q in P]: infer C }
  ? Infer<C>
  : never

/** What the extensions of a message say, as far as we understand them. */
export type ExtensionsIn<P extends Place> = {
  [K in ExtensionKey as P extends keyof Rows[K]['in'] ? K : never]?: In<K, P> | undefined
}

/** What a client says in its hello. */
export type ClientExtensions = ExtensionsIn<'clientHello'>

/** What a server answers in its hello, whichever version it chooses. */
export type ServerExtensions = ExtensionsIn<'serverHello12'> & ExtensionsIn<'serverHello'>

/** One extension where each of `places` may be meant: they share no number. */
const extensionIn = (...places: readonly Place[]): Codec<Tagged> => {
  const cases: Record<number, Codec<unknown>> = {}
  for (const [key, { in: bodies }] of Object.entries(extensions))
    for (const place of places) {
      const body = (bodies as Readonly<Partial<Record<Place, Codec<unknown>>>>)[place]
      if (body !== undefined) cases[extensionNumbers[key as ExtensionKey]] = body
    }
  return choice(ExtensionType, 2, cases, { ref: 'RFC 9846 4.3' })
}

export const ClientExtension: Codec<Tagged> = extensionIn('clientHello')
export const ServerExtension: Codec<Tagged> = extensionIn('serverHello12', 'serverHello')
export const RetryExtension: Codec<Tagged> = extensionIn('helloRetryRequest')
export const EncryptedExtension: Codec<Tagged> = extensionIn('encryptedExtensions')
export const RequestExtension: Codec<Tagged> = extensionIn('certificateRequest')
export const CertificateExtension: Codec<Tagged> = extensionIn('certificate')
export const TicketExtension: Codec<Tagged> = extensionIn('newSessionTicket')

/** Extensions in the order of the keys of `values`. */
export const taggedExtensions = <P extends Place>(values: ExtensionsIn<P>): Tagged[] => {
  const tagged: Tagged[] = []
  for (const key in values) {
    const body: unknown = values[key]
    if (body !== undefined) tagged.push({ type: extensionNumbers[key as ExtensionKey], body })
  }
  return tagged
}

export const clientExtensions: (values: ClientExtensions) => Tagged[] = taggedExtensions<'clientHello'>
export const serverExtensions: (values: ServerExtensions) => Tagged[] = taggedExtensions<'serverHello'>

const known = new Map(Object.entries(extensionNumbers).map(([key, number]) => [number, key as ExtensionKey]))
const standsIn = (key: ExtensionKey, place: Place): boolean => place in extensions[key].in

/** What we understand of a list, by name. Duplicates are for the caller to refuse, see `duplicateOf`. */
export const extensionsIn = <P extends Place>(list: readonly Tagged[], ...places: readonly P[]): ExtensionsIn<P> => {
  const found: Partial<Record<ExtensionKey, unknown>> = {}
  for (const { type, body } of list) {
    const key = known.get(type)
    // Bytes that another place has kept as they were are not what a row says.
    if (key === undefined || body instanceof Uint8Array) continue
    if (places.some(place => standsIn(key, place))) found[key] = body
  }
  return found as ExtensionsIn<P>
}

export const clientView = (list: readonly Tagged[]): ClientExtensions => extensionsIn(list, 'clientHello')
export const serverView = (list: readonly Tagged[]): ServerExtensions =>
  extensionsIn<Place>(list, 'serverHello12', 'serverHello') as ServerExtensions

/**
 * Where in a list the first extension lies that we know and that has no business in such a message. RFC 9846 4.3: "it MUST
 * abort the handshake with an "illegal_parameter" alert."
 */
export const misplacedIn = (list: readonly Tagged[], place: Place): number | undefined => {
  const index = list.findIndex(({ type }) => {
    const key = known.get(type)
    return key !== undefined && !standsIn(key, place)
  })
  return index < 0 ? undefined : index
}

/** RFC 9846 4.3: "There MUST NOT be more than one extension of the same type in a given extension block." */
export const duplicateOf = (list: readonly Tagged[]): number | undefined => {
  if (list.length > FEW) return firstTwice(list)
  for (let i = 1; i < list.length; i++) {
    const { type } = list[i]!
    for (let j = 0; j < i; j++) if (list[j]!.type === type) return type
  }
  return undefined
}

/** So many are compared with each other: an honest hello has no more. */
const FEW = 32

/** One bit for each number: a hello may have thousands, and a set of those costs more than reading them. */
const firstTwice = (list: readonly Tagged[]): number | undefined => {
  const seen = new Uint8Array(0x2000)
  for (const { type } of list) {
    const bit = 1 << (type & 7)
    if ((seen[type >> 3]! & bit) !== 0) return type
    seen[type >> 3]! |= bit
  }
  return undefined
}
