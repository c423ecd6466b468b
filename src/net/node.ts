/** Node's world: kernel sockets, the real clock, OpenSSL's primitives, zlib, the system's roots. */
import type { World } from './types.ts'

let world: World | undefined

/** One for the whole process; nothing is opened before it is used. */
export const nodeWorld = (): World => {
  if (world === undefined) throw new Error('not yet')
  return world
}
