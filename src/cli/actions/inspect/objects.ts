/** `--export-objects DIR`: bodies of HTTP as files, decoded. What is there already is never replaced. */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Bytes } from '../../../engine.ts'
import { type Failure, FailureError, isFailure } from '../../../failures/index.ts'
import { type Coder, guarded } from '../../../http/coding.ts'
import type { Opened } from '../../../inspect/conversations/opened.ts'
import { type JsonObject, line, mark, type Shown, type Style } from '../../../inspect/index.ts'
import { type HttpObject, objectsIn } from '../../../inspect/objects.ts'
import { say, size } from '../../../inspect/style.ts'
import { nodeCoders } from '../../../node/coders.ts'

/** A decoded body that is larger stays as it came: a bomb fills no disk. */
const MOST_BYTES = 1024 * 1024 * 1024

export interface Exported {
  readonly object: HttpObject
  /** Undefined where nothing could be written of it. */
  readonly path: string | undefined
  readonly bytes: number
  /** Why it is not decoded, or not written. */
  readonly failure: Failure | undefined
}

/** Throws what the system says about the folder and its files. */
export async function* exported(opened: Opened, folder: string): AsyncGenerator<Exported> {
  mkdirSync(folder, { recursive: true })
  for (const object of objectsIn(opened)) {
    if (object.bytes === undefined) {
      yield { object, path: undefined, bytes: 0, failure: undefined }
      continue
    }
    const decoded = await decodedOf(object.bytes, object.codings)
    const contents = isFailure(decoded) ? object.bytes : decoded
    const path = written(folder, object.name, contents)
    yield { object, path, bytes: contents.length, failure: isFailure(decoded) ? decoded : undefined }
  }
}

/** `most`: bytes that it may expand to. */
export const decodedOf = async (
  bytes: Bytes,
  codings: readonly string[],
  most: number = MOST_BYTES,
): Promise<Bytes | Failure> => {
  let current = bytes
  try {
    for (const name of codings.toReversed()) {
      const coder = nodeCoders.find(({ coding }) => coding === (name === 'x-gzip' ? 'gzip' : name))
      if (coder !== undefined) current = await throughCoder(current, coder, most)
    }
    return current
  } catch (error) {
    if (error instanceof FailureError) return error.failure
    throw error
  }
}

const throughCoder = async (bytes: Bytes, coder: Coder, most: number): Promise<Bytes> => {
  const transform = guarded(coder, { ratio: 200, allowance: 10_485_760, bytes: most })
  const pieces: Uint8Array[] = []
  try {
    for await (const piece of transform.push(bytes)) pieces.push(piece.slice())
    for await (const piece of transform.end()) pieces.push(piece.slice())
  } finally {
    transform.destroy()
  }
  return new Uint8Array(Buffer.concat(pieces))
}

/** Names tried beside one that is taken. */
const MOST_NAMES = 1000

const written = (folder: string, name: string, contents: Bytes): string => {
  for (let i = 1; ; i++) {
    const path = join(folder, i === 1 ? name : name.replace(/(\.\w+)?$/, `-${i}$1`))
    try {
      // Neither replaces a file nor follows a link; what was said may be private.
      const file = openSync(path, 'wx', 0o600)
      try {
        for (let at = 0; at < contents.length; ) at += writeSync(file, contents, at)
      } finally {
        closeSync(file)
      }
      return path
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || i === MOST_NAMES)
        throw Object.assign(error instanceof Error ? error : new Error(String(error)), { path })
    }
  }
}

export const exportedLine = ({ object, path, bytes, failure }: Exported, style: Style): Shown =>
  line(
    style,
    { text: ` ${mark(style, path === undefined ? '✗' : '✓')} `, tint: path === undefined ? 'bad' : 'good' },
    { text: path ?? `${object.target}${say(style, ': ')}${say(style, 'bytes of it are not in the capture')}` },
    { text: path === undefined ? '' : `  ${size(bytes)}`, tint: 'quiet' },
    { text: failure === undefined ? '' : `  ${say(style, 'not decoded: ')}${failure.code}`, tint: 'bad' },
    { text: path !== undefined && !object.complete ? `  ${say(style, 'cut short')}` : '', tint: 'bad' },
  )

export const jsonOfExported = ({ object, path, bytes, failure }: Exported): JsonObject => ({
  type: 'object',
  conversation: object.conversation,
  exchange: object.exchange,
  of: object.of,
  target: object.target,
  contentType: object.type ?? null,
  codings: [...object.codings],
  complete: object.complete,
  onTheWire: object.length,
  path: path ?? null,
  bytes,
  failure: failure?.code ?? null,
})
