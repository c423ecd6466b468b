/**
 * `barewire/lab`: machines on a network in memory, with faults from a seed and attackers on the wire. Read `world.ts`
 * first, then `exchange.ts` and `attacks/`. What Node brings to it is in `barewire/lab/node`.
 */
export { type Attack, attacks, type Outcome, playAttack } from './attacks/index.ts'
export { type BrokenChain, type BrokenKind, type BrokenOptions, broken, brokenChain, brokenKinds } from './broken.ts'
export {
  type CertificateLogOptions,
  certificateLog,
  type LabLog,
  type LogListing,
  logListOf,
} from './certificate-log.ts'
export { LAB_DATE, type VirtualClock, virtualClock } from './clock.ts'
export { type Exchange, playExchange } from './exchange.ts'
export type { Faults } from './faults.ts'
export { network } from './network.ts'
export type { HostChoices, Interceptor, Network, NetworkOptions, Observation } from './network-types.ts'
export { type WeakEvent, type WeakServer, type WeakServerOptions, weakServer } from './weak/server.ts'
export { type WeakSuite, type WeakSuiteName, weakSuites } from './weak/suites.table.ts'
export { type LabLeaf, type LabPlatform, type LabWorld, type LabWorldOptions, labWorld, type Machine } from './world.ts'
