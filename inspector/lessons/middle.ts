/** The third machine of lessons, which takes the shop's place by ARP and ends TLS itself, with a certificate of its own making. */
import { certificateAuthority } from '../../src/ca/authority.ts'
import type { CertificateAuthority } from '../../src/ca/types.ts'
import { takePlaceOf } from '../../src/lab/arp-spoof.ts'
import type { Machine } from '../../src/lab/world.ts'
import { client } from '../../src/net/client/client.ts'
import { serve } from '../../src/net/server/serve.ts'
import { MALLORY, SHOP } from './stage.ts'
import type { Play } from './world.ts'

/** The machine, nearer than everybody else, in the shop's place. */
export const takePlace = ({ world, laptop, server }: Play): Machine => {
  const mallory = world.machine(MALLORY, { faults: { delay: 0.5 } })
  takePlaceOf(world.network, { attacker: mallory.host, victim: laptop.host, server: server.host, lies: 'asked' })
  return mallory
}

/** What it heard in the clear. */
export interface Heard {
  readonly method: string
  readonly path: string
  readonly body: string
}

/** An authority that nobody asked for. */
export const ownAuthority = ({ platform, world }: Play): CertificateAuthority =>
  certificateAuthority({ crypto: platform.crypto, now: () => world.network.clock.date(), name: 'mallory CA' })

/** Answers for the shop with a certificate by `authority`, asks the shop itself, and writes down what it heard. */
export const impersonate = async (play: Play, mallory: Machine, authority: CertificateAuthority): Promise<Heard[]> => {
  const { world, trace } = play
  const heard: Heard[] = []
  const upstream = client({ world: mallory.world, trace })
  await serve(
    async request => {
      const { pathname } = new URL(request.url)
      const body = await request.text()
      heard.push({ method: request.method, path: pathname, body })
      const answer = await upstream.fetch(`https://${SHOP}${pathname}`, {
        method: request.method,
        ...(body === '' ? {} : { body }),
      })
      return new Response(await answer.text(), { status: answer.status })
    },
    {
      world: mallory.world,
      host: mallory.host.address.text,
      port: 443,
      tls: { ...world.certified([SHOP], { by: authority }), tickets: 'none' },
      trace,
    },
  )
  return heard
}
