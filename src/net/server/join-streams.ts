/** Two streams that are one from now on: what either says goes to the other, as fast as that takes it. */
import type { Bytes } from '../../engine.ts'
import type { ByteStream } from '../stream/types.ts'

export const joinStreams = (one: ByteStream, other: ByteStream): void => {
  connect(one, other)
  connect(other, one)
}

const connect = (from: ByteStream, to: ByteStream): void => {
  let ended = false
  from.handler = {
    data(bytes: Bytes) {
      if (!to.write([from.pieces === 'owned' ? bytes : bytes.slice()])) from.pause()
    },
    end() {
      ended = true
      to.end()
    },
    drain: () => to.resume(),
    closed(failure) {
      // Cut, by its other side or by us: what it had still to say is not coming.
      if (failure !== undefined || !ended) to.reset()
    },
  }
}
