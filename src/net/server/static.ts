/** Files of one folder as answers: GET and HEAD, `index.html`, parts and conditions; nothing outside the folder, ever. */

import { lookup } from 'mrmime'
import type { Millis } from '../../engine.ts'
import type { Words } from '../../explain/words.ts'
import { fail } from '../../failures/index.ts'
import { imfDate } from '../../http/message/date.ts'
import { isCompressible } from '../../http/semantics/negotiation.ts'
import { plainAnswer } from './plain-answer.ts'
import { type Content, representation } from './representation.ts'
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
export interface OpenFile extends Content {
  /** Milliseconds since 1970. */
  readonly modified: Millis
}

/** A handler for `serve`. Hidden files (`.git`, `.env`) are not there, except below `/.well-known/` (RFC 8615). */
export const staticFiles =
  (files: Files): Handler =>
  async (request, { world }) => {
    const { words } = world
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
    return representation(request, { body: found, headers: fieldsOf(found, name, world.clock.date()) }, { world })
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

/** A file that is younger than this may change again without its date saying so: not every system counts finer. */
const SETTLED: Millis = 2000

/**
 * Size and date make the tag, as nginx and Apache have it: servers beside each other agree. It is strong (RFC 9110 8.8.1),
 * so that a broken download can go on, once the file has kept still for a moment.
 */
const etagOf = ({ size, modified }: OpenFile, now: Millis): string =>
  `${now - modified >= SETTLED ? '' : 'W/'}"${size.toString(36)}-${Math.floor(modified * 1000).toString(36)}"`

const fieldsOf = (file: OpenFile, name: string, now: Millis): Headers => {
  const type = contentType(name)
  const headers = new Headers({
    'content-type': type,
    'last-modified': imfDate(file.modified),
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
    etag: etagOf(file, now),
  })
  // Said in 304 too (RFC 9110 15.4.5): which of them is kept is decided by it.
  if (isCompressible(type)) headers.set('vary', 'accept-encoding')
  return headers
}

const contentType = (name: string): string => {
  const type = lookup(name) ?? 'application/octet-stream'
  return /^text\/|javascript$|json$/.test(type) ? `${type}; charset=utf-8` : type
}

const notFound = (where: string, words: Words | undefined): Response =>
  plainAnswer(fail('http/not-found', { where }), words)
