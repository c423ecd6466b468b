/**
 * `barewire/acme`: certificates from an authority that is asked over HTTPS (RFC 8555), on both sides. `acmeService` is a
 * handler for `serve`; the engines below it have no I/O: `../../acme/server/server.ts`, `../../acme/client/client.ts`.
 */
export { answersOf } from '../../acme/authority.ts'
export { AcmeClient } from '../../acme/client/client.ts'
export type {
  AcmeClientEvent,
  AcmeClientOptions,
  AcmeJob,
  CertificateJob,
  ChallengeToShow,
  ExternalAccount,
  HttpAnswer,
  HttpAsk,
  RevocationJob,
} from '../../acme/client/types.ts'
export { type Identifier, identifierOf } from '../../acme/identifiers.ts'
export { type Problem, problem } from '../../acme/problem.ts'
export type { ProblemName } from '../../acme/problems.table.ts'
export { ACME_LIMITS, type AcmeLimits } from '../../acme/server/limits.ts'
export { AcmeServer } from '../../acme/server/server.ts'
export type {
  AcmeAnswer,
  AcmeAsk,
  AcmeQuestion,
  AcmeReply,
  AcmeRequest,
  AcmeServerOptions,
} from '../../acme/server/types.ts'
export {
  type AcmeRecords,
  type AcmeStore,
  type ChallengeType,
  memoryAcmeStore,
  type RecordKind,
} from '../../acme/store.ts'
export { type AcmeOptions, type AcmeRevocation, acme, acmeRevoke, type Obtained } from './client.ts'
export { type LookOptions, lookAt } from './look.ts'
export { type Renewal, type RenewalEvent, type RenewalOptions, renewal } from './renewal.ts'
export { type AcmeHandlerOptions, type AcmeService, acmeService } from './server.ts'
export { type HttpChallenges, httpChallenges, type Show, type TlsChallenges, tlsChallenges } from './show.ts'
