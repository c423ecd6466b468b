/** Files of one folder as answers: GET and HEAD, `index.html`, conditional requests; nothing outside the folder, ever. */

import { lookup } from 'mrmime'
import type { Bytes, Millis } from '../../engine.ts'
import type { Words } from '../../explain/words.ts'
import { type Failure, fail } from '../../failures/index.ts'
import { answerTo } from '../../http/message/answers.ts'
import { imfDate } from '../../http/message/date.ts'
import { evaluate, fieldsOfUnchanged } from '../../http/semantics/conditional.ts'
import { isCompressible } from '../../http/semantics/negotiation.ts'
import type { Handler } from './serve.ts'

/** Files as a parameter: `node/files.ts` has those of a disk. */
export interface Files {
  /**
   * The file that these names lead to from the root. `folder` for a folder; undefined where there is nothing, and for
   * everything that is not a plain file inside the root, links resolved: for what is hidden (`isHidden`) too, should a
   * link lead to it. Names have no `/` and no NUL; others that the system would read as a way are refused by it.
   */
  open(names: readonly string[]): Promise<OpenFile | 'folder' | undefined>
}
export interface OpenFile {
  readonly size: number
  /** Milliseconds since 1970. */
  readonly modified: Millis
  /** Up to `length` bytes from `start`, in an array of its own; empty at the end. */
  read(start: number, length: number): Promise<Bytes>
  close(): Promise<void>
}

/** Files up to here are read before they are answered, so that head and body leave together. */
const AT_ONCE = 64 * 1024

/** One read of a file: as large as what a connection takes before it asks to wait. */
const PIECE = 256 * 1024

/** A handler for `serve`. Hidden files (`.git`, `.env`) are not there, except below `/.well-known/` (RFC 8615). */
export const staticFiles =
  (files: Files): Handler =>
  async (request, { world: { words, clock } }) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return plainAnswer(fail('http/method-not-allowed', { got: request.method, expected: 'GET, HEAD' }), words)
    }
    const { pathname, search } = new URL(request.url)
    const names = namesOf(pathname)
    if (names === undefined) return notFound(pathname, words)
    const folder = names.at(-1) === ''
    const found = await files.open(folder ? [...names.slice(0, -1), 'index.html'] : names)
    if (found === 'folder' && !folder) {
      // One slash at the beginning only: `//host/` would lead to another server.
      const location = `/${names.map(encodeURIComponent).join('/')}/${search}`
      // Not for ever: browsers keep a 308, and what lies behind localhost changes.
      return new Response(null, { status: 302, headers: { location } })
    }
    if (found === undefined || found === 'folder') return notFound(pathname, words)
    const name = names.at(-1) || 'index.html'
    const headers = fieldsOf(found, name)
    const validators = { etag: headers.get('etag') ?? undefined, lastModified: found.modified }
    const verdict = evaluate(request.method, request.headers, validators, clock.date())
    if (verdict === 'go on') return answer(request.method, found, headers)
    await found.close()
    if (verdict === 412) return plainAnswer(fail('http/precondition-failed', { where: name }), words)
    return new Response(null, { status: 304, headers: fieldsOfUnchanged([...headers]) as [string, string][] })
  }

/** `.git`, `.env`: not for everybody; `/.well-known/` is (RFC 8615). `depth` is 0 below the root. */
export const isHidden = (name: string, depth: number): boolean =>
  name.startsWith('.') && !(depth === 0 && name === '.well-known')

/** The names of the path, decoded; undefined where one of them cannot be the name of a file to show. */
const namesOf = (pathname: string): readonly string[] | undefined => {
  const names: string[] = []
  const parts = pathname.slice(1).split('/')
  for (const [index, part] of parts.entries()) {
    let name: string
    try {
      name = decodeURIComponent(part)
    } catch {
      return undefined
    }
    const last = index === parts.length - 1
    if (name === '' && last) {
      names.push('')
      continue
    }
    const hidden = isHidden(name, index)
    // What else divides names is the file system's to say: see `Files`.
    if (name === '' || hidden || /[/\0]/.test(name)) return undefined
    names.push(name)
  }
  return names
}

const fieldsOf = (file: OpenFile, name: string): Headers => {
  const type = contentType(name)
  const headers = new Headers({
    'content-type': type,
    'content-length': `${file.size}`,
    'last-modified': imfDate(file.modified),
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
    etag: `W/"${file.size.toString(36)}-${Math.floor(file.modified).toString(36)}"`,
  })
  // Said in 304 too (RFC 9110 15.4.5): which of them is kept is decided by it.
  if (isCompressible(type)) headers.set('vary', 'accept-encoding')
  return headers
}

const answer = async (method: string, file: OpenFile, headers: Headers): Promise<Response> => {
  const atOnce = method !== 'HEAD' && file.size <= AT_ONCE
  return new Response(atOnce ? await wholeOf(file) : streamOf(file), { headers })
}

/** All of a small file, or as much as there still is of it. */
const wholeOf = async (file: OpenFile): Promise<Uint8Array<ArrayBuffer>> => {
  try {
    const whole = new Uint8Array(file.size)
    let at = 0
    while (at < whole.length) {
      const bytes = await file.read(at, whole.length - at)
      if (bytes.length === 0) throw new Error('the file became shorter while it was read')
      whole.set(bytes, at)
      at += bytes.length
    }
    return whole
  } finally {
    await file.close()
  }
}

/** Never more of it than was promised, should it grow meanwhile; one that shrinks cuts the connection. */
const streamOf = (file: OpenFile): ReadableStream<Uint8Array> => {
  let at = 0
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const bytes = await file.read(at, Math.min(PIECE, file.size - at))
          at += bytes.length
          if (bytes.length > 0) controller.enqueue(bytes)
          if (bytes.length > 0 && at < file.size) return
          await file.close()
          if (at < file.size) controller.error(new Error('the file became shorter while it was read'))
          else controller.close()
        } catch (error) {
          await file.close()
          throw error
        }
      },
      cancel: () => file.close(),
    },
    { highWaterMark: 0 },
  )
}

const contentType = (name: string): string => {
  const type = lookup(name) ?? 'application/octet-stream'
  return /^text\/|javascript$|json$/.test(type) ? `${type}; charset=utf-8` : type
}

const notFound = (where: string, words: Words | undefined): Response =>
  plainAnswer(fail('http/not-found', { where }), words)

const plainAnswer = (failure: Failure, words: Words | undefined): Response => {
  const { status, headers, body } = answerTo(failure, { sentence: words?.sentence(failure) })
  const list = 'list' in headers ? headers.list : headers
  return new Response(body as Uint8Array<ArrayBuffer>, { status, headers: list as [string, string][] })
}
