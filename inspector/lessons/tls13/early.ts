/**
 * Early data (RFC 9846 2.3, 8): who comes back asks in the same breath as the hello. Whoever has recorded that can say it
 * once more, and what keeps the shop from doing it twice is the shop's own memory.
 */
import type { Millis } from '../../../src/engine.ts'
import { sitBetween, type Tamper } from '../../../src/lab/middle.ts'
import type { Machine } from '../../../src/lab/world.ts'
import { client } from '../../../src/net/client/client.ts'
import { serve } from '../../../src/net/server/serve.ts'
import { ReplayGuard } from '../../../src/tls/session/replays.ts'
import { TicketKeeper } from '../../../src/tls/session/tickets.ts'
import type { TraceRecord } from '../../../src/trace/recorder.ts'
import type { MessageRecord } from '../../../src/trace/types.ts'
import type { Drawing } from '../drawings.ts'
import { type Arrow, type Ladder, type LadderStep, ladderSteps } from '../ladder.ts'
import type { Lesson, Scene, Stage, Step } from '../lesson.ts'
import { takePlace } from '../middle.ts'
import { plain, row, table } from '../rows.ts'
import { found, LAPTOP, ms, SHOP, seenBy, since, THREE } from '../stage.ts'
import { inWorld, type Play, said } from '../world.ts'
import { connectionsIn, extensionIn, ladderOf } from './parts.ts'

export interface EarlyNames {
  readonly step: 'first' | 'again' | 'early' | 'waits' | 'answer' | 'replayed' | 'twice' | 'once'
  readonly change: 'early' | 'patient' | 'guarded' | 'unguarded'
  readonly choice: 'sealed' | 'finished' | 'twice'
  readonly label: 'orders' | 'ofLaptop' | 'ofMallory' | 'recorded' | 'sentAgain'
}
type Label = EarlyNames['label']
type Change = EarlyNames['change']

interface Shop {
  /** How often the order was carried out. */
  orders: number
}

const openShop = async ({ platform, world, server, trace }: Play, change: Change): Promise<Shop> => {
  const shop: Shop = { orders: 0 }
  const guard =
    change === 'unguarded' ? { isFresh: () => true } : new ReplayGuard({ since: world.network.clock.date() - 1 })
  const handler = async (request: { readonly url: string }): Promise<Response> => {
    if (new URL(request.url).pathname.startsWith('/order')) shop.orders++
    return new Response('ordered\n', { headers: { connection: 'close' } })
  }
  await serve(handler, {
    world: server.world,
    host: server.host.address.text,
    port: 443,
    tls: {
      ...world.certified([SHOP]),
      tickets: new TicketKeeper({ crypto: platform.crypto }),
      earlyData: { guard },
    },
    trace,
  })
  return shop
}

/** Mallory passes everything on, and keeps what the laptop says with its first flight of each connection. */
const keepFlights = async ({ server }: Play, mallory: Machine): Promise<Uint8Array[]> => {
  const flights: Uint8Array[] = []
  const tamperer = (): Tamper => {
    let answered = false
    const place = flights.push(new Uint8Array(0)) - 1
    return (bytes, way) => {
      answered ||= way === 'to-client'
      if (!answered) flights[place] = new Uint8Array([...flights[place]!, ...bytes])
      return [bytes]
    }
  }
  await sitBetween(mallory.world.transport, { host: server.host.address.text, port: 443 }, tamperer)
  return flights
}

/** Says a flight to the shop once more, and when; it has no keys to say anything behind it. */
const sayAgain = async ({ server, world, wait }: Play, mallory: Machine, flight: Uint8Array): Promise<Millis> => {
  const stream = await mallory.world.transport.connect({ host: server.host.address.text, port: 443 })
  stream.handler = { data() {}, end: () => stream.end(), drain() {}, closed() {} }
  const at = world.network.clock.now()
  stream.write([flight])
  await wait(PATIENCE)
  stream.reset()
  return at
}
const PATIENCE: Millis = 200

const isReplay = (change: Change): boolean => change === 'guarded' || change === 'unguarded'

const visits = (stage: Stage, seed: number, change: Change) =>
  inWorld(stage, { seed, lesson: 'early', third: isReplay(change) ? 'expected' : undefined }, async play => {
    const { laptop, random, trace } = play
    const shop = await openShop(play, change)
    const mallory = isReplay(change) ? takePlace(play) : undefined
    const flights = mallory && (await keepFlights(play, mallory))
    const path = `/order/${random.between(100, 999)}`
    const tls = change === 'patient' ? {} : ({ earlyData: true } as const)
    const browser = client({ world: laptop.world, trace, tls })
    const ask = async (target: string): Promise<void> =>
      void (await (await browser.fetch(`https://${SHOP}${target}`)).text())
    await ask('/')
    const pause = random.between(2, 50)
    await play.wait(pause * 1000)
    await ask(path)
    await play.wait(PATIENCE)
    browser.close()
    const asked = shop.orders
    const flight = flights?.at(-1)
    const again = mallory === undefined || flight === undefined ? undefined : await sayAgain(play, mallory, flight)
    return { path, pause, asked, orders: shop.orders, again }
  })
type Visits = Awaited<ReturnType<typeof visits>>

/** The request in the first flight: a sealed record that leaves with the hello, and is read by the shop. */
const earlyArrow = (records: readonly TraceRecord[], path: string): Arrow<Label>[] => {
  const record = seenBy(records, LAPTOP, 'record', 'out').find(({ sealed }) => sealed === true)
  const heard = seenBy(records, SHOP, 'http', 'in').find(({ name }) => name === `GET ${path}`)
  if (record === undefined || heard === undefined || record.at > 0) return []
  const { id, at } = record
  return [{ id, from: 0, to: 1, sent: at, arrived: heard.at, text: heard.name, look: 'sealed' }]
}

const lasting = <T extends Ladder<Label>>(ladder: T): T => ({
  ...ladder,
  to: Math.max(...ladder.arrows.map(({ sent, arrived = sent }) => arrived)),
})

/** The answer as it came to the laptop. */
const answered = ({ arrows }: Ladder<Label>): Arrow<Label> =>
  found(
    arrows.find(({ text }) => text === '200'),
    'answer',
  )
const askedIn = ({ arrows }: Ladder<Label>): Arrow<Label> =>
  found(
    arrows.find(({ text }) => text.startsWith('GET')),
    'request',
  )

/** Two visits, and the second of them in one breath or with patience. */
const twoVisits = ({ records, outcome }: Visits, change: Change): Scene<EarlyNames> => {
  const { path, pause } = outcome
  const [before, after] = connectionsIn(records)
  const [first, second] = [found(before, 'first visit'), found(after, 'second visit')]
  const [one, plainTwo] = [ladderOf<Label>(first), ladderOf<Label>(second)]
  const two = lasting({ ...plainTwo, arrows: [...plainTwo.arrows, ...earlyArrow(second, path)] })
  const [hello, request, reply] = [said(second, LAPTOP, 'ClientHello'), askedIn(two), answered(two)]
  const [whole] = ladderSteps(one, [{ name: 'first' as const, at: 0, now: one.to, fresh: [] }])
  const isEarly = request.sent === hello.at
  const plan: readonly LadderStep<EarlyNames['step']>[] = [
    { name: 'again', at: 0, now: 0, fresh: [hello.id] },
    { name: isEarly ? 'early' : 'waits', at: request.sent, now: request.sent, fresh: [request.id] },
    { name: 'answer', at: reply.sent, now: two.to, fresh: [reply.id] },
  ]
  const ticket: Drawing<Label> = {
    kind: 'message',
    message: hello,
    field: found(extensionIn(hello, 'pre_shared_key'), 'ticket'),
  }
  const asked = { secondAsk: ms(request.sent) }
  return {
    records: [...first, ...second],
    facts: {
      path,
      pause,
      oneWay: ms(said(second, SHOP, 'ServerHello').at),
      firstAsk: ms(askedIn(one).sent),
      firstAnswer: ms(found(answered(one).arrived, 'answer')),
      secondAnswer: ms(found(reply.arrived, 'answer')),
      ...(change === 'patient' ? asked : {}),
    },
    fixed: change === 'patient' ? {} : asked,
    steps: [
      // It counts from a hello of its own.
      { ...found(whole, 'first visit'), at: undefined },
      ...ladderSteps(two, plan).map((step, i) => (i > 0 ? step : { ...step, drawings: [...step.drawings, ticket] })),
    ],
  }
}

/** The second visit with Mallory on the way, who says the first flight of it once more. */
const withCopy = ({ records: all, outcome }: Visits): Scene<EarlyNames> => {
  const { path, pause, asked, orders } = outcome
  const begin = found(connectionsAt(all)[1], 'second visit')
  const records = since(all, begin)
  const again = ms(found(outcome.again, 'copy') - begin)
  const talk = ladderOf<Label>(records, THREE)
  const [request] = earlyArrow(records, path)
  const early = { ...found(request, 'early request'), to: 2, note: 'recorded' as const }
  const copies = copiesAt(records, again, early.text)
  const ladder = lasting({ ...talk, arrows: [...talk.arrows, early, ...copies] })
  const [hello, reply] = [said(records, LAPTOP, 'ClientHello'), answered(ladder)]
  const steps = ladderSteps(ladder, [
    { name: 'again' as const, at: 0, now: 0, fresh: [hello.id, early.id] },
    { name: 'answer' as const, at: reply.sent, now: again - 1, fresh: [reply.id] },
    { name: 'replayed' as const, at: again, now: ladder.to, fresh: copies.map(({ id }) => id) },
  ])
  const count = table<Label>(
    [
      row('ofLaptop', plain(asked, 'client')),
      row('ofMallory', plain(orders - asked, 'third')),
      { ...row<Label>('orders', plain(orders)), tone: orders > asked ? 'bad' : 'good' },
    ],
    1,
  )
  const last: Step<EarlyNames> = { name: orders > asked ? 'twice' : 'once', at: ladder.to, drawings: [count] }
  return {
    records,
    facts: { path, pause, replayedAt: again },
    fixed: { asked, orders, copies: orders - asked },
    steps: [...steps, last],
  }
}

/** When the laptop began each of its connections. */
const connectionsAt = (records: readonly TraceRecord[]): readonly Millis[] =>
  seenBy(records, LAPTOP, 'tls', 'out').flatMap(({ name, at }) => (name === 'ClientHello' ? [at] : []))

/** What Mallory says again: it came to the shop, and nobody's engine said it. */
const copiesAt = (records: readonly TraceRecord[], sent: Millis, text: string): Arrow<Label>[] => {
  const hello = seenBy(records, SHOP, 'tls', 'in').findLast(({ name }) => name === 'ClientHello')
  const request = seenBy(records, SHOP, 'record', 'in').findLast(({ sealed, at }) => sealed === true && at > sent)
  const copy = (message: MessageRecord | undefined, what: string, look: 'plain' | 'sealed'): Arrow<Label> => {
    const { id, at } = found(message, what)
    return { id, from: 1, to: 2, sent, arrived: at, text: what, look, note: 'sentAgain' }
  }
  return [copy(hello, 'ClientHello', 'plain'), copy(request, text, 'sealed')]
}

const play = async (stage: Stage, seed: number, change: Change): Promise<Scene<EarlyNames>> => {
  const seen = await visits(stage, seed, change)
  return isReplay(change) ? withCopy(seen) : twoVisits(seen, change)
}

export const early: Lesson<EarlyNames> = {
  id: 'early',
  changes: ['early', 'patient', 'guarded'],
  question: {
    kind: 'choosing',
    about: 'unguarded',
    choices: [
      // Each of the two would leave the shop with the laptop's own order.
      { name: 'sealed', change: 'unguarded', see: 'replayed', holds: ({ fixed }) => fixed?.copies === 0 },
      { name: 'finished', change: 'unguarded', see: 'replayed', holds: ({ fixed }) => fixed?.copies === 0 },
      { name: 'twice', change: 'unguarded', see: 'twice', holds: ({ fixed }) => fixed?.copies === 1 },
    ],
  },
  play: (stage, { seed, change }) => play(stage, seed, change),
}
