/**
 * One side of a TLS connection over loopback: `tls-peer.ts ours|workers|node|lemon`; `workers` is ours with threads that seal. Sender and receiver are separate
 * processes, so that only one side of a measurement is ours or theirs.
 */

import { type AddressInfo, connect as connectTcp } from 'node:net'
import { Duplex } from 'node:stream'
import tls from 'node:tls'
import { connect, listen, recordWorkers } from '../../src/index.ts'
import type { NetStream } from '../../src/net/stream/types.ts'
import { certifiedKey } from '../../src/tls/certificate/certified-key.ts'
import { pem } from '../../src/x509/files/pem.ts'
import { trustStore } from '../../src/x509/path/store.ts'
import { answerCalls, cpu, heap, mainThread } from './calls.ts'

/** Made once by the benchmark; the same for everybody. */
export interface Identity {
  readonly chain: readonly Uint8Array[]
  readonly root: Uint8Array
  readonly privateKey: Uint8Array
}
export interface Listen {
  readonly identity: Identity
  /** Bytes to send to each client that asks with one byte. */
  readonly send: number
}
export interface Transfer {
  readonly identity: Identity
  readonly port: number
  /** Bytes to receive. */
  readonly bytes: number
  readonly version: Version
}

export type Version = '1.2' | '1.3'
export interface Visits {
  readonly identity: Identity
  readonly port: number
  /** How many handshakes. */
  readonly count: number
  readonly version: Version
  /** All but the first go on with its session. */
  readonly resumed: boolean
}

const SUITE = 'ECDHE-ECDSA-AES128-GCM-SHA256'
/** For every version and key that is measured. */
const SUITES = `TLS_AES_128_GCM_SHA256:${SUITE}:ECDHE-RSA-AES128-GCM-SHA256`
/** As we name them. */
const AES_128 = { '1.2': 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', '1.3': 'TLS_AES_128_GCM_SHA256' } as const
/** What an application hands over at once. */
const PIECE = new Uint8Array(256 * 1024)

const asked = process.argv[2] as 'ours' | 'workers' | 'node' | 'lemon'
const workers = asked === 'workers' ? recordWorkers() : undefined
const kind = asked === 'workers' ? 'ours' : asked

/** Only where it is measured: loaded beside our sender it cost that about 15 %, for a reason that nobody looked for. */
const lemon = kind === 'lemon' ? (await import('lemon-tls')).default : undefined

const pems = ({ chain, privateKey, root }: Identity) => ({
  key: pem('PRIVATE KEY', privateKey),
  cert: chain.map(der => pem('CERTIFICATE', der)).join(''),
  ca: pem('CERTIFICATE', root),
})

/** Sends `bytes` in pieces as the stream takes them. */
const pour = async (socket: Duplex, bytes: number): Promise<void> => {
  for (let left = bytes; left > 0; left -= PIECE.length) {
    if (!socket.write(left >= PIECE.length ? PIECE : PIECE.subarray(0, left))) {
      await new Promise(resolve => socket.once('drain', resolve))
    }
  }
}

const pourOurs = (stream: NetStream, bytes: number): void => {
  let left = bytes
  const go = (): void => {
    while (left > 0) {
      const piece = left >= PIECE.length ? PIECE : PIECE.subarray(0, left)
      left -= piece.length
      if (!stream.write([piece])) return
    }
  }
  stream.handler = { ...stream.handler, drain: go }
  go()
}

/** A server: answers a byte with `send` bytes. */
const serveNode = (socket: Duplex, send: number): void => {
  socket.on('error', () => {})
  socket.on('data', () => void pour(socket, send))
}

const serveOurs = (stream: NetStream, send: number): void => {
  stream.handler = { data: () => pourOurs(stream, send), end: () => stream.end(), drain() {}, closed() {} }
}

const start = async ({ identity, send }: Listen): Promise<number> => {
  if (kind === 'ours') {
    const key = certifiedKey(identity)
    const listener = await listen({ tls: { certificateFor: () => key, workers } }, stream => serveOurs(stream, send))
    return listener.port
  }
  const options = { ...pems(identity), minVersion: 'TLSv1.2', ciphers: kind === 'node' ? SUITES : SUITE } as const
  const accept = (socket: unknown): void => serveNode(socket as Duplex, send)
  const server =
    kind === 'node'
      ? tls.createServer(options, accept)
      : ((lemon as unknown as typeof tls).createServer(options, accept) as tls.Server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const connectTls = (
  { identity, version }: Pick<Transfer, 'identity' | 'version'>,
  where: tls.ConnectionOptions,
): tls.TLSSocket => {
  const { ca } = pems(identity)
  const protocol = `TLSv${version}` as const
  const options = { servername: 'localhost', ca, minVersion: protocol, maxVersion: protocol }
  const make = kind === 'lemon' ? (lemon as unknown as typeof tls) : tls
  return make.connect({ ...options, ciphers: version === '1.2' ? SUITE : SUITES, ...where } as tls.ConnectionOptions)
}
const open = async (transfer: Transfer): Promise<Duplex> => {
  const socket = connectTls(transfer, { host: '127.0.0.1', port: transfer.port })
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve as never).once('error', reject))
  return socket
}
const openOurs = ({ identity, port, version }: Transfer): Promise<NetStream> =>
  connect({
    host: '127.0.0.1',
    port,
    tls: {
      serverName: 'localhost',
      trust: trustStore([identity.root]),
      versions: [`TLS ${version}`],
      suites: [AES_128[version]],
    },
  })

/** Takes what the server sends. */
const receive = async (transfer: Transfer): Promise<void> => {
  let missing = transfer.bytes
  if (kind === 'ours') {
    const stream = await openOurs(transfer)
    const done = new Promise<void>(resolve => {
      stream.handler = {
        data: bytes => {
          if ((missing -= bytes.length) === 0) resolve()
        },
        end() {},
        drain() {},
        closed() {},
      }
    })
    stream.write([Uint8Array.of(1)])
    await done
    stream.reset()
    return
  }
  const socket = await open(transfer)
  const done = new Promise<void>(resolve => {
    socket.on('data', (bytes: Uint8Array) => {
      if ((missing -= bytes.length) === 0) resolve()
    })
  })
  socket.write(Uint8Array.of(1))
  await done
  socket.destroy()
}

const RECORD_HEAD = 5
/** Of an AES-GCM record: what is not content. */
const OVERHEAD = { '1.2': 24, '1.3': 17 } as const

/** Tells of each record when `whole` says so, else only how long it is, when its head has come. */
const splitter = (whole: () => boolean, record: (bytes: Uint8Array) => void, length: (bytes: number) => void) => {
  let held: Uint8Array = new Uint8Array(0)
  /** Of a record whose length was told. */
  let skip = 0
  return (chunk: Uint8Array): void => {
    let rest = held.length > 0 ? Buffer.concat([held, chunk]) : chunk
    while (rest.length - skip >= RECORD_HEAD) {
      rest = rest.subarray(skip)
      skip = 0
      const size = RECORD_HEAD + ((rest[3]! << 8) | rest[4]!)
      if (whole()) {
        if (rest.length < size) break
        record(rest.slice(0, size))
      } else length(size - RECORD_HEAD)
      skip = size
    }
    held = rest.slice(skip)
    skip = Math.max(0, skip - rest.length)
  }
}

/**
 * Takes what the server sends and leaves it sealed, so that the sender is what is measured: `node:tls` needs more time to
 * open a gigabyte than anybody to seal it. The handshake is that of `node:tls`; of the records behind it (the tickets among
 * them) only the lengths are read.
 */
const count = async ({ identity, port, version, bytes }: Transfer): Promise<void> => {
  let [missing, isAsked] = [bytes, false]
  let done = (): void => {}
  const finished = new Promise<void>(resolve => (done = resolve))
  const split = splitter(
    () => !isAsked,
    record => relay.push(record),
    length => {
      if ((missing -= length - OVERHEAD[version]) <= 0) done()
    },
  )
  const buffer = new Uint8Array(PIECE.length)
  const callback = (length: number): boolean => {
    split(buffer.subarray(0, length))
    return true
  }
  const lower = connectTcp({ host: '127.0.0.1', port, onread: { buffer, callback } })
  const relay = new Duplex({ read() {}, write: (piece, _, written) => void lower.write(piece, written) })
  const socket = connectTls({ identity, version }, { socket: relay })
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))
  isAsked = true
  socket.write(Uint8Array.of(1))
  await finished
  socket.destroy()
  lower.destroy()
}

/** Handshakes one after another, four at a time, with `node:tls` as the client whoever the server is. */
const handshakes = async ({ identity, port, count, version, resumed }: Visits): Promise<void> => {
  const { ca } = pems(identity)
  const protocol = `TLSv${version}` as const
  const secureContext = tls.createSecureContext({ ca, minVersion: protocol, maxVersion: protocol, ciphers: SUITES })
  let session: Buffer | undefined
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const to = { host: '127.0.0.1', port, servername: 'localhost', secureContext }
      const socket: tls.TLSSocket = tls.connect(session === undefined ? to : { ...to, session }, () => {
        if (socket.getProtocol() !== protocol || (session !== undefined && !socket.isSessionReused()))
          reject(new Error(`${socket.getProtocol()}, resumed: ${socket.isSessionReused()}`))
        if (session !== undefined || !resumed) socket.end()
      })
      if (resumed && session === undefined)
        socket.once('session', kept => {
          session = kept
          socket.end()
        })
      socket.on('error', reject)
      socket.on('close', () => resolve())
      socket.resume()
    })
  await one()
  const lane = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) await one()
  }
  await Promise.all([1, 2, 3, 4].map(() => lane(count / 4)))
}

let held: readonly tls.TLSSocket[] = []

/** Keeps `count` connections open that were each answered one byte, and lets go of those from before. */
const hold = async ({ identity, port, count, version }: Omit<Visits, 'resumed'>): Promise<void> => {
  const gone = held.map(socket => new Promise(resolve => socket.once('close', resolve).destroy()))
  await Promise.all(gone)
  const { ca } = pems(identity)
  const protocol = `TLSv${version}` as const
  const secureContext = tls.createSecureContext({ ca, minVersion: protocol, maxVersion: protocol, ciphers: SUITES })
  const one = (): Promise<tls.TLSSocket> =>
    new Promise((resolve, reject) => {
      const socket = tls.connect({ host: '127.0.0.1', port, servername: 'localhost', secureContext })
      socket.once('data', () => resolve(socket)).on('error', reject)
      socket.write(Uint8Array.of(1))
    })
  const sockets: tls.TLSSocket[] = []
  // A few at a time: a listener's queue is short.
  while (sockets.length < count)
    sockets.push(...(await Promise.all(Array.from({ length: Math.min(100, count - sockets.length) }, one))))
  held = sockets
}

/** Bytes of this process in memory, whoever has them. */
const resident = (): number => process.memoryUsage().rss

answerCalls({ exit: () => process.exit(), start, receive, count, handshakes, hold, heap, resident, cpu, mainThread })
