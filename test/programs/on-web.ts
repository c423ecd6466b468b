/** `everywhere.ts` on the web's platform, as one value that the page, Bun and Deno can give back. */

import { webCrypto, webWorld } from '../../src/web/index.ts'
import { webPlatform } from '../../src/web/lab.ts'
import { type Everything, everything } from './everywhere.ts'

export const onWeb = (): Promise<Everything> =>
  everything({ crypto: webCrypto(), world: () => webWorld(), lab: seed => webPlatform({ seed }) })
