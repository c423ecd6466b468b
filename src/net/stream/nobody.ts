/** The handler of a stream that nobody listens to: not yet, or not after its end. */
import type { StreamHandler } from './types.ts'

export const NOBODY: StreamHandler = { data() {}, end() {}, drain() {}, closed() {} }
