/** The same visit in TLS 1.2 and in TLS 1.3 (RFC 9846 2): one round trip less, because the hello brings half of the key. */
import type { ClientTls } from '../../../src/net/client/client-tls.ts'
import type { MessageRecord } from '../../../src/trace/types.ts'
import type { BesideDrawing, Drawing } from '../drawings.ts'
import { type Ladder, type LadderStep, ladderSteps } from '../ladder.ts'
import type { Lesson, Scene, Stage, Step } from '../lesson.ts'
import { found, LAPTOP, ms, numberAt, SHOP, seenBy, textAt } from '../stage.ts'
import { ask, openShop, visitOf } from '../tls12/shop.ts'
import { inWorld, said } from '../world.ts'
import { connectionsIn, extensionIn, ladderOf } from './parts.ts'

export interface OneTripNames {
  readonly step: 'hello' | 'flight' | 'same' | 'asks' | 'finished' | 'answered' | 'both' | 'answer'
  readonly change: 'near' | 'far' | 'old'
  readonly choice: 'share' | 'request' | 'suite'
  readonly label: 'tls12' | 'tls13' | 'offers'
}
type Label = OneTripNames['label']
type Change = OneTripNames['change']
type Records = Scene['records']

const visits = (stage: Stage, seed: number, change: Change) =>
  inWorld(stage, { seed, lesson: 'one-trip', away: change === 'far' ? [60, 140] : undefined }, async play => {
    const visit = visitOf(play)
    const versions = change === 'old' ? (['TLS 1.2'] as const) : (['TLS 1.2', 'TLS 1.3'] as const)
    await openShop(play, { tls: play.world.certified([SHOP]) }, visit, { versions })
    const speaks: readonly ClientTls[] = [{ versions: ['TLS 1.2'] }, { versions: ['TLS 1.3', 'TLS 1.2'] }]
    for (const tls of speaks) {
      await ask(play, visit, tls)
      await play.wait(AFTERWARDS)
    }
    return visit.path
  })

/** When all goodbyes have passed. */
const AFTERWARDS = 1000

/** One of the two visits, with the moments that are compared. */
interface Side {
  readonly records: Records
  readonly ladder: Ladder<Label>
  readonly hello: MessageRecord
  readonly serverHello: MessageRecord
  readonly request: MessageRecord
  readonly answer: MessageRecord
}

const sideOf = (records: Records): Side => ({
  records,
  ladder: ladderOf<Label>(records),
  hello: said(records, LAPTOP, 'ClientHello'),
  serverHello: said(records, SHOP, 'ServerHello'),
  request: found(
    seenBy(records, LAPTOP, 'http', 'out').find(m => m.name.startsWith('GET')),
    'request',
  ),
  answer: said(records, SHOP, '200'),
})

type StepName = OneTripNames['step']
/** What both have come to at one moment, and what each of them speaks of. */
type Plan = readonly (readonly [name: StepName, at: number, now: number, fresh: readonly (readonly number[])[]])[]

const beside = (sides: readonly [Side, Side], labels: readonly [Label, Label], plan: Plan): Step<OneTripNames>[] => {
  const drawn = sides.map(({ ladder }, i) =>
    ladderSteps(
      ladder,
      plan.map(([name, at, now, fresh]): LadderStep<StepName> => ({ name, at, now, fresh: fresh[i]! })),
    ),
  )
  const measure = together(sides)
  return plan.map(([name, at], step): Step<OneTripNames> => {
    const parts = drawn.map((ladders, i) => ({
      label: labels[i]!,
      ladder: { ...found(ladders[step]?.drawings[0], 'ladder'), measure },
    }))
    const drawing: BesideDrawing<Label> = { kind: 'beside', parts }
    return { name, at, drawings: [drawing] }
  })
}

/** Both as one, each with machines of its own: what is drawn by it is at the same height at the same time. */
const together = ([{ ladder: one }, { ladder: other }]: readonly [Side, Side]): Ladder<Label> => {
  const machines = one.lifelines.length
  const moved = other.arrows.map(arrow => ({ ...arrow, from: arrow.from + machines, to: arrow.to + machines }))
  return {
    lifelines: [...one.lifelines, ...other.lifelines],
    arrows: [...one.arrows, ...moved],
    brackets: [],
    from: 0,
    to: Math.max(one.to, other.to),
  }
}

/** Numbers of what a host says in these words at this moment. */
const saidAt = ({ ladder }: Side, from: number, at: number): readonly number[] =>
  ladder.arrows.filter(arrow => arrow.from === from && arrow.sent === at).map(({ id }) => id)

const play = async (stage: Stage, seed: number, change: Change): Promise<Scene<OneTripNames>> => {
  const { records, outcome: path } = await visits(stage, seed, change)
  const [older, newer] = connectionsIn(records).map(sideOf)
  const sides = [found(older, 'visit'), found(newer, 'visit')] as const
  const [old, fresh] = sides
  const oneWay = ms(fresh.serverHello.at)
  const [oldAsk, freshAsk] = [ms(old.request.at), ms(fresh.request.at)]
  const share = extensionIn(fresh.hello, 'key_share')
  const suites = numberAt(fresh.hello, 'body.cipherSuites.length') / 2
  return {
    records: [...old.records, ...fresh.records],
    facts: {
      path,
      oneWay,
      oldAsk,
      freshAsk,
      ...(change === 'old' ? {} : { saved: ms(oldAsk - freshAsk) }),
      oldAnswer: ms(found(old.ladder.arrows.find(({ id }) => id === old.answer.id)?.arrived, 'answer')),
      freshAnswer: ms(found(fresh.ladder.arrows.find(({ id }) => id === fresh.answer.id)?.arrived, 'answer')),
    },
    fixed: {
      suites,
      chosen: textAt(fresh.serverHello, 'body.cipherSuite'),
      shares: `${share !== undefined && extensionIn(old.hello, 'key_share') === undefined ? '✓' : '✗'}`,
    },
    steps: change === 'old' ? alike(sides) : apart(sides),
  }
}

const apart = (sides: readonly [Side, Side]): Step<OneTripNames>[] => {
  const [old, fresh] = sides
  const { at: asked } = fresh.request
  const { at: late } = old.request
  const steps = beside(
    sides,
    ['tls12', 'tls13'],
    [
      ['hello', 0, 0, [[old.hello.id], [fresh.hello.id]]],
      ['flight', fresh.serverHello.at, fresh.serverHello.at, sides.map(side => saidAt(side, 1, side.serverHello.at))],
      ['asks', asked, asked, sides.map(side => saidAt(side, 0, asked))],
      ['answered', fresh.answer.at, fresh.answer.at, sides.map(side => saidAt(side, 1, fresh.answer.at))],
      ['finished', late, late, [saidAt(old, 0, late), []]],
      ['answer', old.answer.at, old.ladder.to, [saidAt(old, 1, old.answer.at), []]],
    ],
  )
  return steps.map((step, i) => (i === 0 ? withShare(step, fresh) : step))
}

const alike = (sides: readonly [Side, Side]): Step<OneTripNames>[] => {
  const [old, fresh] = sides
  const steps = beside(
    sides,
    ['tls12', 'offers'],
    [
      ['hello', 0, 0, [[old.hello.id], [fresh.hello.id]]],
      ['same', fresh.serverHello.at, fresh.serverHello.at, sides.map(side => saidAt(side, 1, side.serverHello.at))],
      ['both', fresh.request.at, fresh.request.at, sides.map(side => saidAt(side, 0, side.request.at))],
      ['answer', fresh.answer.at, fresh.ladder.to, sides.map(side => saidAt(side, 1, side.answer.at))],
    ],
  )
  return steps.map((step, i) => (i === 0 ? withShare(step, fresh) : step))
}

/** The hello of TLS 1.3, opened at what it brings. */
const withShare = (step: Step<OneTripNames>, { hello }: Side): Step<OneTripNames> => {
  const share: Drawing<Label> = {
    kind: 'message',
    message: hello,
    field: found(extensionIn(hello, 'key_share'), 'share'),
  }
  return { ...step, drawings: [...step.drawings, share] }
}

export const oneTrip: Lesson<OneTripNames> = {
  id: 'one-trip',
  changes: ['near', 'far', 'old'],
  question: {
    kind: 'choosing',
    choices: [
      { name: 'share', change: 'near', see: 'hello', holds: ({ fixed }) => fixed?.shares === '✓' },
      {
        name: 'request',
        change: 'near',
        see: 'asks',
        holds: ({ facts }) => Number(facts.freshAsk) < Number(facts.oneWay),
      },
      { name: 'suite', change: 'near', see: 'flight', holds: ({ fixed }) => fixed?.suites === 1 },
    ],
  },
  play: (stage, { seed, change }) => play(stage, seed, change),
}
