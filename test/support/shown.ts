/** Which files have a test of some name: for the index of demands. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
let texts: readonly (readonly [file: string, text: string])[] | undefined

/** Tests of HTTP and of what stands on it, and tables that tests are made of; not the index itself. */
const isShowing = (file: string): boolean =>
  /^(?:src\/(?:http|net|node|cli)|test\/(?:http|interop))\//.test(file) &&
  (file.endsWith('.test.ts') || (file.endsWith('.table.ts') && !file.endsWith('/musts.table.ts')))

const all = (): readonly (readonly [file: string, text: string])[] =>
  ['src', 'test'].flatMap(folder =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
      .map(file => `${folder}/${file}`)
      .filter(isShowing)
      .sort()
      .map(file => [file, readFileSync(`${root}${file}`, 'utf8')] as const),
  )

/** The name of a test as it stands in a file; of `group: row`, which a table makes, both parts stand there apart. */
export const filesShowing = (name: string): string[] => {
  texts ??= all()
  const [, group, rest] = /^([a-z][a-z, ]+): (.+)$/.exec(name) ?? []
  const row = group === 'coding and length' ? rest?.replace(/^chunked (.*), no length$/, '$1') : rest
  const shows = (text: string): boolean =>
    stands(text, name) || (group !== undefined && row !== undefined && stands(text, group) && stands(text, row))
  const made = (file: string): boolean => group === undefined || row === undefined || file.endsWith('.table.ts')
  const found = texts.filter(([, text]) => shows(text)).map(([file]) => file)
  return found.some(made) ? found.filter(made) : found
}

/** As a whole, or up to what a table puts in: a name that only begins as that of a test does is none. */
const stands = (text: string, name: string): boolean =>
  ["'", '"', '`'].some(quote => text.includes(`${quote}${name}${quote}`)) || text.includes(`\`${name}\${`)
