/**
 * Extensions of the hello messages. Client and server put different bodies under the same number, so each side has its
 * own choice; a number without a case keeps its bytes.
 */
import { bytes, type Codec, choice, list, prefixed, rest, struct, type Tagged, text } from '../../wire/codec.ts'
import { nonEmpty } from './combinators.ts'
import {
  ExtensionType,
  NamedGroup,
  NameType,
  PointFormat,
  ProtocolVersion,
  SignatureScheme,
} from './registries.table.ts'

const shapes = {
  serverName: struct(
    { names: prefixed(2, nonEmpty(list(choice(NameType, 2, { 0: nonEmpty(text) as Codec<unknown> })))) },
    { ref: 'RFC 6066 3' },
  ),
  supportedGroups: struct({ groups: prefixed(2, nonEmpty(list(NamedGroup))) }, { ref: 'RFC 8422 5.1.1' }),
  pointFormats: struct({ formats: prefixed(1, nonEmpty(list(PointFormat))) }, { ref: 'RFC 8422 5.1.2' }),
  signatureAlgorithms: struct({ schemes: prefixed(2, nonEmpty(list(SignatureScheme))) }, { ref: 'RFC 5246 7.4.1.4.1' }),
  alpn: struct({ protocols: prefixed(2, nonEmpty(list(prefixed(1, nonEmpty(text))))) }, { ref: 'RFC 7301 3.1' }),
  extendedMasterSecret: struct({}, { ref: 'RFC 7627 5.1' }),
  renegotiationInfo: struct({ renegotiatedConnection: prefixed(1, rest) }, { ref: 'RFC 5746 3.2' }),
  offeredVersions: struct({ versions: prefixed(1, nonEmpty(list(ProtocolVersion))) }, { ref: 'RFC 9846 4.3.1' }),
  selectedVersion: struct({ version: ProtocolVersion }, { ref: 'RFC 9846 4.3.1' }),
  empty: struct({}, { ref: 'RFC 6066 3' }),
} as const

const TYPE = ExtensionType.names as Readonly<Record<string, number>>
const number = (name: string): number => TYPE[name]!

const clientBodies: { readonly [K in keyof ClientExtensions]-?: Codec<Required<ClientExtensions>[K]> } = {
  serverName: shapes.serverName,
  supportedGroups: shapes.supportedGroups,
  pointFormats: shapes.pointFormats,
  signatureAlgorithms: shapes.signatureAlgorithms,
  alpn: shapes.alpn,
  extendedMasterSecret: shapes.extendedMasterSecret,
  renegotiationInfo: shapes.renegotiationInfo,
  supportedVersions: shapes.offeredVersions,
}

const serverBodies: { readonly [K in keyof ServerExtensions]-?: Codec<Required<ServerExtensions>[K]> } = {
  serverName: shapes.empty,
  pointFormats: shapes.pointFormats,
  alpn: shapes.alpn,
  extendedMasterSecret: shapes.extendedMasterSecret,
  renegotiationInfo: shapes.renegotiationInfo,
  supportedVersions: shapes.selectedVersion,
}

type ExtensionKey = keyof ClientExtensions

/** Our names for the extensions that we understand, and their numbers. */
export const extensionNumbers: Readonly<Record<ExtensionKey, number>> = {
  serverName: number('server_name'),
  supportedGroups: number('supported_groups'),
  pointFormats: number('ec_point_formats'),
  signatureAlgorithms: number('signature_algorithms'),
  alpn: number('application_layer_protocol_negotiation'),
  extendedMasterSecret: number('extended_master_secret'),
  renegotiationInfo: number('renegotiation_info'),
  supportedVersions: number('supported_versions'),
}

type Bodies = Readonly<Partial<Record<ExtensionKey, Codec<unknown>>>>

const cases = (bodies: Bodies): Record<number, Codec<unknown>> =>
  Object.fromEntries(Object.entries(bodies).map(([key, codec]) => [extensionNumbers[key as ExtensionKey], codec]))

export const ClientExtension: Codec<Tagged> = choice(ExtensionType, 2, cases(clientBodies as Bodies), {
  ref: 'RFC 5246 7.4.1.4',
})
export const ServerExtension: Codec<Tagged> = choice(ExtensionType, 2, cases(serverBodies as Bodies), {
  ref: 'RFC 5246 7.4.1.4',
})

type Empty = Record<never, never>

/** What a client says in its hello, as far as we understand it. */
export interface ClientExtensions {
  serverName?: { names: Tagged[] }
  supportedGroups?: { groups: number[] }
  pointFormats?: { formats: number[] }
  signatureAlgorithms?: { schemes: number[] }
  alpn?: { protocols: string[] }
  extendedMasterSecret?: Empty
  renegotiationInfo?: { renegotiatedConnection: Uint8Array }
  supportedVersions?: { versions: number[] }
}

/** What a server answers. */
export interface ServerExtensions {
  serverName?: Empty
  pointFormats?: { formats: number[] }
  alpn?: { protocols: string[] }
  extendedMasterSecret?: Empty
  renegotiationInfo?: { renegotiatedConnection: Uint8Array }
  supportedVersions?: { version: number }
}

/** Extensions in the order of the keys of `values`. */
const tagged = (values: Readonly<Partial<Record<ExtensionKey, unknown>>>): Tagged[] =>
  Object.entries(values)
    .filter(([, body]) => body !== undefined)
    .map(([key, body]) => ({ type: extensionNumbers[key as ExtensionKey], body }))

export const clientExtensions = (values: ClientExtensions): Tagged[] => tagged(values)
export const serverExtensions = (values: ServerExtensions): Tagged[] => tagged(values)

const known = new Map<number, ExtensionKey>(
  Object.entries(extensionNumbers).map(([key, value]) => [value, key as ExtensionKey]),
)

/** What we understand of a list, by name. Duplicates are for the caller to refuse, see `duplicateOf`. */
export const clientView = (extensions: readonly Tagged[]): ClientExtensions => view(extensions) as ClientExtensions
export const serverView = (extensions: readonly Tagged[]): ServerExtensions => view(extensions) as ServerExtensions

const view = (extensions: readonly Tagged[]): Partial<Record<ExtensionKey, unknown>> => {
  const found: Partial<Record<ExtensionKey, unknown>> = {}
  for (const { type, body } of extensions) {
    const key = known.get(type)
    if (key !== undefined) found[key] = body
  }
  return found
}

/** RFC 5246 7.4.1.4: "There MUST NOT be more than one extension of the same type." */
export const duplicateOf = (extensions: readonly Tagged[]): number | undefined => {
  const seen = new Set<number>()
  for (const { type } of extensions) {
    if (seen.has(type)) return type
    seen.add(type)
  }
  return undefined
}

/** 32 bytes of a hello. */
export const HelloRandom: Codec<Uint8Array> = bytes(32, { ref: 'RFC 5246 7.4.1.2' })
