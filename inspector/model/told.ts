/** A conversation of a capture as a run, from the lines that a shelf says of it. */
import { unpacker } from '../../src/inspect/packed/packed.ts'
import type { TraceRecord } from '../../src/trace/recorder.ts'
import { type EndSeen, endText, fieldsOf } from './contents.ts'
import type { Party, Run } from './run.ts'

export interface ToldOf {
  /** In the address. */
  readonly id: string
  /** Of the capture. */
  readonly file: string
  readonly conversation: number
}

export interface Telling {
  take(lines: readonly unknown[]): void
  /** Records until now. */
  readonly count: number
  /** Undefined where nothing was said of it. */
  run(): Run | undefined
}

export const telling = ({ id, file, conversation }: ToldOf): Telling => {
  const unpack = unpacker()
  const records: TraceRecord[] = []
  let head: Readonly<Record<string, unknown>> | undefined
  let unknown = 0
  return {
    take(lines) {
      for (const line of lines) {
        const fields = fieldsOf(line)
        if (fields.type === 'run') {
          head = fields
          continue
        }
        const entry = unpack(line)
        if (entry === undefined) unknown++
        else records.push(entry)
      }
    },
    get count() {
      return records.length
    },
    run() {
      if (head === undefined) return undefined
      const { client, server, host, dropped, date, privacy } = head
      const ends = [partyOf(client, String(host)), partyOf(server, undefined)] as const
      return {
        id,
        name: `${file} ${conversation}`,
        origin: { kind: 'file', file, conversation },
        parties: { client: ends[0], server: ends[1] },
        records,
        date: typeof date === 'number' ? date : undefined,
        dropped: (typeof dropped === 'number' ? dropped : 0) + unknown,
        privacy: privacy === 'shown' ? 'shown' : 'starred',
      }
    },
  }
}

const partyOf = (end: unknown, host: string | undefined): Party => {
  const { address, port } = fieldsOf(end)
  const seen: EndSeen = { address: String(address ?? ''), port: Number(port ?? 0) }
  return { host, name: endText(seen), address: seen.address }
}
