/**
 * Who has the cookie is the user: over plain HTTP everybody on the wire has it. What Secure, HttpOnly and SameSite forbid
 * is asked of the jar itself.
 */
import { parseCookies } from '../../../src/http/cookies/index.ts'
import { messagesOf, type TraceRecord } from '../../../src/trace/recorder.ts'
import { latin1Text } from '../../../src/wire/bytes.ts'
import type { Row, TableDrawing } from '../drawings.ts'
import type { Lesson, Scene, Stage } from '../lesson.ts'
import { code, plain, row, table } from '../rows.ts'
import { type Answer, type Browser, browsing, open, signIn, siteOf, type Visitor, visitorsOf } from '../site.ts'
import { found, LAPTOP, MALLORY, SHOP, THREE } from '../stage.ts'
import {
  answerTo,
  asked,
  cookieIn,
  fromFirstRequest,
  headerIn,
  httpLadder,
  outcome,
  short,
  type Telling,
  tellings,
  verdictsIn,
} from '../talk.ts'
import { readLater, recordWire } from '../tls12/thief.ts'
import { inWorld } from '../world.ts'

export interface StolenNames {
  readonly step:
    | 'signsIn'
    | 'given'
    | 'asks'
    | 'link'
    | 'bare'
    | 'tries'
    | 'heard'
    | 'uses'
    | 'taken'
    | 'empty'
    | 'refused'
  readonly change: 'plain' | 'unmarked' | 'marked'
  readonly choice: 'nothing' | 'cookie' | 'password'
  readonly label: 'message' | 'secret' | 'none' | 'byLink' | 'byScript' | 'byForm'
}
type Label = StolenNames['label']
type Change = StolenNames['change']

/** A page of somebody else, with a form that goes to the shop. */
const OTHER_PAGE = 'https://prizes.test/'

interface Theft {
  readonly user: Visitor
  readonly cookieName: string
  /** What a script in the shop's own page is given. */
  readonly script: string | undefined
  /** What could be read on the wire until the laptop was done. */
  readonly heard: readonly TraceRecord[]
  readonly last: Answer
}

const play = async (stage: Stage, seed: number, change: Change): Promise<Scene<StolenNames>> => {
  const { records, outcome: theft } = await inWorld(stage, { seed, lesson: 'stolen' }, async (here): Promise<Theft> => {
    const { user } = visitorsOf(here)
    const marks = change === 'unmarked' ? { marks: 'none' as const } : {}
    const site = siteOf(here, [user], { cookie: change === 'marked' ? 'tls' : 'plain', ...marks })
    await open(here, site.answer, 'http')
    await open(here, site.answer)
    const mallory = here.world.machine(MALLORY)
    const recording = recordWire(here)
    const script = await browsing(here, here.laptop, 'jar', browser => visitShop(browser, user, change))
    const heard = readLater(here, recording(), undefined)
    const stolen = cookiesIn(heard)[0]
    const last = await browsing(here, mallory, 'none', async ({ ask }) =>
      ask(
        `${change === 'plain' ? 'http' : 'https'}://${SHOP}/account`,
        stolen === undefined ? {} : { headers: { cookie: stolen } },
      ),
    )
    return { user, cookieName: site.cookieName, script, heard, last }
  })
  return sceneOf(fromFirstRequest(records), theft, change)
}

/** Signs in, asks, and is led astray in three ways; returns what a script is given. */
const visitShop = async ({ ask, jar }: Browser, user: Visitor, change: Change): Promise<string | undefined> => {
  if (change === 'plain') {
    await ask(`http://${SHOP}/login`, signIn(user))
    await ask(`http://${SHOP}/account`)
    return undefined
  }
  await ask('/login', signIn(user))
  await ask(`http://${SHOP}/account`)
  await ask('/account', { method: 'POST', askedBy: { page: OTHER_PAGE, as: 'navigation' } })
  return found(jar, 'jar').header({ host: SHOP, path: '/', secure: true, api: 'script' })
}

/** Cookies that requests on the wire bring in the clear. */
const cookiesIn = (heard: readonly TraceRecord[]): string[] =>
  readable(heard).flatMap(message => headerIn(message, 'cookie')?.text ?? [])

const readable = (heard: readonly TraceRecord[]) =>
  messagesOf(heard).filter(m => m.layer === 'http' && m.direction === 'out')

const sceneOf = (records: readonly TraceRecord[], theft: Theft, change: Change): Scene<StolenNames> => {
  const { user, heard, last, cookieName } = theft
  const login = asked(records, LAPTOP, 'POST /login')
  const given = answerTo(records, login)
  const second = asked(records, LAPTOP, 'GET')
  const uses = asked(records, MALLORY, 'GET')
  const ladder = httpLadder<Label>(records, THREE)
  const id = found(headerIn(given, 'set-cookie')?.children?.[1]?.text?.split(';')[0], 'cookie')
  const stolen = cookiesIn(heard)[0]
  const middle: Telling<StolenNames['step'], Label>[] =
    change === 'plain'
      ? [{ name: 'asks', message: second, field: 'cookie' }]
      : [
          change === 'unmarked'
            ? { name: 'link', message: second, field: 'cookie' }
            : { name: 'bare', message: second, field: 'line' },
          { name: 'tries', message: asked(records, LAPTOP, 'POST /account'), more: [triesOf(records, theft)] },
        ]
  const steps = tellings<StolenNames['step'], Label>(ladder, [
    { name: 'signsIn', message: login, ...(change === 'plain' ? { field: 'line' as const } : {}) },
    { name: 'given', message: given, field: 'set-cookie' },
    ...middle,
    { name: 'uses', message: uses, field: stolen === undefined ? 'line' : 'cookie' },
    { name: last.status === 200 ? 'taken' : 'refused', message: answerTo(records, uses), field: 'line' },
  ]) as Scene<StolenNames>['steps']
  const listening = {
    name: stolen === undefined ? ('empty' as const) : ('heard' as const),
    drawings: [heardTable(heard)],
  }
  return {
    records,
    facts: {
      user: user.name,
      id: `${id.split('=')[0]}=${short(id.split('=')[1]!)}`,
      usesAt: uses.at,
      ...(last.status === 200 ? { answer: last.text } : {}),
    },
    fixed: {
      cookie: cookieName,
      heard: readable(heard).length,
      cookies: cookiesIn(heard).length,
      passwords: passwordsIn(theft),
      status: last.status,
    },
    steps: [...steps.slice(0, -2), listening, ...steps.slice(-2)],
  }
}

/** Bodies are not part of a message's head: what of them lay open is looked for in all that was heard. */
const passwordsIn = ({ user, heard }: Theft): number =>
  messagesOf(heard).filter(
    m => m.layer === 'tcp' && m.direction === 'out' && latin1Text(m.bytes).includes(user.password),
  ).length

const heardTable = (heard: readonly TraceRecord[]): TableDrawing<Label> => ({
  kind: 'table',
  head: ['message', 'secret'],
  rows: readable(heard).map((message): Row<Label> => {
    const cookie = cookieIn(message)
    return {
      cells: [plain(message.name), cookie === undefined ? { label: 'none' } : code(cookie, 'bad')],
      fresh: cookie !== undefined,
    }
  }),
})

/** Who asks, and what goes along: as it was, or as the jar judged. */
const triesOf = (records: readonly TraceRecord[], { script }: Theft): TableDrawing<Label> => {
  const verdicts = verdictsIn(records, 'cookie kept back')
  const went = (name: string) => {
    const message = asked(records, LAPTOP, name)
    const cookie = cookieIn(message)
    const why = verdicts.findLast(({ at }) => at <= message.at)?.failure
    return cookie !== undefined || why === undefined ? outcome<Label>(cookie ?? '–') : outcome<Label>(why)
  }
  const shown =
    script &&
    parseCookies(script)
      .map(([name, value]) => `${name}=${short(value)}`)
      .join('; ')
  return table<Label>(
    [
      row<Label>('byLink', went('GET /account')),
      row<Label>('byForm', went('POST /account')),
      row<Label>('byScript', shown === undefined ? { label: 'none' } : code(shown, 'good')),
    ],
    0,
  )
}

/** What of it Mallory has read. */
const heardIn = ({ fixed }: Scene, what: 'cookies' | 'passwords'): number => Number(fixed?.[what])

export const stolen: Lesson<StolenNames> = {
  id: 'stolen',
  changes: ['plain', 'unmarked', 'marked'],
  question: {
    kind: 'choosing',
    about: 'unmarked',
    choices: [
      {
        name: 'nothing',
        change: 'unmarked',
        see: 'heard',
        holds: scene => heardIn(scene, 'cookies') + heardIn(scene, 'passwords') === 0,
      },
      {
        name: 'cookie',
        change: 'unmarked',
        see: 'heard',
        holds: scene => heardIn(scene, 'cookies') > 0 && heardIn(scene, 'passwords') === 0,
      },
      { name: 'password', change: 'unmarked', see: 'heard', holds: scene => heardIn(scene, 'passwords') > 0 },
    ],
  },
  play: async (stage, { seed, change }) => play(stage, seed, change),
}
