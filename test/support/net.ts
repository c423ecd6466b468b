/**
 * For tests over real sockets: servers and peers that are closed after each test, raw conversations, and failures by
 * their codes. Whatever else a test opens goes into `closing`.
 */

import { connect, createServer, type Socket } from 'node:net'
import { FailureError } from '../../src/failures/index.ts'
import { type ServeOptions, serve } from '../../src/index.ts'
import type { Server } from '../../src/net/server/exchanges.ts'
import type { Handler } from '../../src/net/server/serve.ts'
import { closing } from './closing.ts'

export { closing }

export const served = async (handler: Handler, options: ServeOptions = {}): Promise<Server> => {
  const server = await serve(handler, options)
  closing.push(() => server.close(50))
  return server
}

export const soon = (ms = 1): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

/** The code of the failure in which `promise` ends; what it is instead, when it is none. */
export const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no failure',
    (error: unknown) => (error instanceof FailureError ? error.code : String(error)),
  )

/** A server of bare TCP on loopback, as a URL. */
export const peer = async (talk: (socket: Socket) => void): Promise<string> => {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    talk(socket)
  }).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  closing.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as { port: number }).port}/`
}

/** What a client of bare TCP has heard so far. */
export interface Talk {
  readonly socket: Socket
  /** Latin-1; of an endless answer only the first million characters. */
  text: string
  bytes: number
  ended: boolean
  error: string | undefined
  readonly closed: Promise<void>
}

/** Connects to loopback and says `parts`, one after another; it ends when the server does. */
export const talk = (port: number, ...parts: string[]): Talk => {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const closed = new Promise<void>(resolve => socket.once('close', () => resolve()))
  const said: Talk = { socket, text: '', bytes: 0, ended: false, error: undefined, closed }
  socket.on('error', error => {
    said.error = (error as NodeJS.ErrnoException).code
  })
  socket.on('data', bytes => {
    said.bytes += bytes.length
    if (said.text.length < 1_000_000) said.text += bytes.toString('latin1')
  })
  socket.on('end', () => {
    said.ended = true
    socket.end()
  })
  void (async () => {
    for (const part of parts) {
      socket.write(part, 'latin1')
      if (parts.length > 1) await soon(2)
    }
  })()
  closing.push(() => socket.destroy())
  return said
}

/** Until `wanted` was heard. */
export const heard = async (said: Talk, wanted: string | RegExp): Promise<void> => {
  for (let i = 0; i < 2000; i++) {
    if (typeof wanted === 'string' ? said.text.includes(wanted) : wanted.test(said.text)) return
    await soon()
  }
  throw new Error(`never heard ${wanted} in ${JSON.stringify(said.text.slice(0, 500))}`)
}
