/** The system's randomness. */
import { randomFillSync } from 'node:crypto'
import type { Random } from '../random.ts'

export const systemRandom: Random = { bytes: count => randomFillSync(new Uint8Array(count)) }
