/** Where bodies go: names of files for `-o`, `-O` and `-J`. */
import { join } from 'node:path'
import { FailureError, fail } from '../../failures/index.ts'
import { parseContentDisposition, safeFileName } from '../../http/semantics/content-disposition.ts'

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
  const given = disposition === null ? undefined : parseContentDisposition(disposition)?.filename
  const name = given === undefined ? undefined : safeFileName(given)
  return name === undefined ? usual : join(folder, name)
}
