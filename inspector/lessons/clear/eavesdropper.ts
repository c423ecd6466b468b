/**
 * What somebody on the wire reads of a login: over HTTP everything, over TLS who talks to whom, when and how much. What
 * is said to be readable was looked for in the frames that passed.
 */
import { client } from '../../../src/net/client/client.ts'
import { serve } from '../../../src/net/server/serve.ts'
import { messagesOf, type TraceRecord } from '../../../src/trace/recorder.ts'
import { threads } from '../../../src/trace/thread.ts'
import type { MessageRecord, Range } from '../../../src/trace/types.ts'
import { latin1Text } from '../../../src/wire/bytes.ts'
import { fieldAt } from '../../../src/wire/field.ts'
import type { Cell, Row, TableDrawing } from '../drawings.ts'
import type { Ladder } from '../ladder.ts'
import type { Lesson, Scene, Stage } from '../lesson.ts'
import { plain } from '../rows.ts'
import { found, LAPTOP, ms, PAIR, SHOP, seenBy, since, treeOf } from '../stage.ts'
import { tellings } from '../talk.ts'
import { inWorld, type Play, talkOf } from '../world.ts'

export interface EavesdropperNames {
  readonly step: 'asks' | 'frame' | 'answer' | 'read' | 'hello' | 'sealed' | 'back' | 'left'
  readonly change: 'plain' | 'tls'
  readonly choice: 'password' | 'path' | 'name'
  readonly label: 'what' | 'seen' | 'hidden' | 'host' | 'path' | 'user' | 'password' | 'page' | 'sizes'
}
type Label = EavesdropperNames['label']
type Change = EavesdropperNames['change']

/** What is said, by the names that the lesson gives it. */
interface Said {
  readonly host: string
  readonly path: string
  readonly user: string
  readonly password: string
  readonly page: string
}

const saidIn = ({ random }: Play): Said => {
  const word = (): string => random.pick(['willow', 'copper', 'lantern', 'harbour', 'saffron', 'thicket', 'marble'])
  const user = random.pick(['Ada', 'Grace', 'Emmy', 'Hedy', 'Lise', 'Sofja', 'Dorothy'])
  return {
    host: SHOP,
    path: `/login/${random.between(100, 999)}`,
    user,
    password: `${word()}-${word()}-${random.between(100, 999)}`,
    page: `Welcome, ${user}. You have ${random.between(3, 90)} books here.`,
  }
}

interface Heard {
  readonly said: Said
  /** Every frame that passed the switch. */
  readonly frames: readonly Uint8Array[]
}

const play = async (stage: Stage, seed: number, change: Change): Promise<Scene<EavesdropperNames>> => {
  const { records, outcome } = await inWorld(stage, { seed, lesson: 'eavesdropper' }, async (here): Promise<Heard> => {
    const { world, server, laptop, trace } = here
    const said = saidIn(here)
    const tls = change === 'tls' ? { tls: { ...world.certified([SHOP]), tickets: 'none' as const } } : {}
    const options = { world: server.world, host: server.host.address.text, port: change === 'tls' ? 443 : 80, trace }
    await serve(async request => new Response(await answerTo(request, said)), { ...options, ...tls })
    const frames: Uint8Array[] = []
    const stop = world.network.tap(({ what, bytes }) => void (what === 'passed' && frames.push(bytes)))
    const browser = client({ world: laptop.world, trace })
    const scheme = change === 'tls' ? 'https' : 'http'
    await (await browser.fetch(`${scheme}://${SHOP}${said.path}`, loginOf(said))).text()
    browser.close()
    stop()
    return { said, frames }
  })
  const first = found(
    messagesOf(records).find(m => m.host === LAPTOP && (m.layer === 'tls' || m.layer === 'http')),
    'first message',
  )
  return sceneOf(since(records, first.at), outcome, change)
}

const formOf = ({ user, password }: Said): string => `user=${user}&password=${password}`
const loginOf = (said: Said): { method: string; body: string; headers: Record<string, string> } => ({
  method: 'POST',
  body: formOf(said),
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
})

const answerTo = async (request: Request, said: Said): Promise<string> => {
  const form = new URLSearchParams(await request.text())
  return form.get('user') === said.user && form.get('password') === said.password ? `${said.page}\n` : 'Who are you?\n'
}

/** What stands in one of the frames as it is. */
const isRead = ({ frames }: Heard, text: string): boolean => frames.some(frame => latin1Text(frame).includes(text))

const httpOf = (records: readonly TraceRecord[], host: string): MessageRecord =>
  found(seenBy(records, host, 'http', 'out')[0], `HTTP of ${host}`)

/** Where the login form lies in the frame that left the laptop: behind the head of its request. */
const formIn = (records: readonly TraceRecord[], said: Said): { readonly frame: MessageRecord; readonly at: Range } => {
  const messages = messagesOf(records)
  const crumbs = threads(messages).down(httpOf(records, LAPTOP).id)
  const place = found(crumbs.find(({ layer }) => layer === 'ethernet')?.places.at(-1), 'frame with the form')
  return { frame: place.message, at: { start: place.end, end: place.end + formOf(said).length } }
}

const sceneOf = (records: readonly TraceRecord[], heard: Heard, change: Change): Scene<EavesdropperNames> => {
  const { said, frames } = heard
  const [request, answer] = [httpOf(records, LAPTOP), httpOf(records, SHOP)]
  const { frame, at } = formIn(records, said)
  const facts = {
    user: said.user,
    password: said.password,
    path: said.path,
    page: said.page,
    shownForm: latin1Text(frame.bytes.subarray(at.start, at.end)).replace(/[^\x20-\x7e]/g, '·'),
    bytes: frames.reduce((sum, { length }) => sum + length, 0),
    frameBytes: frame.bytes.length,
    answeredAfter: ms(answer.at - request.at),
  }
  const fixed = { host: SHOP, frames: frames.length }
  return { records, facts, fixed, steps: (change === 'plain' ? plainSteps : sealedSteps)(records, heard) }
}

const ladderOf = (records: readonly TraceRecord[]): Ladder<Label> => {
  const arrows = talkOf<Label>(records, PAIR, ({ name }) =>
    /^(?:ChangeCipherSpec|Alert)$/.test(name) ? undefined : { text: name },
  )
  const to = Math.max(...arrows.map(({ sent, arrived = sent }) => arrived))
  return { lifelines: PAIR, arrows, brackets: [], from: 0, to }
}

type Steps = Scene<EavesdropperNames>['steps']

const plainSteps = (records: readonly TraceRecord[], heard: Heard): Steps => {
  const [request, answer] = [httpOf(records, LAPTOP), httpOf(records, SHOP)]
  const { frame, at } = formIn(records, heard.said)
  return tellings(ladderOf(records), [
    { name: 'asks', message: request },
    { name: 'frame', message: request, more: [{ kind: 'message', message: frame, marked: at }] },
    { name: 'answer', message: answer },
    { name: 'read', message: answer, more: [tableOf(heard)] },
  ])
}

const sealedSteps = (records: readonly TraceRecord[], heard: Heard): Steps => {
  const [request, answer] = [httpOf(records, LAPTOP), httpOf(records, SHOP)]
  const hello = found(
    seenBy(records, LAPTOP, 'tls', 'out').find(({ name }) => name === 'ClientHello'),
    'ClientHello',
  )
  const { frame, at } = formIn(records, heard.said)
  return tellings(ladderOf(records), [
    { name: 'hello', message: hello, more: [{ kind: 'message', message: hello, marked: nameIn(hello) }] },
    { name: 'sealed', message: request, more: [{ kind: 'message', message: frame, marked: at }] },
    { name: 'back', message: answer },
    { name: 'left', message: answer, more: [tableOf(heard)] },
  ])
}

/** Where the shop's name stands in a ClientHello (RFC 6066 3). */
const nameIn = (hello: MessageRecord): Range => {
  const tree = treeOf(hello)
  const start = latin1Text(hello.bytes).indexOf(SHOP, fieldAt(tree, 'body')?.start)
  if (start < 0) throw new RangeError('this ClientHello names nobody')
  return { start, end: start + SHOP.length }
}

/** What was said, and whether it stood in the frames. Lengths and times no encryption hides. */
const tableOf = (heard: Heard): TableDrawing<Label> => {
  const { said, frames } = heard
  const shown = (text: string): Cell<Label> => (isRead(heard, text) ? plain(text, 'bad') : { label: 'hidden' })
  const rows: Row<Label>[] = (['host', 'path', 'user', 'password', 'page'] as const).map(what => ({
    cells: [{ label: what }, shown(said[what])],
  }))
  const sizes = frames
    .slice(-6)
    .map(({ length }) => length)
    .join(', ')
  return {
    kind: 'table',
    head: ['what', 'seen'],
    rows: [...rows, { cells: [{ label: 'sizes' }, plain(`… ${sizes}`, 'bad')] }],
  }
}

export const eavesdropper: Lesson<EavesdropperNames> = {
  id: 'eavesdropper',
  changes: ['plain', 'tls'],
  question: {
    kind: 'choosing',
    about: 'tls',
    choices: [
      { name: 'password', change: 'tls', see: 'sealed', holds: scene => isInFrames(scene, 'password') },
      { name: 'path', change: 'tls', see: 'sealed', holds: scene => isInFrames(scene, 'path') },
      { name: 'name', change: 'tls', see: 'hello', holds: scene => isInFrames(scene, 'host') },
    ],
  },
  play: (stage, { seed, change }) => play(stage, seed, change),
}

/** Whether something that was said stands in a frame that the laptop sent. */
const isInFrames = ({ records, facts, fixed }: Scene, what: 'password' | 'path' | 'host'): boolean => {
  const text = `${facts[what] ?? fixed?.[what]}`
  return seenBy(records, LAPTOP, 'ethernet', 'out').some(
    ({ bytes, name }) => name !== 'ARP' && latin1Text(bytes).includes(text),
  )
}
