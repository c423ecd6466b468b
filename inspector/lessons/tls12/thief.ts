/** Somebody who has recorded every frame, and gets hold of the shop's private key when all is over. */
import { captureSink } from '../../../src/capture/sink.ts'
import { openCapture } from '../../../src/dissect/capture.ts'
import { streamReader } from '../../../src/dissect/stream/reader.ts'
import { recorder, type TraceRecord } from '../../../src/trace/recorder.ts'
import { joined } from '../../../src/wire/bytes.ts'
import type { Play } from '../world.ts'

/** Frames as they pass, and nothing else: no secret of laptop or shop is told to it. */
export const recordWire = ({ world: { network } }: Play): (() => Uint8Array) => {
  const pieces: Uint8Array[] = []
  const file = captureSink(piece => void pieces.push(piece), network.clock)
  const stop = network.tap(seen => {
    if (seen.what === 'passed') file.frame(seen.bytes, { date: seen.date })
  })
  return () => {
    stop()
    file.finish()
    return joined(pieces)
  }
}

/** What can be read in the recording, with the bare operation of an RSA key or without any. */
export const readLater = (
  { platform }: Play,
  recording: Uint8Array,
  decrypt: ((ciphertext: Uint8Array) => Uint8Array) | undefined,
): readonly TraceRecord[] => {
  const crypto =
    decrypt === undefined
      ? platform.crypto
      : { ...platform.crypto, rsaRaw: (_: Uint8Array, ciphertext: Uint8Array) => decrypt(ciphertext) }
  const trace = recorder()
  const source = { size: recording.length, read: (start: number, end: number) => recording.subarray(start, end) }
  const capture = openCapture(source, {
    reading: context =>
      streamReader({ ...context, crypto, ...(decrypt === undefined ? {} : { privateKeys: [new Uint8Array(1)] }) }),
  })
  for (const { id } of capture.conversations) capture.dissect(id, trace)
  return trace.records
}
