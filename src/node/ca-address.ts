/** Where the local authority is asked what it revoked: a URL, kept in `authority.json` of its folder. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Published, publishedAt } from '../ca/published.ts'
import { english } from '../explain/en/index.ts'
import { fail } from '../failures/index.ts'
import { inWords } from '../net/told.ts'
import { exists, onlyOursToWrite } from './ca-guard.ts'
import { writeWhole } from './whole-file.ts'

const fileIn = (folder: string): string => join(folder, 'authority.json')

/** Undefined where it has none. Throws `FailureError`: `ca/damaged`, `ca/unusable`. */
export const addressIn = (folder: string): string | undefined => {
  const path = fileIn(folder)
  if (!exists(path)) return undefined
  onlyOursToWrite(path)
  try {
    const { url } = JSON.parse(readFileSync(path, 'utf8')) as { readonly url?: unknown }
    if (typeof url === 'string' && publishedAt(url, 'root') !== undefined) return url
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError || error instanceof TypeError)) throw error
  }
  throw inWords(fail('ca/damaged', { where: path, got: 'holds no URL of http:', expected: folder }), english)
}

/** From the next opening on. Throws RangeError for a URL that will not do: see `publishedAt`. */
export const keepAddress = (folder: string, url: string): void => {
  publishedAt(url, 'root')
  writeWhole(fileIn(folder), `${JSON.stringify({ url })}\n`, 0o600, 'replace')
}

/** Of the root and of the intermediate below it. */
export const placesAt = (url: string | undefined): { readonly root: Published; readonly intermediate: Published } => ({
  root: url === undefined ? {} : publishedAt(url, 'root'),
  intermediate: url === undefined ? {} : publishedAt(url, 'intermediate'),
})
