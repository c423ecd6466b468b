/**
 * TLS 1.2 in its twelve steps with RSA key exchange (RFC 5246 7.4.7.1), and with ephemeral keys (RFC 8422), where somebody
 * who gets hold of the certificate's key later reads nothing.
 */
import { messagesOf } from '../../../src/trace/recorder.ts'
import type { MessageRecord } from '../../../src/trace/types.ts'
import { hexText } from '../../../src/wire/bytes.ts'
import { fieldAt } from '../../../src/wire/field.ts'
import type { Row, TableDrawing } from '../drawings.ts'
import { type Ladder, ladderSteps } from '../ladder.ts'
import type { Lesson, Scene, Stage, Step } from '../lesson.ts'
import { plain } from '../rows.ts'
import { found, LAPTOP, PAIR, SHOP, since, treeOf } from '../stage.ts'
import { inWorld, said, talkOf } from '../world.ts'
import { ask, ECDHE_SUITE, ecdheShop, type KeyUse, openShop, RSA_SUITE, rsaShop, visitOf } from './shop.ts'
import { readLater, recordWire } from './thief.ts'

/** The messages in their order, each with the field that a step opens; with RSA there is no ServerKeyExchange. */
const SAID = [
  ['hello', LAPTOP, 'ClientHello', 'body.cipherSuites'],
  ['serverHello', SHOP, 'ServerHello', 'body.random'],
  ['certificate', SHOP, 'Certificate', 'body.chain.0'],
  ['share', SHOP, 'ServerKeyExchange', 'body.signature'],
  ['done', SHOP, 'ServerHelloDone', 'type'],
  ['keyExchange', LAPTOP, 'ClientKeyExchange', 'body'],
  ['change', LAPTOP, 'ChangeCipherSpec', 'type'],
  ['finished', LAPTOP, 'Finished', 'body.verifyData'],
  ['serverChange', SHOP, 'ChangeCipherSpec', 'type'],
  ['serverFinished', SHOP, 'Finished', 'body.verifyData'],
  ['request', LAPTOP, 'GET', ''],
  ['answer', SHOP, '200', ''],
  ['goodbye', LAPTOP, 'Alert', 'description'],
] as const
type Told = (typeof SAID)[number][0]

export interface RsaExchangeNames {
  readonly step: Exclude<Told, 'share'> | 'stolen'
  readonly change: 'rsa' | 'stolen'
  readonly choice: 'nothing' | 'names' | 'everything'
  readonly label: TheftLabel
}
export interface EcdheNames {
  readonly step: Told | 'stolen'
  readonly change: 'ecdhe' | 'stolen'
  readonly choice: 'decrypted' | 'signed' | 'nothing'
  readonly label: TheftLabel
}
type TheftLabel = 'record' | 'size' | 'reads' | 'unreadable'
/** What both lessons are made of. */
interface AnyNames {
  readonly step: Told | 'stolen'
  readonly change: string
  readonly choice: string
  readonly label: TheftLabel
}

interface Recorded {
  readonly records: Scene['records']
  readonly used: KeyUse
  readonly path: string
  /** What the recording says to who has the key. */
  readonly stolen: Scene['records']
}

/** When all goodbyes have passed. */
const AFTERWARDS = 50

const exchange = async (stage: Stage, seed: number, kind: 'rsa' | 'ecdhe'): Promise<Recorded> => {
  const { records, outcome } = await inWorld(stage, { seed, lesson: kind }, async play => {
    const key = kind === 'rsa' ? rsaShop(play) : ecdheShop(play)
    const visit = visitOf(play)
    await openShop(play, key, visit)
    const recording = recordWire(play)
    await ask(play, visit, { versions: ['TLS 1.2'], suites: [kind === 'rsa' ? RSA_SUITE : ECDHE_SUITE] })
    await play.wait(AFTERWARDS)
    return { used: { ...key.used }, path: visit.path, stolen: readLater(play, recording(), key.decrypt) }
  })
  return { records: since(records, said(records, LAPTOP, 'ClientHello').at), ...outcome }
}

const messageOf = (records: Scene['records'], host: string, name: string): MessageRecord | undefined =>
  messagesOf(records).find(
    m =>
      m.host === host && m.direction === 'out' && (m.layer === 'tls' || m.layer === 'http') && m.name.startsWith(name),
  )
const must = (records: Scene['records'], host: string, name: string): MessageRecord =>
  found(messageOf(records, host, name), name)

/** The first bytes of a field, to be told apart by. */
const shortAt = (message: MessageRecord, path: string, skip = 0): string => {
  const field = found(fieldAt(treeOf(message), path), path)
  return hexText(message.bytes.subarray(field.start + skip, Math.min(field.end, field.start + skip + 6)))
}

const ladderOf = (records: Scene['records']): Ladder<TheftLabel> => {
  const all = talkOf<TheftLabel>(records, PAIR)
  const goodbye = found(
    all.find(({ text }) => text === 'Alert'),
    'goodbye',
  )
  const arrows = all.filter(({ sent }) => sent <= goodbye.sent)
  const to = Math.max(...arrows.map(({ sent, arrived = sent }) => arrived))
  return { lifelines: PAIR, arrows, brackets: [], from: 0, to }
}

const stepsOf = ({ records, stolen }: Recorded, withTheft: boolean): Step<AnyNames>[] => {
  const told = SAID.flatMap(([name, host, text, field]) => {
    const message = messageOf(records, host, text)
    return message === undefined ? [] : [{ name, message, field }]
  })
  const plan = told.map(({ name, message }) => ({ name, at: message.at, now: message.at, fresh: [message.id] }))
  const steps = ladderSteps(ladderOf(records), plan).map((step, i): Step<AnyNames> => {
    const { message, field } = told[i]!
    return { ...step, drawings: [...step.drawings, { kind: 'message', message, field }] }
  })
  return withTheft ? [...steps, { name: 'stolen', drawings: [theftOf(stolen)] }] : steps
}

/** The records of the wire, each with what can be read in it. */
const theftOf = (stolen: Scene['records']): TableDrawing<TheftLabel> => {
  const all = messagesOf(stolen)
  return {
    kind: 'table',
    head: ['record', 'size', 'reads'],
    rows: all
      .filter(({ layer }) => layer === 'record')
      .map((record, i): Row<TheftLabel> => {
        const inside = all.find(m => insideOf(m, record))
        return {
          cells: [
            plain(i + 1),
            plain(`${record.bytes.length} B`),
            inside === undefined ? { label: 'unreadable' } : plain(inside.name),
          ],
          fresh: inside?.layer === 'http',
          tone: inside === undefined ? 'quiet' : 'plain',
        }
      }),
  }
}

/** Whether `message` lies in `record`, by number or by its place in the stream. */
const insideOf = (message: MessageRecord, { id, payload, flow, direction }: MessageRecord): boolean => {
  if (message.layer !== 'tls' && message.layer !== 'http') return false
  if (message.carriedBy !== undefined) return message.carriedBy.some(carrier => carrier.message === id)
  const { stream } = message
  if (stream === undefined || payload === undefined || message.flow !== flow || message.direction !== direction)
    return false
  return payload.start <= stream.start && stream.start < payload.end
}

const sceneOf = (recorded: Recorded, withTheft: boolean): Scene<AnyNames> => {
  const { records, used, path, stolen } = recorded
  const secret = records.find(entry => entry.type === 'secret')
  const key = must(records, LAPTOP, 'ClientKeyExchange')
  const steps = stepsOf(recorded, withTheft)
  const requests = messagesOf(stolen).filter(({ layer }) => layer === 'http')
  return {
    records,
    facts: {
      path,
      clientRandom: shortAt(must(records, LAPTOP, 'ClientHello'), 'body.random'),
      serverRandom: shortAt(must(records, SHOP, 'ServerHello'), 'body.random'),
      verifyClient: shortAt(must(records, LAPTOP, 'Finished'), 'body.verifyData'),
      verifyServer: shortAt(must(records, SHOP, 'Finished'), 'body.verifyData'),
      sent: shortAt(key, 'body', 5),
      master: secret?.type === 'secret' ? hexText(secret.record.secret.subarray(0, 6)) : '',
      requestAt: must(records, LAPTOP, 'GET').at,
    },
    fixed: {
      signed: used.signed,
      decrypted: used.decrypted,
      keyBytes: key.bytes.length,
      stolenMessages: requests.length,
      steps: steps.length,
    },
    steps,
  }
}

/** What the thief has read of what laptop and shop said to each other under their keys. */
const readBy = ({ fixed }: Scene): number => Number(fixed?.stolenMessages)

export const rsaExchange: Lesson<RsaExchangeNames> = {
  id: 'rsa-exchange',
  changes: ['rsa', 'stolen'],
  question: {
    kind: 'choosing',
    choices: [
      { name: 'nothing', change: 'stolen', see: 'stolen', holds: scene => readBy(scene) === 0 },
      {
        name: 'names',
        change: 'stolen',
        see: 'stolen',
        // The request, and not what came back.
        holds: scene => readBy(scene) === 1,
      },
      { name: 'everything', change: 'stolen', see: 'stolen', holds: scene => readBy(scene) === 2 },
    ],
  },
  play: async (stage, { seed, change }) =>
    sceneOf(await exchange(stage, seed, 'rsa'), change === 'stolen') as Scene<RsaExchangeNames>,
}

export const ecdhe: Lesson<EcdheNames> = {
  id: 'ecdhe',
  changes: ['ecdhe', 'stolen'],
  question: {
    kind: 'choosing',
    choices: [
      { name: 'decrypted', change: 'ecdhe', see: 'keyExchange', holds: ({ fixed }) => Number(fixed?.decrypted) > 0 },
      { name: 'signed', change: 'ecdhe', see: 'share', holds: ({ fixed }) => Number(fixed?.signed) > 0 },
      {
        name: 'nothing',
        change: 'ecdhe',
        see: 'share',
        holds: ({ fixed }) => Number(fixed?.signed) + Number(fixed?.decrypted) === 0,
      },
    ],
  },
  play: async (stage, { seed, change }) =>
    sceneOf(await exchange(stage, seed, 'ecdhe'), change === 'stolen') as Scene<EcdheNames>,
}
