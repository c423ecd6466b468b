/**
 * Inputs of the engines' targets: a few settings, then operations on a handshake that is under way. Four bytes each,
 * operation, x, and y of two bytes; where the operation takes bytes, x says how many follow. Anything is a script.
 */
import { concat } from '../../support/bytes.ts'
import { MANNERS, type Manner } from './player.ts'

/** The order is part of the format of the corpus: new ones are put at the end. */
export const OPERATIONS = [
  'go',
  'deliver',
  'tear',
  'drop',
  'double',
  'swap',
  'xor',
  'overwrite',
  'insert',
  'cut',
  'join',
  'split',
  'raw',
  'record',
  'sealed',
  'sample',
  'extension',
  'peer writes',
  'peer writes much',
  'peer closes',
  'write',
  'close',
  'end',
  'manner',
  'reply',
  'flood',
  'wait',
  'answer',
  'reflect',
  'alert',
  'stop',
  'update keys',
  'peer updates keys',
  'ask who it is',
  'peer asks who it is',
  'apart',
] as const
export type OperationName = (typeof OPERATIONS)[number]

const WITH_BYTES: ReadonlySet<OperationName> = new Set([
  'overwrite',
  'insert',
  'raw',
  'record',
  'sealed',
  'peer writes',
  'write',
  'flood',
])

export interface Operation {
  readonly name: OperationName
  readonly x: number
  readonly y: number
  readonly bytes: Uint8Array
}

export interface Script {
  /** Bits: 1 the tested side believes everything; 2 and 4 the kind of key. */
  readonly settings: number
  /** How the tested side is set up, and how its peer is. */
  readonly own: number
  readonly theirs: number
  readonly seed: number
  /**
   * Bits: 1 and 2 what the server wants of the client, 4 the client has a certificate, 8 also later on; 16 GREASE, 32 padding,
   * 64 keys from elsewhere, 128 no certificate of the server.
   */
  readonly authentication: number
  /** Bits: 1 a session is wanted, 2 one of an earlier connection is shown, both one that was stored; 4 and 8 tickets and ids of the server, 64 it may write early. */
  readonly resumption: number
  /** Of both sides, bits: 1 and 2 versions, 4 and 8 shares of a client, 16 and 32 suites of TLS 1.3, 64 the hybrid group, 128 compressed certificates. */
  readonly ownNewer: number
  readonly theirNewer: number
  readonly operations: readonly Operation[]
  readonly manners: readonly Manner[]
}

const SETTINGS = 8
const OPERATION = 4

export const parts = (input: Uint8Array): Uint8Array[] => {
  const found = input.length === 0 ? [] : [input.slice(0, SETTINGS)]
  for (let at = SETTINGS; at < input.length; ) {
    const size = OPERATION + (WITH_BYTES.has(nameOf(input[at]!)) ? (input[at + 1] ?? 0) : 0)
    found.push(input.slice(at, at + size))
    at += size
  }
  return found
}

/** Numbers without an operation are left for those to come. */
const nameOf = (byte: number): OperationName => OPERATIONS[byte & 63] ?? 'go'

export const readScript = (input: Uint8Array): Script => {
  const [, ...others] = parts(input)
  const operations = others.map(part => ({
    name: nameOf(part[0]!),
    x: part[1] ?? 0,
    y: ((part[2] ?? 0) << 8) | (part[3] ?? 0),
    bytes: part.slice(OPERATION),
  }))
  const manners = operations.filter(({ name }) => name === 'manner').map(({ x }) => MANNERS[x % MANNERS.length]!)
  const [
    settings = 0,
    own = 0,
    theirs = 0,
    seed = 0,
    authentication = 0,
    resumption = 0,
    ownNewer = 0,
    theirNewer = 0,
  ] = input
  return { settings, own, theirs, seed, authentication, resumption, ownNewer, theirNewer, operations, manners }
}

/** One operation as bytes, for seeds. */
export const operation = (name: OperationName, y = 0, x = 0): Uint8Array =>
  Uint8Array.of(OPERATIONS.indexOf(name), x, y >> 8, y)

/** An operation with bytes. */
export const giving = (name: OperationName, bytes: Uint8Array, y = 0): Uint8Array =>
  concat(operation(name, y, bytes.length), bytes)

export const describeScript = (input: Uint8Array): string[] => {
  const { settings, own, theirs, seed, authentication, resumption, ownNewer, theirNewer, operations } =
    readScript(input)
  const hexOf = (bytes: Uint8Array) => (bytes.length === 0 ? '' : ` ${Buffer.from(bytes).toString('hex')}`)
  return [
    `settings ${settings}, own ${own}, theirs ${theirs}, seed ${seed}, authentication ${authentication}, resumption ${resumption}, newer ${ownNewer} and ${theirNewer}`,
    ...operations.map(({ name, x, y, bytes }) => `${name} x=${x} y=${y}${hexOf(bytes)}`),
  ]
}
