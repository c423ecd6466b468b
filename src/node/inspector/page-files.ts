/** The built page of the inspector, as the package has it: all of its files, which are few, in memory. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FailureError, fail } from '../../failures/index.ts'

export interface PageFile {
  readonly bytes: Uint8Array
  readonly type: string
}

export interface PageFiles {
  /** The page itself, told where its exchanges come from. */
  page(source: 'live' | 'captures'): PageFile
  /** By their paths beside it. */
  readonly others: ReadonlyMap<string, PageFile>
}

/** `dist/inspector`, from the compiled package and from its sources. */
export const builtPage = (): string => {
  const [packaged, beside] = ['../../inspector/', '../../../dist/inspector/'].map(path =>
    fileURLToPath(new URL(path, import.meta.url)),
  )
  return existsSync(join(packaged!, 'index.html')) ? packaged! : beside!
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
}

/** What the page says of where its exchanges come from: a server says something else there. */
const SOURCE = '<meta name="barewire-source" content="engines"'

/** Throws `inspect/no-page` where it was not built, or is another. */
export const pageFiles = (folder: string = builtPage()): PageFiles => {
  const missing = (): FailureError => new FailureError(fail('inspect/no-page', { where: folder }))
  if (!existsSync(join(folder, 'index.html'))) throw missing()
  const page = readFileSync(join(folder, 'index.html'), 'utf8')
  if (!page.includes(SOURCE)) throw missing()
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(file => file.isFile() && Object.hasOwn(TYPES, extname(file.name)) && extname(file.name) !== '.html')
    .map(file => join(file.parentPath, file.name))
  return {
    page: source => ({
      bytes: encoder.encode(page.replace(SOURCE, SOURCE.replace('engines', source))),
      type: TYPES['.html']!,
    }),
    others: new Map(
      files.map(path => [
        path.slice(folder.length).replace(/^\//, ''),
        { bytes: new Uint8Array(readFileSync(path)), type: TYPES[extname(path)]! },
      ]),
    ),
  }
}

/** Where the captures of a page that is one file stand: in front of its script. */
const BODY = '<div id="app"></div>'

export interface OneFile {
  readonly before: string
  readonly after: string
}

/** The page as one file, open where captures go that it has inside. Throws `inspect/no-page`. */
export const pageAsOneFile = (language: 'en' | 'zh', folder: string = builtPage()): OneFile => {
  const path = join(folder, 'one-file.html')
  const page = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const at = page.indexOf(BODY) + BODY.length
  if (!page.includes(SOURCE) || at < BODY.length) throw new FailureError(fail('inspect/no-page', { where: folder }))
  const told = `<meta name="barewire-language" content="${language}" />${SOURCE.replace('engines', 'written')}`
  return { before: page.slice(0, at).replace(SOURCE, told), after: page.slice(at) }
}

const encoder = new TextEncoder()
