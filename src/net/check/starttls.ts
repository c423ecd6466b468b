/** What is particular to servers that begin in clear: whether what stood there is forgotten (RFC 3207 4.2). */

import { startTlsProtocols } from '../stream/starttls/protocols.table.ts'
import type { Asking } from './asking.ts'
import { type Engaged, engage } from './engage.ts'
import { isUnasked, type Known, type StartTlsSeen, unasked } from './types.ts'

/** How long a server may take to answer what it has kept. */
const PATIENCE = 1_500

/** Of a server that is asked with STARTTLS. */
export const askStartTls = async (asking: Asking): Promise<StartTlsSeen | undefined> => {
  const { starttls: protocol } = asking.asker.options
  if (protocol === undefined) return undefined
  const hasHarmless = 'harmless' in startTlsProtocols[protocol]
  return { protocol, injection: hasHarmless ? await isInjected(asking) : unasked('not-asked') }
}

/** Whoever cuts the handshake because of what stood before it has not kept that either. */
const isInjected = async (asking: Asking): Promise<Known<boolean>> => {
  const found = await engage(asking, { behind: 'harmless' }, one => speaksFirst(one, asking))
  if (!isUnasked(found) || found.code === undefined) return found
  const without = await engage(asking, {}, () => false)
  return isUnasked(without) ? unasked('unable', found.code) : false
}

const speaksFirst = ({ stream }: Engaged, { asker, world: { clock } }: Asking): Promise<boolean> =>
  new Promise(resolve => {
    const done = (spoke: boolean): void => {
      disarm()
      resolve(spoke)
    }
    const disarm = clock.later(clock.now() + Math.min(PATIENCE, asker.patience), () => done(false))
    stream.handler = { data: () => done(true), end: () => done(false), drain() {}, closed: () => done(false) }
  })
