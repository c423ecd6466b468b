/** How much an ACME server takes on. Each bound is what a client could otherwise make it hold. */
import type { Millis } from '../../engine.ts'

export interface AcmeLimits {
  /** Octets of one request: a CSR for a hundred names with a key of 4096 bits, in base64 twice, is below 16 kB. */
  readonly body: number
  /** Accounts that are kept, of some 500 bytes. Let’s Encrypt has this many for a whole network. */
  readonly accounts: number
  /** Accounts of one external account: who has its key could otherwise have all that there is room for. */
  readonly accountsPerExternal: number
  /** Orders of one account that have not ended: as Let’s Encrypt in three hours. */
  readonly ordersPerAccount: number
  /** Orders of all accounts, of some 1 kB. */
  readonly orders: number
  /** Authorizations of all orders, of some 1 kB: an order may have a hundred. */
  readonly authorizations: number
  /** As Let’s Encrypt has it. */
  readonly identifiers: number
  /** Certificates that are kept until they end, of some 2 kB. */
  readonly certificates: number
  /** Challenges that are being looked at: each is a connection to somewhere. */
  readonly validations: number
  /** Addresses of one account, and the length of each. */
  readonly contacts: number
  readonly contactLength: number
  /** How long an order waits for its client, and how long it is kept after that. */
  readonly orderLifetime: Millis
  /** How long whoever was asked may take: to look at a challenge, to sign, to revoke. */
  readonly patience: Millis
  /** How long an answer is held back for one of these, so that a client need not ask again. */
  readonly held: Millis
}

const MINUTE = 60_000

export const ACME_LIMITS: AcmeLimits = {
  body: 64 * 1024,
  accounts: 10_000,
  accountsPerExternal: 100,
  ordersPerAccount: 300,
  orders: 10_000,
  authorizations: 30_000,
  identifiers: 100,
  certificates: 50_000,
  validations: 50,
  contacts: 10,
  contactLength: 320,
  orderLifetime: 60 * MINUTE,
  patience: 2 * MINUTE,
  held: 5_000,
}
