/** A ladder of chosen layers, or of chosen messages, in the order of their messages. */
import type { TraceRecord } from '../trace/recorder.ts'
import type { Layer } from '../trace/types.ts'
import { type Grain, type Ladder, type LadderLine, type LadderOptions, ladder } from './ladder.ts'

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

/** One ladder of exactly these layers. */
export const ladderOfLayers = (
  records: readonly TraceRecord[],
  layers: readonly Layer[],
  options: Omit<LadderOptions, 'grain'> = {},
): Ladder => {
  const grains = [...new Set(layers.map(layer => GRAINS[layer]))]
  const found = grains.map(grain => ladder(records, { ...options, grain }))
  const lines = new Map<number, LadderLine>()
  for (const each of found) for (const step of each.lines) if (layers.includes(step.layer)) lines.set(step.id, step)
  const whole = found.find(each => each.lines.length > 0) ?? found[0]
  return {
    left: whole?.left ?? '',
    right: whole?.right ?? '',
    lines: [...lines.values()].sort((a, b) => a.id - b.id),
  }
}
