/**
 * A relay on the way between a client and a server that sees whole TLS records and may change, drop or cut: the
 * attacker of the interop tests. It knows the record header and nothing else.
 */
import { connect, createServer, type Server, type Socket } from 'node:net'

export interface PassingRecord {
  readonly from: 'client' | 'server'
  /** 20 change cipher spec, 21 alert, 22 handshake, 23 application data. */
  readonly type: number
  /** How many records came from this side before. */
  readonly index: number
  /** The same for records of this type. */
  readonly indexOfType: number
  /** Header and body; may be changed in place. */
  readonly bytes: Uint8Array
}

/** What happens to a record: it goes on as `bytes` is now, and after `last` the connection ends; or it does not go on. */
export type Verdict = 'pass' | 'last' | 'drop' | 'reset' | 'close'

export interface Relay {
  readonly port: number
  stop(): Promise<void>
}

const HEADER = 5

/** Listens on a free loopback port and relays to `target`. `judge` sees every record in both directions. */
export const startRelay = (target: number, judge: (record: PassingRecord) => Verdict): Promise<Relay> => {
  const open = new Set<Socket>()
  const server = createServer(client => {
    const upstream = connect(target, '127.0.0.1')
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => {})
      socket.on('close', () => open.delete(socket))
    }
    const both = { client, upstream }
    pump('client', both, judge)
    pump('server', both, judge)
  })
  return listening(server, open)
}

/** A server for plain sockets: what `behave` does is all that it does. */
export const startSocketServer = (behave: (socket: Socket) => void): Promise<Relay> => {
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, socket => {
    open.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => open.delete(socket))
    behave(socket)
  })
  return listening(server, open)
}

const listening = (server: Server, open: Set<Socket>): Promise<Relay> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string') return reject(new Error('no port'))
      const stop = async (): Promise<void> => {
        const closed = new Promise<void>(done => server.close(() => done()))
        for (const socket of open) socket.destroy()
        await closed
      }
      resolve({ port: address.port, stop })
    })
  })

const pump = (
  from: 'client' | 'server',
  { client, upstream }: { readonly client: Socket; readonly upstream: Socket },
  judge: (record: PassingRecord) => Verdict,
): void => {
  const [source, sink] = from === 'client' ? [client, upstream] : [upstream, client]
  let waiting = Buffer.alloc(0)
  let index = 0
  const ofType = new Map<number, number>()
  source.on('data', chunk => {
    waiting = Buffer.concat([waiting, chunk])
    while (waiting.length >= HEADER && waiting.length >= HEADER + waiting.readUInt16BE(3)) {
      const size = HEADER + waiting.readUInt16BE(3)
      const bytes = Uint8Array.from(waiting.subarray(0, size))
      waiting = waiting.subarray(size)
      const type = bytes[0]!
      const indexOfType = ofType.get(type) ?? 0
      ofType.set(type, indexOfType + 1)
      switch (judge({ from, type, index: index++, indexOfType, bytes })) {
        case 'pass':
          sink.write(bytes)
          break
        case 'drop':
          break
        case 'reset':
          client.resetAndDestroy()
          upstream.resetAndDestroy()
          return
        case 'last':
          client.end(bytes)
          upstream.destroy()
          return
        case 'close':
          client.end()
          upstream.destroy()
          return
      }
    }
  })
  source.on('end', () => sink.end(waiting))
}
