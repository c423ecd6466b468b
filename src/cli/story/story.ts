/** The story of a run that is over: the timeline, and with `-v` the messages, their fields and their bytes. */
import {
  type Grain,
  innerWidth,
  type Ladder,
  type LadderLine,
  ladder,
  ladderHead,
  ladderRow,
  line,
  renderTimeline,
  type Shown,
  type Style,
  type TimelineFacts,
  timeline,
} from '../../inspect/index.ts'
import { messagesOf, type TraceRecord } from '../../trace/recorder.ts'
import type { Layer } from '../../trace/types.ts'
import type { Verbosity } from '../verbosity.ts'
import { belowStep } from './people.ts'

export interface StoryOptions {
  readonly style: Style
  readonly verbosity: Verbosity
  readonly facts?: TimelineFacts | undefined
}

/** Timeline first; then, as far as `-v` goes, the ladder, and below each step what is in the message. */
export const storyLines = (records: readonly TraceRecord[], { style, verbosity, facts }: StoryOptions): Shown[] => {
  const summary = renderTimeline(timeline(records, facts), style)
  if (verbosity.level === 0) return summary
  const steps = ladderOf(records, verbosity.layers, facts?.host)
  const byId = new Map(messagesOf(records).map(message => [message.id, message]))
  const inner = innerWidth(style)
  const start = steps.lines[0]?.at ?? 0
  let last = ''
  const rungs = steps.lines.flatMap(step => {
    const time = (step.at - start).toFixed(3)
    const row = ladderRow(step, time === last ? '' : time, inner, style)
    last = time
    const message = byId.get(step.id)
    return [row, ...(message === undefined ? [] : belowStep(message, verbosity.level, style))]
  })
  return [...summary, line(style), ladderHead(steps, inner, style), ...rungs]
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
