/** A body as people read it: what was done to it on the way undone, and whether it is text. Never more than can be shown. */
import type { Bytes } from '../../src/engine.ts'
import type { Coder } from '../../src/http/coding.ts'
import { joined } from '../../src/wire/bytes.ts'

export interface Decoded {
  readonly bytes: Bytes
  /** There is more of it than was undone. */
  readonly cut: boolean
  /** Codings that are left: nobody here undoes them. */
  readonly left: readonly string[]
  /** It is not what it says: its bytes as they came. */
  readonly broken: boolean
}

/** A few bytes may stand for gigabytes: no more than this is undone. */
const MOST_DECODED = 2 * 1024 * 1024

/** `codings`: in the order in which they were applied. */
export const decodedBody = async (
  body: Bytes,
  codings: readonly string[],
  coders: readonly Coder[],
): Promise<Decoded> => {
  let bytes = body
  let cut = false
  for (let i = codings.length - 1; i >= 0; i--) {
    const name = codings[i] === 'x-gzip' ? 'gzip' : codings[i]
    const coder = coders.find(({ coding }) => coding === name)
    if (coder === undefined) return { bytes, cut, left: codings.slice(0, i + 1), broken: false }
    const undone = await undo(bytes, coder, cut)
    if (undone === undefined) return { bytes: body, cut: false, left: codings, broken: true }
    bytes = undone.bytes
    cut ||= undone.cut
  }
  return { bytes, cut, left: [], broken: false }
}

/** Undefined where the bytes are not of that coding. `torn`: their end is missing. */
const undo = async (
  body: Bytes,
  coder: Coder,
  torn: boolean,
): Promise<{ readonly bytes: Bytes; readonly cut: boolean } | undefined> => {
  const transform = coder.decompress()
  const parts: Bytes[] = []
  let size = 0
  try {
    for await (const part of both(transform, body, torn)) {
      parts.push(part)
      size += part.length
      if (size > MOST_DECODED) return { bytes: joined(parts).subarray(0, MOST_DECODED), cut: true }
    }
  } catch {
    return undefined
  } finally {
    transform.destroy()
  }
  return { bytes: joined(parts), cut: torn }
}

async function* both(transform: ReturnType<Coder['decompress']>, body: Bytes, torn: boolean): AsyncIterable<Bytes> {
  yield* transform.push(body)
  if (!torn) yield* transform.end()
}

/** `charset=` of a type; UTF-8 where it says none, or one that nobody knows. */
export const textOf = (bytes: Bytes, type: string | undefined): string => {
  const [, charset = 'utf-8'] = /;\s*charset="?([\w.:-]{1,40})/i.exec(type ?? '') ?? []
  try {
    return new TextDecoder(charset).decode(bytes)
  } catch {
    return new TextDecoder().decode(bytes)
  }
}

/** No more control characters than a text has, and few that are no text at all. */
export const isText = (bytes: Bytes): boolean => {
  const sample = bytes.subarray(0, 4096)
  const controls = sample.filter(byte => byte < 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09).length
  if (controls > sample.length / 50) return false
  // A character may be cut at the end.
  const wrong = new TextDecoder().decode(sample, { stream: true }).match(/\ufffd/g) ?? []
  return wrong.length <= sample.length / 50
}
