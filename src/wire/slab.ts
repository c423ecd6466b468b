/**
 * Small arrays cut from a larger one. An `ArrayBuffer` of its own costs more than writing a head or a short record into
 * it; a slab is only ever written ahead of what was handed out, so those bytes never change.
 */
import type { Bytes } from '../engine.ts'

/** As many pieces share their fate as fit in here: a slab is freed when the last of them is. Node's own is 8 KiB. */
const SLAB = 32_768
/** Larger pieces get their own array. */
export const SMALL = 4096

let slab: Uint8Array = new Uint8Array(0)
let used = 0

/** `length` bytes of zeros to be filled in now and never changed afterwards. */
export const smallArray = (length: number): Bytes => {
  if (length > SMALL) return new Uint8Array(length)
  if (used + length > slab.length) {
    slab = new Uint8Array(SLAB)
    used = 0
  }
  const piece = slab.subarray(used, used + length)
  used += length
  return piece
}

const utf8 = new TextEncoder()

/** `text` in UTF-8: an array of its own, which `encode` gives, costs more than the encoding of a short one. */
export const smallText = (text: string): Bytes => {
  // RFC 3629: at most three octets for each unit of UTF-16.
  const most = text.length * 3
  if (most > SMALL) return utf8.encode(text)
  if (used + most > slab.length) {
    slab = new Uint8Array(SLAB)
    used = 0
  }
  const { written } = utf8.encodeInto(text, slab.subarray(used, used + most))
  const piece = slab.subarray(used, used + written)
  used += written
  return piece
}
