/**
 * A machine between two others: it accepts the client's connections in the server's name, opens its own to the server,
 * and hands bytes over, changed or not. What a tamperer sees are pieces of a byte stream; `records` cuts them into TLS
 * records for those that want them.
 */
import type { Bytes } from '../engine.ts'
import type { ByteStream, StreamHandler, Transport } from '../net/stream/types.ts'
import { HEADER_LENGTH, RecordHeader } from '../tls/record/format.ts'
import { joined } from '../wire/bytes.ts'

export type Way = 'to-server' | 'to-client'

/** What goes on instead of `bytes`: nothing, the same, others, or the end of both connections. */
export type Tamper = (bytes: Bytes, way: Way) => readonly Bytes[] | 'cut'

export interface Middle {
  close(): Promise<void>
}

/** Listens on `port` over the attacker's transport and relays to `server`; each connection has a tamperer of its own. */
export const sitBetween = async (
  over: Transport,
  server: { readonly host: string; readonly port: number },
  tamperer: () => Tamper,
): Promise<Middle> => over.listen({ port: server.port }, client => relay(client, over.connect(server), tamperer()))

/** Joins an accepted stream with one that is being opened. */
const relay = (client: ByteStream, opening: Promise<ByteStream>, tamper: Tamper): void => {
  const early: Bytes[] = []
  let ended = false
  client.handler = {
    data: bytes => void early.push(bytes.slice()),
    end: () => void (ended = true),
    drain: () => {},
    closed: () => {},
  }
  opening.then(
    server => {
      server.handler = handlerTo(client, server, 'to-client', tamper)
      client.handler = handlerTo(server, client, 'to-server', tamper)
      for (const bytes of early) client.handler.data(bytes)
      if (ended) client.handler.end()
    },
    () => client.reset(),
  )
}

/** Hands what `source` brings to `target`, and its end. */
export const handlerTo = (target: ByteStream, source: ByteStream, way: Way, tamper: Tamper): StreamHandler => {
  let over = false
  return {
    data(bytes) {
      if (over) return
      const instead = tamper(bytes.slice(), way)
      if (instead === 'cut') {
        over = true
        target.end()
        source.end()
        return
      }
      if (instead.length > 0 && !target.write(instead)) source.pause()
    },
    end() {
      if (!over) target.end()
      over = true
    },
    drain: () => target.resume(),
    closed(failure) {
      if (failure !== undefined) target.reset()
    },
  }
}

/** One TLS record as it passes. */
export interface PassingRecord {
  /** The whole record with its header. */
  readonly bytes: Bytes
  /** ContentType. */
  readonly type: number
  readonly way: Way
  /** 0 for the first record of this way and type. */
  readonly number: number
}

/** A tamperer that is asked once per whole record. */
export const records = (tamper: (record: PassingRecord) => readonly Bytes[] | 'cut'): Tamper => {
  const waiting: Record<Way, Bytes> = { 'to-server': new Uint8Array(0), 'to-client': new Uint8Array(0) }
  const counts = new Map<string, number>()
  const header = new RecordHeader.View()
  return (piece, way) => {
    const bytes = joined([waiting[way], piece])
    const out: Bytes[] = []
    let at = 0
    while (at + HEADER_LENGTH <= bytes.length) {
      const { type, length } = header.at(bytes, at)
      const end = at + HEADER_LENGTH + length
      if (end > bytes.length) break
      const key = `${way} ${type}`
      const number = counts.get(key) ?? 0
      counts.set(key, number + 1)
      const instead = tamper({ bytes: bytes.slice(at, end), type, way, number })
      if (instead === 'cut') return 'cut'
      out.push(...instead)
      at = end
    }
    waiting[way] = bytes.slice(at)
    return out
  }
}

/** Relays, and nothing else. */
export const untouched: Tamper = bytes => [bytes]
