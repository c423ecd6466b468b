/** `barewire/host`: one machine on the network: interfaces, routes, TCP, UDP and DNS together. */
export { Host } from './host.ts'
export { runHost } from './running.ts'
export type { ConnectionOwner, Resolution, RunningHost, UdpHandle } from './types.ts'
