/** A run as a capture file: what one machine's cable carried, with the keys of the run or without. */
import { captureSink } from '../../src/capture/sink.ts'
import { parseIp } from '../../src/wire/address.ts'
import { joined } from '../../src/wire/bytes.ts'
import type { Run } from './run.ts'

/** pcapng. `without` keys it is what somebody on the wire has. Empty of frames where nobody recorded them. */
export const captureOf = (
  run: Pick<Run, 'records' | 'date' | 'parties'>,
  keys: 'with' | 'without',
  host = run.parties.client.host,
): Uint8Array => {
  const pieces: Uint8Array[] = []
  const start = run.date ?? 0
  const capture = captureSink(piece => void pieces.push(piece), { now: () => 0, date: () => start })
  for (const { name, address } of [run.parties.client, run.parties.server, run.parties.third].filter(isParty)) {
    const known = address === undefined ? undefined : parseIp(address)
    if (known !== undefined && name !== address) capture.name(known, name)
  }
  for (const entry of run.records) {
    const { record } = entry
    if (record.host !== host) continue
    if (entry.type === 'secret' && keys === 'with') capture.secret(entry.record)
    if (entry.type !== 'message' || entry.record.layer !== 'ethernet') continue
    const { bytes, at, direction } = entry.record
    capture.frame(bytes, { date: start + at, direction, wire: host ?? 'wire' })
  }
  capture.finish()
  return joined(pieces)
}

const isParty = <T>(party: T | undefined): party is T => party !== undefined
