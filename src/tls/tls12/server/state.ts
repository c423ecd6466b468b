/** What one state of a server of TLS 1.2 hands to the next. */
import type { KeyOffer } from '../../../crypto/provider.ts'
import type { Bytes } from '../../../engine.ts'
import type { ServerNegotiated } from '../../negotiated.ts'
import type { RecordProtection } from '../../record-protection.ts'
import type { Secret } from '../../secret.ts'
import type { Suite } from '../../suites.table.ts'
import type { serverStates } from '../states.table.ts'

export type Table = typeof serverStates

export interface Exchange {
  readonly negotiated: ServerNegotiated
  readonly serverRandom: Bytes
  readonly suite: Suite
  readonly offer: KeyOffer
}

export interface Keyed extends Exchange {
  readonly master: Secret
  readonly reads: RecordProtection
  readonly writes: RecordProtection
}
