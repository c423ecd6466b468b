/** One thing that happens to one frame on the laptop's cable: the changes of a run that the machines know nothing of. */
import { mendChecksums } from '../../src/lab/checksums.ts'
import type { Network } from '../../src/lab/network-types.ts'
import type { WireChange } from './plan.ts'

/** From now on; frames are counted as they pass, in both directions. */
export const changeOnWire = (network: Network, host: string, change: WireChange): void => {
  let passed = 0
  const interception = network.intercept(host, {
    frame(bytes, direction) {
      passed++
      if (passed !== change.frame) return [bytes]
      switch (change.kind) {
        case 'drop':
          return []
        case 'duplicate':
          return [bytes, bytes.slice()]
        case 'delay':
          network.clock.later(network.clock.now() + change.by, () => interception.inject(bytes, direction))
          return []
        case 'flip':
        case 'noise':
          return [flipped(bytes, change)]
        default:
          return change satisfies never
      }
    },
  })
}

const flipped = (bytes: Uint8Array, { kind, byte, bit }: Extract<WireChange, { readonly bit: number }>): Uint8Array => {
  // Of a frame that is shorter nothing is flipped.
  if (byte >= bytes.length) return bytes
  const copy = bytes.slice()
  copy[byte]! ^= 1 << bit
  if (kind === 'flip') mendChecksums(copy)
  return copy
}
