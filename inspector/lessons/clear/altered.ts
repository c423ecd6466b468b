/**
 * A page that is changed on its way. Over HTTP nothing in it says what the shop has written: lengths are corrected, and a
 * digest that travels along is made anew. Over TLS one changed bit ends the connection (RFC 9846 5.2).
 */
import { FailureError, FetchError } from '../../../src/failures/index.ts'
import { records as cutInRecords, sitBetween, type Tamper } from '../../../src/lab/middle.ts'
import { serve } from '../../../src/net/server/serve.ts'
import type { TraceRecord } from '../../../src/trace/recorder.ts'
import type { MessageRecord } from '../../../src/trace/types.ts'
import { hexText, latin1Bytes } from '../../../src/wire/bytes.ts'
import type { Row, TableDrawing } from '../drawings.ts'
import type { Arrow, Ladder } from '../ladder.ts'
import type { Lesson, Scene, Stage } from '../lesson.ts'
import { takePlace } from '../middle.ts'
import { code, plain, row, table } from '../rows.ts'
import { browsing, open } from '../site.ts'
import { found, LAPTOP, MALLORY, SHOP, seenBy, since, statesOf, THREE } from '../stage.ts'
import { headerIn, tellings } from '../talk.ts'
import { inWorld, type Play, talkOf } from '../world.ts'

export interface AlteredNames {
  readonly step:
    | 'asks'
    | 'passes'
    | 'answers'
    | 'same'
    | 'altered'
    | 'length'
    | 'digests'
    | 'sealed'
    | 'flipped'
    | 'refused'
  readonly change: 'read' | 'altered' | 'digest' | 'tls'
  readonly choice: 'length' | 'digest' | 'tls'
  readonly label: 'written' | 'shown' | 'length' | 'digest' | 'counted' | 'flipped'
}
type Label = AlteredNames['label']
type Change = AlteredNames['change']

/** What the shop writes, and what mallory would have it say. */
interface Bill {
  readonly path: string
  readonly account: number
  readonly written: string
  readonly account2: number
  readonly forged: string
}

const billOf = ({ random }: Play): Bill => {
  const book = random.pick(['Emma', 'Walden', 'Dracula', 'Middlemarch', 'Frankenstein', 'Kim', 'Persuasion'])
  const price = random.between(20, 990)
  const account = random.between(100_000, 999_999)
  const account2 = random.between(1_000_000, 9_999_999)
  return {
    path: `/bill/${random.between(100, 999)}`,
    account,
    written: `${book}: please pay ${price} EUR to account ${account}`,
    account2,
    forged: `${book}: please pay ${price * random.between(2, 9)} EUR to account ${account2}`,
  }
}

const DIGEST = 'content-digest'

interface Seen {
  readonly bill: Bill
  readonly shown: string
  /** What the laptop was told of the page, and what it comes to. */
  readonly told: string
  readonly counted: string
  readonly failure: string | undefined
}

const play = async (stage: Stage, seed: number, change: Change): Promise<Scene<AlteredNames>> => {
  const { records, outcome } = await inWorld(stage, { seed, lesson: 'altered', third: 'expected' }, async here => {
    const bill = billOf(here)
    const over = change === 'tls' ? 'https' : 'http'
    const digest = digestOf(here)
    await open(here, async () => page(bill.written, change === 'digest' ? digest(bill.written) : undefined), over)
    await sitDown(here, bill, change)
    return visit(here, bill, over)
  })
  const first = found(
    [...seenBy(records, LAPTOP, 'tls', 'out'), ...seenBy(records, LAPTOP, 'http', 'out')].toSorted(
      (a, b) => a.at - b.at,
    )[0],
    'first message',
  )
  return sceneOf(since(records, first.at), outcome, change)
}

const page = (text: string, digest: string | undefined): Response =>
  new Response(text, {
    headers: { 'content-type': 'text/plain', ...(digest === undefined ? {} : { [DIGEST]: digest }) },
  })

/** The first bytes of SHA-256, which is as much as a line has room for. */
const digestOf =
  ({ platform: { crypto } }: Play) =>
  (text: string): string =>
    hexText(crypto.digest('sha256', latin1Bytes(text))).slice(0, 12)

/** Mallory takes the shop's place: it reads and rewrites HTTP, and over TLS can only turn bits over. */
const sitDown = async (here: Play, bill: Bill, change: Change): Promise<void> => {
  const mallory = takePlace(here)
  if (change === 'tls') {
    await sitBetween(mallory.world.transport, { host: here.server.host.address.text, port: 443 }, flipAnswer)
    return
  }
  const digest = digestOf(here)
  const options = { world: mallory.world, host: mallory.host.address.text, port: 80, trace: here.trace }
  await serve(async request => {
    const { pathname } = new URL(request.url)
    const answer = await browsing(here, mallory, 'none', browser => browser.ask(`http://${SHOP}${pathname}`))
    const text = change === 'read' ? answer.text : bill.forged
    return page(text, change === 'digest' ? digest(text) : undefined)
  }, options)
}

const APPLICATION_DATA = 23
/** Of an encrypted record: behind its header. */
const CONTENT = 5

/** One bit of the first record after the laptop's request, which is its second with application data: Finished is one. */
const flipAnswer = (): Tamper => {
  let asked = false
  return cutInRecords(({ bytes, way, type, number }) => {
    if (type !== APPLICATION_DATA) return [bytes]
    if (way === 'to-server') asked ||= number === 1
    else if (asked) bytes[CONTENT]! ^= 1
    return [bytes]
  })
}

const visit = async (here: Play, bill: Bill, over: 'http' | 'https'): Promise<Seen> => {
  const digest = digestOf(here)
  try {
    const { text } = await browsing(here, here.laptop, 'none', browser => browser.ask(`${over}://${SHOP}${bill.path}`))
    const head = seenBy(here.trace.records, LAPTOP, 'http', 'in').at(-1)
    const told = (head && headerIn(head, DIGEST)?.text) ?? ''
    return { bill, shown: text, told, counted: digest(text), failure: undefined }
  } catch (error) {
    if (!(error instanceof FailureError || error instanceof FetchError)) throw error
    return { bill, shown: '', told: '', counted: '', failure: error.failure.code }
  }
}

const sceneOf = (records: readonly TraceRecord[], seen: Seen, change: Change): Scene<AlteredNames> => {
  const { bill, shown, told, counted, failure } = seen
  const facts = { path: bill.path, account: bill.account, written: bill.written }
  if (change === 'tls') {
    const { ladder, at } = sealedLadder(records)
    return {
      records,
      facts: { ...facts, flippedAt: at.flipped, refusedAt: at.refused },
      fixed: { failure: found(failure, 'failure') },
      steps: sealedSteps(records, ladder),
    }
  }
  const { answer, returned } = talk(records)
  const lengths = { writtenLength: lengthIn(answer), shownLength: lengthIn(returned) }
  const more = change === 'digest' ? { told, counted } : {}
  const forged = change === 'read' ? {} : { account2: bill.account2 }
  return {
    records,
    facts: { ...facts, shown, shownBytes: shown.length, ...lengths, ...forged, ...more },
    steps: openSteps(records, seen, change),
  }
}

/** The four messages that HTTP takes with a machine between. */
const talk = (records: readonly TraceRecord[]) => {
  const sent = (host: string, which: RegExp): MessageRecord =>
    found(
      seenBy(records, host, 'http', 'out').find(({ name }) => which.test(name)),
      `HTTP of ${host}`,
    )
  return {
    asked: sent(LAPTOP, /^GET/),
    passed: sent(MALLORY, /^GET/),
    answer: sent(SHOP, /^\d/),
    returned: sent(MALLORY, /^\d/),
  }
}

const lengthIn = (answer: MessageRecord): number => Number(found(headerIn(answer, 'content-length'), 'length').text)

const ladderOf = (arrows: readonly Arrow<Label>[]): Ladder<Label> => ({
  lifelines: THREE,
  arrows,
  brackets: [],
  from: 0,
  to: Math.max(...arrows.map(({ sent, arrived = sent }) => arrived)),
})

const openSteps = (records: readonly TraceRecord[], seen: Seen, change: Change): Scene<AlteredNames>['steps'] => {
  const { asked, passed, answer, returned } = talk(records)
  const { bill, shown, told, counted } = seen
  const arrows = talkOf<Label>(records, THREE).map(
    (arrow): Arrow<Label> => (arrow.id === returned.id && change !== 'read' ? { ...arrow, look: 'bad' } : arrow),
  )
  const rows = {
    written: row<Label>('written', plain(bill.written, 'server')),
    shown: row<Label>('shown', plain(shown, shown === bill.written ? 'good' : 'bad')),
    length: row<Label>('length', plain(`${lengthIn(answer)} → ${lengthIn(returned)}`)),
  }
  const checked: readonly Row<Label>[] = [
    row('digest', code(told, 'third')),
    row('counted', code(counted, counted === told ? 'good' : 'bad')),
  ]
  const tables = (all: readonly Row<Label>[], fresh = 1): readonly TableDrawing<Label>[] => [table(all, fresh)]
  const opened = {
    kind: 'message',
    message: returned,
    field: found(headerIn(returned, 'content-length'), 'length').name,
  }
  return tellings<AlteredNames['step'], Label>(ladderOf(arrows), [
    { name: 'asks', message: asked },
    { name: 'passes', message: passed },
    { name: 'answers', message: answer, more: tables([rows.written]) },
    { name: change === 'read' ? 'same' : 'altered', message: returned, more: tables([rows.written, rows.shown]) },
    ...(change === 'altered'
      ? [
          {
            name: 'length' as const,
            message: returned,
            more: [...tables([rows.written, rows.shown, rows.length]), { ...opened, kind: 'message' as const }],
          },
        ]
      : []),
    ...(change === 'digest'
      ? [{ name: 'digests' as const, message: returned, more: tables([rows.written, rows.shown, ...checked], 2) }]
      : []),
  ])
}

/** What arrives is not what was sent: the answer's way is drawn as far as mallory, and from there what was made of it. */
const sealedLadder = (records: readonly TraceRecord[]) => {
  const answer = found(seenBy(records, SHOP, 'http', 'out')[0], 'answer')
  const refused = found(
    statesOf(records, LAPTOP, 'tls').find(({ to }) => to === 'Failed'),
    'end of TLS',
  )
  const passed = found(
    seenBy(records, MALLORY, 'tcp', 'in').find(({ at, payload }) => at > answer.at && payload !== undefined),
    'answer at mallory',
  ).at
  const { id, name: text } = answer
  const arrows = talkOf<Label>(records, THREE, ({ name }) => (name === 'ChangeCipherSpec' ? undefined : { text: name }))
  const way: readonly Arrow<Label>[] = [
    { id, from: 2, to: 1, sent: answer.at, arrived: passed, text, look: 'sealed' },
    { id: FLIPPED, from: 1, to: 0, sent: passed, arrived: refused.at, text, look: 'bad', note: 'flipped' },
  ]
  return { ladder: ladderOf([...arrows, ...way]), at: { flipped: passed, refused: refused.at } }
}

const FLIPPED = -1

const sealedSteps = (records: readonly TraceRecord[], ladder: Ladder<Label>): Scene<AlteredNames>['steps'] => {
  const [request, answer] = [seenBy(records, LAPTOP, 'http', 'out')[0], seenBy(records, SHOP, 'http', 'out')[0]]
  const alert = seenBy(records, LAPTOP, 'tls', 'out').find(({ name }) => name === 'Alert')
  return tellings<AlteredNames['step'], Label>(ladder, [
    { name: 'sealed', message: found(request, 'request') },
    { name: 'flipped', message: found(answer, 'answer') },
    { name: 'refused', message: found(alert, 'alert') },
  ])
}

export const altered: Lesson<AlteredNames> = {
  id: 'altered',
  changes: ['altered', 'read', 'tls'],
  question: {
    kind: 'choosing',
    about: 'altered',
    choices: [
      {
        name: 'length',
        change: 'altered',
        see: 'length',
        // It would tell if the page were longer than was said of it.
        holds: ({ facts }) => facts.shownBytes !== facts.shownLength,
      },
      { name: 'digest', change: 'digest', see: 'digests', holds: ({ facts }) => facts.told !== facts.counted },
      { name: 'tls', change: 'tls', see: 'refused', holds: ({ fixed }) => fixed?.failure !== undefined },
    ],
  },
  play: (stage, { seed, change }) => play(stage, seed, change),
}
