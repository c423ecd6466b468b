/** What the hellos of both sides say together: all that a version needs to know of what came before it. */
import type { Bytes } from '../../engine.ts'
import type { TypesOffered } from '../certificate/types.ts'
import type { TlsServerConfig } from '../config.ts'
import type { Message } from '../states.ts'
import type { EcdheGroup, Suite } from '../suites.table.ts'
import type { MacOrder } from '../tls12/cbc-protection.ts'
import type { Limits } from '../tls12/record-limits.ts'
import type { CertificateTypes } from '../version.ts'
import type { Offer } from './offer.ts'

/** What both hellos together say. */
export interface ClientNegotiated {
  readonly offer: Offer
  readonly serverRandom: Bytes
  readonly suite: Suite
  readonly alpn: string | undefined
  readonly extendedMasterSecret: boolean
  /** What the server calls this session; empty: it has no name. */
  readonly sessionId: Bytes
  /** RFC 5077 3.2: a NewSessionTicket comes. */
  readonly ticketPromised: boolean
  /** RFC 6066 8: a CertificateStatus may come. */
  readonly stapled: boolean
  readonly scts: readonly Bytes[] | undefined
  readonly macOrder: MacOrder
  readonly types: CertificateTypes
}

/** What the client's hello and our configuration have in common. */
export interface ServerNegotiated {
  readonly config: TlsServerConfig
  readonly hello: Message<'ClientHello'>
  readonly clientRandom: Bytes
  /** The best first; which of them depends on the certificate. */
  readonly suites: readonly Suite[]
  /** Undefined: there is none in common, and there are suites that need none. */
  readonly group: EcdheGroup | undefined
  /** The client's groups, which bind the curve of an ECDSA certificate too; undefined when it named none. */
  readonly groups: readonly number[] | undefined
  /** Signature schemes of the client that we know and that a common suite can use, in the client's order. */
  readonly schemes: readonly number[]
  readonly alpn: string | undefined
  readonly serverName: string | undefined
  readonly extendedMasterSecret: boolean
  /** The client says that it knows RFC 5746, by extension or by signalling suite. */
  readonly renegotiationInfo: boolean
  readonly pointFormats: boolean
  /** What the client has to resume, or an empty one: it takes tickets. Undefined: it does not know them. */
  readonly ticket: Bytes | undefined
  /** We could have spoken TLS 1.3: the random has to say so (RFC 9846 4.2.3). */
  readonly downgraded: boolean
  readonly encryptThenMac: boolean
  readonly wantsOcsp: boolean
  readonly wantsScts: boolean
  readonly limits: Limits
  readonly types: TypesOffered
}
