/** The end of a session: who signs out ends it at the shop too, and who only goes away is forgotten after a while. */
import type { TraceRecord } from '../../../src/trace/recorder.ts'
import type { Lesson, Scene, Stage } from '../lesson.ts'
import { type Answer, browsing, open, signIn, siteOf, type Visitor, visitorsOf } from '../site.ts'
import { found, LAPTOP, MALLORY, ms, SHOP, THREE } from '../stage.ts'
import { answerTo, asked, fromFirstRequest, headerIn, httpLadder, short, type Telling, tellings } from '../talk.ts'
import { inWorld, type Play } from '../world.ts'

export interface LeavingNames {
  readonly step: 'given' | 'leaves' | 'removed' | 'bare' | 'waits' | 'copy' | 'works' | 'dead'
  readonly change: 'ended' | 'cookieOnly' | 'waiting'
  readonly choice: 'dead' | 'works' | 'laptop'
  readonly label: never
}
type Change = LeavingNames['change']

interface Left {
  readonly user: Visitor
  /** How long nobody need come, in minutes; and how long nobody came. */
  readonly idle: number
  readonly away: number
  readonly laptop: Answer
  readonly copy: Answer
}

const MINUTE = 60_000

/** Somebody has a copy of the cookie, got in one of the ways of before. */
const useCopy = (here: Play, cookie: string): Promise<Answer> =>
  browsing(here, here.world.machine(MALLORY), 'none', ({ ask }) => ask('/account', { headers: { cookie } }))

const play = async (stage: Stage, seed: number, change: Change): Promise<Scene<LeavingNames>> => {
  const { records, outcome } = await inWorld(stage, { seed, lesson: 'leaving' }, async (here): Promise<Left> => {
    const { user } = visitorsOf(here)
    const [idle, over] = [here.random.between(10, 45), here.random.between(1, 9)]
    const logout = change === 'cookieOnly' ? { logout: 'cookie' as const } : {}
    const site = siteOf(here, [user], { cookie: 'tls', idle: idle * MINUTE, ...logout })
    await open(here, site.answer)
    return browsing(here, here.laptop, 'jar', async ({ ask, jar }) => {
      await ask('/login', signIn(user))
      const copy = found(jar?.header({ host: SHOP, path: '/', secure: true }), 'cookie')
      if (change === 'waiting') await here.wait((idle + over) * MINUTE)
      else await ask('/logout', { method: 'POST' })
      return { user, idle, away: idle + over, laptop: await ask('/account'), copy: await useCopy(here, copy) }
    })
  })
  return sceneOf(fromFirstRequest(records), outcome, change)
}

const sceneOf = (records: readonly TraceRecord[], left: Left, change: Change): Scene<LeavingNames> => {
  const { user, idle, away, laptop, copy } = left
  const given = answerTo(records, asked(records, LAPTOP, 'POST'))
  const id = found(headerIn(given, 'set-cookie')?.children?.[1]?.text?.split(';')[0]?.split('=')[1], 'id')
  const again = asked(records, LAPTOP, 'GET')
  const used = asked(records, MALLORY, 'GET')
  return {
    records,
    facts: {
      user: user.name,
      id: short(id),
      usedAt: ms(used.at),
      ...(change === 'waiting' ? { idle, away } : {}),
      ...(copy.status === 200 ? { answer: copy.text } : {}),
    },
    fixed: { laptopStatus: laptop.status, status: copy.status },
    steps: tellings<LeavingNames['step'], never>(httpLadder<never>(records, THREE), [
      { name: 'given', message: given, field: 'set-cookie' },
      ...endOf(records, change),
      change === 'waiting'
        ? { name: 'waits' as const, message: again, field: 'cookie' as const }
        : { name: 'bare' as const, message: again, field: 'line' as const },
      { name: 'copy', message: used, field: 'cookie' },
      { name: copy.status === 200 ? 'works' : 'dead', message: answerTo(records, used), field: 'line' },
    ]) as Scene<LeavingNames>['steps'],
  }
}

const endOf = (records: readonly TraceRecord[], change: Change): readonly Telling<LeavingNames['step'], never>[] => {
  if (change === 'waiting') return []
  const leaves = asked(records, LAPTOP, 'POST', 1)
  return [
    { name: 'leaves', message: leaves, field: 'cookie' },
    { name: 'removed', message: answerTo(records, leaves), field: 'set-cookie' },
  ]
}

export const leaving: Lesson<LeavingNames> = {
  id: 'leaving',
  changes: ['ended', 'cookieOnly', 'waiting'],
  question: {
    kind: 'choosing',
    about: 'cookieOnly',
    choices: [
      { name: 'dead', change: 'cookieOnly', see: 'works', holds: ({ fixed }) => fixed?.status === 401 },
      {
        name: 'works',
        change: 'cookieOnly',
        see: 'works',
        holds: ({ fixed }) => fixed?.status === 200 && fixed.laptopStatus === 401,
      },
      { name: 'laptop', change: 'cookieOnly', see: 'works', holds: ({ fixed }) => fixed?.laptopStatus === 200 },
    ],
  },
  play: async (stage, { seed, change }) => play(stage, seed, change),
}
