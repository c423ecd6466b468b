/**
 * The third machine: it took the shop's place by ARP, so that the laptop's connections end at it. What it does there is the
 * lab's (`src/lab/attacks`), but for taking TLS away altogether.
 */
import type { Millis } from '../../src/engine.ts'
import { takePlaceOf } from '../../src/lab/arp-spoof.ts'
import { attacks } from '../../src/lab/attacks/index.ts'
import { sitDown } from '../../src/lab/attacks/stage.ts'
import { SHOP } from '../../src/lab/shop.ts'
import type { LabPlatform, LabWorld, Machine } from '../../src/lab/world.ts'
import { client } from '../../src/net/client/client.ts'
import { serve } from '../../src/net/server/serve.ts'
import { withHeaders } from '../../src/net/with-headers.ts'
import type { TraceSink } from '../../src/trace/types.ts'
import type { MiddleDoes, PlainIs } from './plan.ts'

export const MALLORY = 'mallory'

export interface Table {
  readonly platform: LabPlatform
  readonly world: LabWorld
  readonly laptop: Machine
  readonly server: Machine
  readonly trace: TraceSink
  /** One way of everybody's cable. */
  readonly delay: Millis
}

/** By the ids of the lab's attacks. */
const ATTACKS: Readonly<Record<Exclude<MiddleDoes | PlainIs, 'strips'>, string>> = {
  listens: 'listen-in',
  forges: 'forge-certificate',
  swaps: 'swap-key',
  alters: 'flip-bit',
  repeats: 'replay-record',
  cuts: 'cut-connection',
  read: 'read-password',
  rewritten: 'inject-advertisement',
}

/** Takes the shop's place and waits for the laptop. */
export const beInTheMiddle = async (table: Table, does: MiddleDoes | PlainIs): Promise<void> => {
  const { world, laptop, server, delay } = table
  // Whoever is nearer is heard first.
  const mallory = world.machine(MALLORY, { faults: { delay: delay / 2 } })
  takePlaceOf(world.network, { attacker: mallory.host, victim: laptop.host, server: server.host, lies: 'asked' })
  if (does === 'strips') {
    await strip(table, mallory)
    return
  }
  const attack = attacks.find(({ id }) => id === ATTACKS[does])!
  // What it learns is seen in what passed.
  await sitDown({ ...table, mallory, attack, learn: () => {} })
}

/**
 * Waits on port 80, where a browser comes that was told a name without `https`, and asks the shop by TLS itself: the shop
 * sees a visitor like any other, and the laptop never hears that there is TLS.
 */
const strip = async ({ trace }: Table, mallory: Machine): Promise<void> => {
  const upstream = client({ world: mallory.world, trace })
  await serve(
    async request => {
      const { pathname } = new URL(request.url)
      const answer = await upstream.fetch(`https://${SHOP}${pathname}`, {
        method: request.method,
        headers: headersFor(request.headers),
        ...(request.method === 'POST' ? { body: await request.text() } : {}),
      })
      const headers = new Headers({ 'content-type': answer.headers.get('content-type') ?? 'text/plain' })
      for (const cookie of answer.headers.getSetCookie()) headers.append('set-cookie', forPlainHttp(cookie))
      return withHeaders(new Response(await answer.text(), { status: answer.status }), headers)
    },
    { world: mallory.world, host: mallory.host.address.text, port: 80, trace },
  )
}

/** RFC 6265bis 4.1.3.2: what begins so is kept only where it came by TLS, and so it gets another name on the way. */
const HOST_PREFIX = '__Host-'

/** A Set-Cookie field that a browser takes over plain HTTP. */
const forPlainHttp = (cookie: string): string => cookie.replace(HOST_PREFIX, '').replace(/; *secure(?=;|$)/i, '')

/** What the shop must see of the browser's fields, the cookie under the name that it gave it. */
const headersFor = (from: Headers): Headers => {
  const headers = new Headers()
  const type = from.get('content-type')
  if (type !== null) headers.set('content-type', type)
  const cookie = from.get('cookie')
  if (cookie !== null) headers.set('cookie', `${HOST_PREFIX}${cookie}`)
  return headers
}
