/**
 * `barewire/web`: what every JavaScript platform has, without Node: primitives in plain TypeScript, compression streams,
 * the clock of the page. The names are those of `barewire/node` where the job is the same.
 */
export { systemClock } from './clock.ts'
export { webCoders } from './coders.ts'
export { seededWebCrypto, webCrypto } from './crypto.ts'
export { webDerivation } from './derivation.ts'
export { systemRandom } from './random.ts'
export { type WebSocketLike, type WebSocketTransportOptions, webSocketTransport } from './web-socket.ts'
export { type WebWorldOptions, webWorld } from './world.ts'
