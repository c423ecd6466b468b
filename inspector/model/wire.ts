/** The two streams of a TCP connection as they were on the wire, ciphertext and all, read from the segments that brought them. */
import type { Bytes } from '../../src/engine.ts'
import type { MessageRecord, Range } from '../../src/trace/types.ts'

/** Bytes [start, end) of the stream; undefined where part of them was not seen. */
export type StreamBytes = (range: Range) => Bytes | undefined

/** `messages`: of one host and one flow, in the order in which they were told. */
export const streamOf = (
  messages: readonly MessageRecord[],
  flow: string,
  direction: MessageRecord['direction'],
): StreamBytes => {
  const brought = messages
    .filter(m => m.layer === 'tcp' && m.flow === flow && m.direction === direction && m.payload !== undefined)
    .sort((a, b) => a.payload!.start - b.payload!.start)
  // No segment that begins before has anything of what lies behind this.
  const reach: number[] = []
  for (const { payload } of brought) reach.push(Math.max(payload!.end, reach.at(-1) ?? 0))
  return ({ start, end }) => {
    const bytes = new Uint8Array(Math.max(0, end - start))
    let at = start
    for (let i = firstReaching(reach, start); i < brought.length && at < end; i++) {
      const { payload, bytes: segment } = brought[i]!
      if (payload!.start > at) return undefined
      if (payload!.end <= at) continue
      const from = payload!.at + at - payload!.start
      const part = segment.subarray(from, from + Math.min(end, payload!.end) - at)
      bytes.set(part, at - start)
      at += part.length
    }
    return at < end ? undefined : bytes
  }
}

/** The first place in ascending `reach` that is beyond `at`. */
const firstReaching = (reach: readonly number[], at: number): number => {
  let low = 0
  let high = reach.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (reach[middle]! > at) high = middle
    else low = middle + 1
  }
  return low
}
