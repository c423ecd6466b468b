/**
 * The contract that every protocol layer obeys. A layer is a machine without I/O: bytes and times go in, bytes,
 * events and deadlines come out. Read `drive.ts` next: it is the only code that moves bytes between engines and the
 * world.
 *
 * Besides the five methods an engine has commands: what its user asks of it (`write`, `send`, `close`). The time is the
 * last argument of each, so that what follows from it is known to have happened then. What only says how later commands
 * go (`noDelay`, `closeAfter`, a port that is bound) is a setting and has no time.
 *
 * Rules, checked by `test/support/checked.ts`:
 * 1. Drain after every touch. After `receive`, `advance` or a command: `pollEvent` and `pollTransmit` until both say
 *    undefined. Only the driver does this; commands of one turn may come together.
 * 2. Time never goes backwards; two calls at the same `now` are allowed in any order.
 * 3. Bytes handed in belong to the caller again when the call returns; bytes handed out are never changed afterwards.
 *    (Frames are different: whoever holds a frame owns it, see `wire/frame.ts`.)
 * 4. A failed engine stays failed, with the same failure.
 * 5. `receive` is indifferent to chunking: whole, byte by byte or torn anywhere gives the same events.
 */

/** Milliseconds on a clock that the caller owns. Fractions are allowed. */
export type Millis = number

export type Bytes = Uint8Array

/** What a byte-stream layer receives: a piece, or "the other side is done". */
export type Chunk = Bytes | 'end'

/** A layer with no I/O in it. Same bytes, same times, same random source: same behaviour, to the last byte. */
export interface Engine<In, Out, Ev> {
  /** One input from the layer below. Never throws for what a peer did: that comes out as an event. */
  receive(input: In, now: Millis): void
  /** Let every timer due at or before `now` fire. */
  advance(now: Millis): void
  /** The next thing to hand to the layer below; undefined when there is nothing to send now. */
  pollTransmit(now: Millis): Out | undefined
  /** The next thing the layer above should know; undefined when it knows everything. */
  pollEvent(): Ev | undefined
  /** When `advance` must be called even if nothing arrives; undefined = never. */
  nextDeadline(): Millis | undefined
}
