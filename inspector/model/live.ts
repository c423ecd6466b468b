/**
 * A run as it happens, from the lines of a feed (`src/node/inspector/feed.ts`): its connections, each a run of its own, and
 * for whoever asks others all of them as one. What a server has heard is told as its client said it, as of captures.
 */
import type { Failure } from '../../src/failures/index.ts'
import { failureIn, unpacker } from '../../src/inspect/packed/packed.ts'
import { connectionCounter } from '../../src/trace/connections.ts'
import { RECORDER_BYTES, type TraceRecord } from '../../src/trace/recorder.ts'
import { type EndSeen, endText, fieldsOf, type ListedRow } from './contents.ts'
import type { Parties, Run } from './run.ts'

/** In the address: `live` is the list, `live/0` all of it, `live/7` its seventh connection. */
export const LIVE = 'live'

/** What a record costs besides its bytes, as in `recorder`. */
const RECORD_OVERHEAD = 512
/** Connections that are kept apart; those after them are counted. */
const MOST_CONNECTIONS = 20_000

export interface LiveHead {
  /** As it was typed. */
  readonly command: string
  readonly privacy: 'starred' | 'shown'
  readonly date: number | undefined
}

interface Connection {
  readonly records: TraceRecord[]
  /** Who spoke first, seen from the host that looks: its connections lead out, or come in. */
  first: 'out' | 'in' | undefined
  flow: string
  row: ListedRow | undefined
  spoken: string
  failed: boolean
  failure: Failure | undefined
  readonly said: string[]
  requests: number
  from: number
  to: number
  closed: boolean
}

export class Live {
  head: LiveHead | undefined
  /** The run is over. */
  ended = false
  failure: Failure | undefined
  /** Records that are not here. */
  dropped = 0
  /** Changes with every line. */
  version = 0
  readonly #unpack = unpacker()
  readonly #connectionOf = connectionCounter()
  readonly #connections: Connection[] = []
  readonly #all: TraceRecord[] = []
  readonly #hosts = new Set<string>()
  #held = 0
  /** Whose eyes it is seen with: whoever said or heard the first word. */
  #host: string | undefined

  take(lines: readonly unknown[]): void {
    this.version++
    for (const line of lines) {
      const fields = fieldsOf(line)
      if (fields.type === 'live') this.head = headOf(fields)
      else if (fields.type === 'missing') this.dropped += Number(fields.records) || 0
      else if (fields.type === 'ended') {
        this.ended = true
        this.failure = failureIn(fields.failure)
      } else {
        const entry = this.#unpack(line)
        if (entry === undefined) this.dropped++
        else this.#add(entry)
      }
    }
  }

  /** Of the connections, the first first. */
  get rows(): readonly ListedRow[] {
    return this.#connections.map((each, i) => this.#rowOf(each, i))
  }

  get count(): number {
    return this.#connections.length
  }

  /**
   * Whether it is one exchange, over however many connections: somebody asks others. A server is asked. Undefined until
   * the first word.
   */
  get isOne(): boolean | undefined {
    if (this.#hosts.size > 1) return true
    const first = this.#connections.flatMap(each => each.first ?? [])
    return first.length === 0 ? undefined : first.every(direction => direction === 'out')
  }

  /** `number` 0: all of it. Undefined: there is no such connection yet. */
  run(number: number): Run | undefined {
    const { head } = this
    const connection = number === 0 ? this.#connections[0] : this.#connections[number - 1]
    if (head === undefined || connection === undefined) return undefined
    const isHeard = connection.first === 'in'
    // What the command failed with is of its last connection.
    const isLast = number === 0 || number === this.#connections.length
    const failure = (isLast ? this.failure : undefined) ?? (number === 0 ? undefined : connection.failure)
    const records = number === 0 ? this.#all : connection.records
    return {
      id: `${LIVE}/${number}`,
      name: number === 0 ? head.command : `${head.command} ${number}`,
      origin: { kind: 'live', command: head.command },
      parties: this.#partiesOf(connection, isHeard),
      records: isHeard ? records.map(mirrored) : [...records],
      date: head.date,
      dropped: this.dropped,
      privacy: head.privacy,
      open: !this.ended && !(number > 0 && connection.closed),
      ...(failure === undefined ? {} : { failure }),
    }
  }

  #partiesOf({ flow }: Connection, isHeard: boolean): Parties {
    const [near, far] = endsOf(flow)
    const own = this.#host ?? ''
    if (isHeard) {
      const client = { host: own, name: endText(far), address: far.address }
      return { client, server: { host: undefined, name: endText(near), address: near.address } }
    }
    const other = [...this.#hosts].find(host => host !== own && this.#hears.has(host))
    return {
      client: { host: own, name: this.#hosts.size > 1 ? own : endText(near), address: near.address },
      server: { host: other, name: other ?? endText(far), address: far.address },
    }
  }

  /** Hosts to whom connections came. */
  readonly #hears = new Set<string>()

  #add(entry: TraceRecord): void {
    const size = RECORD_OVERHEAD + (entry.type === 'message' ? entry.record.bytes.length : 0)
    if (this.#held + size > RECORDER_BYTES) {
      this.dropped++
      return
    }
    this.#held += size
    this.#all.push(entry)
    const { record } = entry
    if (entry.type !== 'secret' && STREAMS.has(entry.record.layer) && !this.#hosts.has(record.host)) {
      const isIn = entry.type === 'message' && entry.record.direction === 'in'
      if (entry.type === 'message') {
        this.#hosts.add(record.host)
        if (isIn) this.#hears.add(record.host)
        this.#host ??= record.host
      }
    }
    // Others who look on see the same connections from their side.
    if (this.#host !== undefined && record.host !== this.#host && record.host !== '') return
    const at = this.#connectionOf(entry)
    if (at >= MOST_CONNECTIONS) {
      this.dropped++
      return
    }
    let connection = this.#connections[at]
    if (connection === undefined) {
      connection = fresh()
      this.#connections[at] = connection
    }
    connection.records.push(entry)
    note(connection, entry)
  }

  #rowOf(connection: Connection, i: number): ListedRow {
    if (connection.row !== undefined) return connection.row
    const [near, far] = endsOf(connection.flow)
    const isHeard = connection.first === 'in'
    const { said, requests, failed, failure, spoken, closed, from, to } = connection
    const row: ListedRow = {
      id: i + 1,
      client: isHeard ? far : near,
      server: isHeard ? near : far,
      spoken,
      ok: failed || failure !== undefined ? false : said.some(text => /^[123]/.test(text)) ? true : undefined,
      what: requests > 2 ? [`${requests} requests → ${said.findLast(text => /^\d/.test(text)) ?? '…'}`] : [...said],
      reading: undefined,
      why: undefined,
      took: to - from,
      secrets: { used: 0, missing: 0 },
      open: !this.ended && !closed,
    }
    // What goes on is told anew each time.
    if (this.ended) connection.row = row
    return row
  }
}

const STREAMS: ReadonlySet<string> = new Set(['tcp', 'tls', 'http'])

const fresh = (): Connection => ({
  records: [],
  first: undefined,
  flow: '',
  row: undefined,
  spoken: '',
  failed: false,
  failure: undefined,
  said: [],
  requests: 0,
  from: Number.POSITIVE_INFINITY,
  to: 0,
  closed: false,
})

/** Texts that a row says of its connection. */
const MOST_SAID = 4

/** What a list says of it, as it comes. */
const note = (connection: Connection, entry: TraceRecord): void => {
  if (entry.type === 'secret') return
  const { layer, at, flow } = entry.record
  if (at < connection.from) connection.from = at
  if (at > connection.to) connection.to = at
  if (entry.type === 'state') {
    if (layer === 'tcp' && entry.record.to === 'CLOSED') connection.closed = true
    return
  }
  if (entry.type === 'verdict') {
    const { ok, failure } = entry.record
    // A cookie that is refused is no failure of the connection.
    if (ok || failure === undefined || layer === 'http' || layer === 'session') return
    connection.failure ??= failure
    connection.said.push(failure.code)
    return
  }
  if (!STREAMS.has(layer)) return
  if (layer === 'tcp' || connection.flow === '') connection.flow = flow
  connection.first ??= entry.record.direction
  const { name } = entry.record
  if (layer === 'tls') {
    connection.spoken = 'TLS'
    if (name === 'Alert' && entry.record.bytes[0] === 2) {
      connection.failed = true
      connection.said.push('Alert')
    }
  }
  if (layer !== 'http') return
  if (connection.spoken === '') connection.spoken = 'HTTP/1.1'
  if (entry.record.direction === connection.first) connection.requests++
  if (connection.said.length >= MOST_SAID) connection.said.splice(0, 2)
  connection.said.push(name)
}

/** As the other side saw it. */
const mirrored = (entry: TraceRecord): TraceRecord =>
  entry.type === 'message'
    ? { type: 'message', record: { ...entry.record, direction: entry.record.direction === 'in' ? 'out' : 'in' } }
    : entry

/** `10.0.0.2:55316-[::1]:443`: this end and the other. */
const endsOf = (flow: string): readonly [near: EndSeen, far: EndSeen] => {
  const [, near = '', far = ''] = /^(.*:\d+)-(.*:\d+)$/.exec(flow) ?? []
  return [endIn(near), endIn(far)]
}

const endIn = (end: string): EndSeen => {
  const [, address = '', port = '0'] = /^\[?(.*?)\]?:(\d+)$/.exec(end) ?? []
  return { address, port: Number(port) }
}

const headOf = ({ command, privacy, date }: Readonly<Record<string, unknown>>): LiveHead => ({
  command: String(command ?? ''),
  privacy: privacy === 'shown' ? 'shown' : 'starred',
  date: typeof date === 'number' ? date : undefined,
})
