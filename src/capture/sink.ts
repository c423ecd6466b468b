/**
 * A capture file as a trace sink: secrets become blocks, streams over kernel sockets become synthetic frames, and real
 * frames are given to it by whoever sees them.
 */
import type { Clock } from '../clock.ts'
import { keyLogLine, newSecrets } from '../trace/keylog.ts'
import { sinkOf } from '../trace/recorder.ts'
import type { MessageRecord, StateRecord, TraceSink } from '../trace/types.ts'
import { endpointText, type IpAddress } from '../wire/address.ts'
import { type InterfaceOptions, pcapngWriter, type Resolution, type SectionOptions } from './pcapng.ts'
import { bareAddress, SYNTHETIC_COMMENT, SyntheticConnection, type SyntheticEnd } from './synthetic.ts'

export interface FrameOptions {
  /** Milliseconds since 1970; default: now. */
  readonly date?: number | undefined
  readonly direction?: 'in' | 'out' | undefined
  readonly comment?: string | undefined
  /** Which wire; each name is an interface of the file. Default `wire`. */
  readonly wire?: string | undefined
}

export interface Capture extends TraceSink {
  /** A frame as it was on the wire; its bytes must not change afterwards. */
  frame(bytes: Uint8Array, options?: FrameOptions): void
  /** What an address is called; shown instead of it. */
  name(address: IpAddress, ...names: readonly string[]): void
  /** Frames written so far. */
  readonly frames: number
  /** Ends the file. Whatever comes later is not written. */
  finish(): void
}

export interface CaptureOptions extends SectionOptions {
  readonly resolution?: Resolution | undefined
}

/**
 * Frames that wait at most for a secret to overtake them. In TLS 1.3 the frame that brings ServerHello may bring protected
 * records too, whose secrets nobody knows before it was read; and who reads the file wants to know the secrets of what
 * comes behind Finished when it meets Finished, while the server's chain may still be judged and we have said something
 * in between. A server's flight of 16 full frames is 23 KB.
 */
const HELD_FRAMES = 16

/** Secrets of TLS 1.3 (SSLKEYLOGFILE): from the first on a handshake is under way, with the second it is over. */
const UNDER_WAY = 'SERVER_HANDSHAKE_TRAFFIC_SECRET'
const OVER = 'SERVER_TRAFFIC_SECRET_0'

/** Writes a pcapng file piece by piece as things happen; all but the last inbound frames, or a handshake's, is there at once. */
export const captureSink = (
  write: (bytes: Uint8Array) => void,
  clock: Pick<Clock, 'now' | 'date'>,
  options: CaptureOptions = {},
): Capture => {
  const { resolution = 'us', ...section } = options
  const file = pcapngWriter(write, section)
  const epoch = clock.date() - clock.now()
  const interfaces = new Map<string, number>()
  const isNew = newSecrets()
  let frames = 0
  let finished = false
  const held: (() => void)[] = []
  let underWay = false
  const release = (): void => {
    underWay = false
    for (const write of held.splice(0)) write()
  }
  const on = (name: string, about: Pick<InterfaceOptions, 'description' | 'comments'> = {}): number => {
    const known = interfaces.get(name)
    if (known !== undefined) return known
    const number = file.addInterface({ name, resolution, ...about })
    interfaces.set(name, number)
    return number
  }
  const put = (bytes: Uint8Array, number: number, { date, direction, comment }: FrameOptions): void => {
    frames++
    const options = {
      interface: number,
      date: date ?? clock.date(),
      ...(direction === undefined ? {} : { direction }),
      ...(comment === undefined ? {} : { comments: [comment] }),
    }
    held.push(() => file.packet(bytes, options))
    if ((direction !== 'in' && !underWay) || held.length > HELD_FRAMES) release()
  }
  const streams = syntheticStreams(epoch, (bytes, direction, date, comment) =>
    put(bytes, on('kernel', KERNEL), {
      date,
      direction,
      ...(comment === undefined ? {} : { comment }),
    }),
  )
  return {
    ...sinkOf(entry => {
      if (finished) return
      if (entry.type === 'message') streams.message(entry.record)
      else if (entry.type === 'state') streams.state(entry.record)
      else if (entry.type === 'secret') {
        const line = keyLogLine(entry.record)
        if (!isNew(line)) return
        file.secrets(line)
        const { label } = entry.record
        if (label === UNDER_WAY || label === OVER) underWay = label === UNDER_WAY
      }
    }),
    frame(bytes, given = {}) {
      if (!finished) put(bytes, on(given.wire ?? 'wire'), given)
    },
    name(address, ...names) {
      if (!finished) file.names(address.octets, ...names)
    },
    get frames() {
      return frames
    },
    finish() {
      release()
      if (!finished) file.finish(clock.date())
      finished = true
    },
  }
}

/** What happened to one frame on a simulated network, as its taps tell it. */
export interface TappedFrame {
  readonly date: number
  readonly host: string
  readonly direction: 'in' | 'out'
  readonly what: string
  readonly bytes: Uint8Array
}

/** A tap that captures what `host` sends and what reaches it, as a capture on that machine would. */
export const captureTap =
  (capture: Capture, host: string): ((seen: TappedFrame) => void) =>
  seen => {
    if (seen.host !== host || seen.what !== (seen.direction === 'out' ? 'sent' : 'delivered')) return
    capture.frame(seen.bytes, { date: seen.date, direction: seen.direction, wire: host })
  }

/** The interface of frames that were never on a wire. */
const KERNEL = {
  description: 'Synthetic frames for connections that the kernel carried',
  comments: [SYNTHETIC_COMMENT],
}

/** `127.0.0.1:47130-127.0.0.1:443`, local side first: how streams are named whose segments nobody sees. */
const UNSEEN = /^\[?(.+?)\]?:(\d+)-\[?(.+?)\]?:(\d+)$/

/**
 * Connections that are remembered; of more, the longest silent one is forgotten, and goes on without a handshake when it
 * speaks again. 3 kB each; a process seldom may have more sockets (`ulimit -n` is 1024 or 4096 in most places).
 */
const REMEMBERED_STREAMS = 4096

interface Stream {
  /** Both ends of a connection in one process tell of it, in memory or over loopback; whoever spoke first is heard. */
  readonly speaker: string
  readonly connection: SyntheticConnection
  asked: number | undefined
  /** The other end speaks too: what it says after the end is no connection of its own. */
  echoed: boolean
  over: boolean
}

const syntheticStreams = (
  epoch: number,
  emit: ConstructorParameters<typeof SyntheticConnection>[2],
): { message(record: MessageRecord): void; state(record: StateRecord): void } => {
  /** By their two ends, the longest silent first. */
  const streams = new Map<string, Stream>()
  const keep = (key: string, stream: Stream): Stream => {
    streams.delete(key)
    const [oldest] = streams.keys()
    if (streams.size === REMEMBERED_STREAMS && oldest !== undefined) streams.delete(oldest)
    streams.set(key, stream)
    return stream
  }
  const heard = (record: MessageRecord | StateRecord): [stream: Stream, key: string] | undefined => {
    const parts = UNSEEN.exec(record.flow)
    if (parts === null) return undefined
    const local = { address: parts[1]!, port: Number(parts[2]) }
    const remote = { address: parts[3]!, port: Number(parts[4]) }
    const key = [local, remote].map(nameOf).sort().join(' ')
    const speaker = `${record.host} ${record.flow}`
    const known = streams.get(key)
    if (known !== undefined && known.speaker !== speaker) {
      known.echoed = !('to' in record && record.to === 'CLOSED')
      if (known.over && !known.echoed) streams.delete(key)
      else keep(key, known)
      return undefined
    }
    if (known !== undefined && !known.over) return [keep(key, known), key]
    const connection = new SyntheticConnection(local, remote, emit)
    return [keep(key, { speaker, connection, asked: undefined, echoed: false, over: false }), key]
  }
  return {
    message(record) {
      if (record.layer !== 'tcp' || record.format !== undefined || record.payload === undefined) return
      const { at, start, end } = record.payload
      const bytes = record.bytes.subarray(at, at + end - start)
      heard(record)?.[0].connection.moved(record.direction, bytes, start, epoch + record.at)
    },
    state(record) {
      if (record.layer !== 'tcp') return
      const [stream, key] = heard(record) ?? []
      if (stream === undefined || key === undefined) return
      const date = epoch + record.at
      const { connection } = stream
      switch (record.to) {
        case 'SYN-SENT':
          stream.asked = date
          break
        case 'ESTABLISHED':
          connection.opened(stream.asked === undefined ? 'remote' : 'local', stream.asked ?? date, date)
          break
        case 'FIN-WAIT':
          connection.finished('out', date)
          break
        case 'CLOSE-WAIT':
          connection.finished('in', date)
          break
        case 'CLOSED':
          connection.closed(date)
          stream.over = true
          if (!stream.echoed) streams.delete(key)
          break
        default:
          break
      }
    },
  }
}

/** The same for both ends, whether or not one of them sees IPv4 in IPv6's clothes. */
const nameOf = ({ address, port }: SyntheticEnd): string => endpointText(bareAddress(address)?.text ?? address, port)
