/** Captures that tests have made, opened: what their conversations say. */
import { bytesSource } from '../../src/capture/read/index.ts'
import { openCapture } from '../../src/dissect/capture.ts'
import { messagesOf, recorder } from '../../src/trace/recorder.ts'
import { ethernet, pcapFile } from './made-captures.ts'

export const START = 1_795_000_000_000_000n

/** Frames 1 ms apart, or at these milliseconds. */
const fileOf = (frames: readonly Uint8Array[], linkType = 1, times: readonly number[] = []): Uint8Array =>
  pcapFile(
    'little',
    linkType,
    frames.map((bytes, i) => ({ time: START + BigInt((times[i] ?? i) * 1000), bytes })),
  )
export const opened = (frames: readonly Uint8Array[], linkType = 1, times: readonly number[] = []) =>
  openCapture(bytesSource(fileOf(frames, linkType, times)))
export const captured = (packets: readonly Uint8Array[], times: readonly number[] = []) =>
  opened(
    packets.map(packet => ethernet(packet)),
    1,
    times,
  )

/** What the two streams of a conversation say, and what is said of its segments. */
export const told = (capture: ReturnType<typeof openCapture>, id = 1) => {
  const streams: string[] = []
  const recording = recorder()
  capture.dissect(id, recording, () => ({
    data: (from, bytes, offset) => void streams.push(`${from} ${offset} ${new TextDecoder().decode(bytes)}`),
    gap: (from, length) => void streams.push(`${from} gap ${length}`),
    end: (from, how) => void streams.push(`${from} ${how}`),
  }))
  const messages = messagesOf(recording.records)
  const about = messages
    .filter(({ layer }) => layer === 'tcp')
    .map(({ name, about }) => `${name}${about === undefined ? '' : `: ${about}`}`)
  return { streams, messages, about }
}
