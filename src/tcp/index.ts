/** `barewire/tcp`: TCP as an engine. */
export type { CongestionController } from './congestion.ts'
export { newReno } from './newreno.ts'
export { TcpStack } from './stack.ts'
export { nextState, STATES, type State, TRANSITIONS, type Transition } from './states.table.ts'
export type {
  TcpConnection,
  TcpEvent,
  TcpListenOptions,
  TcpOptions,
  TcpStackEvent,
  TcpStackOptions,
  TcpStatistics,
} from './types.ts'
