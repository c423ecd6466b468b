/** What one command keeps of its run: the beginning whole, the end in a ring, so that a long transfer costs no memory. */
import { bothEnds, type Recording } from '../trace/recorder.ts'

/** Enough for every handshake and the heads of many requests. */
const HEAD_BYTES = 4 * 1024 * 1024
/** Enough for the last records, alerts and the close. */
const TAIL_BYTES = 512 * 1024

export const runRecording = (headBytes: number = HEAD_BYTES, tailBytes: number = TAIL_BYTES): Recording =>
  bothEnds(headBytes, tailBytes)
