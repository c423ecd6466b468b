/** The story of a run on standard error: the timeline, and with `-v` the messages, their fields and their bytes. */
import {
  type Grain,
  type Ladder,
  type LadderLine,
  ladder,
  line,
  renderLadder,
  renderTimeline,
  type Shown,
  type Style,
  type TimelineFacts,
  timeline,
} from '../../inspect/index.ts'
import { messagesOf, type TraceRecord } from '../../trace/recorder.ts'
import type { Layer, MessageRecord } from '../../trace/types.ts'
import { dissect } from '../../wire/codec.ts'
import type { Verbosity } from '../verbosity.ts'
import { bytesLines, fieldLines, textLines } from './message-text.ts'

export interface StoryOptions {
  readonly style: Style
  readonly verbosity: Verbosity
  readonly facts?: TimelineFacts | undefined
}

/** Timeline first; then, as far as `-v` goes, the ladder and every message of its layers. */
export const storyLines = (records: readonly TraceRecord[], { style, verbosity, facts }: StoryOptions): Shown[] => {
  const summary = renderTimeline(timeline(records, facts), style)
  if (verbosity.level === 0) return summary
  const steps = ladderOf(records, verbosity.layers, facts?.host)
  if (verbosity.level === 1) return [...summary, line(style), ...renderLadder(steps, style)]
  const byId = new Map(messagesOf(records).map(message => [message.id, message]))
  const opened = steps.lines.flatMap(step => openedMessage(step, byId.get(step.id), { style, verbosity }))
  return [...summary, ...opened]
}

const GRAINS: Readonly<Record<Layer, Grain>> = {
  ethernet: 'frames',
  arp: 'packets',
  ip: 'packets',
  icmp: 'segments',
  udp: 'segments',
  dns: 'messages',
  tcp: 'segments',
  record: 'records',
  tls: 'messages',
  http: 'messages',
  session: 'requests',
}

/** One ladder of exactly these layers, in the order of their messages. */
const ladderOf = (records: readonly TraceRecord[], layers: readonly Layer[], host: string | undefined): Ladder => {
  const grains = [...new Set(layers.map(layer => GRAINS[layer]))]
  const found = grains.map(grain => ladder(records, { grain, host }))
  const lines = new Map<number, LadderLine>()
  for (const each of found) for (const step of each.lines) if (layers.includes(step.layer)) lines.set(step.id, step)
  const whole = found.find(each => each.lines.length > 0) ?? found[0]
  return {
    left: whole?.left ?? '',
    right: whole?.right ?? '',
    lines: [...lines.values()].sort((a, b) => a.id - b.id),
  }
}

const openedMessage = (
  step: LadderLine,
  message: MessageRecord | undefined,
  { style, verbosity }: StoryOptions,
): Shown[] => {
  if (message === undefined) return []
  const arrow = style.unicode ? { out: '→', in: '←' } : { out: '->', in: '<-' }
  const head = `${arrow[message.direction]} ${message.layer} ${message.name}, ${message.bytes.length} bytes`
  const about = message.about === undefined ? '' : `  ${message.about}`
  const tree =
    message.format === undefined
      ? textOf(message, style)
      : fieldLines(dissect(message.format, message.bytes, message.name), style)
  return [
    line(style),
    line(
      style,
      { text: `${head}${step.sealed ? ', encrypted' : ''}`, tint: message.direction === 'out' ? 'you' : 'server' },
      { text: about, tint: 'quiet' },
    ),
    ...tree,
    ...(verbosity.level < 3 ? [] : bytesLines(message.bytes, style)),
  ]
}

const textOf = (message: MessageRecord, style: Style): Shown[] =>
  message.layer === 'http' ? textLines(message.bytes, style) : []
