/** Two streams that are one from now on: what either says goes to the other, as fast as that takes it. */
import type { Bytes } from '../../engine.ts'
import type { ByteStream } from '../stream/types.ts'

export const joinStreams = (one: ByteStream, other: ByteStream): void => {
  connect(one, other)
  connect(other, one)
}

const connect = (from: ByteStream, to: ByteStream): void => {
  from.handler = {
    data(bytes: Bytes) {
      if (!to.write([from.pieces === 'owned' ? bytes : bytes.slice()])) from.pause()
    },
    end: () => to.end(),
    drain: () => to.resume(),
    closed: failure => {
      if (failure !== undefined) to.reset()
    },
  }
}
