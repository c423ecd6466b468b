/** The page of a code, and what is said about a message: what stands there, for views and programs alike. */
import { entryOf, type Failure, type FailureCode, failures } from '../failures/index.ts'
import { elsewhere } from './elsewhere.table.ts'
import { page as english } from './en/page.ts'
import { remarks as englishRemarks } from './en/remarks.ts'
import type { Remark } from './messages.table.ts'
import type { PageWords } from './page-words.ts'
import type { Language } from './words.ts'
import { page as chinese } from './zh/page.ts'
import { remarks as chineseRemarks } from './zh/remarks.ts'

const PAGES: Readonly<Record<Language, PageWords>> = { en: english, zh: chinese }
const REMARKS: Readonly<Record<Language, Readonly<Record<Remark, string>>>> = {
  en: englishRemarks,
  zh: chineseRemarks,
}

export const pageWordsOf = (language: Language): PageWords => PAGES[language]
export const remarkIn = (language: Language, remark: Remark): string => REMARKS[language][remark]

/** Which bytes a failure of this code is about. */
export const bytesOf = (code: FailureCode, words: PageWords): string =>
  words.where.find(([begins]) => code.startsWith(begins))?.[1] ?? words.elsewhere

/** Neighbours on a page. */
const MOST_RELATED = 5

/**
 * Codes that are easily taken for this one: another tool has the same name for both, the peer sees the same alert or
 * status, or the code has a word in common with it. The nearest first.
 */
export const relatedTo = (code: FailureCode): readonly FailureCode[] => {
  const { alert, status, fault } = entryOf({ code })
  const own = marksOf(code)
  const near = (other: FailureCode): number => {
    const entry = entryOf({ code: other })
    const shared = marksOf(other).filter(each => own.includes(each))
    const wire = (alert !== undefined && entry.alert === alert) || (status !== undefined && entry.status === status)
    const family = other.split('/')[0] === code.split('/')[0]
    // What many codes have in common says little.
    const common = shared.reduce((sum, each) => sum + SHARED / (bearers().get(each) ?? 1), 0)
    return common + (family ? 1 : 0) + (wire ? 1 : 0) + (entry.fault === fault ? 0.5 : 0)
  }
  return (Object.keys(failures) as FailureCode[])
    .filter(other => other !== code)
    .map(other => ({ other, near: near(other) }))
    .filter(({ near }) => near >= NEAR)
    .sort((a, b) => b.near - a.near)
    .slice(0, MOST_RELATED)
    .map(({ other }) => other)
}
/** Points for what two codes share, divided by how many share it. */
const SHARED = 8
/** The same family, alert and side are not enough. */
const NEAR = 2.6

/** Names that other tools have for a code, and the words that it is made of. */
const marksOf = (code: FailureCode): readonly string[] => [
  ...Object.entries(elsewhere({ code })).map(([tool, name]) => `${tool} ${name}`),
  ...(code.split('/')[1] ?? '').split('-').filter(word => word.length > 2 && !COMMON.has(word)),
]
const COMMON: ReadonlySet<string> = new Set([
  'bad',
  'too',
  'not',
  'wrong',
  'and',
  'much',
  'many',
  'unknown',
  'cannot',
  'usage',
])

let counted: ReadonlyMap<string, number> | undefined
const bearers = (): ReadonlyMap<string, number> => {
  if (counted !== undefined) return counted
  const counts = new Map<string, number>()
  for (const code of Object.keys(failures) as FailureCode[])
    for (const mark of marksOf(code)) counts.set(mark, (counts.get(mark) ?? 0) + 1)
  counted = counts
  return counts
}

/** What somebody may have meant by `typed`: codes that end so, else the nearest by letters. */
export const nearestCodes = (typed: string): readonly FailureCode[] => {
  const text = typed.trim().toLowerCase().replaceAll('_', '-')
  const codes = Object.keys(failures) as FailureCode[]
  const ending = codes.filter(code => code.split('/')[1] === text)
  if (ending.length > 0) return ending
  const distances = codes
    .map(code => ({ code, far: distance(text, text.includes('/') ? code : code.split('/')[1]!) }))
    .sort((a, b) => a.far - b.far)
  const most = Math.max(2, Math.floor(text.length / 3))
  return distances
    .filter(({ far }) => far <= most && far <= distances[0]!.far + 1)
    .slice(0, 3)
    .map(({ code }) => code)
}

/** Letters to add, drop, change or swap with their neighbour. Texts longer than any code are far from each. */
const distance = (a: string, b: string): number => {
  if (a.length > LONGEST_TYPED) return a.length
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let least = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, rows[i - 2]![j - 2]! + 1)
      row.push(least)
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}
const LONGEST_TYPED = 64

/** Whether a failure's page is meant, rather than a message: `tls/not-tls`, or one that is spelt nearly so. */
export const looksLikeCode = (text: string): boolean => /^[a-z]{2,8}\/[a-z-]+$/i.test(text.trim())

export const isCode = (text: string): text is FailureCode => Object.hasOwn(failures, text)

/** Names that other tools have for it, as people read them. */
export const namesElsewhere = (failure: Failure): readonly string[] =>
  Object.entries(elsewhere(failure)).map(([tool, name]) =>
    typeof name === 'number' ? `${TOOLS[tool] ?? tool} (${name})` : `${TOOLS[tool] ?? tool} ${name}`,
  )
const TOOLS: Readonly<Record<string, string>> = {
  node: 'Node',
  curl: 'curl',
  openssl: 'OpenSSL',
  chrome: 'Chrome',
  boringssl: 'BoringSSL',
}
