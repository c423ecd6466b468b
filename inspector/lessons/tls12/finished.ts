/**
 * Finished: both say a digest of everything that was said, under the keys that came of it. Here somebody on the way takes
 * the better suite out of ClientHello, which nothing signs.
 */
import { records as cutInRecords, sitBetween, type Tamper } from '../../../src/lab/middle.ts'
import type { MessageRecord } from '../../../src/trace/types.ts'
import { hexText } from '../../../src/wire/bytes.ts'
import { fieldAt } from '../../../src/wire/field.ts'
import { type Arrow, type Ladder, type LadderStep, ladderSteps } from '../ladder.ts'
import type { Lesson, Scene, Stage } from '../lesson.ts'
import { takePlace } from '../middle.ts'
import { found, LAPTOP, PAIR, SHOP, seenBy, since, statesOf, textAt, treeOf } from '../stage.ts'
import { failureOf, inWorld, said, talkOf } from '../world.ts'
import { ask, ECDHE_SUITE, ecdheShop, openShop, visitOf } from './shop.ts'

export interface FinishedNames {
  readonly step: 'hello' | 'altered' | 'chosen' | 'finished' | 'unopened' | 'refused' | 'serverFinished' | 'request'
  readonly change: 'untouched' | 'altered'
  readonly choice: 'answer' | 'signature' | 'finished'
  readonly label: 'changed' | 'unopened'
}
type Label = FinishedNames['label']
type Change = FinishedNames['change']

const BETTER = 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384'
const SUITES = [BETTER, ECDHE_SUITE] as const

/** Where the first suite of a ClientHello without a session stands in its record (RFC 5246 7.4.1.2). */
const FIRST_SUITE = 5 + 4 + 2 + 32 + 1 + 2
const HANDSHAKE = 22

/** The better suite becomes the other one: the list is as long as before. */
const weaken = (): Tamper =>
  cutInRecords(({ bytes, type, way, number }) => {
    if (way === 'to-server' && type === HANDSHAKE && number === 0)
      bytes.copyWithin(FIRST_SUITE, FIRST_SUITE + 2, FIRST_SUITE + 4)
    return [bytes]
  })

const play = async (stage: Stage, seed: number, change: Change): Promise<Scene<FinishedNames>> => {
  const { records, outcome } = await inWorld(stage, { seed, lesson: 'finished', third: 'expected' }, async here => {
    const visit = visitOf(here)
    const { tls } = ecdheShop(here)
    await openShop(here, { tls }, visit, { suites: SUITES })
    if (change === 'altered') {
      const mallory = takePlace(here)
      await sitBetween(mallory.world.transport, { host: here.server.host.address.text, port: 443 }, weaken)
    }
    return (await failureOf(ask(here, visit, { versions: ['TLS 1.2'], suites: SUITES }))) ?? 'none'
  })
  return sceneOf(since(records, said(records, LAPTOP, 'ClientHello').at), outcome, change)
}

const shortAt = (message: MessageRecord, path: string): string => {
  const { start, end } = found(fieldAt(treeOf(message), path), path)
  return hexText(message.bytes.subarray(start, Math.min(end, start + 6)))
}

const arrowsIn = (records: Scene['records'], change: Change): Arrow<Label>[] => {
  const arrows = talkOf<Label>(records, PAIR, ({ name }) =>
    name.startsWith('Alert') && change === 'untouched' ? undefined : { text: name },
  )
  if (change === 'untouched') return arrows
  const hello = said(records, LAPTOP, 'ClientHello')
  const heard = heardIn(records)
  const finished = said(records, LAPTOP, 'Finished')
  const refused = said(records, SHOP, 'Alert')
  return [
    // What arrived is not what was sent, and what came under other keys was never read.
    { id: hello.id, from: 0, to: 1, sent: 0, arrived: heard.at, text: 'ClientHello', look: 'bad', note: 'changed' },
    {
      id: finished.id,
      from: 0,
      to: 1,
      sent: finished.at,
      arrived: refused.at,
      text: 'Finished',
      look: 'sealed',
      note: 'unopened',
    },
    ...arrows,
  ]
}

type Steps = readonly LadderStep<FinishedNames['step']>[]
/** A message and the field in it that a step opens. */
type Opened = readonly (readonly [message: MessageRecord, field: string])[]

const along = (ladder: Ladder<Label>, steps: Steps, opened: Opened): Scene<FinishedNames>['steps'] =>
  ladderSteps(ladder, steps).map((step, i) => {
    const [message, field] = opened[i] ?? []
    if (message === undefined || field === undefined) return step
    return { ...step, drawings: [...step.drawings, { kind: 'message', message, field }] }
  })

const step = (name: FinishedNames['step'], message: MessageRecord): Steps[number] => ({
  name,
  at: message.at,
  now: message.at,
  fresh: [message.id],
})

const heardIn = (records: Scene['records']): MessageRecord =>
  found(
    seenBy(records, SHOP, 'tls', 'in').find(m => m.name === 'ClientHello'),
    'ClientHello that arrived',
  )

const sceneOf = (records: Scene['records'], failure: string, change: Change): Scene<FinishedNames> => {
  const arrows = arrowsIn(records, change)
  const to = Math.max(...arrows.map(({ sent, arrived = sent }) => arrived))
  const ladder: Ladder<Label> = { lifelines: PAIR, arrows, brackets: [], from: 0, to }
  const hello = said(records, LAPTOP, 'ClientHello')
  const [chosen, finished] = [said(records, SHOP, 'ServerHello'), said(records, LAPTOP, 'Finished')]
  const { facts, fixed, steps } = (change === 'untouched' ? untouched : altered)(records, ladder)
  return {
    records,
    facts: { finishedAt: finished.at, chosenAt: chosen.at, ...facts },
    fixed: {
      chosen: textAt(chosen, 'body.cipherSuite'),
      offered: textAt(hello, 'body.cipherSuites.0'),
      heard: textAt(heardIn(records), 'body.cipherSuites.0'),
      failure,
      ...fixed,
    },
    steps,
  }
}

const untouched = (records: Scene['records'], ladder: Ladder<Label>) => {
  const [hello, chosen] = [said(records, LAPTOP, 'ClientHello'), said(records, SHOP, 'ServerHello')]
  const [ours, theirs] = [said(records, LAPTOP, 'Finished'), said(records, SHOP, 'Finished')]
  const request = found(
    seenBy(records, LAPTOP, 'http', 'out').find(m => m.name.startsWith('GET')),
    'request',
  )
  const steps = [
    step('hello', hello),
    step('chosen', chosen),
    step('finished', ours),
    step('serverFinished', theirs),
    step('request', request),
  ]
  return {
    facts: { verifyClient: shortAt(ours, 'body.verifyData'), verifyServer: shortAt(theirs, 'body.verifyData') },
    fixed: {},
    steps: along(ladder, steps, [
      [hello, 'body.cipherSuites'],
      [chosen, 'body.cipherSuite'],
      [ours, 'body.verifyData'],
      [theirs, 'body.verifyData'],
    ]),
  }
}

const altered = (records: Scene['records'], ladder: Ladder<Label>) => {
  const [hello, heard, chosen] = [
    said(records, LAPTOP, 'ClientHello'),
    heardIn(records),
    said(records, SHOP, 'ServerHello'),
  ]
  const [finished, alert] = [said(records, LAPTOP, 'Finished'), said(records, SHOP, 'Alert')]
  const failed = found(
    statesOf(records, SHOP, 'tls').find(({ to }) => to === 'Failed'),
    'failure of the shop',
  )
  const steps: Steps = [
    step('hello', hello),
    { name: 'altered', at: heard.at, now: heard.at, fresh: [hello.id] },
    step('chosen', chosen),
    step('finished', finished),
    { name: 'unopened', at: alert.at, now: alert.at, fresh: [finished.id] },
    step('refused', alert),
  ]
  return {
    facts: { refusedAt: alert.at },
    fixed: { failedIn: failed.from, alert: textAt(alert, 'description') },
    steps: along(ladder, steps, [
      [hello, 'body.cipherSuites'],
      [heard, 'body.cipherSuites'],
      [chosen, 'body.cipherSuite'],
    ]),
  }
}

/** Checks that the laptop made and that failed. */
const failedChecks = ({ records }: Scene): readonly string[] =>
  records.flatMap(entry =>
    entry.type === 'verdict' && entry.record.host === LAPTOP && !entry.record.ok ? [entry.record.check] : [],
  )

export const finished: Lesson<FinishedNames> = {
  id: 'finished',
  changes: ['untouched', 'altered'],
  question: {
    kind: 'choosing',
    choices: [
      { name: 'answer', change: 'altered', see: 'chosen', holds: scene => failedChecks(scene).includes('hello') },
      {
        name: 'signature',
        change: 'altered',
        see: 'chosen',
        holds: scene => failedChecks(scene).includes('signature'),
      },
      {
        name: 'finished',
        change: 'altered',
        see: 'unopened',
        holds: ({ fixed }) => fixed?.failedIn === 'WaitFinished',
      },
    ],
  },
  play: (stage, { seed, change }) => play(stage, seed, change),
}
