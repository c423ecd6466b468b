/** A cable without faults between two engines that speak frames: what one transmits, the other receives at once. */
import type { Engine, Millis } from '../engine.ts'
import type { Frame, FramePool } from '../wire/frame.ts'

export interface Cable {
  /** Moves frames both ways until nothing moves any more; `onFrame` sees each. */
  settle(now: Millis, onFrame?: (frame: Frame, from: 'a' | 'b') => void): void
}

/** Frames change their owner here: each end gets frames of its own pool. */
export const cable = <A, B>(
  a: Engine<Frame, Frame, A>,
  b: Engine<Frame, Frame, B>,
  pools: { readonly a: FramePool; readonly b: FramePool },
): Cable => {
  const move = <E>(
    from: Engine<Frame, Frame, unknown>,
    to: Engine<Frame, Frame, E>,
    pool: FramePool,
    now: Millis,
    seen: (frame: Frame) => void,
  ): boolean => {
    let moved = false
    for (let frame = from.pollTransmit(now); frame !== undefined; frame = from.pollTransmit(now)) {
      moved = true
      seen(frame)
      to.receive(pool.copy(frame.view()), now)
      frame.release()
    }
    return moved
  }
  return {
    settle(now, onFrame) {
      for (let moved = true; moved; ) {
        const there = move(a, b, pools.b, now, frame => onFrame?.(frame, 'a'))
        const back = move(b, a, pools.a, now, frame => onFrame?.(frame, 'b'))
        moved = there || back
      }
    },
  }
}
