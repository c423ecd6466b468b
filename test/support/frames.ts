/** A pool whose frames held something before, as all do in a machine that runs for a while. */
import { type Frame, FramePool } from '../../src/wire/frame.ts'

/** What an engine does not write in a frame that it takes is not zero here. */
export class UsedPool extends FramePool {
  override take(size?: number): Frame {
    const frame = super.take(size)
    frame.buffer.fill(0xff)
    return frame
  }
}
