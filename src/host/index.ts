/**
 * `barewire/host`: one machine: interfaces, routes, TCP, UDP and DNS together. Read `types.ts` first, then `host.ts`.
 */
export { Host, type HostEvent, type HostInterface, type HostOptions } from './host.ts'
export { runHost } from './running.ts'
export type { ConnectionOwner, Resolution, RunningHost, UdpHandle } from './types.ts'
