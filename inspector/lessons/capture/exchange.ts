/** This very exchange as a file, with the keys of the run in it or without, and what can be read then. */
import {
  DECRYPTION_SECRETS,
  ENHANCED_PACKET,
  INTERFACE_DESCRIPTION,
  INTERFACE_STATISTICS,
  NAME_RESOLUTION,
  SECTION_HEADER,
} from '../../../src/capture/format.ts'
import { messagesOf } from '../../../src/trace/recorder.ts'
import type { MessageRecord } from '../../../src/trace/types.ts'
import { hexText } from '../../../src/wire/bytes.ts'
import { fieldAt } from '../../../src/wire/field.ts'
import type { Row, TableDrawing } from '../drawings.ts'
import type { Lesson, Scene, Stage, Step } from '../lesson.ts'
import { code, plain, row, table } from '../rows.ts'
import { found, SHOP, treeOf } from '../stage.ts'
import { ask, openShop, type Visit, visitOf } from '../tls12/shop.ts'
import { inWorld } from '../world.ts'
import { blocksIn, fileOf, frameOf, frameTable, type ReadFile, readFile } from './read.ts'

export interface FileNames {
  readonly step: 'frames' | 'blocks' | 'secrets' | 'request' | 'sealed' | 'reads' | 'opens'
  readonly change: 'keys' | 'bare'
  readonly choice: 'nothing' | 'names' | 'everything'
  readonly label: Label
}
type Change = FileNames['change']
type Label =
  | 'number'
  | 'time'
  | 'from'
  | 'bytes'
  | 'holds'
  | 'block'
  | 'count'
  | 'section'
  | 'interface'
  | 'names'
  | 'keys'
  | 'packet'
  | 'statistics'
  | 'what'
  | 'reads'
  | 'name'
  | 'suite'
  | 'certificate'
  | 'request'
  | 'sizes'
  | 'closed'
  | 'wireshark'
  | 'tshark'
  | 'barewire'
  | 'page'

/** What the file is called. */
export const FILE = 'exchange.pcapng'

const play = async (stage: Stage, seed: number, change: Change): Promise<Scene<FileNames>> => {
  const { outcome } = await inWorld(stage, { seed, lesson: 'file' }, async here => {
    const visit = visitOf(here)
    await openShop(here, { tls: here.world.certified([SHOP]) }, visit)
    await ask(here, visit, { versions: ['TLS 1.3'] })
    await here.wait(AFTERWARDS)
    const bytes = fileOf(here, here.trace.records, change === 'keys' ? 'with' : 'without')
    return { visit, bytes, read: readFile(bytes, here.platform) }
  })
  return sceneOf(outcome, change)
}

/** When all goodbyes have passed. */
const AFTERWARDS = 50

interface Captured {
  readonly visit: Visit
  readonly bytes: Uint8Array
  readonly read: ReadFile
}

const sceneOf = (captured: Captured, change: Change): Scene<FileNames> => {
  const { visit, bytes, read } = captured
  const { records, frames } = read
  const all = messagesOf(records)
  const http = all.filter(({ layer }) => layer === 'http')
  const tls = all.filter(({ layer, name }) => layer === 'tls' && name !== 'ChangeCipherSpec')
  const sealed = found(
    all.find(({ layer, name }) => layer === 'record' && name.startsWith('ApplicationData')),
    'record with data',
  )
  const request = http[0]
  const secrets = records.filter(({ type }) => type === 'secret').length
  const last = found(frames.at(-1), 'last frame')
  return {
    records,
    facts: { path: visit.path, size: bytes.length, lasts: last.message.at },
    fixed: {
      file: FILE,
      frames: frames.length,
      blocks: blocksIn(bytes).length,
      secrets,
      tls: tls.length,
      http: http.length,
      ...(request === undefined ? {} : { requestIn: frameOf(read, request) }),
    },
    steps: stepsOf(captured, change, { request, sealed, tls }),
    file: { name: FILE, bytes },
  }
}

interface Found {
  readonly request: MessageRecord | undefined
  readonly sealed: MessageRecord
  readonly tls: readonly MessageRecord[]
}

const stepsOf = ({ bytes, read }: Captured, change: Change, { request, sealed, tls }: Found): Step<FileNames>[] => [
  { name: 'frames', drawings: [frameTable<Label>(read.frames)] },
  { name: 'blocks', drawings: [blockTable(bytes)] },
  ...(change === 'keys' ? [{ name: 'secrets' as const, drawings: [secretTable(read)] }] : []),
  request === undefined
    ? { name: 'sealed', drawings: [{ kind: 'message', message: sealed, field: firstOf(sealed) }] }
    : { name: 'request', drawings: [{ kind: 'message', message: request, field: firstOf(request) }] },
  { name: 'reads', drawings: [readTable(read, tls, request)] },
  { name: 'opens', drawings: [WAYS] },
]

/** The line of a request, the type of a record. */
const firstOf = (message: MessageRecord): string => treeOf(message).children?.[0]?.name ?? ''

const BLOCKS: readonly (readonly [type: number, label: Label])[] = [
  [SECTION_HEADER, 'section'],
  [NAME_RESOLUTION, 'names'],
  [INTERFACE_DESCRIPTION, 'interface'],
  [DECRYPTION_SECRETS, 'keys'],
  [ENHANCED_PACKET, 'packet'],
  [INTERFACE_STATISTICS, 'statistics'],
]

const blockTable = (file: Uint8Array): TableDrawing<Label> => {
  const blocks = blocksIn(file)
  return {
    kind: 'table',
    head: ['block', 'count', 'bytes'],
    rows: BLOCKS.flatMap(([type, label]): Row<Label>[] => {
      const all = blocks.filter(block => block.type === type)
      if (all.length === 0) return []
      const cells = [plain<Label>(all.length), plain<Label>(all.reduce((sum, { bytes }) => sum + bytes, 0))]
      return [{ cells: [{ label }, ...cells], fresh: type === DECRYPTION_SECRETS }]
    }),
  }
}

const secretTable = ({ records }: ReadFile): TableDrawing<Label> => ({
  kind: 'table',
  rows: records.flatMap(entry =>
    entry.type === 'secret'
      ? [
          {
            cells: [
              code<Label>(entry.record.label),
              code<Label>(`${hexText(entry.record.secret.subarray(0, 6))}…`, 'secret'),
            ],
          },
        ]
      : [],
  ),
})

/** What is in the exchange, and whether the file says it. */
const readTable = (
  { records }: ReadFile,
  tls: readonly MessageRecord[],
  request: MessageRecord | undefined,
): TableDrawing<Label> => {
  const named = (name: string): MessageRecord | undefined => tls.find(message => message.name === name)
  const asked = messagesOf(records).find(({ layer, direction }) => layer === 'dns' && direction === 'out')
  const suite = fieldAt(treeOf(found(named('ServerHello'), 'ServerHello')), 'body.cipherSuite')?.text
  const certificate = named('Certificate')
  const closed = { label: 'closed' } as const
  return table<Label>(
    [
      row<Label>('name', code(found(asked, 'question for a name').name)),
      row<Label>('suite', code(found(suite, 'suite'))),
      row<Label>('certificate', certificate === undefined ? closed : plain(`${certificate.bytes.length} B`)),
      row<Label>('request', request === undefined ? closed : code(request.name)),
      row<Label>('sizes', plain(messagesOf(records).filter(({ layer }) => layer === 'ethernet').length)),
    ],
    0,
  )
}

const WAYS: TableDrawing<Label> = table<Label>(
  [
    row<Label>('wireshark', code(`wireshark ${FILE}`)),
    row<Label>('tshark', code(`tshark -r ${FILE}`)),
    row<Label>('barewire', code(`barewire inspect ${FILE}`)),
    row<Label>('page', code(`barewire inspect --web ${FILE}`)),
  ],
  0,
)

export const file: Lesson<FileNames> = {
  id: 'file',
  changes: ['keys', 'bare'],
  question: {
    kind: 'choosing',
    about: 'bare',
    choices: [
      { name: 'nothing', change: 'bare', see: 'reads', holds: ({ fixed }) => Number(fixed?.tls) === 0 },
      {
        name: 'names',
        change: 'bare',
        see: 'reads',
        holds: ({ fixed }) => Number(fixed?.tls) > 0 && Number(fixed?.http) === 0,
      },
      { name: 'everything', change: 'bare', see: 'reads', holds: ({ fixed }) => Number(fixed?.http) > 0 },
    ],
  },
  play: async (stage, { seed, change }) => play(stage, seed, change),
}
