/** The shop's side of a run: its certificate, what it speaks, and what is the matter with it. */

import type { Millis } from '../../src/engine.ts'
import { broken, brokenChain } from '../../src/lab/broken.ts'
import { SHOP, shop } from '../../src/lab/shop.ts'
import type { LabPlatform, LabWorld, Machine } from '../../src/lab/world.ts'
import type { Handler } from '../../src/net/server/serve.ts'
import { serve } from '../../src/net/server/serve.ts'
import type { TlsServerOptions } from '../../src/net/stream/server-answers.ts'
import { certifiedKey } from '../../src/tls/certificate/certified-key.ts'
import type { CertifiedKey } from '../../src/tls/types.ts'
import type { TraceSink } from '../../src/trace/types.ts'
import { KEY_USAGE } from '../../src/x509/certificate/extensions.ts'
import { RSA_SUITE, SHOP_GROUPS, SHOP_SUITES } from './offers.ts'
import type { Change } from './plan.ts'
import { rsaKey } from './rsa-key.ts'

/** What a slow shop needs for the account. */
const THINKS: Millis = 3_000

export interface ShopSide {
  readonly platform: LabPlatform
  readonly world: LabWorld
  readonly server: Machine
  readonly change: Change | undefined
  readonly trace: TraceSink
}

export const openShop = async (side: ShopSide): Promise<void> => {
  const { world, server, change, trace } = side
  if (change?.kind === 'server' && change.is === 'silent') {
    // A firewall in front of it: it answers for its address and to nothing else.
    world.network.intercept(SHOP, { frame: (bytes, way) => (way === 'in' && isIp(bytes) ? [] : [bytes]) })
  }
  if (change?.kind === 'server' && change.is === 'down') return
  const isPlain = change?.kind === 'plain'
  const handler = shop(server.world, { transport: isPlain ? 'plain' : 'tls', trace })
  const options = { world: server.world, host: server.host.address.text, trace }
  if (isPlain) await serve(handler, { ...options, port: 80 })
  else await serve(slowed(handler, side), { ...options, port: 443, tls: tlsOf(side) })
}

/** EtherType 0x0800 (IEEE 802.3). */
const isIp = (bytes: Uint8Array): boolean => bytes[12] === 8 && bytes[13] === 0

const slowed = (handler: Handler, { change, world }: ShopSide): Handler => {
  if (change?.kind !== 'server' || change.is !== 'slow') return handler
  const { clock } = world.network
  return async (request, about) => {
    if (new URL(request.url).pathname === '/account')
      await new Promise<void>(done => clock.later(clock.now() + THINKS, done))
    return handler(request, about)
  }
}

const tlsOf = (side: ShopSide): TlsServerOptions => {
  const { change } = side
  const isStranger = change?.kind === 'server' && change.is === 'stranger'
  const isRsa = change?.kind === 'offer' && change.is === 'rsa'
  const key = certified(side)
  return {
    certificateFor: () => (isStranger ? undefined : key),
    suites: isRsa ? [RSA_SUITE] : SHOP_SUITES,
    groups: SHOP_GROUPS,
    tickets: 'none',
  }
}

/** What a key on P-256 can sign; a certificate that nobody can read does not say it. */
const P_256 = { schemes: [0x0403], group: 23 }

/** Below an authority that is below the root that the laptop believes. */
const certified = ({ platform: { crypto }, world, change }: ShopSide): CertifiedKey => {
  const now = (): Millis => world.network.clock.date()
  if (change?.kind === 'certificate') {
    const { chain, privateKey, evidence } = brokenChain(change.is, { crypto, now, name: SHOP, root: world.authority })
    const { stapled } = evidence
    return { ...P_256, chain, key: privateKey, ...(stapled instanceof Uint8Array ? { ocsp: stapled } : {}) }
  }
  const middle = broken(world.authority).intermediate({ name: 'Intermediate' })
  if (change?.kind === 'offer' && change.is === 'rsa') {
    const { spki, decrypt } = rsaKey(crypto.random)
    const { chain } = middle.certify({ names: [SHOP], publicKey: spki, usage: KEY_USAGE.keyEncipherment })
    // Where the client encrypts the secret the server signs nothing.
    const sign = (): never => {
      throw new RangeError('this key only decrypts')
    }
    return certifiedKey({ chain, privateKey: { sign, decrypt } })
  }
  return certifiedKey(middle.issue({ names: [SHOP] }))
}
