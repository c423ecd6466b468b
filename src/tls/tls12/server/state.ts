/** What one state of a server of TLS 1.2 hands to the next. */
import type { KeyOffer } from '../../../crypto/provider.ts'
import type { Bytes } from '../../../engine.ts'
import type { ChainTrusted } from '../../../x509/path/trusted.ts'
import type { ServerNegotiated } from '../../hello/negotiated.ts'
import type { Authenticated } from '../../proofs.ts'
import type { RecordProtection } from '../../record/protection.ts'
import type { serverStates } from '../../roles.table.ts'
import type { Scheme } from '../../schemes.table.ts'
import type { Secret } from '../../secret.ts'
import type { EcdheGroup, Suite } from '../../suites.table.ts'
import type { CertificateTypeName, CertifiedKey } from '../../types.ts'
import type { MacOrder } from '../cbc-protection.ts'

export type Table = typeof serverStates

export interface Exchange {
  readonly negotiated: ServerNegotiated
  readonly serverRandom: Bytes
  readonly suite: Suite
  /** Of what type our certificate is. */
  readonly shown: CertificateTypeName
  readonly premaster: Offered
  readonly remembered: Remembered
  readonly macOrder: MacOrder
}

/** How the secret will come about: from our share, or by the key that the client encrypts it to. */
export type Offered = OfferedShare | { readonly by: 'key'; readonly key: CertifiedKey }

export interface OfferedShare {
  readonly by: 'share'
  readonly group: EcdheGroup
  readonly offer: KeyOffer
}

/** How the client may come back: with a ticket, by this id, or not at all. */
export type Remembered =
  | { readonly by: 'ticket' }
  | { readonly by: 'session'; readonly id: Bytes }
  | { readonly by: 'nothing' }

/** The client's identity: trusted, and not yet proven. */
export interface Claimed {
  readonly trusted: ChainTrusted
  readonly chain: readonly Bytes[]
  /** Those of ours that its key can make. */
  readonly schemes: readonly Scheme[]
}

export interface Keyed {
  readonly negotiated: ServerNegotiated
  readonly suite: Suite
  readonly shown: CertificateTypeName
  readonly serverRandom: Bytes
  /** Of the key exchange; undefined where there was none. */
  readonly group: string | undefined
  readonly remembered: Remembered
  readonly resumed: boolean
  readonly master: Secret
  readonly reads: RecordProtection
  readonly writes: RecordProtection
  /** Who the client is, when that is proven. */
  readonly client: Authenticated
  readonly peerChain: readonly Bytes[]
}
