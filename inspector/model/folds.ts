/** What stands for one thing and is told in one row: three segments that open a connection, the FINs that close it, ARP. */
import type { Millis } from '../../src/engine.ts'
import type { LadderLine } from '../../src/inspect/ladder.ts'
import type { MessageRecord } from '../../src/trace/types.ts'
import type { Scene } from './scene.ts'

export interface Fold {
  readonly kind: 'opening' | 'closing'
  /** The message in whose row this one is told; undefined: it has the row. */
  readonly into?: number
  readonly at: Millis
  /** Of all of them. */
  readonly bytes: number
  readonly segments: number
}

/**
 * By the ids of segments. Only what went in order is folded: a second SYN, a lost FIN and RST are told by themselves.
 * `lines`: what the ladder of `host` shows.
 */
export const foldsOf = (
  lines: readonly LadderLine[],
  { messages }: Scene,
  host: string | undefined,
): Map<number, Fold> => {
  const folds = new Map<number, Fold>()
  for (const segments of segmentsOf(lines, messages, host)) {
    const turning = segments.filter(({ line }) => line !== undefined)
    if (turning.some(({ line }) => line!.lost || line!.again)) continue
    const [syn, answer] = turning
    if (syn?.message.name === 'SYN' && answer?.message.name === 'SYN ACK') {
      const last = segments[segments.indexOf(answer) + 1]
      fold(folds, 'opening', last?.message.name === 'ACK' ? [syn, answer, last] : [syn, answer], syn)
    }
    const fins = turning.filter(({ message }) => /\bFIN\b/.test(message.name))
    const ways = new Set(fins.map(({ message }) => message.direction))
    const isReset = turning.some(({ message }) => /\bRST\b/.test(message.name))
    if (fins.length === 2 && ways.size === 2 && !isReset) fold(folds, 'closing', fins, fins[1]!)
  }
  return folds
}

/** The segments of each connection. */
const segmentsOf = (
  lines: readonly LadderLine[],
  messages: readonly MessageRecord[],
  host: string | undefined,
): readonly (readonly Part[])[] => {
  const shown = new Map(lines.map(line => [line.id, line]))
  const flows = new Map<string, Part[]>()
  for (const message of messages) {
    if (message.layer !== 'tcp' || (host !== undefined && message.host !== host)) continue
    const part = { message, line: shown.get(message.id) }
    const list = flows.get(message.flow)
    if (list === undefined) flows.set(message.flow, [part])
    else list.push(part)
  }
  return [...flows.values()]
}

interface Part {
  readonly message: MessageRecord
  /** Where it is told by itself. */
  readonly line: LadderLine | undefined
}

const fold = (folds: Map<number, Fold>, kind: Fold['kind'], parts: readonly Part[], shown: Part): void => {
  const bytes = parts.reduce((sum, { message }) => sum + message.bytes.length, 0)
  const one = { kind, at: shown.message.at, bytes, segments: parts.length }
  for (const part of parts) folds.set(part.message.id, part === shown ? one : { ...one, into: shown.message.id })
}

/** Somebody was looked for by ARP and found at once: it only says where frames go. Other ARP is told. */
export const isAnsweredArp = (message: MessageRecord, { messages }: Scene): boolean => {
  const of = messages.filter(
    ({ layer, flow, host }) => layer === 'arp' && flow === message.flow && host === message.host,
  )
  return of.length === 2 && /^who has /.test(of[0]!.name) && / is at /.test(of[1]!.name)
}
