/** What the parts of an ACME server share: what is kept and where it is found, the date, ids and URLs. */
import type { CryptoProvider } from '../../crypto/provider.ts'
import type { Bytes, Millis } from '../../engine.ts'
import { base64url, fromBase64url } from '../../wire/base64url.ts'
import { identifierKey } from '../identifiers.ts'
import type { Json } from '../json.ts'
import { Nonces } from '../nonces.ts'
import { refusal } from '../problem.ts'
import { authorizationStates, orderStates } from '../states.table.ts'
import {
  type AccountRecord,
  type AcmeStore,
  type AuthorizationRecord,
  type CertificateRecord,
  memoryAcmeStore,
  type OrderRecord,
} from '../store.ts'
import { ACME_LIMITS, type AcmeLimits } from './limits.ts'
import type { AcmeServerOptions } from './types.ts'

/** An answer before it is bytes. */
export interface Answer {
  readonly status: number
  readonly headers?: readonly (readonly [name: string, value: string])[]
  readonly json?: Json
  /** Instead of JSON: of that type. */
  readonly text?: { readonly type: string; readonly text: string }
}

/** RFC 8555 11.3: 128 bits that nobody guesses. */
const ID_OCTETS = 16

export class Desk {
  readonly options: AcmeServerOptions
  readonly crypto: CryptoProvider
  readonly limits: AcmeLimits
  readonly store: AcmeStore
  readonly nonces: Nonces
  readonly #byThumbprint = new Map<string, string>()
  readonly #ordersOf = new Map<string, Set<string>>()
  readonly #certificates = new Map<string, string>()
  /** How many certificates an account has. */
  readonly #held = new Map<string, number>()
  /** How many accounts an external account has. */
  readonly #bound = new Map<string, number>()
  #orders = 0
  #authorizations = 0
  /** No order ends before this date. */
  #oldest: Millis = Number.POSITIVE_INFINITY
  /** No certificate ends before this date. */
  #soonest: Millis = Number.POSITIVE_INFINITY

  constructor(options: AcmeServerOptions) {
    this.options = options
    this.crypto = options.crypto
    this.limits = { ...ACME_LIMITS, ...options.limits }
    this.store = options.store ?? memoryAcmeStore()
    this.nonces = new Nonces(options.crypto)
    for (const account of this.store.all('account')) this.#know(account)
    for (const order of this.store.all('order')) this.#file(order)
    for (const certificate of this.store.all('certificate')) this.#index(certificate)
  }

  date(now: Millis): Millis {
    return this.options.epoch + now
  }
  newId(): string {
    return base64url(this.crypto.random.bytes(ID_OCTETS))
  }
  url(...parts: readonly string[]): string {
    return [this.options.base, ...parts].join('/')
  }

  account(id: string): AccountRecord | undefined {
    return this.store.read('account', id)
  }
  accountByKey(thumbprint: string): AccountRecord | undefined {
    const id = this.#byThumbprint.get(thumbprint)
    return id === undefined ? undefined : this.account(id)
  }
  keepAccount(account: AccountRecord): void {
    const before = this.account(account.id)
    this.store.write('account', account)
    if (before !== undefined) this.#forgetAccount(before)
    this.#know(account)
  }
  #know({ thumbprint, id, external }: AccountRecord): void {
    this.#byThumbprint.set(thumbprint, id)
    if (external !== undefined) counted(this.#bound, external.kid, 1)
  }
  #forgetAccount({ thumbprint, external }: AccountRecord): void {
    this.#byThumbprint.delete(thumbprint)
    if (external !== undefined) counted(this.#bound, external.kid, -1)
  }

  /**
   * Makes room for one more account, and throws when there is none: those that never ordered anything go first, then those
   * that have neither orders nor certificates any more; of several the oldest.
   */
  admitAccount(kid: string | undefined, now: Millis): void {
    const { accounts, accountsPerExternal, orderLifetime } = this.limits
    if (kid !== undefined && (this.#bound.get(kid) ?? 0) >= accountsPerExternal)
      throw refusal('rateLimited', `the external account has ${accountsPerExternal} accounts, and may have no more`, {
        retryAfter: seconds(orderLifetime),
      })
    if (this.#byThumbprint.size < accounts) return
    this.#forgetOld(now)
    const left = this.#unused()
    if (left === undefined)
      throw refusal('rateLimited', `there are ${accounts} accounts, and no room for more`, {
        retryAfter: seconds(orderLifetime),
      })
    this.store.remove('account', left.id)
    this.#forgetAccount(left)
  }
  #unused(): AccountRecord | undefined {
    let first: AccountRecord | undefined
    for (const account of this.store.all('account')) {
      if (this.#ordersOf.has(account.id) || this.#held.has(account.id)) continue
      if (account.ordered === undefined) return account
      first ??= account
    }
    return first
  }

  /** An order as it is at this time: one whose time is over is invalid. Undefined for one that is not, or no more. */
  order(id: string, now: Millis): OrderRecord | undefined {
    const order = this.store.read('order', id)
    if (order === undefined || this.date(now) <= order.expires) return order
    if (this.date(now) > order.expires + this.limits.orderLifetime) return undefined
    const status = orderStates.find(order.status, 'time over')
    return status === undefined ? order : { ...order, status }
  }
  authorization(id: string, now: Millis): AuthorizationRecord | undefined {
    const authorization = this.store.read('authorization', id)
    if (authorization === undefined || this.date(now) <= authorization.expires) return authorization
    if (this.date(now) > authorization.expires + this.limits.orderLifetime) return undefined
    const status = authorizationStates.find(authorization.status, 'time over')
    return status === undefined ? authorization : { ...authorization, status }
  }
  keepOrder(order: OrderRecord): void {
    const isNew = this.store.read('order', order.id) === undefined
    this.store.write('order', order)
    if (isNew) this.#file(order)
  }
  #file(order: OrderRecord): void {
    this.#orders++
    this.#authorizations += order.authorizations.length
    this.#oldest = Math.min(this.#oldest, order.expires)
    const known = this.#ordersOf.get(order.account)
    if (known === undefined) this.#ordersOf.set(order.account, new Set([order.id]))
    else known.add(order.id)
  }
  keepAuthorization(authorization: AuthorizationRecord): void {
    this.store.write('authorization', authorization)
  }
  ordersOf(account: string, now: Millis): readonly OrderRecord[] {
    return [...(this.#ordersOf.get(account) ?? [])].flatMap(id => this.order(id, now) ?? [])
  }

  /**
   * Makes room, and throws when there is none for one more order of this account, with so many authorizations. Orders of
   * others go when they came to an end, or when nothing was done with them yet: the oldest first.
   */
  admitOrder(account: string, authorizations: number, now: Millis): void {
    const { ordersPerAccount, orderLifetime } = this.limits
    const count = (): number => this.#ordersOf.get(account)?.size ?? 0
    if (count() >= ordersPerAccount || !this.#fits(authorizations)) this.#forgetOld(now)
    const retryAfter = seconds(orderLifetime)
    if (count() >= ordersPerAccount)
      throw refusal('rateLimited', `this account has ${count()} orders, and may have ${ordersPerAccount}`, {
        retryAfter,
      })
    if (!this.#fits(authorizations)) this.#pushOut(authorizations)
    if (!this.#fits(authorizations))
      throw refusal('rateLimited', 'there are as many orders of all accounts as there is room for', { retryAfter })
  }
  #fits(authorizations: number): boolean {
    const { orders, authorizations: most } = this.limits
    return this.#orders < orders && this.#authorizations + authorizations <= most
  }
  #pushOut(authorizations: number): void {
    for (const order of this.store.all('order')) {
      if (this.#fits(authorizations)) return
      if (this.#isIdle(order)) this.#drop(order)
    }
  }
  #isIdle({ status, authorizations }: OrderRecord): boolean {
    if (status === 'valid' || status === 'invalid') return true
    return status === 'pending' && authorizations.every(id => this.#isUntouched(id))
  }
  #isUntouched(id: string): boolean {
    const found = this.store.read('authorization', id)
    return found?.status === 'pending' && found.challenges.every(({ status }) => status === 'pending')
  }

  #forgetOld(now: Millis): void {
    // Nothing would be found: whoever asks again and again must not have all of them looked through each time.
    const gone = this.date(now) - this.limits.orderLifetime
    if (gone <= this.#oldest) return
    this.#oldest = Number.POSITIVE_INFINITY
    for (const order of [...this.store.all('order')]) {
      if (order.expires >= gone) {
        this.#oldest = Math.min(this.#oldest, order.expires)
        continue
      }
      this.#drop(order)
    }
  }
  #drop(order: OrderRecord): void {
    for (const id of order.authorizations) this.store.remove('authorization', id)
    this.store.remove('order', order.id)
    this.#orders--
    this.#authorizations -= order.authorizations.length
    const own = this.#ordersOf.get(order.account)
    own?.delete(order.id)
    if (own?.size === 0) this.#ordersOf.delete(order.account)
  }

  certificate(id: string): CertificateRecord | undefined {
    return this.store.read('certificate', id)
  }
  certificateOf(der: Bytes): CertificateRecord | undefined {
    const id = this.#certificates.get(this.#digest(der))
    return id === undefined ? undefined : this.certificate(id)
  }
  /** False when there is no room. */
  admitsCertificate(now: Millis): boolean {
    if (this.#certificates.size < this.limits.certificates) return true
    if (this.date(now) <= this.#soonest) return false
    this.#soonest = Number.POSITIVE_INFINITY
    for (const certificate of [...this.store.all('certificate')]) {
      if (certificate.expires >= this.date(now)) {
        this.#soonest = Math.min(this.#soonest, certificate.expires)
        continue
      }
      this.#certificates.delete(this.#digest(leafOf(certificate)))
      counted(this.#held, certificate.account, -1)
      this.store.remove('certificate', certificate.id)
    }
    return this.#certificates.size < this.limits.certificates
  }
  /** Seconds until there may be room again. */
  untilCertificateEnds(now: Millis): number {
    return seconds(Math.max(0, this.#soonest - this.date(now)))
  }
  keepCertificate(certificate: CertificateRecord): void {
    this.store.write('certificate', certificate)
    this.#index(certificate)
  }
  #index(certificate: CertificateRecord): void {
    this.#soonest = Math.min(this.#soonest, certificate.expires)
    const digest = this.#digest(leafOf(certificate))
    if (!this.#certificates.has(digest)) counted(this.#held, certificate.account, 1)
    this.#certificates.set(digest, certificate.id)
  }
  #digest(der: Bytes): string {
    return base64url(this.crypto.hash('sha256').update(der).digest())
  }

  /** Whether this account has shown to have all of them, and that still counts. */
  holds(account: string, identifiers: CertificateRecord['identifiers'], now: Millis): boolean {
    const shown = new Set(
      this.ordersOf(account, now)
        .flatMap(({ authorizations }) => authorizations.flatMap(id => this.authorization(id, now) ?? []))
        .filter(({ status }) => status === 'valid')
        .map(({ identifier, wildcard }) =>
          identifierKey(wildcard ? { type: 'dns', value: `*.${identifier.value}` } : identifier),
        ),
    )
    return identifiers.length > 0 && identifiers.every(identifier => shown.has(identifierKey(identifier)))
  }
}

/** At least one: it is what others are told to wait. */
const seconds = (of: Millis): number => Math.max(1, Math.ceil(of / 1000))

const counted = (counts: Map<string, number>, key: string, by: 1 | -1): void => {
  const count = (counts.get(key) ?? 0) + by
  if (count === 0) counts.delete(key)
  else counts.set(key, count)
}

/** The certificate itself, DER. */
export const leafOf = ({ chains }: CertificateRecord): Bytes => fromBase64url(chains[0]![0]!)!
