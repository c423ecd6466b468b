/** HTTP events as lines a human can compare, with the pieces of a body joined so that tearing does not show. */
import { httpServer } from '../../src/http/connection/engine.ts'
import type { HttpConfig, HttpConnection, HttpEvent } from '../../src/http/types.ts'
import { checked } from './checked.ts'

const latin1 = (bytes: Uint8Array): string => Array.from(bytes, b => String.fromCharCode(b)).join('')

/** Every event that waits. */
export const allEvents = (connection: HttpConnection): HttpEvent[] => {
  const events: HttpEvent[] = []
  for (let event = connection.pollEvent(); event !== undefined; event = connection.pollEvent()) events.push(event)
  return events
}

/** Everything queued, as Latin-1. */
export const sentText = (connection: HttpConnection, now = 0): string => {
  let text = ''
  for (let out = connection.pollTransmit(now); out !== undefined; out = connection.pollTransmit(now)) {
    text += out.map(latin1).join('')
  }
  return text
}

/** Drains as a driver does; what is transmitted is dropped. */
export const drain = (connection: HttpConnection, now = 0): HttpEvent[] => {
  const events = allEvents(connection)
  sentText(connection, now)
  return events
}

export const story = (events: readonly HttpEvent[]): string[] => {
  const lines: string[] = []
  const fields = (list: readonly (readonly [string, string])[]) => list.map(([name, value]) => ` | ${name}: ${value}`)
  for (const event of events) {
    switch (event.type) {
      case 'request':
        lines.push(`${event.method} ${event.target} ${event.version}${fields(event.headers.list()).join('')}`)
        break
      case 'response':
        lines.push(`${event.status} ${event.reason} ${event.version}${fields(event.headers.list()).join('')}`)
        break
      case 'body': {
        const last = lines.at(-1)
        if (last?.startsWith('body ') === true) lines[lines.length - 1] = last + latin1(event.bytes)
        else lines.push(`body ${latin1(event.bytes)}`)
        break
      }
      case 'message-end':
        lines.push(`end${event.trailers.map(([name, value]) => ` ${name}: ${value}`).join('')}`)
        break
      case 'failure':
        lines.push(`✗ ${event.failure.code}`)
        break
      case 'paused':
      case 'peer-closed':
        lines.push(event.type)
        break
      default:
        event satisfies never
    }
  }
  return lines
}

/** What a server says about a connection on which every request is answered as soon as it is complete. */
export const runServer = (chunks: readonly (Uint8Array | 'end')[], config: HttpConfig = {}): string[] => {
  const server = checked(httpServer(config), config)
  const events: HttpEvent[] = []
  let now = 0
  const settle = () => {
    for (;;) {
      const fresh = drain(server, now).filter(event => event.type !== 'paused')
      events.push(...fresh)
      if (fresh.at(-1)?.type !== 'message-end') return
      server.send({ type: 'response', status: 200, headers: [], body: new Uint8Array(0) }, now)
      events.push(...drain(server, now))
      if (!server.reusable) return
      server.nextCycle(now)
    }
  }
  for (const chunk of chunks) {
    server.receive(chunk, now++)
    settle()
  }
  return story(events)
}
