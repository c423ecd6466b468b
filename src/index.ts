/**
 * HTTPS on Node from here: `fetch`, `serve`, `connect`, `listen`. The layers have entries of their own. Read
 * `net/stream/types.ts` first, then `net/stream/connect.ts` and `net/client/client.ts`.
 */
import { bound } from './net/bind.ts'
import { nodeWorld } from './node/world.ts'

export const { client, connect, fetch, listen, serve, serveExchanges } = bound(nodeWorld)

export * from './index.shared.ts'
export { filesIn } from './node/files.ts'
export { kernelTransport } from './node/kernel.ts'
export { toNode } from './node/to-node.ts'
export { nodeWorld } from './node/world.ts'
