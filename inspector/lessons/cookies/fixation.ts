/** Session fixation: mallory gives the laptop an id that mallory knows, and waits until somebody signs in with it. */
import type { TraceRecord } from '../../../src/trace/recorder.ts'
import type { Lifeline } from '../ladder.ts'
import type { Lesson, Scene, Stage } from '../lesson.ts'
import { type Answer, browsing, open, signIn, siteOf, type Visitor, visitorsOf } from '../site.ts'
import { found, LAPTOP, MALLORY, ms, SHOP } from '../stage.ts'
import { answerTo, asked, fromFirstRequest, headerIn, httpLadder, short, tellings } from '../talk.ts'
import { inWorld } from '../world.ts'
import { BLOG, HOUSE, openBlog } from './scope.ts'

export interface FixationNames {
  readonly step: 'begins' | 'planted' | 'signsIn' | 'same' | 'another' | 'uses' | 'inside' | 'outside'
  readonly change: 'kept' | 'changed'
  readonly choice: 'account' | 'cart' | 'nothing'
  readonly label: never
}
type Change = FixationNames['change']

const LIFELINES: readonly Lifeline[] = [...HOUSE, { host: MALLORY, side: 'third' }]

interface Planted {
  readonly user: Visitor
  readonly id: string
  readonly last: Answer
}

const play = async (stage: Stage, seed: number, change: Change): Promise<Scene<FixationNames>> => {
  const { records, outcome } = await inWorld(stage, { seed, lesson: 'fixation' }, async (here): Promise<Planted> => {
    const { user } = visitorsOf(here)
    const site = siteOf(here, [user], { cookie: 'plain', ...(change === 'kept' ? { login: 'same' as const } : {}) })
    await open(here, site.answer)
    return browsing(here, here.world.machine(MALLORY), 'jar', async mallory => {
      await mallory.ask('/')
      const own = found(mallory.jar?.list()[0], 'cookie of mallory')
      await openBlog(here, `${own.name}=${own.value}; Domain=${SHOP}; Path=/`)
      await browsing(here, here.laptop, 'jar', async ({ ask }) => {
        await ask(`https://${BLOG}/`)
        await ask('/login', signIn(user))
      })
      return { user, id: own.value, last: await mallory.ask('/account') }
    })
  })
  return sceneOf(fromFirstRequest(records), outcome)
}

const sceneOf = (records: readonly TraceRecord[], { user, id, last }: Planted): Scene<FixationNames> => {
  const begins = answerTo(records, asked(records, MALLORY, 'GET'))
  const planted = answerTo(records, asked(records, LAPTOP, 'GET'))
  const login = asked(records, LAPTOP, 'POST')
  const welcome = answerTo(records, login)
  const uses = asked(records, MALLORY, 'GET', 1)
  const another = headerIn(welcome, 'set-cookie')?.children?.[1]?.text?.split(';')[0]?.split('=')[1]
  return {
    records,
    facts: {
      user: user.name,
      id: short(id),
      loginAt: ms(login.at),
      usesAt: ms(uses.at),
      ...(another === undefined ? {} : { another: short(another) }),
      ...(last.status === 200 ? { answer: last.text } : {}),
    },
    fixed: { status: last.status },
    steps: tellings<FixationNames['step'], never>(httpLadder<never>(records, LIFELINES), [
      { name: 'begins', message: begins, field: 'set-cookie' },
      { name: 'planted', message: planted, field: 'set-cookie' },
      { name: 'signsIn', message: login, field: 'cookie' },
      another === undefined
        ? { name: 'same', message: welcome, field: 'line' }
        : { name: 'another', message: welcome, field: 'set-cookie' },
      { name: 'uses', message: uses, field: 'cookie' },
      { name: last.status === 200 ? 'inside' : 'outside', message: answerTo(records, uses), field: 'line' },
    ]) as Scene<FixationNames>['steps'],
  }
}

export const fixation: Lesson<FixationNames> = {
  id: 'fixation',
  changes: ['kept', 'changed'],
  question: {
    kind: 'choosing',
    about: 'changed',
    choices: [
      { name: 'account', change: 'changed', see: 'outside', holds: ({ facts }) => isOf(facts.answer, facts.user) },
      {
        name: 'cart',
        change: 'changed',
        see: 'outside',
        holds: ({ facts, fixed }) => fixed?.status === 200 && !isOf(facts.answer, facts.user),
      },
      { name: 'nothing', change: 'changed', see: 'outside', holds: ({ fixed }) => fixed?.status === 401 },
    ],
  },
  play: async (stage, { seed, change }) => play(stage, seed, change),
}

const isOf = (answer: string | number | undefined, user: string | number | undefined): boolean =>
  `${answer}`.startsWith(`${user}:`)
