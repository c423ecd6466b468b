/** Wraps an engine and throws when its driver or the engine itself breaks the rules of `src/engine.ts`. */
import type { Engine, Millis } from '../../src/engine.ts'

export const checked = <In, Out, Ev, E extends Engine<In, Out, Ev>>(engine: E): E => {
  let latest: Millis = Number.NEGATIVE_INFINITY
  let owed = false
  const time = (now: Millis): void => {
    if (now < latest) throw new Error(`rule 2: time went back from ${latest} to ${now}`)
    latest = now
  }
  const touch = (): void => {
    if (owed) throw new Error('rule 1: touched again before pollEvent and pollTransmit both said undefined')
    owed = true
  }
  let quietEvents = false
  return new Proxy(engine, {
    get(target, key) {
      const member = Reflect.get(target, key) as unknown
      if (typeof member !== 'function') return member
      const call = member.bind(target) as (...args: unknown[]) => unknown
      if (key === 'receive' || key === 'advance') {
        return (...args: unknown[]) => {
          time((key === 'receive' ? args[1] : args[0]) as Millis)
          touch()
          quietEvents = false
          return call(...args)
        }
      }
      if (key === 'pollEvent') {
        return () => {
          const event = call()
          quietEvents = event === undefined
          return event
        }
      }
      if (key === 'pollTransmit') {
        return (now: Millis) => {
          time(now)
          const out = call(now)
          if (out === undefined && quietEvents) owed = false
          return out
        }
      }
      return call
    },
  })
}
