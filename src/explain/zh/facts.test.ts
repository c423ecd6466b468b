import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { derRules } from '../../asn1/rules.table.ts'
import { fail } from '../../failures/index.ts'
import { plain, renderFailure } from '../../inspect/index.ts'
import { baselineRules } from '../../x509/lint/baseline.table.ts'
import { rfcRules } from '../../x509/lint/rfc.table.ts'
import { subjectRules } from '../../x509/lint/subject.table.ts'
import { lints } from '../../x509/path/lints.table.ts'
import { facts } from './facts.table.ts'
import { inChinese } from './facts.ts'
import { chinese } from './index.ts'

const HAN = /\p{sc=Han}/u
const LITERAL = /'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`/g
/** Where facts are said: beside their names, and to the helpers that put them there. */
const SAID =
  /\b(?:got|where|expected): *((?:'[^'\n]*'|`[^`]*`)|[^,{}\n]*\?[^,{}\n]*)|(?:[Mm]isplaced|[Uu]nexpected|refused|wrongTurn|refuse|wrong|unlike|bad|PatternError)\(([^;{}]*)\)/g

const phrases = (): readonly string[] => {
  const src = fileURLToPath(new URL('../../', import.meta.url))
  const found = new Set<string>()
  for (const file of (readdirSync(src, { recursive: true }) as string[]).filter(name => name.endsWith('.ts'))) {
    if (/\.test\.|^(explain|cli|lab|trace)\//.test(file)) continue
    for (const [, fact = '', args = ''] of readFileSync(`${src}${file}`, 'utf8').matchAll(SAID))
      for (const [, text, template] of `${fact} ${args}`.matchAll(LITERAL))
        found.add((text ?? template ?? '').replace(/\$\{[^{}]*\}/g, '7'))
  }
  // Words of ours, not names of the protocols: two words in small letters, or an article in front.
  return [...found].filter(text => /[a-z]{2,} [a-z]{2,}|^(The|A|An|This) /.test(text) && !/\$\{/.test(text))
}

test('every fact that engines say in words has words in Chinese', () => {
  const all = phrases()
  expect(all.length).toBeGreaterThan(150)
  const asGiven = (text: string) => ['7', 'name', '“name”'].map(hole => text.replaceAll('7', hole))
  const without = all.filter(text => !asGiven(text).some(given => HAN.test(inChinese(given))))
  // Whose plural is a hole of its own.
  expect(without).toEqual(['7 further authorit7'])
  expect([inChinese('1 further authority'), inChinese('2 further authorities')].every(said => HAN.test(said))).toBe(
    true,
  )
})

test('so has whatever an authority refuses', () => {
  const src = fileURLToPath(new URL('../../', import.meta.url))
  const files = ['ca', 'x509/request'].flatMap(folder =>
    (readdirSync(`${src}${folder}`) as string[]).map(name => `${folder}/${name}`),
  )
  const texts = [...files, 'x509/issue.ts']
    .filter(name => !name.includes('.test.'))
    .flatMap(name => [...readFileSync(`${src}${name}`, 'utf8').matchAll(/RangeError\(\s*(?:'([^']+)'|`([^`]+)`)/g)])
    .map(([, text, template]) => (text ?? template)!.replace(/\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}/g, '7'))
  expect(texts.length).toBeGreaterThan(25)
  // What stands in its hole is found above in each of its kinds.
  const without = texts.filter(text => !HAN.test(inChinese(text)))
  expect(without).toEqual(['7: see the limits of 7'])
})

test('so has every rule of DER and every demand on certificates', () => {
  const rules = [derRules, lints, rfcRules, baselineRules, subjectRules].flatMap(table => Object.values(table))
  for (const { says } of rules)
    expect(inChinese(says), says).not.toMatch(/[a-z]{2,} (?:is|has|of|a|the|not|to)\b|^[^\p{sc=Han}]*$/u)
})

test('each row is the first that fits its own English, with one space between Chinese and the rest', () => {
  for (const [english, words] of facts) {
    let hole = 0
    const given = english.replace(/\{(\w*)\}/g, (_, kind) => (kind === 'n' ? `${++hole}` : `Name${++hole}`))
    const said = inChinese(given)
    expect(said, english).toMatch(HAN.test(words) ? HAN : /./)
    expect(said, english).not.toMatch(/\p{sc=Han} \p{sc=Han}|\p{sc=Han}[a-z0-9]|[a-z0-9]\p{sc=Han}| {2}|[{}]/iu)
    for (let i = 1; i <= hole; i++) expect(said, english).toContain(`${i}`)
  }
})

test('names, numbers and what a peer says stay as they are', () => {
  for (const fact of ['shop.test', '10.0.0.5', '“Bank of Nowhere”', 'HTTP/1.1', 'x'.repeat(500), '', 'CN=a of b'])
    expect(inChinese(fact)).toBe(fact)
  expect(inChinese('subjectPublicKeyInfo of “a of b”')).toBe('“a of b”的 subjectPublicKeyInfo')
  expect(inChinese('a list of names of 1 to 255 Latin-1 characters')).toBe('列表：1 至 255 个 Latin-1 字符的名称')
})

test('a failure is told with them, in its sentence and beside it', () => {
  const failure = fail('tls/certificate-not-ca', {
    where: '“Issuer”',
    got: 'its key may not sign certificates',
    expected: 'basicConstraints with cA, keyUsage with keyCertSign',
  })
  const lines = renderFailure(failure, { style: plain(100), words: chinese }).join('\n')
  expect(lines).toContain('“Issuer”不是证书颁发机构：它的密钥不得签发证书。')
  expect(lines).toContain('带 cA 的 basicConstraints 和带 keyCertSign 的 keyUsage')
  expect(lines).not.toMatch(/sign certificates| with /)
})
