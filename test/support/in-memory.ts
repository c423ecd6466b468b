/** A server and its clients in memory, in virtual time, for tests of who comes, stays and leaves. */
import { setImmediate as turn } from 'node:timers/promises'
import { serve } from '../../src/index.ts'
import { virtualClock } from '../../src/lab/clock.ts'
import type { Handler } from '../../src/net/server/serve.ts'
import type { Served } from '../../src/net/server/served.ts'
import { memoryTransport } from '../../src/net/stream/memory.ts'
import { nodeWorld } from '../../src/node/world.ts'
import { closing } from './net.ts'

export const utf8 = new TextEncoder()

/** A request as it is on the wire; `more` are further fields, each with its line end. */
export const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`

export const inMemory = async (handler: Handler, options: Parameters<typeof serve>[1] = {}) => {
  const clock = virtualClock({ turn })
  const transport = memoryTransport(clock)
  const world = { ...nodeWorld(), clock, transport }
  const lines: Served[] = []
  const server = await serve(handler, { port: 80, ...options, world, served: line => lines.push(line) })
  closing.push(() => server.close(0))
  const connect = async (...said: string[]) => {
    const stream = await transport.connect({ host: 'localhost', port: 80 })
    const client = { stream, text: '', state: 'open' as 'open' | 'ended' | 'closed' }
    stream.handler = {
      data: bytes => {
        client.text += Buffer.from(bytes).toString('latin1')
      },
      end: () => {
        client.state = 'ended'
      },
      drain() {},
      closed: () => {
        client.state = 'closed'
      },
    }
    if (said.length > 0) stream.write(said.map(text => utf8.encode(text)))
    return client
  }
  return { clock, server, lines, connect }
}

/** Settles when the clock has gone `ms` further. */
export const until = (
  clock: { later(at: number, task: () => void): unknown; now(): number },
  ms: number,
): Promise<void> => new Promise(resolve => clock.later(clock.now() + ms, resolve))
