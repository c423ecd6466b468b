/** Where a change strikes when nobody has chosen: the frame that shows best what it does, in the run as it went before. */
import { messagesOf } from '../../src/trace/recorder.ts'
import { threads } from '../../src/trace/thread.ts'
import { framesOf } from '../model/frames.ts'
import type { Run } from '../model/run.ts'
import type { BitPlace } from './plan.ts'

/** The frame that brings the ClientHello: from it on everything waits for the answer. */
export const usualFrame = (before: Run): number =>
  framesOf(before).find(({ holds }) => holds.some(({ name }) => name === 'ClientHello'))?.number ?? 1

/** A bit in the middle of the server's first answer, as it is in its frame. */
export const usualBit = (before: Run): BitPlace => {
  const own = messagesOf(before.records).filter(({ host }) => host === before.parties.client.host)
  const answer = own.find(({ layer, direction }) => layer === 'http' && direction === 'in')
  const place = answer && threads(own).down(answer.id).at(-1)?.places[0]
  const frame = framesOf(before).find(({ message }) => message.id === place?.message.id)
  if (place === undefined || frame === undefined) return { frame: usualFrame(before), byte: 60, bit: 3 }
  return { frame: frame.number, byte: Math.floor((place.start + place.end) / 2), bit: 3 }
}

/** The frame that brings the server's first answer. */
export const usualAnswer = (before: Run): number => usualBit(before).frame

/** The last frame of the laptop that closes its half of the connection. */
export const usualFin = (before: Run): number =>
  framesOf(before).findLast(
    ({ message, holds }) => message.direction === 'out' && holds.some(({ name }) => /\bFIN\b/.test(name)),
  )?.number ?? framesOf(before).length
