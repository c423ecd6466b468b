/**
 * HTTPS where there is no Node: `barewire` in a page or a worker. As `index.ts`, bound to the web's world: one network in
 * memory and no roots, until a call names a `world`, or `over` and `trust`.
 */
import { bound } from './net/bind.ts'
import type { World } from './net/stream/types.ts'
import { webWorld } from './web/world.ts'

let usual: World | undefined

/** One for the whole page, so that what is served in it is found in it. */
const pageWorld = (): World => {
  usual ??= webWorld()
  return usual
}

export const { client, connect, explainCertificates, fetch, listen, serve, serveExchanges, verifyCertificates } =
  /* @__PURE__ */ bound(pageWorld)

export * from './index.shared.ts'
export { type WebWorldOptions, webWorld } from './web/world.ts'
