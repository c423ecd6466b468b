/** Where bodies go: names of files for `-o`, `-O` and `-J`. */
import { join } from 'node:path'
import { FailureError, fail } from '../../failures/index.ts'

/** As it was typed: a name, or the one at the end of the URL. */
export type OutputWord = { readonly file: string } | 'remote'

/** `-o` and `-O` belong to the URLs in their order; undefined: standard output. */
export const fileFor = (
  url: URL,
  i: number,
  {
    outputs = [],
    remoteNameAll,
  }: { readonly outputs?: readonly OutputWord[] | undefined; readonly remoteNameAll?: true | undefined },
): string | undefined => {
  const word = outputs[i] ?? (remoteNameAll ? 'remote' : undefined)
  if (word === undefined) return undefined
  return word === 'remote' ? nameIn(url) : word.file
}

/** What stands behind the last slash, as it is in the URL: nothing in it can lead to another folder. */
const nameIn = (url: URL): string => {
  const name = url.pathname.split('/').at(-1) ?? ''
  if (name === '') throw usage(`-O finds no name at the end of ${url.href}: -o FILE gives one.`)
  return name
}

const usage = (got: string): FailureError => new FailureError(fail('cli/usage', { got }))

/**
 * `-J`: the name that the server gives (RFC 6266), in the folder of `usual`; that one where it gives none. The server does
 * not choose the folder, and no name that a shell or a listing hides.
 */
export const serverName = (disposition: string | null, usual: string): string => {
  const folder = usual.includes('/') ? usual.slice(0, usual.lastIndexOf('/') + 1) : ''
  const given = disposition === null ? undefined : filenameOf(disposition)
  const last = (given ?? '').split(/[/\\]/).at(-1)!
  const name = last.replace(UNSEEN, '').replace(/^[.\s]+/, '')
  // Most file systems take 255 octets; a name that is longer is not one that anybody typed.
  return name === '' || Buffer.byteLength(name) > 200 ? usual : join(folder, name)
}

/** RFC 6266 4.1: `filename*` (RFC 8187) before `filename`. */
const filenameOf = (disposition: string): string | undefined => {
  const extended = /;\s*filename\*\s*=\s*utf-8'[^']*'([\w!#$&+.^`|~%-]*)/i.exec(disposition)?.[1]
  if (extended !== undefined) {
    try {
      return decodeURIComponent(extended)
    } catch {
      // Not UTF-8: the other form may be there.
    }
  }
  const [, quoted, token] = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/i.exec(disposition) ?? []
  return quoted?.replace(/\\(.)/g, '$1') ?? token
}

/** Control characters, and marks that turn text around. */
const UNSEEN = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu
