/** `barewire/ca`: a certificate authority in memory. Its files are in `node/ca-files.ts`. */
export { certificateAuthority, loadAuthority, selfSigned } from './authority.ts'
export { DEVELOPMENT_NAMES } from './development.table.ts'
export {
  type EntryFilter,
  type Inventory,
  type InventoryEntry,
  memoryInventory,
  type Reservation,
  type Revocation,
  type RevocationReason,
  revocationReason,
  stateOf,
} from './inventory.ts'
export { brokenLine, type LogEntry, type LogLine, nextEntry } from './log.ts'
export {
  type CertificatePlan,
  type CertificateRequest,
  type LeafContents,
  type Policy,
  type PolicyContext,
  usualPolicy,
} from './policy.ts'
export { type CertificateProfile, certificateProfiles, type ProfileName } from './profiles.table.ts'
export { type Published, publishedAt } from './published.ts'
export { unlessRefused } from './refused.ts'
export { type Grant, requestAgain, requestedIn } from './request.ts'
export {
  ocspAnswer,
  ocspAnswerFor,
  orderOcspAnswer,
  orderRevocationList,
  type Responder,
  type RevocationOptions,
  revocationList,
} from './revocation.ts'
export { type RevocationService, revocationHandler } from './service.ts'
export type {
  AuthorityOptions,
  AuthorityTools,
  CertificateAuthority,
  Certified,
  IntermediateOptions,
  Issued,
  KeyKind,
  LeafOptions,
  LoadOptions,
  Order,
} from './types.ts'
