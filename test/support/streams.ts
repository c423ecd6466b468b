/** Exchanges of our own engines with a tap between them, and the reader that knows nothing but what the tap has seen. */
import type { CryptoProvider } from '../../src/crypto/provider.ts'
import type { Finding, StreamContext } from '../../src/dissect/stream/index.ts'
import { streamReader } from '../../src/dissect/stream/index.ts'
import type { Ending, Secrets, Side } from '../../src/dissect/types.ts'
import type { Session } from '../../src/tls/session/session.ts'
import { SessionStore } from '../../src/tls/session/store.ts'
import { TicketKeeper } from '../../src/tls/session/tickets.ts'
import { messagesOf, type Recording, recorder, type TraceRecord } from '../../src/trace/recorder.ts'
import type { MessageRecord, SecretRecord } from '../../src/trace/types.ts'
import { ascii, toHex } from './bytes.ts'
import { type Answers, answersOf, type Identity, type Pair, type PairOptions, pair, recordsOf, shuttle } from './tls.ts'

export type Tapped = readonly [from: Side, bytes: Uint8Array | number][]

/** What ends have written down, as a key log is looked up. */
export const secretsOf = (records: readonly TraceRecord[]): Secrets => {
  const found = new Map<string, Uint8Array>()
  const key = ({ label, clientRandom }: Pick<SecretRecord, 'label' | 'clientRandom'>) =>
    `${label} ${toHex(clientRandom)}`
  for (const { type, record } of records) if (type === 'secret') found.set(key(record), record.secret)
  return { find: (label, clientRandom) => found.get(key({ label, clientRandom })) }
}

export const NO_SECRETS: Secrets = { find: () => undefined }

/** Both ends of a connection traced, and everything that went between them in its order. */
export const tapped = (options: PairOptions) => {
  const ends = recorder()
  const of = (host: string) => ({ sink: ends, flow: 'one', host })
  const both: Pair = pair({
    ...options,
    client: { ...options.client, trace: of('client') },
    server: { ...options.server, trace: of('server') },
  })
  const tap: [Side, Uint8Array][] = []
  const carry = (): void =>
    shuttle(both, (bytes, direction) => {
      tap.push([direction === 'to-server' ? 'client' : 'server', bytes.slice()])
      return recordsOf(bytes)
    })
  carry()
  return { both, ends, tap, carry }
}

const GET = ascii('GET /cart HTTP/1.1\r\nHost: shop.test\r\n\r\n')
const OK = ascii('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello')

export type TalkOptions = PairOptions & { readonly before?: (run: ReturnType<typeof tapped>) => void }

/** A request and an answer, and both close. */
export const talkBetween = ({ before, ...options }: TalkOptions) => {
  const run = tapped(options)
  const { client, server } = run.both
  before?.(run)
  if (client.established !== undefined && server.established !== undefined) {
    client.tls.write(GET, 0)
    run.carry()
    server.tls.write(OK, 0)
    run.carry()
  }
  client.tls.close(0)
  server.tls.close(0)
  run.carry()
  return run
}

/** How a server answers that gives sessions and takes them back. */
export const houseOf = (crypto: CryptoProvider, who: Identity, earlyTaken = true): Answers => {
  const keeper = new TicketKeeper({ crypto })
  const store = new SessionStore()
  const answers: Answers = question => {
    if (question.about === 'early-data') return earlyTaken ? 'fresh' : 'none'
    if (question.about === 'session') {
      if ('get' in question.wanted) return store.get(question.wanted.get, 0) ?? 'none'
      store.put(question.wanted.id, question.wanted.put, 0)
      return 'none'
    }
    if (question.about !== 'ticket') return answersOf(crypto, who)(question)
    return 'seal' in question.wanted
      ? keeper.seal(question.wanted.seal, 0)
      : (keeper.open(question.wanted.open, 0) ?? 'none')
  }
  return answers
}

/** The last session that the client was given. */
export const sessionOf = ({ both }: ReturnType<typeof tapped>): Session => {
  const found = both.client.events.findLast(event => event.type === 'session')
  if (found?.type !== 'session') throw new Error('the client got no session')
  return found.session
}

export interface Heard {
  readonly trace: Recording
  readonly findings: readonly Finding[]
}

/** What a reader tells that was given these bytes, a number being so many that are missing. */
export const heard = (
  crypto: CryptoProvider,
  tap: Tapped,
  more: Partial<StreamContext> = {},
  how: Ending = 'FIN',
): Heard => {
  const trace = recorder()
  const findings: Finding[] = []
  const reader = streamReader({
    sink: trace,
    flow: 'one',
    secrets: NO_SECRETS,
    crypto,
    tell: finding => void findings.push(finding),
    ...more,
  })
  const at: Record<Side, number> = { client: 0, server: 0 }
  for (const [from, bytes] of tap) {
    if (typeof bytes === 'number') reader.gap(from, bytes, 0)
    else {
      const lent = bytes.slice()
      reader.data(from, lent, at[from], 0)
      lent.fill(0x5a)
    }
    at[from] += typeof bytes === 'number' ? bytes : bytes.length
  }
  for (const side of ['client', 'server'] as const) reader.end(side, how, 0)
  return { trace, findings }
}

/** The last handshake that was told of. */
export const sessionIn = ({ findings }: Heard) => findings.filter(({ about }) => about === 'session').at(-1)

/** The same bytes one by one. */
export const bytewise = (tap: Tapped): Tapped =>
  tap.flatMap(
    ([from, bytes]): Tapped =>
      typeof bytes === 'number' ? [[from, bytes]] : [...bytes].map(octet => [from, Uint8Array.of(octet)] as const),
  )

/** Messages in words that can be compared: numbers of other messages become what those are. */
export const told = (
  records: readonly TraceRecord[],
  layers: readonly string[],
  host = 'client',
): readonly object[] => {
  const own = messagesOf(records).filter(message => message.host === host)
  const byId = new Map(own.map(message => [message.id, message]))
  return own
    .filter(({ layer }) => layers.includes(layer))
    .map(({ id: _id, host: _host, at: _at, format, bytes, carriedBy, ...rest }: MessageRecord) => ({
      ...rest,
      format: format !== undefined,
      bytes: toHex(bytes),
      ...(carriedBy === undefined
        ? {}
        : {
            carriedBy: carriedBy.map(({ message, start, end }) => ({
              message: toHex(byId.get(message)?.bytes ?? new Uint8Array(0)),
              start,
              end,
            })),
          }),
    }))
}

/** Each direction by itself: the ends see them interleaved in other ways than the wire. */
export const eachWay = (messages: readonly object[]): Readonly<Record<'in' | 'out', readonly object[]>> => {
  const going = (way: string) => messages.filter(message => (message as MessageRecord).direction === way)
  return { in: going('in'), out: going('out') }
}

/** Checks with how they went, in order of their names. */
export const verdictsOf = ({ records }: Recording, layer: string): readonly string[] =>
  records
    .flatMap(entry => (entry.type === 'verdict' && entry.record.layer === layer ? [entry.record] : []))
    .map(({ check, ok }) => `${check} ${ok ? 'ok' : 'failed'}`)
    .sort()
