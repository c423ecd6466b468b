/** The exchange of the demo, played once with a fixed seed: its capture file and the frames in it. */

import { Block, ENHANCED_PACKET, type EnhancedPacket } from '../../src/capture/format.ts'
import { captureSink } from '../../src/capture/index.ts'
import { LAB_DATE } from '../../src/lab/clock.ts'
import { type Exchange, playExchange } from '../../src/lab/exchange.ts'
import { isPublicSuffix } from '../../src/net/public-suffix.ts'
import { nodeCoders } from '../../src/node/coders.ts'
import { seededNodeCrypto } from '../../src/node/crypto.ts'
import { seeded } from '../../src/random.ts'
import { decode, list } from '../../src/wire/codec.ts'
import { concat } from '../support/bytes.ts'

export interface CapturedExchange {
  readonly exchange: Exchange
  /** pcapng, secrets included. */
  readonly file: Uint8Array
  readonly frames: readonly Uint8Array[]
}

export const capturedExchange = async (seed: number): Promise<CapturedExchange> => {
  const random = seeded(seed)
  const platform = {
    random,
    crypto: seededNodeCrypto(random),
    coders: nodeCoders,
    isPublicSuffix,
    turn: () => new Promise<void>(resolve => setImmediate(resolve)),
    date: LAB_DATE,
  }
  const pieces: Uint8Array[] = []
  const capture = captureSink(bytes => void pieces.push(bytes), { now: () => 0, date: () => LAB_DATE })
  const exchange = await playExchange(platform, seed, capture)
  capture.finish()
  const file = concat(...pieces)
  const frames = decode(list(Block), file).flatMap(block =>
    block.head.type === ENHANCED_PACKET ? [(block.body.body as EnhancedPacket).body.data] : [],
  )
  return { exchange, file, frames }
}
