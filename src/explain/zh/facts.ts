/** What engines say as facts, in Chinese. The rows are in `facts.table.ts`. */
import { facts } from './facts.table.ts'
import { spaced } from './spaced.ts'

interface Row {
  readonly fits: RegExp
  /** Of each hole: `{}`, `{name}`. */
  readonly kinds: readonly string[]
  /** Text and numbers of holes, in turn. */
  readonly says: readonly (string | number)[]
}

const HOLES: Readonly<Record<string, string>> = {
  '{}': '(.+?)',
  '{says}': '(.+?)',
  '{name}': '([A-Za-z][\\w.:-]*)',
  '{n}': '(\\d[\\d.]*)',
}

const rowOf = (english: string, chinese: string): Row => {
  const fits = english.replace(/\{\w*\}|[.*+?^$()[\]|\\]/g, found => HOLES[found] ?? `\\${found}`)
  let hole = 0
  const says = chinese.split(/(?:(?<=\p{sc=Han}) )?(\{\d?\})(?: (?=\p{sc=Han}))?/u).map(part => {
    const [, number] = /^\{(\d?)\}$/.exec(part) ?? []
    return number === undefined ? part : number === '' ? hole++ : Number(number)
  })
  return { fits: new RegExp(`^${fits}$`, 's'), kinds: english.match(/\{\w*\}/g) ?? [], says }
}

/** Longer texts are a peer's, or lists of names: none of the rows. */
const LONGEST = 200

type Rows = readonly (readonly [english: string, chinese: string])[]

/** What says in Chinese what a row fits, whole or with its holes filled; `hole` says what stands in one, by its kind. */
export const translator = (
  table: Rows,
  hole: (text: string, kind: string) => string,
): ((english: string) => string) => {
  let whole: ReadonlyMap<string, string> | undefined
  let rows: readonly Row[] | undefined
  return english => {
    whole ??= new Map(table.filter(([text]) => !text.includes('{')))
    const known = whole.get(english)
    if (known !== undefined || english.length > LONGEST) return known ?? english
    rows ??= table.filter(([text]) => text.includes('{')).map(([text, chinese]) => rowOf(text, chinese))
    for (const { fits, kinds, says } of rows) {
      const found = fits.exec(english)
      if (found === null) continue
      return spaced(says.map(part => (typeof part === 'string' ? part : hole(found[part + 1]!, kinds[part]!))))
    }
    return english
  }
}

/** `fact` in Chinese, as it stands where it has no words of ours in it. */
export const inChinese: (fact: string) => string = translator(facts, text => inChinese(text))
