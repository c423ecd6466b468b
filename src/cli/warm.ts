/**
 * What a program does for the first time takes it long: code is read and compiled, tables are filled. A run that is timed
 * has made an exchange in memory before its clock starts, so that it shows the time of the network and of the other side.
 */
import { certificateAuthority } from '../ca/authority.ts'
import { fetch, serve } from '../index.ts'
import { memoryTransport } from '../net/stream/memory.ts'
import { systemClock } from '../node/clock.ts'
import { nodeWorld } from '../node/world.ts'
import { certifiedKey } from '../tls/certificate/certified-key.ts'
import { sinkOf } from '../trace/recorder.ts'
import { trustStore } from '../x509/path/store.ts'

/**
 * One request over TLS, or over plain text, between two ends in this process, and the roots that are believed read. Nothing
 * leaves the process; what goes wrong here goes wrong again where it can be told.
 */
export const warmUp = async (scheme: 'https' | 'http', roots: 'system roots' | 'other roots'): Promise<void> => {
  try {
    if (scheme === 'https' && roots === 'system roots') await nodeWorld().trust()
    await exchange(scheme)
  } catch {
    // A run that is not warm is slower, and no more.
  }
}

const exchange = async (scheme: 'https' | 'http'): Promise<void> => {
  const over = memoryTransport(systemClock)
  const trace = sinkOf(() => {})
  const { tls, trust } = scheme === 'https' ? credentials() : { tls: undefined, trust: undefined }
  const server = await serve(() => new Response('warm'), { over, tls })
  try {
    const response = await fetch(`${scheme}://localhost:${server.port}/`, { over, trust, trace })
    await response.text()
  } finally {
    await server.close(0)
  }
}

const credentials = () => {
  const { crypto } = nodeWorld()
  const authority = certificateAuthority({ crypto, now: () => systemClock.date(), name: 'warm-up' })
  const key = certifiedKey(authority.issue({ names: ['localhost'] }))
  return { tls: { certificateFor: () => key }, trust: trustStore([authority.root]) }
}
