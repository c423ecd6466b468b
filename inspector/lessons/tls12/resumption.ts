/** The second visit: a ticket or an id instead of a certificate (RFC 5077, RFC 5246 7.3), and a shop that has forgotten. */
import { client } from '../../../src/net/client/client.ts'
import { serve } from '../../../src/net/server/serve.ts'
import { SessionStore } from '../../../src/tls/session/store.ts'
import { messagesOf } from '../../../src/trace/recorder.ts'
import type { MessageRecord } from '../../../src/trace/types.ts'
import { type Ladder, ladderSteps } from '../ladder.ts'
import type { Lesson, Scene, Stage } from '../lesson.ts'
import { found, LAPTOP, ms, PAIR, SHOP, since } from '../stage.ts'
import { inWorld, said, talkOf } from '../world.ts'
import { ECDHE_SUITE, ecdheShop, visitOf } from './shop.ts'

export interface ResumptionNames {
  readonly step: 'first' | 'ticket' | 'id' | 'again' | 'short' | 'forgotten' | 'request'
  readonly change: 'ticket' | 'id' | 'forgotten'
  readonly choice: 'hello' | 'certificate' | 'finished'
  readonly label: never
}
type Change = ResumptionNames['change']

const twoVisits = (stage: Stage, seed: number, change: Change) =>
  inWorld(stage, { seed, lesson: 'resumption' }, async play => {
    const { server, laptop, trace, random } = play
    const visit = visitOf(play)
    const { tls } = ecdheShop(play)
    const sessions = new SessionStore()
    const open = () =>
      serve(async () => new Response(visit.answer, { headers: { connection: 'close' } }), {
        world: server.world,
        host: server.host.address.text,
        port: 443,
        tls: change === 'id' ? { ...tls, tickets: 'none', sessions } : tls,
        trace,
      })
    const first = await open()
    const browser = client({ world: laptop.world, trace, tls: { versions: ['TLS 1.2'], suites: [ECDHE_SUITE] } })
    const ask = async (): Promise<void> => void (await (await browser.fetch(`https://${SHOP}${visit.path}`)).text())
    await ask()
    const pause = random.between(2, 50)
    await play.wait(pause * 1000)
    if (change === 'forgotten') {
      // The keys of its tickets are gone with the program.
      await first.close()
      await open()
    }
    await ask()
    browser.close()
    return { pause, path: visit.path }
  })

const play = async (stage: Stage, seed: number, change: Change): Promise<Scene<ResumptionNames>> => {
  const { records, outcome } = await twoVisits(stage, seed, change)
  const second = said(records, LAPTOP, 'ClientHello', 1)
  const parting = records.findIndex(({ record }) => 'id' in record && record.id === second.id)
  const parts = {
    first: since(records.slice(0, parting), said(records, LAPTOP, 'ClientHello').at),
    second: since(records.slice(parting), second.at),
  }
  const [before, after] = [handshakeIn(parts.first), handshakeIn(parts.second)]
  const answer = said(parts.second, SHOP, 'ServerHello')
  const known =
    change === 'id'
      ? { name: 'id' as const, message: said(parts.first, SHOP, 'ServerHello'), field: 'body.sessionId' }
      : { name: 'ticket' as const, message: said(parts.first, SHOP, 'NewSessionTicket'), field: 'body.ticket' }
  const [one, two] = [ladderOf(parts.first), ladderOf(parts.second)]
  const hello = said(parts.second, LAPTOP, 'ClientHello')
  const [firstDone, ticket] = ladderSteps(one, [
    { name: 'first' as const, at: 0, now: one.to, fresh: [] },
    { name: known.name, at: known.message.at, now: one.to, fresh: [known.message.id] },
  ])
  const request = found(after.request, 'request')
  // Signatures differ in their length; a handshake without one is always as long.
  const size = { secondBytes: after.bytes }
  return {
    // Both visits, each with its own time.
    records: [...parts.first, ...parts.second],
    facts: {
      ...outcome,
      firstAt: found(before.request, 'request').at,
      secondAt: request.at,
      firstBytes: before.bytes,
      ...(change === 'forgotten' ? size : {}),
      oneWay: ms(answer.at),
    },
    fixed: {
      firstCount: before.messages.length,
      secondCount: after.messages.length,
      ...(change === 'forgotten' ? {} : size),
      said: after.messages.map(({ name }) => name).join(', '),
    },
    steps: [
      found(firstDone, 'first visit'),
      {
        ...found(ticket, 'ticket'),
        drawings: [...ticket!.drawings, { kind: 'message', message: known.message, field: known.field }],
      },
      ...ladderSteps(two, [
        { name: 'again', at: hello.at, now: hello.at, fresh: [hello.id] },
        { name: change === 'forgotten' ? 'forgotten' : 'short', at: answer.at, now: answer.at, fresh: [answer.id] },
        { name: 'request', at: request.at, now: two.to, fresh: [request.id] },
      ]),
    ],
  }
}

/** What is said until the request leaves. */
const handshakeIn = (records: Scene['records']) => {
  const all = messagesOf(records).filter(
    m => m.direction === 'out' && (m.layer === 'tls' || (m.layer === 'http' && m.host === LAPTOP)),
  )
  const request = all.find(m => m.layer === 'http')
  const messages = all.filter((m): m is MessageRecord => m.layer === 'tls' && m.name !== 'Alert')
  return { request, messages, bytes: messages.reduce((sum, { bytes }) => sum + bytes.length, 0) }
}

const ladderOf = (records: Scene['records']): Ladder<never> => {
  const arrows = talkOf<never>(records, PAIR, ({ name }) => (name === 'Alert' ? undefined : { text: name }))
  const to = Math.max(...arrows.map(({ sent, arrived = sent }) => arrived))
  return { lifelines: PAIR, arrows, brackets: [], from: 0, to }
}

/** Whether the second handshake went without a message of this name. */
const without =
  (name: string) =>
  ({ fixed }: Scene): boolean =>
    !`${fixed?.said}`.split(', ').includes(name)

export const resumption: Lesson<ResumptionNames> = {
  id: 'resumption',
  changes: ['ticket', 'id', 'forgotten'],
  question: {
    kind: 'choosing',
    choices: [
      { name: 'hello', change: 'ticket', see: 'again', holds: without('ClientHello') },
      { name: 'certificate', change: 'ticket', see: 'short', holds: without('Certificate') },
      { name: 'finished', change: 'ticket', see: 'short', holds: without('Finished') },
    ],
  },
  play: (stage, { seed, change }) => play(stage, seed, change),
}
