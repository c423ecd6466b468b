/** The story of a run that is over: the timeline, and with `-v` the messages, their fields and their bytes. */
import type { Language } from '../../explain/index.ts'
import {
  innerWidth,
  ladderHead,
  ladderRow,
  line,
  renderTimeline,
  type Shown,
  type Style,
  type TimelineFacts,
  timeline,
} from '../../inspect/index.ts'
import { ladderOfLayers } from '../../inspect/ladder-layers.ts'
import { meanings } from '../../inspect/meanings.ts'
import { messagesOf, type TraceRecord } from '../../trace/recorder.ts'
import type { Verbosity } from '../verbosity.ts'
import { belowStep } from './people.ts'

export interface StoryOptions {
  readonly style: Style
  readonly verbosity: Verbosity
  readonly facts?: TimelineFacts | undefined
  /** Of what fields mean. */
  readonly language: Language
}

/** Timeline first; then, as far as `-v` goes, the ladder, and below each step what is in the message. */
export const storyLines = (
  records: readonly TraceRecord[],
  { style, verbosity, facts, language }: StoryOptions,
): Shown[] => {
  const summary = renderTimeline(timeline(records, facts), style)
  if (verbosity.level === 0) return summary
  const steps = ladderOfLayers(records, verbosity.layers, { host: facts?.host })
  const byId = new Map(messagesOf(records).map(message => [message.id, message]))
  const inner = innerWidth(style)
  const start = steps.lines[0]?.at ?? 0
  const means = meanings(language)
  let last = ''
  const rungs = steps.lines.flatMap(step => {
    const time = (step.at - start).toFixed(3)
    const row = ladderRow(step, time === last ? '' : time, inner, style)
    last = time
    const message = byId.get(step.id)
    return [row, ...(message === undefined ? [] : belowStep(message, verbosity.level, means, style))]
  })
  return [...summary, line(style), ladderHead(steps, inner, style), ...rungs]
}
