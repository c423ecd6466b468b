/** The parts of the engine by themselves: wheel, assembler, time-out, congestion window, initial sequence numbers. */
import { describe, expect, test } from 'vitest'
import { seeded } from '../random.ts'
import { ip } from '../wire/address.ts'
import { Assembler } from './assembler.ts'
import { ByteQueue } from './byte-queue.ts'
import { initialSequence, sipHash } from './initial-sequence.ts'
import { Memory } from './memory.ts'
import { initialWindow, newReno } from './newreno.ts'
import { RetransmissionTimeout } from './retransmission-timeout.ts'
import { isAfter, isBefore, latest } from './sequence.ts'
import { TimerWheel, WheelEntry } from './wheel.ts'

describe('the timer wheel', () => {
  class Timer extends WheelEntry {
    want = Number.POSITIVE_INFINITY
  }
  test('fires each timer at its millisecond, whatever is armed, moved and disarmed in between', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = seeded(seed)
      const wheel = new TimerWheel<Timer>()
      let now = seed % 2 === 0 ? 1.7e12 : 0
      const timers = Array.from({ length: 50 }, () => new Timer())
      for (let step = 0; step < 400; step++) {
        const timer = timers[random.below(timers.length)]!
        if (random.number() < 0.6) {
          timer.want = now + Math.floor(random.number() ** 6 * 30_000_000)
          wheel.arm(timer, timer.want, now)
        } else if (random.number() < 0.3) {
          wheel.disarm(timer)
          timer.want = Number.POSITIVE_INFINITY
        }
        const first = Math.min(...timers.map(t => t.want))
        const deadline = wheel.nextDeadline()
        const hint = `seed ${seed}, step ${step}`
        if (first === Number.POSITIVE_INFINITY) expect(deadline, hint).toBeUndefined()
        else expect(deadline! <= Math.max(first, now), `${hint}: ${deadline} is after ${first}`).toBe(true)
        now = random.number() < 0.7 ? Math.max(now, deadline ?? now) : now + random.below(5000)
        wheel.advance(now, t => {
          expect(t.want <= now, `${hint}: fired early`).toBe(true)
          t.want = Number.POSITIVE_INFINITY
        })
        expect(timers.filter(t => t.want <= now).length, `${hint}: fired late`).toBe(0)
      }
    }
  })
  test('a timer that another one of the same millisecond disarms or moves does not fire', () => {
    const wheel = new TimerWheel<Timer>()
    const timers = Array.from({ length: 3 }, () => new Timer())
    for (const timer of timers) wheel.arm(timer, 10, 0)
    const fired: Timer[] = []
    wheel.advance(10, timer => {
      fired.push(timer)
      const others = timers.filter(other => other !== timer)
      wheel.disarm(others[0]!)
      wheel.arm(others[1]!, 500, 10)
    })
    expect(fired).toHaveLength(1)
    expect(wheel.nextDeadline()).toBeLessThanOrEqual(500)
    for (let due = wheel.nextDeadline(); due !== undefined && due <= 500; due = wheel.nextDeadline())
      wheel.advance(due, timer => fired.push(timer))
    expect(fired).toHaveLength(2)
    expect(wheel.nextDeadline()).toBeUndefined()
  })
  test('a deadline is reached in a few looks, however far away', () => {
    const wheel = new TimerWheel<Timer>()
    wheel.arm(new Timer(), 10_000_000, 0)
    let looks = 0
    let fired = 0
    while (fired === 0 && looks < 100) {
      looks++
      wheel.advance(wheel.nextDeadline()!, () => fired++)
    }
    expect(looks).toBeLessThanOrEqual(4)
    expect(wheel.nextDeadline()).toBeUndefined()
  })
})

describe('a queue of bytes', () => {
  test('gives back what was put in, from any place, and all its memory', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = seeded(seed)
      const memory = new Memory()
      const queue = new ByteQueue(100_000, memory)
      let model: number[] = []
      for (let step = 0; step < 60; step++) {
        const bytes = random.bytes(random.below(step % 3 === 0 ? 40_000 : 3000))
        const taken = queue.append(bytes, 0, bytes.length)
        expect(taken).toBe(Math.min(bytes.length, 100_000 - model.length))
        model = [...model, ...bytes.subarray(0, taken)]
        const offset = random.below(model.length + 1)
        const seen = new Uint8Array(random.below(model.length - offset + 1))
        queue.peek(offset, seen.length, seen, 0)
        expect(Buffer.compare(seen, Buffer.from(model.slice(offset, offset + seen.length))), `seed ${seed}`).toBe(0)
        const dropped = random.number() < 0.2 ? model.length : random.below(model.length + 1)
        queue.drop(dropped)
        model = model.slice(dropped)
        expect(queue.length).toBe(model.length)
        // One block that is nearly used up in front, one that is hardly used at the end.
        expect(memory.used - queue.length).toBeLessThan(model.length === 0 ? 1 : 2 * 16_384)
      }
      if (seed % 2 === 0) queue.clear()
      else queue.leave()
      expect(memory.used, `seed ${seed}`).toBe(0)
    }
  })
  test('takes 4 KiB for the first bytes, and 16 KiB when more come', () => {
    const memory = new Memory()
    const queue = new ByteQueue(100_000, memory)
    const used = (more: number) => {
      queue.append(new Uint8Array(more), 0, more)
      return [memory.used, queue.assured]
    }
    expect([memory.used, queue.assured]).toEqual([0, 4096])
    expect([used(1), used(4095), used(1), used(16_383), used(1)]).toEqual([
      [4096, 4095],
      [4096, 0],
      [20_480, 16_383],
      [20_480, 0],
      [36_864, 16_383],
    ])
    queue.drop(4096)
    expect([memory.used, queue.assured]).toEqual([32_768, 16_383])
    queue.drop(16_385)
    expect([memory.used, queue.assured]).toEqual([0, 4096])
  })
})

describe('the assembler', () => {
  test('gives the stream back whatever the order, the overlaps and the repetitions', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const random = seeded(seed)
      const stream = random.bytes(1 + random.below(20_000))
      const assembler = new Assembler(8192, new Memory())
      const got: number[] = []
      for (let guard = 0; got.length < stream.length; guard++) {
        if (guard > 200_000) throw new Error(`seed ${seed} comes to no end`)
        const room = Math.min(assembler.room, stream.length - assembler.received)
        const offset = random.number() < 0.3 ? 0 : random.below(Math.max(1, room))
        const count = Math.min(1 + random.below(1500), room - offset)
        if (count > 0) assembler.store(offset, stream, assembler.received + offset, count)
        const target = new Uint8Array(random.below(4000))
        got.push(...target.subarray(0, assembler.take(target)))
      }
      expect(Buffer.from(got).equals(Buffer.from(stream)), `seed ${seed}`).toBe(true)
    }
  })
  test('what lies ahead costs no more than the buffer, small pieces included, and filling the first hole still works', () => {
    const memory = new Memory()
    const assembler = new Assembler(262_144, memory)
    const bytes = new Uint8Array(262_144).fill(1)
    for (let i = 0; i < 100_000; i++) assembler.store(2 + 2 * i, bytes, 0, 1)
    expect(memory.used).toBeLessThanOrEqual(262_144 + 64 * 512)
    expect(assembler.store(0, bytes, 0, 2)).toBe(3)
    expect(assembler.store(0, bytes, 0, 262_141)).toBe(262_141)
    expect([assembler.hasHoles, assembler.readable]).toEqual([false, 262_144])
  })
  test('of bytes that come twice the first copy counts, in order or ahead', () => {
    const assembler = new Assembler(4096, new Memory())
    const at = (offset: number, text: string) => assembler.store(offset, Buffer.from(text), 0, text.length)
    at(3, 'ccc')
    at(1, 'XXXXXXX')
    at(0, 'aY')
    const target = new Uint8Array(9)
    expect(Buffer.from(target.subarray(0, assembler.take(target))).toString()).toBe('aXXcccXX')
  })
})

describe('the retransmission time-out', () => {
  test('RFC 6298 2.2 and 2.3: the first measurement, then the smoothed ones', () => {
    const rto = new RetransmissionTimeout()
    expect(rto.current).toBe(1000)
    rto.measured(100)
    expect([rto.smoothed, rto.variation, rto.current]).toEqual([100, 50, 300])
    rto.measured(180)
    expect([rto.smoothed, rto.variation, rto.current]).toEqual([110, 57.5, 340])
  })
  test('RFC 6298 2.5 and 5.5: it doubles up to a minute', () => {
    const rto = new RetransmissionTimeout()
    for (let i = 0; i < 20; i++) rto.backOff()
    expect(rto.current).toBe(60_000)
    rto.measured(10)
    expect(rto.current).toBe(210)
  })
  test('progress ends the doubling, ten times in a row; then a measurement must say how long a round trip is', () => {
    const rto = new RetransmissionTimeout()
    rto.measured(100)
    for (let i = 0; i < 10; i++) {
      rto.backOff()
      rto.progressed()
      expect(rto.current).toBe(300)
    }
    rto.backOff()
    rto.progressed()
    expect(rto.current).toBe(600)
    rto.measured(100)
    rto.backOff()
    rto.progressed()
    expect(rto.current).toBe(300)
  })
  test('RFC 6298 5.7: after a lost SYN it begins with three seconds', () => {
    const rto = new RetransmissionTimeout()
    rto.backOff()
    rto.afterLostSyn()
    expect(rto.current).toBe(3000)
  })
})

describe('the memory of a stack', () => {
  test('grants what there is room for, to the byte, and no more', () => {
    const memory = new Memory(10_000)
    expect([memory.grant(6000), memory.grant(4001), memory.used]).toEqual([true, false, 6000])
    expect([memory.grant(4000), memory.used, memory.grant(1)]).toEqual([true, 10_000, false])
    memory.giveBack(1)
    expect(memory.grant(1)).toBe(true)
  })
})

describe('NewReno', () => {
  const mss = 1000
  test('RFC 6928 2: the initial window', () => {
    expect([initialWindow(1460), initialWindow(536), initialWindow(9000)]).toEqual([14_600, 5360, 18_000])
  })
  test('RFC 5681 3.1: slow start doubles per round trip, congestion avoidance adds one segment', () => {
    const cc = newReno(mss)
    expect(cc.window).toBe(10_000)
    for (let i = 0; i < 10; i++) cc.acknowledged(mss, 0)
    expect(cc.window).toBe(20_000)
    cc.lost(20_000, 0)
    cc.recovered(10_000)
    expect([cc.slowStartThreshold, cc.window]).toEqual([10_000, 10_000])
    for (let i = 0; i < 10; i++) cc.acknowledged(mss, 0)
    expect(cc.window).toBe(11_000)
  })
  test('RFC 5681 3.1: an acknowledgment of many segments opens the window by as many, so a receiver of batches starves nobody', () => {
    const cc = newReno(mss)
    for (const bytes of [10_000, 20_000, 40_000]) cc.acknowledged(bytes, 0)
    expect(cc.window).toBe(80_000)
  })
  test('RFC 5681 3.2: loss halves what is under way, three duplicates inflate the window by three segments', () => {
    const cc = newReno(mss)
    cc.lost(10_000, 0)
    expect([cc.slowStartThreshold, cc.window]).toEqual([5000, 8000])
    cc.duplicate()
    expect(cc.window).toBe(9000)
    cc.partial(2000)
    expect(cc.window).toBe(8000)
  })
  test('RFC 5681 3.1: a time-out leaves one segment, and a second one for the same segment keeps the threshold', () => {
    const cc = newReno(mss)
    cc.timedOut(10_000, 'first', 0)
    expect([cc.slowStartThreshold, cc.window]).toEqual([5000, 1000])
    cc.timedOut(1000, 'again', 0)
    expect(cc.slowStartThreshold).toBe(5000)
  })
  test('RFC 3465 2.3: after a time-out one acknowledgment opens the window by one segment, until the threshold is reached', () => {
    const cc = newReno(mss)
    cc.timedOut(40_000, 'first', 0)
    cc.acknowledged(5000, 0)
    expect(cc.window).toBe(2000)
    for (let i = 0; i < 18; i++) cc.acknowledged(5000, 0)
    expect([cc.window, cc.slowStartThreshold]).toEqual([20_000, 20_000])
    cc.acknowledged(1000, 0)
    cc.idle()
    cc.acknowledged(4000, 0)
    expect(cc.window).toBe(14_000)
  })
  test('RFC 5681 4.1: after a pause it begins with the initial window', () => {
    const cc = newReno(mss)
    for (let i = 0; i < 50; i++) cc.acknowledged(mss, 0)
    cc.idle()
    expect(cc.window).toBe(10_000)
  })
})

describe('sequence numbers', () => {
  test('RFC 9293 3.4: comparison goes round at 2^32', () => {
    expect(isBefore(-1, 0)).toBe(true)
    expect(isBefore(0x7fffffff, -0x80000000)).toBe(true)
    expect(isAfter(5, -5)).toBe(true)
    expect(latest(-3, 4)).toBe(4)
  })
  test('SipHash-2-4 gives the vector of its paper (appendix A)', () => {
    const key = Uint8Array.from({ length: 16 }, (_, i) => i)
    const hash = sipHash(
      key,
      Uint8Array.from({ length: 15 }, (_, i) => i),
    )
    expect([hash[1]!.toString(16), hash[0]!.toString(16)]).toEqual(['a129ca61', '49be45e5'])
  })
  test('RFC 6528 3: numbers grow by 250 per millisecond for one connection, and jump from one connection to another', () => {
    const secret = seeded(5).bytes(16)
    const local = { address: ip('10.0.0.1'), port: 40_000 }
    const isn = (port: number, now: number) => initialSequence(local, { address: ip('10.0.0.2'), port }, secret, now)
    expect((isn(443, 1000) - isn(443, 0)) | 0).toBe(250_000)
    const all = new Set(Array.from({ length: 1000 }, (_, i) => isn(i + 1, 0)))
    expect(all.size).toBe(1000)
    const other = initialSequence(local, { address: ip('10.0.0.2'), port: 443 }, seeded(6).bytes(16), 0)
    expect(other).not.toBe(isn(443, 0))
  })
})
