/** `-o FILE`: the same capture with what is said of its messages as comments on its frames, and the secrets that opened it. */

import { pcapngWriter } from '../../../capture/pcapng.ts'
import { captureFrames } from '../../../capture/read/index.ts'
import type { CaptureInterface } from '../../../capture/read/packets.ts'
import { annotate, type FrameComments, frameKey } from '../../../inspect/annotate.ts'
import { everyLayer } from '../../../inspect/conversations/keeping.ts'
import { keyLogLine } from '../../../trace/keylog.ts'
import { outputFile } from '../../output-file.ts'
import { VERSION } from '../../version.ts'
import type { Look } from './look.ts'

export interface Annotated {
  readonly frames: number
  readonly comments: number
  readonly secrets: number
  /** Records that were too many to be looked at for comments. */
  readonly left: number
}

/** A file takes more of one conversation than a terminal: of 524,288 records, or of 512 MiB of bytes. */
const TIMES = 8

/** A disk takes large pieces at the price of small ones. */
const GATHER = 1024 * 1024

/** Throws `cli/file`, also where there is a file of that name: the capture itself may be it. */
export const writeAnnotated = async (look: Look, path: string): Promise<Annotated> => {
  const file = await outputFile(path, { existing: 'refuse', mode: 0o600 })
  try {
    const comments: FrameComments = new Map()
    const used = new Set<string>()
    let left = 0
    for (const conversation of look.capture.conversations) {
      const opened = look.open(conversation, everyLayer(TIMES))
      annotate(opened, comments)
      left += opened.left.count
      // What opened something: a key log may hold what is nobody's business here.
      for (const entry of opened.records) if (entry.type === 'secret') used.add(keyLogLine(entry.record))
    }
    const counts = await written(look, comments, used, async bytes => file.write(bytes))
    await file.keep()
    return { ...counts, left }
  } finally {
    await file.close()
  }
}

const written = async (
  { source, label }: Look,
  comments: FrameComments,
  used: ReadonlySet<string>,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<Omit<Annotated, 'left'>> => {
  let pieces: Uint8Array[] = []
  let waiting = 0
  const gather = (bytes: Uint8Array): void => {
    pieces.push(bytes)
    waiting += bytes.length
  }
  const flush = async (): Promise<void> => {
    await write(new Uint8Array(Buffer.concat(pieces)))
    pieces = []
    waiting = 0
  }
  const name = label === '-' ? 'standard input' : label
  const out = pcapngWriter(gather, { application: `barewire ${VERSION}`, comments: [`What barewire found in ${name}`] })
  if (used.size > 0) out.secrets([...used].join(''))
  const interfaces = new Map<CaptureInterface, number>()
  const frames = captureFrames(source)
  const counts = { frames: 0, comments: 0 }
  for (const frame of frames) {
    const on = interfaces.get(frame.interface) ?? out.addInterface(describedAs(frame.interface))
    interfaces.set(frame.interface, on)
    const ours = comments.get(frameKey(frame.at, frame.bytes))?.shift() ?? []
    counts.frames++
    counts.comments += ours.length
    out.packet(frame.bytes, {
      interface: on,
      date: frames.start + frame.at,
      originalLength: frame.originalLength,
      comments: [...frame.comments, ...ours],
    })
    if (waiting > GATHER) await flush()
  }
  await flush()
  return { ...counts, secrets: used.size }
}

const describedAs = ({ number, name, linkType }: CaptureInterface) => ({
  name: name ?? `interface ${number}`,
  linkType,
})
