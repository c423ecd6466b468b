/** A stream as Node's `Duplex`, for everything that is written against `node:stream`. */
import { Duplex } from 'node:stream'
import { english } from '../explain/en/index.ts'
import type { ByteStream, NetStream } from '../net/stream/types.ts'
import { inWords } from '../net/told.ts'

/** What servers ask a socket of Node about its ends: `req.ip` and secure cookies of Express come from these. */
export interface SocketFacts {
  readonly remoteAddress: string
  readonly remotePort: number
  readonly localAddress: string
  readonly localPort: number
  readonly encrypted: boolean
}

/** Takes the stream over. A failure of it destroys the Duplex with `FailureError`; destroying it sends RST. */
export const toNode = (stream: ByteStream | NetStream): Duplex & SocketFacts => {
  let room: (() => void) | undefined
  let closed = false
  let last: (() => void) | undefined
  const duplex = new Duplex({
    allowHalfOpen: true,
    read: () => stream.resume(),
    write(chunk: Uint8Array, _encoding, done) {
      if (stream.write([chunk])) done()
      else room = done
    },
    writev(chunks, done) {
      if (stream.write(chunks.map(({ chunk }) => chunk as Uint8Array))) done()
      else room = done
    },
    final(done) {
      stream.end()
      done()
    },
    destroy(error, done) {
      if (closed || (duplex.writableFinished && duplex.readableEnded)) {
        done(error)
        return
      }
      last = () => done(error)
      stream.reset()
    },
  })
  const drained = (): void => {
    const done = room
    room = undefined
    done?.()
  }
  stream.handler = {
    data(bytes) {
      const own = stream.pieces === 'owned' ? bytes : bytes.slice()
      if (!duplex.push(own)) stream.pause()
    },
    end: () => void duplex.push(null),
    drain: drained,
    closed(failure) {
      closed = true
      drained()
      if (last !== undefined) last()
      else if (failure !== undefined) duplex.destroy(inWords(failure, english))
      else if (!duplex.readableEnded) duplex.push(null)
    },
  }
  const { local, remote } = stream
  return Object.assign(duplex, {
    remoteAddress: remote.address,
    remotePort: remote.port,
    localAddress: local.address,
    localPort: local.port,
    encrypted: 'connection' in stream && stream.connection.tls !== undefined,
  })
}
