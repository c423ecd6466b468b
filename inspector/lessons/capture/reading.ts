/** Reading a capture: which conversations there are, a filter that leaves the suspicious frames, one conversation followed. */

import { client } from '../../../src/net/client/client.ts'
import { serve } from '../../../src/net/server/serve.ts'
import { messagesOf } from '../../../src/trace/recorder.ts'
import type { MessageRecord } from '../../../src/trace/types.ts'
import type { FrameSeen } from '../../model/frames.ts'
import type { Row, TableDrawing } from '../drawings.ts'
import type { Lesson, Scene, Stage } from '../lesson.ts'
import { code, plain } from '../rows.ts'
import { found, ms, numberAt, sequenceOf } from '../stage.ts'
import { failureOf, inWorld, type Play } from '../world.ts'
import { fileOf, frameTable, type ReadFile, readFile } from './read.ts'

export interface ReadingNames {
  readonly step: 'all' | 'filter' | 'follow' | 'refused' | 'silence' | 'expired'
  readonly change: 'expired' | 'refused' | 'silent'
  readonly choice: 'right' | 'wrong'
  readonly label: Label
}
type Change = ReadingNames['change']
type Label = 'number' | 'time' | 'from' | 'bytes' | 'holds' | 'stream' | 'with' | 'frames' | 'filter'

/** Whom the laptop asks, one after the other; one of them fails. */
const HOSTS = ['news.test', 'mail.test', 'maps.test', 'bank.test', 'books.test', 'photos.test']

interface Plan {
  readonly hosts: readonly string[]
  readonly bad: string
}

const planOf = ({ random }: Play): Plan => {
  const left = [...HOSTS]
  const hosts = Array.from({ length: random.between(3, 5) }, () => left.splice(random.below(left.length), 1)[0]!)
  return { hosts, bad: random.pick(hosts) }
}

const play = async (stage: Stage, seed: number, change: Change): Promise<Scene<ReadingNames>> => {
  const { outcome } = await inWorld(stage, { seed, lesson: 'reading' }, async here => {
    const plan = planOf(here)
    for (const name of plan.hosts) await openHost(here, name, name === plan.bad ? change : 'well')
    const failure = await askAll(here, plan)
    const bytes = fileOf(here, here.trace.records, 'with')
    return { plan, failure, bytes, read: readFile(bytes, here.platform) }
  })
  return sceneOf(outcome, change)
}

const DAY = 86_400_000

const openHost = async (here: Play, name: string, how: Change | 'well'): Promise<void> => {
  const { world, trace, platform } = here
  const machine = world.machine(name)
  if (how === 'refused') return
  if (how === 'silent') {
    world.network.intercept(name, { frame: (bytes, way) => (way === 'in' && isTcp(bytes) ? [] : [bytes]) })
    return
  }
  const dates = { notBefore: platform.date - 90 * DAY, notAfter: platform.date - DAY }
  await serve(() => new Response('hello\n'), {
    world: machine.world,
    host: machine.host.address.text,
    port: 443,
    tls: { ...world.certified([name], how === 'expired' ? dates : {}), tickets: 'none' },
    trace,
  })
}

/** Ethernet and IPv4: byte 23 is the protocol. */
const isTcp = (frame: Uint8Array): boolean => frame[12] === 8 && frame[23] === 6

/** Asks each, with pauses between; returns what one of them failed with. */
const askAll = async (here: Play, { hosts }: Plan): Promise<string> => {
  let failure = ''
  for (const host of hosts) {
    await here.wait(here.random.between(100, 900))
    const browser = client({ world: here.laptop.world, trace: here.trace })
    failure = (await failureOf(browser.fetch(`https://${host}/`).then(answer => answer.text()))) ?? failure
    browser.close()
  }
  await here.wait(500)
  return failure
}

interface Captured {
  readonly plan: Plan
  readonly failure: string
  readonly bytes: Uint8Array
  readonly read: ReadFile
}

/** As Wireshark writes it, and the same asked of our records. */
const FILTERS: Readonly<
  Record<Change, { readonly text: string; holds(message: MessageRecord, before: readonly MessageRecord[]): boolean }>
> = {
  refused: { text: 'tcp.flags.reset == 1', holds: ({ layer, name }) => layer === 'tcp' && name.startsWith('RST') },
  silent: {
    text: 'tcp.analysis.retransmission',
    holds: (message, before) =>
      message.layer === 'tcp' &&
      message.name === 'SYN' &&
      before.some(m => m.layer === 'tcp' && m.name === 'SYN' && sequenceOf(m) === sequenceOf(message)),
  },
  expired: {
    text: 'tls.alert_message.level == 2',
    holds: message => message.layer === 'tls' && message.name.startsWith('Alert') && numberAt(message, 'level') === 2,
  },
}

const FAILED = { refused: 'refused', silent: 'silence', expired: 'expired' } as const
const FIELD = { refused: 'header.controlBits', silent: 'header.sequenceNumber', expired: 'description' } as const

const sceneOf = ({ plan, failure, bytes, read }: Captured, change: Change): Scene<ReadingNames> => {
  const { frames, records } = read
  const streams = streamsIn(read)
  const held = frames.flatMap(({ holds }) => holds)
  const { text, holds } = FILTERS[change]
  const left = frames.filter(frame => frame.holds.some(m => holds(m, held.slice(0, held.indexOf(m)))))
  const first = found(left[0], 'frame that the filter leaves')
  const message = found(
    first.holds.find(m => holds(m, held.slice(0, held.indexOf(m)))),
    'message that the filter looks for',
  )
  const stream = found(
    streams.find(({ flow }) => flow === message.flow),
    'stream',
  )
  return {
    records,
    facts: {
      frames: frames.length,
      streams: streams.length,
      bad: plan.bad,
      frame: first.number,
      size: bytes.length,
      at: ms(first.message.at),
      stream: streams.indexOf(stream),
    },
    fixed: { own: stream.frames.length, failure, left: left.length, file: FILE, filter: text },
    steps: [
      { name: 'all', drawings: [streamTable(streams, read)] },
      { name: 'filter', drawings: [line(text), frameTable<Label>(left)] },
      {
        name: 'follow',
        drawings: [
          line(`tcp.stream eq ${streams.indexOf(stream)}`),
          frameTable<Label>(stream.frames, each => left.includes(each)),
        ],
      },
      { name: FAILED[change], drawings: [{ kind: 'message', message, field: FIELD[change] }] },
    ],
    file: { name: FILE, bytes },
  }
}

const FILE = 'several.pcapng'

interface Stream {
  readonly flow: string
  readonly frames: readonly FrameSeen[]
}

/** TCP connections in the order of their first frames: Wireshark numbers them so, from 0. */
const streamsIn = ({ capture, frames }: ReadFile): Stream[] =>
  capture.conversations
    .filter(({ kind }) => kind === 'TCP')
    .toSorted((a, b) => a.start - b.start)
    .map(({ flow }) => ({ flow, frames: frames.filter(({ holds }) => holds.some(m => m.flow === flow)) }))

/** With whom: the last name that was asked for before. */
const streamTable = (streams: readonly Stream[], { records }: ReadFile): TableDrawing<Label> => {
  const asked = messagesOf(records).filter(({ layer, direction }) => layer === 'dns' && direction === 'out')
  return {
    kind: 'table',
    head: ['stream', 'with', 'frames', 'bytes'],
    rows: streams.map(({ frames }, i): Row<Label> => {
      const begins = found(frames[0], 'first frame').message.at
      const question = asked.findLast(({ at }) => at <= begins)
      return {
        cells: [
          plain(i),
          code(found(question, 'question for a name').flow),
          plain(frames.length),
          plain(frames.reduce((sum, { message }) => sum + message.bytes.length, 0)),
        ],
      }
    }),
  }
}

const line = (filter: string): TableDrawing<Label> => ({
  kind: 'table',
  rows: [{ cells: [{ label: 'filter' }, code(filter, 'secret')] }],
})

export const reading: Lesson<ReadingNames> = {
  id: 'reading',
  changes: ['expired', 'refused', 'silent'],
  question: {
    kind: 'writing',
    change: 'refused',
    see: 'filter',
    asks: 'number',
    answer: ({ facts }) => `${facts.frame}`,
  },
  play: async (stage, { seed, change }) => play(stage, seed, change),
}
