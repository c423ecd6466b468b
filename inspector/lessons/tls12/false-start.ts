/**
 * False Start (RFC 7918): the laptop sends its request right behind its Finished, before the shop's has come. It is the
 * engine of TLS itself that is driven here, because only it can be told to.
 */
import { drive } from '../../../src/drive.ts'
import { tlsClient } from '../../../src/tls/index.ts'
import type { TraceRecord } from '../../../src/trace/recorder.ts'
import type { MessageRecord } from '../../../src/trace/types.ts'
import { joined, latin1Bytes } from '../../../src/wire/bytes.ts'
import { verifyChain } from '../../../src/x509/index.ts'
import { trustStore } from '../../../src/x509/path/store.ts'
import { type Ladder, ladderSteps } from '../ladder.ts'
import type { Lesson, Scene, Stage } from '../lesson.ts'
import { found, LAPTOP, ms, PAIR, SHOP, seenBy, since } from '../stage.ts'
import { inWorld, type Play, said, talkOf } from '../world.ts'
import { ECDHE_SUITE, ecdheShop, openShop, type Visit, visitOf } from './shop.ts'

export interface FalseStartNames {
  readonly step: 'hello' | 'answer' | 'finished' | 'early' | 'waits' | 'serverFinished' | 'request' | 'reply'
  readonly change: 'patient' | 'early'
  readonly choice: 'right' | 'wrong'
  readonly label: never
}

const play = async (stage: Stage, seed: number, change: FalseStartNames['change']): Promise<Scene<FalseStartNames>> => {
  const { records } = await inWorld(stage, { seed, lesson: 'false-start' }, async here => {
    const visit = visitOf(here)
    await openShop(here, ecdheShop(here), visit, { alpn: ['http/1.1'] })
    await askByHand(here, visit, change)
  })
  return sceneOf(since(records, said(records, LAPTOP, 'ClientHello').at), change)
}

/** A client of TLS over the laptop's TCP, that writes as soon as it may, or as soon as the shop has finished. */
const askByHand = async (here: Play, { path }: Visit, change: FalseStartNames['change']): Promise<void> => {
  const { platform, world, laptop, server, trace } = here
  const { clock } = world.network
  const stream = await laptop.world.transport.connect({ host: server.host.address.text, port: 443 })
  const context = stream.trace ?? { sink: trace, flow: '', host: LAPTOP }
  const tls = tlsClient({
    crypto: platform.crypto,
    serverName: SHOP,
    alpn: ['http/1.1'],
    versions: ['TLS 1.2'],
    suites: [ECDHE_SUITE],
    trace: context,
    ...(change === 'early' ? { falseStart: 'allowed' } : {}),
  })
  const request = latin1Bytes(`GET ${path} HTTP/1.1\r\nHost: ${SHOP}\r\nConnection: close\r\n\r\n`)
  const trust = trustStore([world.authority.certificate])
  let asked = false
  const driver = drive(tls, clock, {
    out: pieces => void stream.write([joined(pieces)]),
    event(event) {
      if (event.type === 'ask' && event.question.about === 'trust') {
        const { question, id } = event
        driver.do(now =>
          tls.answer(id, verifyChain({ ...question, at: clock.date(), trust, crypto: platform.crypto }), now),
        )
      }
      const may = event.type === 'writable' ? change === 'early' : event.type === 'established'
      if (!may || asked) return
      asked = true
      driver.do(now => void tls.write(request, now))
    },
  })
  await new Promise<void>(done => {
    stream.handler = {
      data: bytes => driver.input(bytes.slice()),
      end: () => done(),
      drain() {},
      closed: () => done(),
    }
    driver.start()
  })
  stream.end()
}

/** The record that the request travels in: nobody above TLS speaks here. */
const requestIn = (records: readonly TraceRecord[]): MessageRecord =>
  found(
    seenBy(records, LAPTOP, 'record', 'out').find(m => m.payload !== undefined),
    'request',
  )

const sceneOf = (records: readonly TraceRecord[], change: FalseStartNames['change']): Scene<FalseStartNames> => {
  const request = requestIn(records)
  const asked = found(
    seenBy(records, SHOP, 'http', 'in').find(m => m.name.startsWith('GET')),
    'request that arrived',
  )
  const reply = said(records, SHOP, '200')
  const back = found(
    seenBy(records, LAPTOP, 'record', 'in').find(m => m.payload !== undefined),
    'answer',
  )
  const arrows = [
    ...talkOf<never>(records, PAIR, m => (m.name === 'Alert' ? undefined : { text: m.name })),
    { id: request.id, from: 0, to: 1, sent: request.at, arrived: asked.at, text: asked.name, look: 'sealed' as const },
    { id: reply.id, from: 1, to: 0, sent: reply.at, arrived: back.at, text: reply.name, look: 'sealed' as const },
  ]
  const to = Math.max(...arrows.map(({ sent, arrived = sent }) => arrived))
  const ladder: Ladder<never> = { lifelines: PAIR, arrows, brackets: [], from: 0, to }
  const [hello, answer] = [said(records, LAPTOP, 'ClientHello'), said(records, SHOP, 'ServerHello')]
  const [finished, theirs] = [said(records, LAPTOP, 'Finished'), said(records, SHOP, 'Finished')]
  const oneWay = ms(answer.at - hello.at)
  return {
    records,
    facts: {
      oneWay,
      finishedAt: finished.at,
      serverFinishedAt: theirs.at,
      requestAt: request.at,
      replyAt: back.at,
    },
    steps: ladderSteps(ladder, [
      { name: 'hello', at: hello.at, now: answer.at, fresh: [hello.id] },
      { name: 'answer', at: answer.at, now: finished.at, fresh: [answer.id] },
      { name: 'finished', at: finished.at, now: finished.at, fresh: [finished.id] },
      ...(change === 'early'
        ? [
            { name: 'early' as const, at: request.at, now: request.at, fresh: [request.id] },
            { name: 'serverFinished' as const, at: theirs.at, now: theirs.at, fresh: [theirs.id] },
          ]
        : [
            { name: 'waits' as const, at: theirs.at, now: request.at, fresh: [theirs.id] },
            { name: 'request' as const, at: request.at, now: asked.at, fresh: [request.id] },
          ]),
      { name: 'reply', at: reply.at, now: to, fresh: [reply.id] },
    ]),
  }
}

export const falseStart: Lesson<FalseStartNames> = {
  id: 'false-start',
  changes: ['patient', 'early'],
  question: {
    kind: 'writing',
    change: 'early',
    see: 'early',
    asks: 'number',
    answer: ({ facts }) => `${facts.requestAt}`,
  },
  play: async (stage, { seed, change }) => play(stage, seed, change),
}
