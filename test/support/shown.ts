/** Which files have a test of some name: for the index of demands. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
let texts: readonly (readonly [file: string, text: string])[] | undefined

/** Tests, and tables that tests are made of; not the index itself. */
const isShowing = (file: string): boolean =>
  file.endsWith('.test.ts') ||
  (file.endsWith('.table.ts') && file.startsWith('test/') && !file.endsWith('/musts.table.ts'))

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
    begins(text, name) || (group !== undefined && row !== undefined && begins(text, group) && begins(text, row))
  return texts.filter(([, text]) => shows(text)).map(([file]) => file)
}

const begins = (text: string, name: string): boolean => ["'", '"', '`'].some(quote => text.includes(`${quote}${name}`))
