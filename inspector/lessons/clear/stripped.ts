/**
 * A shop that speaks TLS, and a laptop that begins without: who answers its first request in the clear can keep it there,
 * and speak TLS to the shop itself. A laptop that was told to (RFC 6797) begins with TLS.
 */
import { FailureError, FetchError } from '../../../src/failures/index.ts'
import { hstsStore } from '../../../src/http/semantics/hsts.ts'
import { takePlaceOf } from '../../../src/lab/arp-spoof.ts'
import type { Machine } from '../../../src/lab/world.ts'
import { type Client, client } from '../../../src/net/client/client.ts'
import { type Handler, serve } from '../../../src/net/server/serve.ts'
import type { TraceRecord } from '../../../src/trace/recorder.ts'
import type { MessageRecord } from '../../../src/trace/types.ts'
import type { Ladder, Lifeline } from '../ladder.ts'
import type { Lesson, Scene, Stage } from '../lesson.ts'
import { impersonate, ownAuthority } from '../middle.ts'
import { code, row, table } from '../rows.ts'
import { open } from '../site.ts'
import { found, LAPTOP, MALLORY, ms, PAIR, SHOP, seenBy, since, THREE } from '../stage.ts'
import { headerIn, type Telling, tellings } from '../talk.ts'
import { inWorld, type Play, talkOf } from '../world.ts'

export interface StrippedNames {
  readonly step:
    | 'asks'
    | 'moved'
    | 'secure'
    | 'signsIn'
    | 'kept'
    | 'upstream'
    | 'tells'
    | 'reads'
    | 'begins'
    | 'forged'
    | 'refused'
  readonly change: 'honest' | 'stripped' | 'known'
  readonly choice: 'redirect' | 'certificate' | 'known'
  readonly label: 'laptopSees' | 'heard' | 'shopSees'
}
type Label = StrippedNames['label']
type Change = StrippedNames['change']

interface Login {
  readonly user: string
  readonly password: string
  readonly path: string
  /** For how many days the shop wants to be spoken to by TLS alone. */
  readonly days: number
}

const loginOf = ({ random }: Play): Login => ({
  user: random.pick(['Ada', 'Grace', 'Emmy', 'Hedy', 'Lise', 'Sofja', 'Dorothy']),
  password: `${random.pick(['willow', 'copper', 'lantern', 'harbour', 'saffron'])}-${random.between(1000, 9999)}`,
  path: `/login/${random.between(100, 999)}`,
  days: random.between(30, 700),
})

const DAY = 86_400

/** By TLS a login and the wish to be asked so; in the clear the way there. */
const openShop = async (here: Play, { days }: Login): Promise<void> => {
  const secure: Handler = async request => {
    const text =
      request.method === 'POST' ? `welcome, ${new URLSearchParams(await request.text()).get('user')}` : 'who are you?'
    return new Response(`${text}\n`, {
      headers: { 'content-type': 'text/plain', 'strict-transport-security': `max-age=${days * DAY}` },
    })
  }
  const moved: Handler = async request => {
    const { pathname } = new URL(request.url)
    return new Response(null, { status: 301, headers: { location: `https://${SHOP}${pathname}` } })
  }
  await open(here, secure)
  await open(here, moved, 'http')
}

/** What mallory was told, in the clear. */
interface Heard {
  forms: string[]
}

/** Asks the shop by TLS whatever it is asked in the clear. */
const strip = async (here: Play, mallory: Machine): Promise<Heard> => {
  const heard: Heard = { forms: [] }
  const upstream = client({ world: mallory.world, trace: here.trace })
  const options = { world: mallory.world, host: mallory.host.address.text, port: 80, trace: here.trace }
  await serve(async request => {
    const { pathname } = new URL(request.url)
    const body = await request.text()
    if (body !== '') heard.forms.push(body)
    const answer = await upstream.fetch(`https://${SHOP}${pathname}`, {
      method: request.method,
      ...(body === '' ? {} : { body }),
    })
    return new Response(await answer.text(), { headers: { 'content-type': 'text/plain' } })
  }, options)
  return heard
}

interface Outcome {
  readonly login: Login
  readonly heard: string | undefined
  readonly failure: string | undefined
  /** When the visit began that is told of. */
  readonly begin: number
}

const play = async (stage: Stage, seed: number, change: Change): Promise<Scene<StrippedNames>> => {
  const { records, outcome } = await inWorld(stage, { seed, lesson: 'stripped', third: 'expected' }, async here => {
    const { world, laptop, server, platform, trace } = here
    const { clock } = world.network
    const login = loginOf(here)
    await openShop(here, login)
    const hsts = hstsStore({ isPublicSuffix: domain => platform.isPublicSuffix(domain), date: () => clock.date() })
    if (change === 'known') await visit(client({ world: laptop.world, trace, hsts }), login, 'https')
    await here.wait(AFTER)
    const begin = clock.now()
    let heard: Heard = { forms: [] }
    if (change !== 'honest') {
      const mallory = world.machine(MALLORY, { faults: { delay: 0.5 } })
      const roles = { attacker: mallory.host, victim: laptop.host, server: server.host }
      takePlaceOf(world.network, { ...roles, lies: change === 'known' ? 'unasked' : 'asked' })
      heard = await strip(here, mallory)
      // Also where TLS is spoken, though nobody vouches for it.
      await impersonate(here, mallory, ownAuthority(here))
      await here.wait(AFTER)
    }
    const failure = await visit(client({ world: laptop.world, trace, hsts }), login, 'http')
    return { login, heard: heard.forms[0], failure, begin }
  })
  return sceneOf(records, outcome, change)
}

/** So that one thing is over before the next begins. */
const AFTER = 100

/** Somebody types the name, follows where it leads, and signs in there. */
const visit = async (browser: Client, login: Login, scheme: 'http' | 'https'): Promise<string | undefined> => {
  try {
    const page = await browser.fetch(`${scheme}://${SHOP}${login.path}`)
    await page.text()
    const form = `user=${login.user}&password=${login.password}`
    await (await browser.fetch(page.url, { method: 'POST', body: form })).text()
    return undefined
  } catch (error) {
    if (error instanceof FailureError || error instanceof FetchError) return error.failure.code
    throw error
  } finally {
    browser.close()
  }
}

const sceneOf = (all: readonly TraceRecord[], outcome: Outcome, change: Change): Scene<StrippedNames> => {
  const { login, heard, failure, begin } = outcome
  const said = [...seenBy(all, LAPTOP, 'tls', 'out'), ...seenBy(all, LAPTOP, 'http', 'out')]
  const first = Math.min(...said.map(({ at }) => at).filter(at => at >= begin))
  const records = since(all, first)
  const facts = { user: login.user, password: login.password, path: login.path, days: login.days }
  const steps = { honest: honestSteps, stripped: strippedSteps, known: knownSteps }[change]
  return {
    records,
    facts: { ...facts, ...(heard === undefined ? {} : { heard }), ...timesIn(records, change) },
    fixed: { ...(failure === undefined ? {} : { failure }), scheme: change === 'known' ? 'https' : 'http' },
    steps: steps(records, outcome),
  }
}

const timesIn = (records: readonly TraceRecord[], change: Change): Readonly<Record<string, number>> => {
  if (change !== 'known') return { signedInAt: ms(sent(records, LAPTOP, /^POST/).at) }
  return { refusedAt: ms(sent(records, LAPTOP, /^Alert/).at) }
}

/** The first message of HTTP or TLS of a host whose name is so. */
const sent = (records: readonly TraceRecord[], host: string, which: RegExp): MessageRecord =>
  found(
    [...seenBy(records, host, 'http', 'out'), ...seenBy(records, host, 'tls', 'out')].find(({ name }) =>
      which.test(name),
    ),
    `${which} of ${host}`,
  )

/** Messages of HTTP, or those of TLS as well. */
const ladderOf = (
  records: readonly TraceRecord[],
  which: 'http' | 'tls',
  lifelines: readonly Lifeline[] = THREE,
): Ladder<Label> => {
  const arrows = talkOf<Label>(records, lifelines, ({ layer, name }) =>
    (which === 'http' && layer === 'tls') || name === 'ChangeCipherSpec' ? undefined : { text: name },
  )
  const to = Math.max(...arrows.map(({ sent: left, arrived = left }) => arrived))
  return { lifelines, arrows, brackets: [], from: 0, to }
}

type Steps = Scene<StrippedNames>['steps']
type Told = Telling<StrippedNames['step'], Label>

const honestSteps = (records: readonly TraceRecord[]): Steps => {
  const moved = sent(records, SHOP, /^301/)
  const where = found(headerIn(moved, 'location'), 'Location').name
  const [secure] = seenBy(records, LAPTOP, 'http', 'out').slice(1)
  const plan: readonly Told[] = [
    { name: 'asks', message: sent(records, LAPTOP, /^GET/) },
    { name: 'moved', message: moved, more: [{ kind: 'message', message: moved, field: where }] },
    { name: 'secure', message: found(secure, 'second request') },
    { name: 'signsIn', message: sent(records, LAPTOP, /^POST/) },
  ]
  return tellings(ladderOf(records, 'http', PAIR), plan)
}

const strippedSteps = (records: readonly TraceRecord[], { heard, login }: Outcome): Steps => {
  const told = sent(records, LAPTOP, /^POST/)
  const rows = [
    row<Label>('laptopSees', code(`http://${SHOP}${login.path}`, 'client')),
    row<Label>('heard', code(heard ?? '', 'third')),
    row<Label>('shopSees', code(`https://${SHOP}${login.path}`, 'server')),
  ]
  const plan: readonly Told[] = [
    { name: 'asks', message: sent(records, LAPTOP, /^GET/) },
    { name: 'upstream', message: sent(records, MALLORY, /^GET/) },
    { name: 'kept', message: sent(records, MALLORY, /^200/) },
    { name: 'tells', message: told, more: [table(rows.slice(0, 2))] },
    { name: 'reads', message: sent(records, MALLORY, /^POST/), more: [table(rows)] },
  ]
  return tellings(ladderOf(records, 'http'), plan)
}

const knownSteps = (records: readonly TraceRecord[]): Steps => {
  const plan: readonly Told[] = [
    { name: 'begins', message: sent(records, LAPTOP, /^ClientHello/) },
    { name: 'forged', message: sent(records, MALLORY, /^Certificate$/) },
    { name: 'refused', message: sent(records, LAPTOP, /^Alert/) },
  ]
  return tellings(ladderOf(records, 'tls'), plan)
}

/** Mallory has the password. */
const isStolen = ({ facts }: Scene): boolean => `${facts.heard ?? ''}`.includes(`${facts.password}`)

export const stripped: Lesson<StrippedNames> = {
  id: 'stripped',
  changes: ['honest', 'stripped', 'known'],
  question: {
    kind: 'choosing',
    about: 'stripped',
    choices: [
      { name: 'redirect', change: 'stripped', see: 'kept', holds: scene => !isStolen(scene) },
      { name: 'certificate', change: 'stripped', see: 'reads', holds: scene => !isStolen(scene) },
      { name: 'known', change: 'known', see: 'refused', holds: scene => !isStolen(scene) },
    ],
  },
  play: (stage, { seed, change }) => play(stage, seed, change),
}
