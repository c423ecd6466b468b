/** What engines say as facts, in Chinese. The rows are in `facts.table.ts`. */
import { facts } from './facts.table.ts'
import { spaced } from './spaced.ts'

interface Row {
  readonly fits: RegExp
  /** Text and numbers of holes, in turn. */
  readonly says: readonly (string | number)[]
}

const HOLES: Readonly<Record<string, string>> = {
  '{}': '(.+?)',
  '{name}': '([A-Za-z][\\w.:-]*)',
  '{n}': '(\\d[\\d.]*)',
}

const rowOf = (english: string, chinese: string): Row => {
  const fits = english.replace(/\{\w*\}|[.*+?^$()[\]|\\]/g, found => HOLES[found] ?? `\\${found}`)
  let hole = 0
  const says = chinese.split(/ ?(\{\d?\}) ?/).map(part => {
    const [, number] = /^\{(\d?)\}$/.exec(part) ?? []
    return number === undefined ? part : number === '' ? hole++ : Number(number)
  })
  return { fits: new RegExp(`^${fits}$`, 's'), says }
}

let whole: ReadonlyMap<string, string> | undefined
let rows: readonly Row[] | undefined

/** Longer texts are a peer's, or lists of names: none of these rows. */
const LONGEST = 200

/** `fact` in Chinese, as it stands where it has no words of ours in it. */
export const inChinese = (fact: string): string => {
  whole ??= new Map(facts.filter(([english]) => !english.includes('{')))
  const known = whole.get(fact)
  if (known !== undefined || fact.length > LONGEST) return known ?? fact
  rows ??= facts.filter(([english]) => english.includes('{')).map(([english, chinese]) => rowOf(english, chinese))
  for (const { fits, says } of rows) {
    const found = fits.exec(fact)
    if (found === null) continue
    return spaced(says.map(part => (typeof part === 'string' ? part : inChinese(found[part + 1]!))))
  }
  return fact
}
