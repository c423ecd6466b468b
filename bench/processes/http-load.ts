/**
 * Load for a server: keep-alive connections over raw sockets, one request (or `depth`) under way on each. The answer's length is
 * learned from the first one, after that bytes are counted, so that this process is no slower than what it measures.
 */
import { connect, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { connect as connectSecure } from 'node:tls'
import { answerCalls } from './calls.ts'
import type { Version } from './tls-peer.ts'

const REQUEST = Buffer.from(
  'GET /cart?item=7 HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: load\r\nAccept: */*\r\nAccept-Encoding: identity\r\n\r\n',
  'latin1',
)

export interface Load {
  readonly port: number
  /** This version of TLS, without a look at the certificate: the server is measured. In clear where undefined. */
  readonly secure: Version | undefined
  readonly connections: number
  readonly milliseconds: number
  /** Requests that each connection sends at once, before it waits for all of their answers. 1 where undefined. */
  readonly depth?: number
}

const secured = (socket: Socket, version: Version): Socket => {
  const protocol = `TLSv${version}` as const
  return connectSecure({
    socket,
    servername: 'localhost',
    rejectUnauthorized: false,
    minVersion: protocol,
    maxVersion: protocol,
  })
}

/** Length of the answer in bytes; throws when it is not 200 with the body. */
const learn = ({ port, secure }: Load): Promise<number> =>
  new Promise((resolve, reject) => {
    const plain = connect(port, '127.0.0.1')
    const socket = secure ? secured(plain, secure) : plain
    let text = ''
    socket.on('error', reject)
    socket.on('data', bytes => {
      text += bytes.toString('latin1')
      const end = text.indexOf('\r\n\r\n')
      const length = Number(/content-length: *(\d+)/i.exec(text)?.[1])
      if (end < 0 || text.length < end + 4 + length) return
      socket.destroy()
      if (/^HTTP\/1.1 200 /.test(text)) resolve(text.length)
      else reject(new Error(text))
    })
    socket.write(REQUEST)
  })

export interface Answered {
  readonly requests: number
  readonly perSecond: number
  /** Milliseconds within which 99 of 100 answers (with pipelining: all answers of one go) came. */
  readonly p99: number
}

/** Answer times by the tenth of a millisecond; slower than a second counts as a second. */
class Times {
  readonly #counts = new Uint32Array(10_000)
  #all = 0
  add(milliseconds: number): void {
    this.#counts[Math.min(Math.floor(milliseconds * 10), this.#counts.length - 1)]!++
    this.#all++
  }
  within(share: number): number {
    let seen = 0
    for (let at = 0; at < this.#counts.length; at++) {
      seen += this.#counts[at]!
      if (seen >= this.#all * share) return (at + 1) / 10
    }
    return 0
  }
}

const run = async (load: Load): Promise<Answered> => {
  const { port, secure, connections, milliseconds, depth = 1 } = load
  const length = (await learn(load)) * depth
  const asked = Buffer.concat(Array.from({ length: depth }, () => REQUEST))
  const times = new Times()
  let answered = 0
  const open = (): Promise<Socket> =>
    new Promise((resolve, reject) => {
      let missing = length
      let since = performance.now()
      let socket: Socket
      const came = (count: number): boolean => {
        missing -= count
        if (missing < 0) reject(new Error('the answers are not of one length'))
        if (missing === 0) {
          answered += depth
          missing = length
          const now = performance.now()
          times.add(now - since)
          since = now
          socket.write(asked)
        }
        return true
      }
      const to = { port, host: '127.0.0.1', noDelay: true }
      if (secure) {
        socket = secured(connect(to), secure)
        socket.on('data', bytes => void came(bytes.length))
      } else socket = connect({ ...to, onread: { buffer: new Uint8Array(64 * 1024), callback: came } })
      socket.on('error', reject)
      socket.once(secure ? 'secureConnect' : 'connect', () => resolve(socket))
    })
  const sockets = await Promise.all(Array.from({ length: connections }, open))
  const started = performance.now()
  for (const socket of sockets) socket.write(asked)
  await new Promise(resolve => setTimeout(resolve, milliseconds))
  const requests = answered
  const perSecond = (requests / (performance.now() - started)) * 1000
  for (const socket of sockets) socket.destroy()
  return { requests, perSecond, p99: times.within(0.99) }
}

/** Opens `count` connections that have each been answered once, and keeps them. Another call closes them. */
let held: readonly Socket[] = []
const hold = async ({ port, count }: { readonly port: number; readonly count: number }): Promise<void> => {
  for (const socket of held) socket.destroy()
  // So that the server has noticed.
  if (held.length > 0) await new Promise(resolve => setTimeout(resolve, 1_000))
  const sockets: Socket[] = []
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1' })
      sockets.push(socket)
      socket.on('error', reject)
      socket.once('data', () => resolve())
      socket.write(REQUEST)
    })
  // A few at a time: a listener's queue is short.
  for (let at = 0; at < count; at += 100) await Promise.all(Array.from({ length: Math.min(100, count - at) }, one))
  held = sockets
}

/** Asks for `path` `times` times on one connection; bytes of the answers. */
const download = ({ port, path, times }: { readonly port: number; readonly path: string; readonly times: number }) =>
  new Promise<number>((resolve, reject) => {
    let [left, missing, all] = [times, -1, 0]
    const socket = connect({
      port,
      host: '127.0.0.1',
      onread: {
        buffer: Buffer.alloc(256 * 1024),
        callback: (count: number, bytes: Uint8Array): boolean => {
          all += count
          if (missing < 0) {
            const text = Buffer.from(bytes.buffer, bytes.byteOffset, count).toString('latin1')
            missing = Number(/content-length: *(\d+)/i.exec(text)![1]) + text.indexOf('\r\n\r\n') + 4
          }
          missing -= count
          if (missing > 0) return true
          if (missing < 0) reject(new Error('more came than was announced'))
          if (--left === 0) {
            socket.destroy()
            resolve(all)
          } else ask()
          return true
        },
      },
    })
    const ask = (): void => {
      missing = -1
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    }
    socket.on('error', reject)
    ask()
  })

/** Sends `bytes` to `path` on one connection; how many the server says that came. */
const upload = ({ port, path, bytes }: { readonly port: number; readonly path: string; readonly bytes: number }) =>
  new Promise<number>((resolve, reject) => {
    const piece = Buffer.alloc(256 * 1024, 'x')
    const socket = connect({ port, host: '127.0.0.1' })
    let text = ''
    let left = bytes
    socket.on('error', reject)
    socket.on('data', came => {
      text += came.toString('latin1')
      const [, length, got] = /content-length: *(\d+)[\s\S]*\r\n\r\n(\d+)$/i.exec(text) ?? []
      if (got === undefined || got.length < Number(length)) return
      socket.destroy()
      resolve(Number(got))
    })
    const more = (): void => {
      while (left > 0) {
        const now = Math.min(left, piece.length)
        left -= now
        if (!socket.write(piece.subarray(0, now))) return
      }
    }
    socket.on('drain', more)
    socket.write(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${bytes}\r\n\r\n`)
    more()
  })

answerCalls({ run, hold, download, upload })
