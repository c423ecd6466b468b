/**
 * Load for a server: keep-alive connections over raw sockets, one request under way on each. The answer's length is
 * learned from the first one, after that bytes are counted, so that this process is no slower than what it measures.
 */
import { connect, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { answerCalls } from './calls.ts'

const REQUEST = Buffer.from(
  'GET /cart?item=7 HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: load\r\nAccept: */*\r\nAccept-Encoding: identity\r\n\r\n',
  'latin1',
)

interface Load {
  readonly port: number
  readonly connections: number
  readonly milliseconds: number
}

/** Length of the answer in bytes; throws when it is not 200 with the body. */
const learn = (port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
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

/** Requests answered per second. */
const run = async ({ port, connections, milliseconds }: Load): Promise<number> => {
  const length = await learn(port)
  let answered = 0
  const open = (): Promise<Socket> =>
    new Promise((resolve, reject) => {
      let missing = length
      const socket = connect({
        port,
        host: '127.0.0.1',
        noDelay: true,
        onread: {
          buffer: new Uint8Array(64 * 1024),
          callback: count => {
            missing -= count
            if (missing < 0) reject(new Error('the answers are not of one length'))
            if (missing === 0) {
              answered++
              missing = length
              socket.write(REQUEST)
            }
            return true
          },
        },
      })
      socket.on('error', reject)
      socket.once('connect', () => resolve(socket))
    })
  const sockets = await Promise.all(Array.from({ length: connections }, open))
  const started = performance.now()
  for (const socket of sockets) socket.write(REQUEST)
  await new Promise(resolve => setTimeout(resolve, milliseconds))
  const rate = (answered / (performance.now() - started)) * 1000
  for (const socket of sockets) socket.destroy()
  return rate
}

answerCalls({ run })
