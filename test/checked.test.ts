/** What `checked` throws for: an engine that breaks each rule, and a driver that does. */
import { describe, expect, test } from 'vitest'
import type { Engine, Millis } from '../src/engine.ts'
import { fail } from '../src/failures/index.ts'
import { checked, sameTorn } from './support/checked.ts'

type Event = { readonly type: string; readonly bytes?: Uint8Array; readonly failure?: unknown }

class Plain implements Engine<Uint8Array | 'end', Uint8Array, Event> {
  events: Event[] = []
  kept: Uint8Array | undefined
  receive(input: Uint8Array | 'end', _now: Millis): void {
    if (input !== 'end') this.kept = input
  }
  write(bytes: Uint8Array, _now: Millis): void {
    this.kept = bytes
  }
  advance(_now: Millis): void {}
  pollTransmit(_now: Millis): Uint8Array | undefined {
    return undefined
  }
  pollEvent(): Event | undefined {
    return this.events.shift()
  }
  nextDeadline(): undefined {
    return undefined
  }
}

const drain = (engine: Plain, now = 0): void => {
  while (engine.pollEvent() !== undefined);
  engine.pollTransmit(now)
}

describe('checked', () => {
  test('rule 1: nothing is received before what a touch or a command brought was taken', () => {
    for (const touch of ['receive', 'write'] as const) {
      const engine = checked(new Plain())
      engine[touch](Uint8Array.of(1), 0)
      expect(() => engine.advance(0), touch).toThrow('rule 1')
    }
  })

  test('rule 2: time does not go back, in commands neither, and no call is without it', () => {
    const engine = checked(new Plain())
    engine.write(Uint8Array.of(1), 5)
    expect(() => engine.write(Uint8Array.of(1), 4)).toThrow('rule 2: time went back from 5 to 4')
    expect(() => engine.pollTransmit(4)).toThrow('rule 2')
    expect(() => (engine.write as (bytes: Uint8Array) => void)(Uint8Array.of(1))).toThrow('rule 2')
  })

  test('rule 3: bytes that were lent are written over, those of the caller stay; owned ones are left alone', () => {
    const raw = new Plain()
    const engine = checked(raw)
    const mine = Uint8Array.of(1, 2)
    engine.write(mine, 0)
    expect([mine, raw.kept]).toEqual([Uint8Array.of(1, 2), Uint8Array.of(0x5a, 0x5a)])
    drain(engine)
    engine.receive(mine, 0)
    expect(raw.kept).toEqual(Uint8Array.of(0x5a, 0x5a))
    const owner = new Plain()
    checked(owner, { input: 'owned' }).receive(mine, 0)
    expect(owner.kept).toEqual(Uint8Array.of(1, 2))
  })

  test('rule 3: bytes that were handed out may not change any more', () => {
    const raw = new Plain()
    const engine = checked(raw)
    const bytes = Uint8Array.of(1, 2)
    raw.events = [{ type: 'data', bytes }]
    drain(engine)
    bytes[0] = 9
    expect(() => drain(engine)).toThrow('rule 3')
  })

  test('rule 4: after a failure there is no other word', () => {
    const failure = fail('tcp/reset')
    for (const type of ['failure', 'data']) {
      const raw = new Plain()
      raw.events = [{ type: 'failure', failure }, { type }]
      expect(() => drain(checked(raw)), type).toThrow('rule 4')
    }
  })

  test('rule 4: a failed engine that answers to more bytes is found out without being asked', () => {
    class Talks extends Plain {
      override receive(): void {
        this.events.push({ type: 'data' })
      }
    }
    const raw = new Talks()
    raw.events = [{ type: 'failure', failure: fail('tcp/reset') }]
    expect(() => drain(checked(raw))).toThrow('rule 4')
  })

  test('rule 5: a reader that sees where pieces end is found out', () => {
    const bytes = Uint8Array.from({ length: 300 }, (_, i) => i)
    expect(
      sameTorn(
        bytes,
        () => 0.5,
        chunks => chunks.reduce((sum, chunk) => sum + chunk.length, 0),
      ),
    ).toBe(300)
    expect(() =>
      sameTorn(
        bytes,
        () => 0.5,
        chunks => chunks.length,
      ),
    ).toThrow('rule 5: byte by byte')
  })
})
