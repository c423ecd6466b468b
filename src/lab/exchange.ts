/**
 * The exchange that the demo shows: a laptop signs in at a shop over HTTPS and is known at its second request, on one
 * connection that is closed in order. Every layer on both sides is ours, and every frame can be seen.
 */
import { type Capture, captureTap } from '../capture/index.ts'
import type { Millis } from '../engine.ts'
import { cookieJar } from '../http/cookies/index.ts'
import { client } from '../net/client/client.ts'
import { serve } from '../net/server/serve.ts'
import type { ConnectionInfo } from '../net/stream/types.ts'
import { messagesOf, recorder, type TraceRecord, tee } from '../trace/recorder.ts'
import { type Crumb, threads, threadText } from '../trace/thread.ts'
import { dissect } from '../wire/codec.ts'
import { fieldAt } from '../wire/field.ts'
import { SHOP, shop, signIn } from './shop.ts'
import { type LabPlatform, labWorld } from './world.ts'

export interface ExchangeAnswer {
  readonly request: string
  readonly status: number
  readonly body: string
}

/** Where the session cookie of the second request lies, layer by layer down to a frame. */
export interface CookieThread {
  /** `Cookie ⊂ GET /account ⊂ record 7 ⊂ …, bytes 143..175` */
  readonly text: string
  readonly crumbs: readonly Crumb[]
  /** The field as it is in the request. */
  readonly plaintext: Uint8Array
  /** The same bytes as they are in the frame. */
  readonly ciphertext: Uint8Array
}

export interface Exchange {
  readonly machines: readonly { readonly name: string; readonly address: string }[]
  readonly answers: readonly ExchangeAnswer[]
  readonly connection: ConnectionInfo
  /** What both machines' engines said. */
  readonly records: readonly TraceRecord[]
  /** Cookies that the laptop keeps at the end. */
  readonly cookies: number
  readonly cookie: CookieThread | undefined
}

/** The laptop's name in the trace. */
export const LAPTOP = 'laptop'

/** One way between laptop and switch, and between switch and shop. */
const DELAY: Millis = 1
/** After this the FINs are over; TIME-WAIT is not waited for. */
const FAREWELL: Millis = 20 * DELAY

export const playExchange = async (platform: LabPlatform, seed: number, capture?: Capture): Promise<Exchange> => {
  const kept = recorder()
  const trace = capture === undefined ? kept : tee(kept, capture)
  const world = labWorld(platform, { seed, delay: DELAY, trace })
  try {
    const laptop = world.machine(LAPTOP)
    const server = world.machine(SHOP)
    const { clock } = world.network
    if (capture !== undefined) {
      world.network.tap(captureTap(capture, LAPTOP))
      for (const { host } of [laptop, server]) capture.name(host.address, host.name)
    }
    await serve(shop(server.world, { trace }), {
      world: server.world,
      host: server.host.address.text,
      port: 443,
      tls: world.certified([SHOP]),
      trace,
    })
    const jar = cookieJar({ isPublicSuffix: platform.isPublicSuffix, date: () => clock.date() })
    const browser = client({ world: laptop.world, jar, trace })
    const first = await browser.fetch(`https://${SHOP}/login`, signIn())
    const welcome = { request: 'POST /login', status: first.status, body: await first.text() }
    const second = await browser.fetch(`https://${SHOP}/account`)
    const account = { request: 'GET /account', status: second.status, body: await second.text() }
    browser.close()
    await new Promise<void>(resolve => clock.later(clock.now() + FAREWELL, resolve))
    return {
      machines: [laptop, server].map(({ host }) => ({ name: host.name, address: host.address.text })),
      answers: [welcome, account],
      connection: second.connection,
      records: [...kept.records],
      cookies: jar.list().length,
      cookie: cookieThread(kept.records),
    }
  } finally {
    world.close()
  }
}

/** Follows the Cookie field of the laptop's last request down to its bytes on the wire. */
const cookieThread = (records: readonly TraceRecord[]): CookieThread | undefined => {
  const messages = messagesOf(records)
  const request = messages.findLast(m => m.layer === 'http' && m.host === LAPTOP && m.direction === 'out')
  if (request?.format === undefined) return undefined
  const field = fieldAt(dissect(request.format, request.bytes, request.name), 'Cookie')
  if (field === undefined) return undefined
  const index = threads(messages)
  const crumbs = index.down(request.id, field)
  const place = crumbs.at(-1)?.places[0]
  if (place === undefined) return undefined
  return {
    text: threadText(index, crumbs, 'Cookie'),
    crumbs,
    plaintext: request.bytes.subarray(field.start, field.end),
    ciphertext: place.message.bytes.subarray(place.start, place.end),
  }
}
