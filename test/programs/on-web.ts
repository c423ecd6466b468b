/** `everywhere.ts` on the web's platform, as one value that the page, Bun and Deno can give back. */

import { webCrypto, webWorld } from '../../src/web/index.ts'
import { webPlatform } from '../../src/web/lab.ts'
import { type Everything, everything, lossyFetch } from './everywhere.ts'

const web = { crypto: webCrypto(), world: () => webWorld(), lab: (seed: number) => webPlatform({ seed }) }

export const onWeb = (): Promise<Everything> => everything(web)

/** What `times` fetches over a bad network say: enough of them that what nobody holds is collected meanwhile. */
export const fetchesOnWeb = async (times: number): Promise<readonly string[]> => {
  const said: string[] = []
  for (let seed = 0; seed < times; seed++) said.push((await lossyFetch(web, seed)).said)
  return said
}
