/**
 * Listeners on an emitter that was taken over: they stay when whoever had it before lets go of all, as FTP clients do behind
 * AUTH TLS. TLS of Node's own has none there, and does not notice.
 */
import type { EventEmitter } from 'node:events'

export type Listener = (...facts: never[]) => void
type Heard = (...facts: unknown[]) => void

const lasting = new WeakMap<EventEmitter, Set<unknown>>()

export const listen = (emitter: EventEmitter, event: string, listener: Listener): void => {
  const own = lasting.get(emitter) ?? guarded(emitter)
  own.add(listener)
  emitter.on(event, listener as Heard)
}

export const ignore = (emitter: EventEmitter, event: string, listener: Listener): void => {
  lasting.get(emitter)?.delete(listener)
  emitter.removeListener(event, listener as Heard)
}

const guarded = (emitter: EventEmitter): Set<unknown> => {
  const own = new Set<unknown>()
  lasting.set(emitter, own)
  emitter.removeAllListeners = (...events: (string | symbol | undefined)[]) => {
    for (const event of events.length > 0 ? events : emitter.eventNames())
      for (const listener of emitter.rawListeners(event as string))
        if (!own.has(listener)) emitter.removeListener(event as string, listener as Heard)
    return emitter
  }
  return own
}
