/** The record layer's reader: any stream is cut in the same way however it comes, and nothing of it is lost or kept. */
import { seeded } from '../../../src/random.ts'
import { RecordInput } from '../../../src/tls/record/input.ts'
import { Refusal } from '../../../src/tls/refusal.ts'
import { concat, toHex } from '../../support/bytes.ts'
import { sameTorn } from '../../support/checked.ts'
import { record } from '../../support/tls.ts'
import type { Target } from '../target.ts'

/** Header and the longest fragment that a protected record has. */
const LONGEST_RECORD = 5 + 16_384 + 2_048
const TLS12 = 0x0303

/** The first byte: who reads, after how many records a version is agreed on, after how many records are protected. */
const settings = (byte: number) => ({
  role: (byte & 1) === 0 ? ('client' as const) : ('server' as const),
  agreed: (byte >> 1) & 3,
  protectedFrom: (byte >> 3) & 3,
})

const told = (chunks: readonly Uint8Array[], first: number): { records: string[]; end: string } => {
  const { role, agreed, protectedFrom } = settings(first)
  const input = new RecordInput(role)
  const records: string[] = []
  let at = 0
  for (const chunk of chunks) {
    const lent = chunk.slice()
    input.push(lent)
    try {
      for (let next = input.next(); next !== undefined; next = input.next()) {
        if (next.start !== at) throw new Error(`a record at ${at} says that it is at ${next.start}`)
        at += next.bytes.length
        records.push(`${next.type} ${toHex(next.bytes)}`)
        if (records.length === agreed) input.agreeOnVersion(TLS12, false)
        if (records.length === protectedFrom) input.expectProtected(16_384 + 2_048)
      }
    } catch (error) {
      if (error instanceof Refusal) return { records, end: error.failure.code }
      throw error
    }
    input.keep()
    lent.fill(0x5a)
    if (input.waiting >= LONGEST_RECORD) throw new Error(`${input.waiting} bytes wait`)
  }
  return { records, end: `${input.waiting} wait` }
}

export const tlsRecords: Target = {
  name: 'tls/records',
  longest: 4_096,
  seeds: () =>
    [0, 0b01011, 0b10101].map(first =>
      concat(
        Uint8Array.of(first),
        record(22, Uint8Array.of(1, 0, 0, 1, 7), 0x0301),
        record(20, Uint8Array.of(1)),
        record(23, new Uint8Array(40)),
        record(21, Uint8Array.of(1, 0)),
      ),
    ),
  run(input, look) {
    const stream = input.subarray(1)
    const { records, end } = sameTorn(stream, seeded(input.length).number, chunks => told(chunks, input[0] ?? 0))
    const cut = records.map(each => each.slice(each.indexOf(' ') + 1)).join('')
    if (!toHex(stream).startsWith(cut)) throw new Error(`the records are not the stream: ${cut}`)
    for (const each of records) look.reached(`a record of type ${each.split(' ')[0]}`)
    look.reached(end.replace(/^\d+/, ''))
  },
}
