/** Why the server knows you: HTTP forgets, a cookie brings back a number, and the shop keeps what belongs to it. */
import type { TraceRecord } from '../../../src/trace/recorder.ts'
import type { MessageRecord } from '../../../src/trace/types.ts'
import type { Row, TableDrawing } from '../drawings.ts'
import type { Lesson, Scene, Stage } from '../lesson.ts'
import { code, plain, row, table } from '../rows.ts'
import {
  type Answer,
  type Browser,
  browsing,
  open,
  type Site,
  signIn,
  siteOf,
  type Visitor,
  visitorsOf,
} from '../site.ts'
import { found, LAPTOP, ms, PAIR } from '../stage.ts'
import { answerTo, asked, fromFirstRequest, headerIn, httpLadder, short, tellings } from '../talk.ts'
import { inWorld } from '../world.ts'

export interface SessionNames {
  readonly step: 'asks' | 'stranger' | 'signsIn' | 'given' | 'again' | 'bare' | 'altered' | 'known' | 'refused'
  readonly change: 'remembered' | 'forgetful' | 'guessed'
  readonly choice: 'same' | 'other' | 'nobody'
  readonly label: 'laptopKeeps' | 'shopKeeps' | 'belongs'
}
type Label = SessionNames['label']
type Change = SessionNames['change']

interface Visit {
  readonly user: Visitor
  readonly last: Answer
  readonly cookieName: string
  /** The id that the shop gave. */
  readonly id: string
  readonly kept: NonNullable<ReturnType<Site['kept']>>
}

const play = async (stage: Stage, seed: number, change: Change): Promise<Scene<SessionNames>> => {
  const { records, outcome } = await inWorld(stage, { seed, lesson: 'session' }, async here => {
    const { user } = visitorsOf(here)
    const site = siteOf(here, [user], { cookie: 'tls' })
    await open(here, site.answer)
    const last = await browsing(here, here.laptop, change === 'forgetful' ? 'none' : 'jar', async browser => {
      await browser.ask('/account')
      await browser.ask('/login', signIn(user))
      if (change === 'guessed') guess(browser)
      return browser.ask('/account')
    })
    return { user, last, cookieName: site.cookieName, kept: found(site.kept(), 'session') }
  })
  const told = fromFirstRequest(records)
  const given = answerTo(told, asked(told, LAPTOP, 'POST'))
  const line = found(headerIn(given, 'set-cookie')?.children?.[1]?.text, 'cookie')
  const id = found(line.split(';')[0]?.split('=')[1], 'id')
  return sceneOf(told, { ...outcome, id }, change)
}

/** One letter of the id becomes another one. */
const guess = ({ jar }: Browser): void => {
  const [cookie] = found(jar, 'jar').list()
  const { value, ...rest } = found(cookie, 'cookie')
  const last = value.at(-1) === 'A' ? 'B' : 'A'
  found(jar, 'jar').restore([{ ...rest, value: value.slice(0, -1) + last }])
}

const sceneOf = (records: readonly TraceRecord[], visit: Visit, change: Change): Scene<SessionNames> => {
  const { user, last, id, kept, cookieName } = visit
  const [first, login, second] = [
    asked(records, LAPTOP, 'GET'),
    asked(records, LAPTOP, 'POST'),
    asked(records, LAPTOP, 'GET', 1),
  ]
  const answer = answerTo(records, second)
  const ladder = httpLadder<Label>(records, PAIR)
  const again = { remembered: 'again', forgetful: 'bare', guessed: 'altered' } as const
  return {
    records,
    facts: {
      user: user.name,
      id: short(id),
      books: user.books,
      key: short(kept.key.split('.')[1]!),
      loginAt: ms(login.at),
      secondAt: ms(second.at),
      ...(change === 'guessed' ? { sent: valueIn(second) } : {}),
      ...(last.status === 200 ? { answer: last.text } : {}),
    },
    fixed: {
      cookie: cookieName,
      letters: id.length,
      firstStatus: statusOf(answerTo(records, first)),
      status: last.status,
    },
    steps: tellings<SessionNames['step'], Label>(ladder, [
      { name: 'asks', message: first, field: 'line' },
      { name: 'stranger', message: answerTo(records, first), field: 'line' },
      { name: 'signsIn', message: login },
      {
        name: 'given',
        message: answerTo(records, login),
        field: 'set-cookie',
        more: [keptTable(cookieName, visit, change)],
      },
      { name: again[change], message: second, field: change === 'forgetful' ? 'line' : 'cookie' },
      { name: last.status === 200 ? 'known' : 'refused', message: answer, field: 'line' },
    ]) as Scene<SessionNames>['steps'],
  }
}

const statusOf = ({ name }: MessageRecord): number => Number(name.slice(0, 3))

/** The end of the value that went along: where it differs. */
const valueIn = (message: MessageRecord): string => `…${found(headerIn(message, 'cookie')?.text, 'Cookie').slice(-6)}`

/** What each of the two keeps. */
const keptTable = (cookieName: string, { id, kept }: Visit, change: Change): TableDrawing<Label> => {
  const laptop: Row<Label>[] =
    change === 'forgetful'
      ? [row('laptopKeeps', plain('–'))]
      : [row('laptopKeeps', code(`${cookieName}=${id}`, 'client'))]
  return table(
    [
      ...laptop,
      row('shopKeeps', code(kept.key, 'server')),
      row('belongs', code([...kept.attributes].map(([name, value]) => `${name}=${value}`).join(' '), 'server')),
    ],
    0,
  )
}

export const session: Lesson<SessionNames> = {
  id: 'session',
  changes: ['remembered', 'forgetful', 'guessed'],
  question: {
    kind: 'choosing',
    choices: [
      { name: 'same', change: 'guessed', see: 'refused', holds: scene => accountIn(scene) === scene.facts.user },
      {
        name: 'other',
        change: 'guessed',
        see: 'refused',
        holds: scene => accountIn(scene) !== undefined && accountIn(scene) !== scene.facts.user,
      },
      { name: 'nobody', change: 'guessed', see: 'refused', holds: scene => accountIn(scene) === undefined },
    ],
  },
  play: async (stage, { seed, change }) => play(stage, seed, change),
}

/** Whose account the last answer is of. */
const accountIn = ({ facts }: Scene): string | undefined =>
  facts.answer === undefined ? undefined : `${facts.answer}`.split(':')[0]
