/** What somebody who only listens reads of a visit in TLS 1.2 and in TLS 1.3: a recording of the wire, and no keys. */
import type { Bytes } from '../../../src/engine.ts'
import { messagesOf } from '../../../src/trace/recorder.ts'
import type { MessageRecord } from '../../../src/trace/types.ts'
import { latin1Bytes } from '../../../src/wire/bytes.ts'
import type { Drawing, Row, TableDrawing } from '../drawings.ts'
import { ladderSteps } from '../ladder.ts'
import type { Lesson, Scene, Stage } from '../lesson.ts'
import { plain } from '../rows.ts'
import { found, LAPTOP, SHOP, seenBy } from '../stage.ts'
import { ask, openShop, visitOf } from '../tls12/shop.ts'
import { readLater, recordWire } from '../tls12/thief.ts'
import { inWorld, said } from '../world.ts'
import { connectionsIn, extensionIn, ladderOf } from './parts.ts'

export interface UnseenNames {
  readonly step: 'hello' | 'openly' | 'sealed' | 'heard' | 'searched'
  readonly change: 'tls13' | 'tls12'
  readonly choice: 'name' | 'certificate' | 'path'
  readonly label:
    | 'from'
    | 'record'
    | 'size'
    | 'reads'
    | 'unreadable'
    | 'laptop'
    | 'shop'
    | 'name'
    | 'certificate'
    | 'path'
    | 'answer'
    | 'there'
    | 'notThere'
}
type Label = UnseenNames['label']
type Change = UnseenNames['change']

const overheard = (stage: Stage, seed: number, change: Change) =>
  inWorld(stage, { seed, lesson: 'unseen' }, async play => {
    const visit = visitOf(play)
    await openShop(play, { tls: play.world.certified([SHOP]) }, visit)
    const recording = recordWire(play)
    await ask(play, visit, { versions: [change === 'tls13' ? 'TLS 1.3' : 'TLS 1.2'] })
    await play.wait(AFTERWARDS)
    const wire = recording()
    return { ...visit, wire, heard: readLater(play, wire, undefined) }
  })

/** When all goodbyes have passed. */
const AFTERWARDS = 50

/** Whether these bytes stand anywhere in what passed. */
const stands = (wire: Bytes, wanted: Bytes): boolean => {
  for (let at = wire.indexOf(wanted[0]!); at >= 0; at = wire.indexOf(wanted[0]!, at + 1))
    if (wanted.every((octet, i) => wire[at + i] === octet)) return true
  return false
}
const mark = (seen: boolean): '✓' | '✗' => (seen ? '✓' : '✗')

/** Each record as the listener has it. */
const recordsHeard = (heard: Scene['records']): TableDrawing<Label> => {
  const all = messagesOf(heard)
  const records = all.filter(({ layer }) => layer === 'record')
  return {
    kind: 'table',
    head: ['from', 'size', 'reads'],
    rows: records.map((record): Row<Label> => {
      const inside = record.sealed === true ? [] : insideOf(record, all)
      return {
        cells: [
          { label: record.direction === 'out' ? 'laptop' : 'shop' },
          plain(`${record.bytes.length} B`),
          inside.length === 0 ? { label: 'unreadable' } : plain(inside.map(({ name }) => name).join(', ')),
        ],
        tone: inside.length === 0 ? 'quiet' : 'plain',
      }
    }),
  }
}

/** What the listener has told of a record that nothing seals: it comes right behind it. */
const insideOf = (record: MessageRecord, all: readonly MessageRecord[]): readonly MessageRecord[] => {
  const from = all.indexOf(record) + 1
  const next = all.findIndex((each, i) => i >= from && each.layer === 'record')
  return all.slice(from, next < 0 ? undefined : next).filter(({ layer }) => layer === 'tls')
}

const play = async (stage: Stage, seed: number, change: Change): Promise<Scene<UnseenNames>> => {
  const { records: all, outcome } = await overheard(stage, seed, change)
  const records = found(connectionsIn(all)[0], 'visit')
  const { path, answer, wire, heard } = outcome
  const [hello, serverHello] = [said(records, LAPTOP, 'ClientHello'), said(records, SHOP, 'ServerHello')]
  const certificate = said(records, SHOP, 'Certificate')
  const seen = {
    name: mark(stands(wire, latin1Bytes(SHOP))),
    certificate: mark(stands(wire, certificate.bytes)),
    path: mark(stands(wire, latin1Bytes(path))),
    answer: mark(stands(wire, latin1Bytes(answer.trim()))),
  }
  const told = messagesOf(heard).filter(({ layer }) => layer === 'tls')
  const sealed = messagesOf(heard).filter(m => m.layer === 'record' && m.sealed === true)
  const flight = passing(sealed)
  const ladder = ladderOf<Label>(records)
  const [one, two, three] = ladderSteps(ladder, [
    { name: 'hello' as const, at: 0, now: 0, fresh: [hello.id] },
    { name: 'openly' as const, at: serverHello.at, now: serverHello.at, fresh: [serverHello.id] },
    { name: 'sealed' as const, at: serverHello.at, now: ladder.to, fresh: [certificate.id] },
  ])
  const searches = (['name', 'certificate', 'path', 'answer'] as const).map((label): Row<Label> => {
    const isThere = seen[label] === '✓'
    return { cells: [{ label }, { label: isThere ? 'there' : 'notThere' }], tone: isThere ? 'bad' : 'good' }
  })
  const opened = (step: typeof one, drawing: Drawing<Label>) => {
    const { name, at, drawings } = found(step, 'step')
    return { name, at, drawings: [...drawings, drawing] }
  }
  return {
    records: [...records, { type: 'message', record: flight }],
    facts: { path, answer: answer.trim(), lastBytes: found(biggestFrom(records), 'answer').bytes.length },
    fixed: {
      nameSeen: seen.name,
      certificateSeen: seen.certificate,
      pathSeen: seen.path,
      answerSeen: seen.answer,
      read: told.map(({ name }) => name).join(', '),
      sealed: sealed.length,
    },
    steps: [
      opened(one, {
        kind: 'message',
        message: hello,
        field: `${found(extensionIn(hello, 'server_name'), 'name')}.body`,
      }),
      opened(two, { kind: 'message', message: serverHello, field: 'body.cipherSuite' }),
      opened(three, change === 'tls12' ? openly(certificate) : { kind: 'message', message: flight }),
      { name: 'heard', drawings: [recordsHeard(heard)] },
      { name: 'searched', drawings: [{ kind: 'table', rows: searches }] },
    ],
  }
}

/** The certificate of TLS 1.2, in the clear. */
const openly = (certificate: MessageRecord): Drawing<Label> => ({
  kind: 'message',
  message: certificate,
  field: 'body.chain',
})

/** The record that holds it in TLS 1.3, as it passed; among the records of the run under a number of its own. */
const passing = (sealed: readonly MessageRecord[]): MessageRecord => {
  const record = found(
    sealed.find(({ direction }) => direction === 'in'),
    'sealed record',
  )
  return { ...record, id: -1 - record.id }
}

/** The record in which the shop has sent its answer. */
const biggestFrom = (records: Scene['records']): MessageRecord | undefined =>
  seenBy(records, SHOP, 'record', 'out').findLast(({ payload }) => payload !== undefined)

export const unseen: Lesson<UnseenNames> = {
  id: 'unseen',
  changes: ['tls13', 'tls12'],
  question: {
    kind: 'choosing',
    choices: [
      { name: 'name', change: 'tls13', see: 'searched', holds: ({ fixed }) => fixed?.nameSeen === '✓' },
      { name: 'certificate', change: 'tls13', see: 'searched', holds: ({ fixed }) => fixed?.certificateSeen === '✓' },
      { name: 'path', change: 'tls13', see: 'searched', holds: ({ fixed }) => fixed?.pathSeen === '✓' },
    ],
  },
  play: (stage, { seed, change }) => play(stage, seed, change),
}
