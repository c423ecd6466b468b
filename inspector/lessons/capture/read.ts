/** A capture file read again, as whoever gets it does: its blocks, its frames with what lies in each, its conversations. */
import { type Capture, openCapture } from '../../../src/dissect/capture.ts'
import { streamReader } from '../../../src/dissect/stream/reader.ts'
import type { LabPlatform } from '../../../src/lab/world.ts'
import { recorder, type TraceRecord } from '../../../src/trace/recorder.ts'
import type { MessageRecord } from '../../../src/trace/types.ts'
import { captureOf } from '../../model/captured.ts'
import { type FrameSeen, framesOf } from '../../model/frames.ts'
import type { Row, TableDrawing } from '../drawings.ts'
import { plain } from '../rows.ts'
import { LAPTOP, ms, SHOP } from '../stage.ts'
import type { Play } from '../world.ts'

/** What the laptop's cable carried; `without` keys it is what anybody on the wire has. */
export const fileOf = (
  { platform, laptop, server }: Play,
  records: readonly TraceRecord[],
  keys: 'with' | 'without',
): Uint8Array => {
  const client = { name: LAPTOP, host: LAPTOP, address: laptop.host.address.text }
  const parties = { client, server: { name: SHOP, host: SHOP, address: server.host.address.text } }
  return captureOf({ records, date: platform.date, parties }, keys, LAPTOP)
}

export interface ReadFile {
  readonly capture: Capture
  readonly records: readonly TraceRecord[]
  /** In their order in the file, numbered from 1 as Wireshark does. */
  readonly frames: readonly FrameSeen[]
}

export const readFile = (bytes: Uint8Array, { crypto }: Pick<LabPlatform, 'crypto'>): ReadFile => {
  const source = { size: bytes.length, read: (start: number, end: number) => bytes.subarray(start, end) }
  const capture = openCapture(source, { reading: context => streamReader({ ...context, crypto }) })
  const trace = recorder()
  for (const { id } of capture.conversations) capture.dissect(id, trace)
  // Conversations were read one after the other; the file has their frames mixed, in the order of their times.
  const records = trace.records.toSorted((a, b) => timeOf(a) - timeOf(b))
  const host = records.find(entry => entry.type === 'message')?.record.host
  const parties = { client: { name: LAPTOP, host }, server: { name: '', host: undefined } }
  return { capture, records, frames: framesOf({ records, parties }) }
}

const timeOf = (entry: TraceRecord): number => (entry.type === 'secret' ? 0 : entry.record.at)

export interface Block {
  readonly type: number
  readonly bytes: number
}

/** pcapng is a row of blocks: a type, a length, what is in it, the length once more. Ours are big-endian. */
export const blocksIn = (file: Uint8Array): Block[] => {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const blocks: Block[] = []
  for (let at = 0; at < file.length; ) {
    const bytes = view.getUint32(at + 4)
    blocks.push({ type: view.getUint32(at), bytes })
    at += bytes
  }
  return blocks
}

/** In which frame a message came first. */
export const frameOf = ({ frames }: ReadFile, message: MessageRecord): number =>
  frames.find(({ holds }) => holds.some(({ id }) => id === message.id))?.number ?? 0

type FrameLabel = 'number' | 'time' | 'from' | 'bytes' | 'holds'

/** As Wireshark lists them. */
export const frameTable = <L extends string>(
  frames: readonly FrameSeen[],
  fresh: (frame: FrameSeen) => boolean = () => false,
): TableDrawing<L | FrameLabel> => ({
  kind: 'table',
  head: ['number', 'time', 'from', 'bytes', 'holds'],
  rows: frames.map((frame): Row<L | FrameLabel> => {
    const { number, message, holds } = frame
    return {
      cells: [
        plain(number),
        plain(ms(message.at)),
        message.direction === 'out' ? plain('→', 'client') : plain('←', 'server'),
        plain(message.bytes.length),
        plain(holds.length === 0 ? message.name : holds.map(({ name }) => name).join(', ')),
      ],
      fresh: fresh(frame),
    }
  }),
})
