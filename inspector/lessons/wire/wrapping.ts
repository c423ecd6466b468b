/**
 * How a message gets onto a wire: HTTP's text in a TCP segment, in an IP packet, in an Ethernet frame, each header for
 * another reader (RFC 1122 1.1.3). A request that the engines sent is followed down its thread.
 */
import { client } from '../../../src/net/client/client.ts'
import { serve } from '../../../src/net/server/serve.ts'
import { messagesOf, type TraceRecord } from '../../../src/trace/recorder.ts'
import { threads } from '../../../src/trace/thread.ts'
import type { MessageRecord } from '../../../src/trace/types.ts'
import type { Cell, MessageDrawing, Row, TableDrawing, Wrap, WrappingDrawing } from '../drawings.ts'
import type { Lesson, Scene, Stage } from '../lesson.ts'
import { code, plain } from '../rows.ts'
import { found, headerOf, LAPTOP, ms, numberAt, SHOP, seenBy, textAt } from '../stage.ts'
import { inWorld, type Play } from '../world.ts'

export interface WrappingNames {
  readonly step:
    | 'message'
    | 'nothing'
    | 'segment'
    | 'packet'
    | 'frame'
    | 'padded'
    | 'switch'
    | 'card'
    | 'ip'
    | 'tcp'
    | 'http'
    | 'silent'
  readonly change: 'small' | 'large' | 'empty'
  readonly choice: 'right' | 'wrong'
  readonly label:
    | 'reader'
    | 'reads'
    | 'value'
    | 'message'
    | 'segment'
    | 'packet'
    | 'frame'
    | 'switch'
    | 'card'
    | 'kind'
    | 'ip'
    | 'address'
    | 'protocol'
    | 'tcp'
    | 'port'
    | 'http'
}
type Label = WrappingNames['label']
type Change = WrappingNames['change']

const play = async (stage: Stage, seed: number, change: Change): Promise<Scene<WrappingNames>> => {
  const { records } = await inWorld(stage, { seed, lesson: 'wrapping' }, async here => {
    const options = { world: here.server.world, host: here.server.host.address.text, port: 80, trace: here.trace }
    await serve(async () => new Response('here they are\n'), options)
    await ask(here, change)
  })
  return sceneOf(records, change)
}

const WORDS = ['Emma', 'Walden', 'Dracula', 'Middlemarch', 'Frankenstein', 'Ivanhoe', 'Kim', 'Persuasion']

const ask = async ({ laptop, random, trace }: Play, change: Change): Promise<void> => {
  const browser = client({ world: laptop.world, trace })
  const count = change === 'large' ? random.between(50, 90) : 1
  const titles = Array.from({ length: count }, () => random.pick(WORDS)).join(',')
  await (await browser.fetch(`http://${SHOP}/books?title=${titles}&page=${random.between(2, 1200)}`)).text()
  browser.close()
}

/** A message and what it lies in, from the frame inwards; each as its bytes lie in the one around it. */
interface Wrapped {
  readonly frame: MessageRecord
  readonly packet: MessageRecord
  readonly segment: MessageRecord
  /** Undefined: there is nothing in the segment. */
  readonly message: MessageRecord | undefined
}

const wrappedIn = (records: readonly TraceRecord[], change: Change): Wrapped => {
  const sent = seenBy(records, LAPTOP, 'http', 'out')[0]
  const message = change === 'empty' ? undefined : found(sent, 'request')
  const innermost =
    message ??
    found(
      seenBy(records, LAPTOP, 'tcp', 'out').find(({ name }) => name === 'ACK'),
      'empty segment',
    )
  const crumbs = threads(messagesOf(records)).down(innermost.id)
  const at = (layer: MessageRecord['layer']): MessageRecord =>
    found(crumbs.find(crumb => crumb.layer === layer)?.places[0]?.message, layer)
  return { frame: at('ethernet'), packet: at('ip'), segment: at('tcp'), message }
}

/** How many bytes of headers stand in front of what a layer carries. */
const headersOf = ({ frame, packet, segment }: Wrapped) => {
  const ethernet = found(
    frame.carries?.find(({ message }) => message === packet.id),
    'packet in its frame',
  ).start
  return { ethernet, ip: headerOf(packet), tcp: headerOf(segment) }
}

const sceneOf = (records: readonly TraceRecord[], change: Change): Scene<WrappingNames> => {
  const wrapped = wrappedIn(records, change)
  const { frame, packet, segment, message } = wrapped
  const headers = headersOf(wrapped)
  const inside = message?.bytes.length ?? 0
  const size = { frame: frame.bytes.length, packet: packet.bytes.length, segment: segment.bytes.length }
  const around = size.frame - inside
  const padding = size.frame - headers.ethernet - size.packet
  const facts = {
    laptop: textAt(packet, 'header.sourceAddress'),
    shop: textAt(packet, 'header.destinationAddress'),
    shopCard: textAt(frame, 'header.destination'),
    laptopCard: textAt(frame, 'header.source'),
    port: numberAt(segment, 'header.sourcePort'),
    sentAt: ms(frame.at),
  }
  const sizes = { message: inside, ...size, share: Math.round((1000 * around) / size.frame) / 10 }
  const fixed = {
    tcpHeader: headers.tcp,
    ipHeader: headers.ip,
    ethernetHeader: headers.ethernet,
    around,
    serverPort: numberAt(segment, 'header.destinationPort'),
    type: textAt(frame, 'header.etherType'),
    protocol: textAt(packet, 'header.protocol'),
    headers: headers.ethernet + headers.ip + headers.tcp,
  }
  return message === undefined
    ? { records, facts, fixed: { ...fixed, ...sizes, padding }, steps: emptySteps(wrapped) }
    : { records, facts: { ...facts, ...sizes }, fixed, steps: fullSteps(wrapped, message) }
}

/** The wraps from the inside as far as they are made, drawn with the outermost on top. */
const wraps = (wrapped: Wrapped, count: number): WrappingDrawing<Label> => {
  const { frame, packet, segment, message } = wrapped
  const { ethernet, ip, tcp } = headersOf(wrapped)
  const all: readonly Omit<Wrap<Label>, 'fresh'>[] = [
    {
      label: 'frame',
      bytes: frame.bytes.length,
      inner: { start: ethernet, end: ethernet + packet.bytes.length },
    },
    { label: 'packet', bytes: packet.bytes.length, inner: { start: ip, end: packet.bytes.length } },
    {
      label: 'segment',
      bytes: segment.bytes.length,
      ...(message === undefined ? {} : { inner: { start: tcp, end: segment.bytes.length } }),
    },
    ...(message === undefined ? [] : [{ label: 'message' as const, bytes: message.bytes.length }]),
  ]
  return { kind: 'wrapping', wraps: all.slice(all.length - count).map((wrap, i) => ({ ...wrap, fresh: i === 0 })) }
}

const opened = (message: MessageRecord, field: string): MessageDrawing => ({ kind: 'message', message, field })

type Steps = Scene<WrappingNames>['steps']

const fullSteps = (wrapped: Wrapped, message: MessageRecord): Steps => {
  const { frame, packet, segment } = wrapped
  return [
    { name: 'message', drawings: [wraps(wrapped, 1), { kind: 'message', message }] },
    { name: 'segment', drawings: [wraps(wrapped, 2), opened(segment, 'header.destinationPort')] },
    { name: 'packet', drawings: [wraps(wrapped, 3), opened(packet, 'header.destinationAddress')] },
    { name: 'frame', drawings: [wraps(wrapped, 4), opened(frame, 'header.destination')] },
    ...readings(wrapped),
  ]
}

const emptySteps = (wrapped: Wrapped): Steps => {
  const { frame, packet, segment } = wrapped
  return [
    { name: 'nothing', drawings: [wraps(wrapped, 1), opened(segment, 'header.destinationPort')] },
    { name: 'packet', drawings: [wraps(wrapped, 2), opened(packet, 'header.destinationAddress')] },
    { name: 'padded', drawings: [wraps(wrapped, 3), opened(frame, 'header.destination')] },
    ...readings(wrapped),
  ]
}

/** Who reads which header on the way, and what stands there. */
const readings = (wrapped: Wrapped): Steps => {
  const { frame, packet, segment, message } = wrapped
  const line = (reader: Label, reads: Label, value: Cell<Label>): Row<Label> => ({
    cells: [{ label: reader }, { label: reads }, value],
  })
  const rows: readonly (readonly [name: WrappingNames['step'], rows: readonly Row<Label>[]])[] = [
    ['switch', [line('switch', 'card', code(textAt(frame, 'header.destination')))]],
    [
      'card',
      [
        line('card', 'card', code(textAt(frame, 'header.destination'))),
        line('card', 'kind', plain(textAt(frame, 'header.etherType'))),
      ],
    ],
    [
      'ip',
      [
        line('ip', 'address', plain(textAt(packet, 'header.destinationAddress'))),
        line('ip', 'protocol', plain(textAt(packet, 'header.protocol'))),
      ],
    ],
    [
      message === undefined ? 'silent' : 'tcp',
      [line('tcp', 'port', plain(numberAt(segment, 'header.destinationPort')))],
    ],
    ...(message === undefined
      ? []
      : [['http', [line('http', 'message', code(message.name.replace(/\?.*/, '…')))]] as const]),
  ]
  return rows.map(([name, fresh], i) => ({
    name,
    drawings: [
      readingTable(
        rows.slice(0, i).flatMap(r => r[1]),
        fresh,
      ),
    ],
  }))
}

const readingTable = (before: readonly Row<Label>[], fresh: readonly Row<Label>[]): TableDrawing<Label> => ({
  kind: 'table',
  head: ['reader', 'reads', 'value'],
  rows: [...before, ...fresh.map(each => ({ ...each, fresh: true }))],
})

export const wrapping: Lesson<WrappingNames> = {
  id: 'wrapping',
  changes: ['small', 'large', 'empty'],
  question: {
    kind: 'writing',
    change: 'large',
    see: 'frame',
    asks: 'number',
    answer: ({ facts }) => `${facts.frame}`,
  },
  play: (stage, { seed, change }) => play(stage, seed, change),
}
