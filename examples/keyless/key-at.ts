/** A key behind a Unix socket, for `key` of `serve`, `listen`, `fetch` and `connect`. */
import { connect, type Socket } from 'node:net'
import type { KeyElsewhere } from 'barewire'
import { type Reply, readLines } from './lines.ts'

interface Waiting {
  readonly resolve: (signature: Uint8Array) => void
  readonly reject: (error: Error) => void
}

/** One connection for all signatures, made when it is needed: a keeper that was started again is found again. */
export const keyAt = (path: string): KeyElsewhere => {
  const waiting = new Map<number, Waiting>()
  let socket: Socket | undefined
  let last = 0
  const opened = (): Socket => {
    const made = connect(path)
    readLines<Reply>(made, reply => {
      const asked = waiting.get(reply.id)
      waiting.delete(reply.id)
      if ('signature' in reply) asked?.resolve(new Uint8Array(Buffer.from(reply.signature, 'base64')))
      else asked?.reject(new Error(reply.error))
    })
    made.on('error', () => {})
    made.on('close', () => {
      if (socket === made) socket = undefined
      for (const { reject } of waiting.values()) reject(new Error('the keeper of the key is gone'))
      waiting.clear()
    })
    // It keeps no program alive by itself; a handshake that waits for it does.
    made.unref()
    return made
  }
  return {
    sign: (message, algorithm) =>
      new Promise((resolve, reject) => {
        socket ??= opened()
        const id = ++last
        waiting.set(id, { resolve, reject })
        socket.write(`${JSON.stringify({ id, algorithm, message: Buffer.from(message).toString('base64') })}\n`)
      }),
  }
}
