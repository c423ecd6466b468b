/**
 * What an ACME server keeps, as records that JSON can say, and where: `memoryAcmeStore` here, a file in
 * `node/acme-store.ts`. Records are never changed, only replaced.
 */
import type { Millis } from '../engine.ts'
import type { Identifier } from './identifiers.ts'
import type { Problem } from './problem.ts'
import type { AccountStatus, AuthorizationStatus, ChallengeStatus, OrderStatus } from './states.table.ts'

export interface AccountRecord {
  readonly id: string
  readonly status: AccountStatus
  /** SubjectPublicKeyInfo, base64url. */
  readonly spki: string
  /** RFC 7638, of the key. */
  readonly thumbprint: string
  readonly contact: readonly string[]
  readonly termsOfServiceAgreed: boolean
  /** The external account that it is bound to, as the client sent it, and its name. */
  readonly external: { readonly kid: string; readonly binding: unknown } | undefined
  /** True from its first order on. */
  readonly ordered?: true | undefined
}

export interface OrderRecord {
  readonly id: string
  readonly account: string
  readonly status: OrderStatus
  /** Milliseconds since 1970. */
  readonly expires: Millis
  readonly identifiers: readonly Identifier[]
  readonly notBefore: Millis | undefined
  readonly notAfter: Millis | undefined
  /** In the order of the identifiers. */
  readonly authorizations: readonly string[]
  readonly certificate: string | undefined
  readonly error: Problem | undefined
}

export interface ChallengeRecord {
  readonly type: ChallengeType
  readonly status: ChallengeStatus
  readonly token: string
  readonly validated: Millis | undefined
  readonly error: Problem | undefined
}

export type ChallengeType = 'http-01' | 'dns-01' | 'tls-alpn-01'

export interface AuthorizationRecord {
  readonly id: string
  readonly account: string
  readonly order: string
  readonly status: AuthorizationStatus
  readonly expires: Millis
  /** Without `*.`. */
  readonly identifier: Identifier
  readonly wildcard: boolean
  readonly challenges: readonly ChallengeRecord[]
}

export interface CertificateRecord {
  readonly id: string
  readonly account: string
  readonly identifiers: readonly Identifier[]
  /** DER in base64url, leaf first: as it is handed out, and what may be had in its place. */
  readonly chains: readonly (readonly string[])[]
  readonly revoked: boolean
  /** Milliseconds since 1970: until then it is handed out. */
  readonly expires: Millis
}

export interface AcmeRecords {
  readonly account: AccountRecord
  readonly order: OrderRecord
  readonly authorization: AuthorizationRecord
  readonly certificate: CertificateRecord
}

export type RecordKind = keyof AcmeRecords

export interface AcmeStore {
  read<K extends RecordKind>(kind: K, id: string): AcmeRecords[K] | undefined
  /** It is there for good when this returns. */
  write<K extends RecordKind>(kind: K, record: AcmeRecords[K]): void
  remove(kind: RecordKind, id: string): void
  /** All of them, in the order in which they were written first. */
  all<K extends RecordKind>(kind: K): Iterable<AcmeRecords[K]>
}

export const RECORD_KINDS: readonly RecordKind[] = ['account', 'order', 'authorization', 'certificate']

export const memoryAcmeStore = (): AcmeStore => {
  const kept: { readonly [K in RecordKind]: Map<string, AcmeRecords[K]> } = {
    account: new Map(),
    order: new Map(),
    authorization: new Map(),
    certificate: new Map(),
  }
  return {
    read: (kind, id) => kept[kind].get(id),
    write: (kind, record) => void kept[kind].set(record.id, record),
    remove: (kind, id) => void kept[kind].delete(id),
    all: kind => kept[kind].values(),
  }
}
