/** Files of one folder as answers: GET and HEAD, `index.html`, parts and conditions; nothing outside the folder, ever. */

import { lookup } from 'mrmime'
import type { Millis } from '../../engine.ts'
import type { Words } from '../../explain/words.ts'
import { fail } from '../../failures/index.ts'
import type { ContentCoding } from '../../http/coding.ts'
import { imfDate } from '../../http/message/date.ts'
import { chooseCoding, isCompressible } from '../../http/semantics/negotiation.ts'
import { LISTING_FIELDS, type Listed, listingPage } from './listing.ts'
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
  /**
   * What is in the folder that these names lead to, in no order: plain files and folders that `open` would give. Undefined
   * where there is no folder. Without this no folder is listed.
   */
  list?(names: readonly string[]): Promise<Listed | undefined>
}
export interface OpenFile extends Content {
  /** Milliseconds since 1970. */
  readonly modified: Millis
}

export interface StaticOptions {
  /**
   * `a.css.br`, `a.css.zst` and `a.css.gz` beside `a.css`, and not older than it, are sent in its place to those who take
   * that coding (RFC 9110 12.5.3): for types that shrink, and if undefined. `ignored` looks for none.
   */
  readonly precompressed?: 'sent' | 'ignored' | undefined
  /** `shown`: a folder without `index.html` is a page of what is in it, without what is hidden. If undefined it is not found. */
  readonly listing?: 'shown' | undefined
}

/** Codings by the ending of a file that is coded so, best first. */
const ENDINGS: Readonly<Partial<Record<ContentCoding, string>>> = { br: '.br', zstd: '.zst', gzip: '.gz' }

/** A handler for `serve`. Hidden files (`.git`, `.env`) are not there, except below `/.well-known/` (RFC 8615). */
export const staticFiles =
  (files: Files, { precompressed = 'sent', listing }: StaticOptions = {}): Handler =>
  async (request, { world }) => {
    const { words } = world
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return plainAnswer(fail('http/method-not-allowed', { got: request.method, expected: 'GET, HEAD' }), words)
    }
    const { pathname, search } = new URL(request.url)
    const names = namesOf(pathname)
    if (names === undefined) return notFound(pathname, words)
    const folder = names.at(-1) === ''
    const whole = folder ? [...names.slice(0, -1), 'index.html'] : names
    const found = await files.open(whole)
    if (found === 'folder' && !folder) {
      // One slash at the beginning only: `//host/` would lead to another server.
      const location = `/${names.map(encodeURIComponent).join('/')}/${search}`
      // Not for ever: browsers keep a 308, and what lies behind localhost changes.
      return new Response(null, { status: 302, headers: { location } })
    }
    if (found === undefined || found === 'folder') {
      const parent = names.slice(0, -1)
      const listed = folder && listing === 'shown' ? await files.list?.(parent) : undefined
      if (listed === undefined) return notFound(pathname, words)
      return representation(request, { body: listingPage(parent, listed), headers: LISTING_FIELDS }, { world })
    }
    const type = contentType(whole.at(-1)!)
    const beside = precompressed === 'sent' && isCompressible(type) ? request.headers.get('accept-encoding') : null
    const places = { plain: found, accepted: beside ?? '' }
    // Where it cannot be looked for (no descriptors are left), what is open already is let go.
    const look = (): ReturnType<typeof codedBeside> =>
      codedBeside(files, whole, places).catch(async (error: unknown) => {
        await found.close()
        throw error
      })
    const coded = beside === null ? undefined : await look()
    if (coded !== undefined) await found.close()
    const { file, coding } = coded ?? { file: found, coding: undefined }
    const headers = fieldsOf(file, { type, coding, now: world.clock.date() })
    return representation(request, { body: file, headers }, { world })
  }

/** The same file in the coding that the client likes best, where there is one. */
const codedBeside = async (
  files: Files,
  names: readonly string[],
  { plain, accepted }: { readonly plain: OpenFile; readonly accepted: string },
): Promise<{ readonly file: OpenFile; readonly coding: ContentCoding } | undefined> => {
  let offered = Object.keys(ENDINGS) as ContentCoding[]
  while (offered.length > 0) {
    const coding = chooseCoding(accepted, offered)
    if (coding === undefined || coding === 'identity') return undefined
    const file = await files.open([...names.slice(0, -1), `${names.at(-1)}${ENDINGS[coding]}`])
    if (file !== undefined && file !== 'folder') {
      // Made from an older one, it is another file. Whole seconds: some tools give on no more.
      if (Math.floor(file.modified / 1000) >= Math.floor(plain.modified / 1000)) return { file, coding }
      await file.close()
    }
    offered = offered.filter(other => other !== coding)
  }
  return undefined
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

interface Described {
  readonly type: string
  readonly coding: ContentCoding | undefined
  readonly now: Millis
}

/**
 * Size and date make the tag, as nginx and Apache have it: servers beside each other agree. It is strong (RFC 9110 8.8.1),
 * so that a broken download can go on, once the file has kept still for a moment; each coding has its own (8.8.3.3).
 */
const etagOf = ({ size, modified }: OpenFile, { now, coding }: Described): string => {
  const tag = `${size.toString(36)}-${Math.floor(modified * 1000).toString(36)}${coding === undefined ? '' : `-${coding}`}`
  return `${now - modified >= SETTLED ? '' : 'W/'}"${tag}"`
}

const fieldsOf = (file: OpenFile, described: Described): Headers => {
  const { type, coding } = described
  const headers = new Headers({
    'content-type': type,
    // RFC 9110 8.8.2.1: a file from the future was changed now.
    'last-modified': imfDate(Math.min(file.modified, described.now)),
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
    etag: etagOf(file, described),
  })
  if (coding !== undefined) headers.set('content-encoding', coding)
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
