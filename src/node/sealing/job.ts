/**
 * Records that are to be sealed, in one piece of memory that moves between threads whole: the records as they will be on the
 * wire, behind them how each is sealed (the plan), and last a copy of the key. Whoever seals overwrites key and plan.
 */
import type { AeadName } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import { CIPHERS, callsOf, GET_TAG } from '../openssl.ts'
import { byNode, byOpenSsl, type Sealer } from './sealer.ts'

/** Bytes of records: sixteen full ones of either version, which is what a writer may hand over in one turn. */
export const ROOM = 16 * 16_640
/** Many short records between long ones do not make a job longer than this. */
export const MOST_RECORDS = 64
const TAG_LENGTH = 16

/** Of a record in the plan: lengths of its head, its additional data and its plaintext (two octets), nonce, additional data. */
const STEP = 32
const NONCE_AT = 4
const ADDITIONAL_AT = 16
const KEY_AT = ROOM + MOST_RECORDS * STEP
const MEMORY = KEY_AT + 32

const LAYOUT = { ROOM, STEP, NONCE_AT, ADDITIONAL_AT, KEY_AT, TAG_LENGTH } as const

const KEY_LENGTH: Readonly<Record<AeadName, number>> = {
  'aes-128-gcm': 16,
  'aes-256-gcm': 32,
  'chacha20-poly1305': 32,
}

export const newMemory = (): ArrayBuffer => new ArrayBuffer(MEMORY)

/** What a thread is told. */
export interface Job {
  readonly id: number
  readonly name: AeadName
  readonly memory: ArrayBuffer
  /** How many records. */
  readonly count: number
}
/** What it says when they are sealed. */
export interface Sealed {
  readonly id: number
  readonly memory: ArrayBuffer
  /** On `memory`, or an array of their own. */
  readonly records: Bytes
}

/** Where the key of a job lies. */
export const keyIn = (memory: ArrayBuffer, name: AeadName): Bytes => new Uint8Array(memory, KEY_AT, KEY_LENGTH[name])

/** What a record takes in all. */
export const sizeOf = (head: number, plaintext: number): number => head + plaintext + TAG_LENGTH

/** Says how record `index` is to be sealed. */
export const plan = (
  memory: ArrayBuffer,
  index: number,
  { head, plaintext, nonce, additional }: Record<'head' | 'plaintext', number> & Record<'nonce' | 'additional', Bytes>,
): void => {
  const step = new Uint8Array(memory, ROOM + index * STEP, STEP)
  step[0] = head
  step[1] = additional.length
  step[2] = plaintext >> 8
  step[3] = plaintext & 0xff
  step.set(nonce, NONCE_AT)
  step.set(additional, ADDITIONAL_AT)
}

/** Seals what was planned, in this thread. */
export const sealAll = (job: Pick<Job, 'memory' | 'name' | 'count'>, sealer: Sealer): Bytes =>
  sealIn(job, LAYOUT, sealer)

/**
 * Seals one record behind the other, and overwrites plan and key. The records: a view of `memory`, or an array of their own
 * where they are less than half of it, so that nobody holds much for little. It uses nothing but what it is given, because
 * its text runs in threads too (`THREAD`).
 */
const sealIn = (
  { memory, name, count }: Pick<Job, 'memory' | 'name' | 'count'>,
  { ROOM, STEP, NONCE_AT, ADDITIONAL_AT, KEY_AT, TAG_LENGTH }: typeof LAYOUT,
  sealer: Sealer,
): Bytes => {
  const bytes = new Uint8Array(memory)
  sealer.begin(name, bytes.subarray(KEY_AT, KEY_AT + (name === 'aes-128-gcm' ? 16 : 32)))
  let at = 0
  for (let i = 0; i < count; i++) {
    const step = bytes.subarray(ROOM + i * STEP, ROOM + (i + 1) * STEP)
    const from = at + step[0]!
    const to = from + ((step[2]! << 8) | step[3]!)
    at = to + TAG_LENGTH
    const additional = step.subarray(ADDITIONAL_AT, ADDITIONAL_AT + step[1]!)
    sealer.seal(step.subarray(NONCE_AT, ADDITIONAL_AT), additional, bytes.subarray(from, to), bytes.subarray(to, at))
  }
  sealer.end()
  bytes.fill(0, ROOM)
  return at < ROOM / 2 ? bytes.slice(0, at) : bytes.subarray(0, at)
}

/**
 * The program of a thread, which is told where koffi is, if it is to be called: first it says `undefined`, it is there; then it gives
 * each job back sealed, and keeps nothing. A text, because a file would have to be found from wherever this was compiled,
 * bundled or loaded; `__name` is what esbuild may put around functions.
 */
export const THREAD = `
const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads')
const __name = named => named
const layout = ${JSON.stringify(LAYOUT)}
const sealIn = ${sealIn}
const byNode = ${byNode}
const byOpenSsl = ${byOpenSsl}
const callsOf = ${callsOf}
const direct = file => {
  try {
    const koffi = process.getBuiltinModule('node:module').createRequire(file)(file)
    return byOpenSsl(callsOf(koffi), ${JSON.stringify(CIPHERS)}, ${GET_TAG})
  } catch {}
}
const sealer = direct(workerData) ?? byNode(process.getBuiltinModule('node:crypto'))
parentPort.on('message', job => {
  const records = sealIn(job, layout, sealer)
  const { id, memory } = job
  parentPort.postMessage({ id, memory, records }, records.buffer === memory ? [memory] : [memory, records.buffer])
})
parentPort.postMessage(undefined)
`
