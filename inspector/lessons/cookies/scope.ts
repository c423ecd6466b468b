/** Whose cookie goes where: Domain, Path, the prefix `__Host-`, and a neighbour who sets cookies for all of the house. */
import { parseCookies } from '../../../src/http/cookies/index.ts'
import type { TraceRecord } from '../../../src/trace/recorder.ts'
import type { Row, TableDrawing } from '../drawings.ts'
import type { Lifeline } from '../ladder.ts'
import type { Lesson, Scene, Stage } from '../lesson.ts'
import { code, table } from '../rows.ts'
import { browsing, open, settingCookies, signIn, siteOf, type Visitor, visitorsOf } from '../site.ts'
import { found, LAPTOP, MALLORY, ms, SHOP } from '../stage.ts'
import {
  answerTo,
  asked,
  cookieIn,
  fromFirstRequest,
  headerIn,
  httpLadder,
  outcome,
  type Telling,
  tellings,
  verdictsIn,
} from '../talk.ts'
import { inWorld, type Play } from '../world.ts'

export interface ScopeNames {
  readonly step: 'sets' | 'judged' | 'cart' | 'blog' | 'table' | 'own' | 'tossed' | 'asks' | 'whose'
  readonly change: 'several' | 'tossed' | 'prefixed'
  readonly choice: 'own' | 'mallory' | 'nobody'
  readonly label: 'said' | 'verdict' | 'asked' | 'goes' | 'none'
}
type Label = ScopeNames['label']
type Change = ScopeNames['change']

/** A neighbour under the same name: it is mallory's. */
export const BLOG = 'blog.shop.test'

export const HOUSE: readonly Lifeline[] = [
  { host: LAPTOP, side: 'client' },
  { host: BLOG, side: 'third' },
  { host: SHOP, side: 'server' },
]

/** A machine beside the shop that sets whatever cookie it likes. */
export const openBlog = async (play: Play, cookie: string | undefined): Promise<void> => {
  const cookies = cookie === undefined ? [] : [cookie]
  await open(play, () => settingCookies(new Response('a blog\n'), cookies), 'https', play.world.machine(BLOG))
}

/** What the shop says of the cookies that it wants kept; three of them it cannot have. */
const saidBy = ({ random }: Play): string[] => {
  const value = (): string => random.between(100_000, 999_999).toString(36)
  return [
    `name=${value()}`,
    `theme=${value()}; Domain=${SHOP}`,
    `cart=${value()}; Path=/cart`,
    `__Host-id=${value()}; Path=/; Secure; Domain=${SHOP}`,
    `all=${value()}; Domain=test`,
    `spy=${value()}; Domain=bank.test`,
  ]
}

const playSeveral = async (stage: Stage, seed: number): Promise<Scene<ScopeNames>> => {
  const { records, outcome: said } = await inWorld(stage, { seed, lesson: 'scope' }, async here => {
    const said = saidBy(here)
    await open(here, request =>
      settingCookies(new Response('welcome\n'), new URL(request.url).pathname === '/' ? said : []),
    )
    await openBlog(here, undefined)
    await browsing(here, here.laptop, 'jar', async ({ ask }) => {
      await ask('/')
      await ask('/books')
      await ask('/cart/pay')
      await ask(`https://${BLOG}/`)
    })
    return said
  })
  return severalScene(fromFirstRequest(records), said)
}

const severalScene = (records: readonly TraceRecord[], said: readonly string[]): Scene<ScopeNames> => {
  const ladder = httpLadder<Label>(records, HOUSE)
  const verdicts = verdictsIn(records, 'cookie')
  const sets = answerTo(records, asked(records, LAPTOP, 'GET'))
  const cart = asked(records, LAPTOP, 'GET /cart')
  const requests = [asked(records, LAPTOP, 'GET /books'), cart, asked(records, LAPTOP, 'GET', 3)]
  const judged: TableDrawing<Label> = {
    kind: 'table',
    head: ['said', 'verdict'],
    rows: said.map((line, i): Row<Label> => {
      const failure = verdicts[i]?.failure
      return { cells: [code(line), outcome(failure ?? '✓')] }
    }),
  }
  const goes: TableDrawing<Label> = {
    kind: 'table',
    head: ['asked', 'goes'],
    rows: requests.map((message): Row<Label> => {
      const host = found(headerIn(message, 'host')?.text, 'Host')
      const cookie = cookieIn(message)
      return {
        cells: [
          code(`${host}${message.name.slice(4)}`),
          cookie === undefined ? { label: 'none' } : code(cookie, 'good'),
        ],
      }
    }),
  }
  const [kept, refused] = [verdicts.filter(({ failure }) => !failure), verdicts.filter(({ failure }) => failure)]
  return {
    records,
    facts: { first: said[0]!, cartSends: cookieIn(cart) ?? '', cartAt: ms(cart.at) },
    fixed: { said: said.length, kept: kept.length, refused: refused.length },
    steps: tellings<ScopeNames['step'], Label>(ladder, [
      { name: 'sets', message: sets, field: 'set-cookie' },
      { name: 'judged', message: sets, more: [judged] },
      { name: 'cart', message: cart, field: 'cookie' },
      { name: 'blog', message: requests[2]!, field: 'cookie' },
      { name: 'table', message: requests[2]!, more: [goes] },
    ]) as Scene<ScopeNames>['steps'],
  }
}

interface Tossed {
  readonly user: Visitor
  readonly mallory: Visitor
  readonly cookieName: string
  readonly answer: string
}

/** Mallory signs in for itself, and its blog puts that session's cookie in front of the laptop's. */
const playTossed = async (stage: Stage, seed: number, change: Change): Promise<Scene<ScopeNames>> => {
  const { records, outcome: tossed } = await inWorld(stage, { seed, lesson: 'scope' }, async here => {
    const { user, mallory } = visitorsOf(here)
    const site = siteOf(here, [user, mallory], { cookie: change === 'prefixed' ? 'tls' : 'plain' })
    await open(here, site.answer)
    const own = await browsing(here, here.world.machine(MALLORY), 'jar', async ({ ask, jar }) => {
      await ask('/login', signIn(mallory))
      return found(jar?.list()[0], 'cookie of mallory')
    })
    await openBlog(here, `${own.name}=${own.value}; Domain=${SHOP}; Path=/account; Secure`)
    const { text } = await browsing(here, here.laptop, 'jar', async ({ ask }) => {
      await ask('/login', signIn(user))
      await ask(`https://${BLOG}/`)
      return ask('/account')
    })
    return { user, mallory, cookieName: site.cookieName, answer: text }
  })
  return tossedScene(fromLogin(records), tossed, change)
}

/** From the laptop's own login on: what Mallory did before is its affair. */
const fromLogin = (records: readonly TraceRecord[]): readonly TraceRecord[] => {
  const login = asked(records, LAPTOP, 'POST')
  return fromFirstRequest(records.filter(entry => entry.type !== 'message' || entry.record.at >= login.at))
}

const tossedScene = (
  records: readonly TraceRecord[],
  { user, mallory, cookieName, answer }: Tossed,
  _change: Change,
): Scene<ScopeNames> => {
  const ladder = httpLadder<Label>(records, HOUSE)
  const login = asked(records, LAPTOP, 'POST')
  const toBlog = asked(records, LAPTOP, 'GET')
  const request = asked(records, LAPTOP, 'GET /account')
  const blogSays = answerTo(records, toBlog)
  const line = found(headerIn(blogSays, 'set-cookie')?.children?.[1]?.text, 'cookie of the blog')
  const failure = verdictsIn(records, 'cookie').at(-1)?.failure
  const judged: TableDrawing<Label> = table([{ cells: [code(line), outcome(failure ?? '✓')] }], 0)
  const sent = parseCookies(headerIn(request, 'cookie')?.text)
  const accounts = [
    [LAPTOP, user],
    [MALLORY, mallory],
  ] as const
  const whose = accounts.find(([, { name }]) => answer.startsWith(`${name}:`))
  const steps: readonly Telling<ScopeNames['step'], Label>[] = [
    { name: 'own', message: answerTo(records, login), field: 'set-cookie' },
    { name: 'tossed', message: blogSays, field: 'set-cookie', more: [judged] },
    { name: 'asks', message: request, field: 'cookie' },
    { name: 'whose', message: answerTo(records, request), field: 'line' },
  ]
  return {
    records,
    facts: {
      user: user.name,
      books: user.books,
      malloryBooks: mallory.books,
      answer,
      askedAt: ms(request.at),
      cookies: found(cookieIn(request), 'cookies'),
    },
    fixed: { cookie: cookieName, sent: sent.length, whose: whose?.[0] ?? 'nobody' },
    steps: tellings(ladder, steps) as Scene<ScopeNames>['steps'],
  }
}

/** Whose account the answer is of. */
const accountOf = ({ fixed }: Scene): string => `${fixed?.whose}`

export const scope: Lesson<ScopeNames> = {
  id: 'scope',
  changes: ['several', 'tossed', 'prefixed'],
  question: {
    kind: 'choosing',
    about: 'tossed',
    choices: [
      { name: 'own', change: 'tossed', see: 'whose', holds: scene => accountOf(scene) === LAPTOP },
      { name: 'mallory', change: 'tossed', see: 'whose', holds: scene => accountOf(scene) === MALLORY },
      { name: 'nobody', change: 'tossed', see: 'whose', holds: scene => accountOf(scene) === 'nobody' },
    ],
  },
  play: async (stage, { seed, change }) =>
    change === 'several' ? playSeveral(stage, seed) : playTossed(stage, seed, change),
}
