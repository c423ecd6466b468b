/** What goes by the identity of an imported key (RFC 9258 5.1): the key that it comes from, for whom, and for which hash. */
import { type Codec, prefixed, rest, struct } from '../../wire/codec.ts'
import { nonEmpty } from './combinators.ts'
import { KdfIdentifier, ProtocolVersion } from './registries.table.ts'

export interface ImportedIdentity {
  externalIdentity: Uint8Array
  context: Uint8Array
  targetProtocol: number
  targetKdf: number
}

export const ImportedIdentity: Codec<ImportedIdentity> = struct(
  {
    externalIdentity: prefixed(2, nonEmpty(rest)),
    context: prefixed(2, rest),
    targetProtocol: ProtocolVersion,
    targetKdf: KdfIdentifier,
  },
  { ref: 'RFC 9258 5.1' },
)

/** The two ends of a key, as its context names them (RFC 9258 appendix B): who sends the hello, and who answers. */
export const Ends: Codec<{ client: Uint8Array; server: Uint8Array }> = struct(
  { client: prefixed(1, nonEmpty(rest)), server: prefixed(1, nonEmpty(rest)) },
  { ref: 'RFC 9258 appendix B' },
)
