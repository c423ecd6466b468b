/**
 * `barewire/tcp`: TCP as an engine. Read `states.table.ts` first, then `stack.ts`, and `arrive.ts` beside RFC 9293
 * 3.10.7.
 */
export type { CongestionController } from './congestion.ts'
export { newReno } from './newreno.ts'
export { TcpStack } from './stack.ts'
export { STATES, type State, tcpStates } from './states.table.ts'
export type { TcpStatistics } from './statistics.ts'
export type {
  KeepAlive,
  TcpConnection,
  TcpEvent,
  TcpListenOptions,
  TcpOptions,
  TcpStackEvent,
  TcpStackOptions,
} from './types.ts'
