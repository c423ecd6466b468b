/**
 * What proves keys: the records that they open. Each protected record is taken from the wire as it went over it, ciphertext
 * and tag, and opened with the keys that were worked out here.
 */
import type { Bytes } from '../../../src/engine.ts'
import { toldBy } from '../../../src/inspect/handshake.ts'
import { HEADER_LENGTH } from '../../../src/tls/record/format.ts'
import type { RecordProtection } from '../../../src/tls/record/protection.ts'
import type { MessageRecord } from '../../../src/trace/types.ts'
import { sameOctets } from '../../../src/wire/bytes.ts'
import type { Session } from '../session.ts'
import { streamOf } from '../wire.ts'
import type { Proof } from './types.ts'

/** Whose records, and under which of its keys. */
export type Epoch = 'early' | 'handshake' | 'session' | number
export interface Protected {
  readonly side: 'client' | 'server'
  readonly epoch: Epoch
  readonly records: readonly MessageRecord[]
}

/** Records that are opened to prove one key; opening costs as much as it did the first time. */
const MOST_TRIED = 64

export const sideOf = (session: Session, { direction }: Pick<MessageRecord, 'direction'>): 'client' | 'server' =>
  direction === (session.client?.message.direction ?? 'out') ? 'client' : 'server'

/** The protected records of a session by the key that they were sealed with, in the order of each side. */
export const epochsOf = (session: Session): readonly Protected[] => {
  const found: { side: 'client' | 'server'; epoch: Epoch; records: MessageRecord[] }[] = []
  const inside = insideOf(session.messages)
  for (const side of ['client', 'server'] as const) {
    let epoch = firstEpoch(session, side, inside)
    for (const record of session.messages) {
      if (record.layer !== 'record' || record.sealed !== true || sideOf(session, record) !== side) continue
      const last = found.at(-1)
      if (last?.side === side && last.epoch === epoch) last.records.push(record)
      else found.push({ side, epoch, records: [record] })
      for (const name of inside.get(record.id) ?? []) epoch = nextEpoch(epoch, name)
    }
  }
  return found
}

/** The handshake messages that end in each record. */
const insideOf = (messages: readonly MessageRecord[]): ReadonlyMap<number, readonly string[]> => {
  const inside = new Map<number, string[]>()
  for (const { layer, name, carriedBy } of messages) {
    const last = carriedBy?.at(-1)?.message
    if (layer !== 'tls' || last === undefined) continue
    const names = inside.get(last)
    if (names === undefined) inside.set(last, [name])
    else names.push(name)
  }
  return inside
}

const firstEpoch = (
  { version, messages }: Session,
  side: 'client' | 'server',
  inside: ReadonlyMap<number, readonly string[]>,
): Epoch => {
  if (version !== 'TLS 1.3') return 'session'
  const early = [...inside.values()].some(names => names.includes('EndOfEarlyData'))
  return side === 'client' && early && messages.length > 0 ? 'early' : 'handshake'
}

const nextEpoch = (epoch: Epoch, name: string): Epoch => {
  if (epoch === 'session') return epoch
  if (name === 'EndOfEarlyData') return 'handshake'
  if (name === 'Finished') return 0
  return name === 'KeyUpdate' && typeof epoch === 'number' ? epoch + 1 : epoch
}

/** Opens the first of `records` with `protection`, whose sequence number stands at 0. */
export const opening = (session: Session, { records }: Protected, protection: RecordProtection): Proof => {
  const direction = records[0]?.direction ?? 'out'
  const wire = streamOf(session.messages, session.flow, direction)
  const tried = records.slice(0, MOST_TRIED)
  const opened = tried.filter((record, sequence) => {
    const bytes = record.stream === undefined ? undefined : wire(record.stream)
    if (bytes === undefined) return false
    protection.goTo(sequence)
    const content = protection.open(bytes[0] ?? 0, bytes.subarray(HEADER_LENGTH))
    return content !== undefined && isInside(record, content, protection.prefixLength)
  })
  return {
    by: 'records',
    with: 'it',
    opened: opened.length,
    tried: tried.length,
    of: records.length,
    message: records[0]?.id ?? 0,
  }
}

/** What was told of a record stands in the place of its ciphertext. */
const isInside = ({ bytes }: MessageRecord, content: Bytes, prefix: number): boolean => {
  const at = HEADER_LENGTH + prefix
  return sameOctets(bytes.subarray(at, at + content.length), content)
}

/** `verifyData` of a Finished, and where it lies; undefined where it cannot be read. */
export const verifyDataIn = (message: MessageRecord): Bytes | undefined => {
  const told = toldBy(message)
  return told?.name === 'Finished' ? told.body.verifyData : undefined
}
