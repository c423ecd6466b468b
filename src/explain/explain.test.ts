/** Words for every code: whole sentences, whole commands, nothing that a shell would take for more than text. */

import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { type FailureCode, fail, failures } from '../failures/index.ts'
import { english } from './en/index.ts'
import { languageOf } from './languages.ts'
import { quoted } from './steps.ts'
import type { Words } from './words.ts'
import { chinese } from './zh/index.ts'

const codes = Object.keys(failures) as FailureCode[]
const asked = { url: 'https://shop.test:8443/cart?a=1', method: 'GET', host: 'shop.test', port: 8443 }
const facts = { where: 'shop.test:8443', got: 'GOT', expected: 'EXPECTED', number: 42 }

test('no command has a hole in it, whatever is known', () => {
  for (const code of codes)
    for (const failure of [fail(code), fail(code, facts), fail(code, facts).within(asked), fail(code).within(asked)])
      for (const step of english.tryThis(failure)) {
        expect(step, code).not.toMatch(/\b(HOST|PORT|NAME|ADDRESS|DIR|FILE|KEY|N)\b|undefined|\[object|NaN|…|\/\/\//)
      }
})

test('a certificate for other names: what to try shows them, and asks the same server by the first that is one', () => {
  const where = { url: 'https://wrong.test:8443/cart?a=1', method: 'GET', host: 'wrong.test', port: 8443 }
  const steps = (got: string, address?: string) =>
    english
      .tryThis(
        fail('tls/certificate-name', { got, expected: 'wrong.test' }).within({
          ...where,
          ...(address === undefined ? {} : { address }),
        }),
      )
      .map(step => step.split('     # ')[0])
  const shown =
    'openssl s_client -connect wrong.test:8443 -servername wrong.test </dev/null | openssl x509 -noout -ext subjectAltName'
  expect(steps('*.shop.test, 10.0.0.5, shop.test, www.shop.test', '10.0.0.5')).toEqual([
    shown,
    'barewire get --resolve shop.test:8443:10.0.0.5 https://shop.test:8443/cart?a=1'.replace(/(https.*)$/, "'$1'"),
  ])
  for (const got of ['*.shop.test, 10.0.0.5', 'no name (subjectAltName is missing)', '-x.test; id, $(id).test'])
    expect(steps(got, '10.0.0.5')).toEqual([shown])
  expect(steps('shop.test')).toEqual([shown])
})

test('a chain that nobody known has signed: what the server sends, and how to go on with its root', () => {
  const failure = fail('tls/chain-incomplete', { expected: 'shop.test', got: '“Some CA”' }).within(asked)
  expect(english.tryThis(failure).map(step => step.split('     # ')[0])).toEqual([
    'openssl s_client -showcerts -connect shop.test:8443 -servername shop.test',
    'on the server: put the intermediate certificates behind its own in the same file',
    "barewire get --trust root.pem 'https://shop.test:8443/cart?a=1'",
  ])
  // Without a request it is known who was asked for, or nobody is; a certificate's name is no host.
  const unasked = (facts: { expected?: string }) =>
    english.tryThis(fail('tls/chain-incomplete', { ...facts, got: '“Some CA”', where: '“R3”' }))
  expect(unasked({ expected: 'shop.test' })[0]).toContain('-connect shop.test:443 -servername shop.test')
  expect(unasked({}).join()).toMatch(/^on the server: [^,]*$/)
})

test('a peer whose alert is about our certificate may want our root; other alerts have no such remedy', () => {
  const steps = (number?: number) => english.tryThis(fail('tls/alert-received', number === undefined ? {} : { number }))
  for (const about of [42, 46, 48]) expect(steps(about).join()).toContain('barewire ca path')
  for (const other of [40, 70, undefined]) expect(steps(other)).toEqual([])
})

test('what comes from outside is one word for a shell, whatever it holds', () => {
  for (const text of [
    'a b',
    "it's",
    '$(id)',
    '`id`',
    'a;b',
    'a&b',
    '"',
    '\\',
    '*',
    '-n',
    "''",
    '\n',
    'https://a/?b=c&d',
    'é',
  ])
    expect(execFileSync('sh', ['-c', `printf '%s.' ${quoted(text)}`], { encoding: 'utf8' })).toBe(`${text}.`)
})

test('a host that looks like an option is handed to no command', () => {
  for (const code of codes)
    for (const step of english.tryThis(fail(code, { where: '-f:80' }).within({ host: '-f', port: 80 })))
      expect(step, code).not.toMatch(/(ping -c 3|getent hosts) '?-f/)
})

test('the causes of a file that cannot be used depend on what the system said', () => {
  const causes = (got: string) => english.because(fail('cli/file', { where: '/a', got })).join(' ')
  expect(causes('ENOSPC')).toBe('Other files take the room.')
  expect(causes('ENOENT')).toContain('misspelt')
  expect(causes('EACCES')).toContain('permissions')
  expect(causes('it took no more (EIO)')).toBe('')
  expect(english.sentence(fail('cli/file', { where: '/a', got: 'ENOSPC' }))).toContain('/a: the disk is full.')
})

const languages = [english, chinese]
/** Every fact of its own kind, so that it is found again in a sentence. */
const sample = { where: 'WHERE', got: 'GOT', expected: 'EXPECTED', number: 4242 }
const cases = codes.flatMap(code => [
  fail(code),
  fail(code, sample),
  fail(code, { ...sample, where: 'shop.test:8443' }),
  fail(code, { ...sample, number: 48 }),
  fail(code, { got: '"HTTP/"', number: 40 }).within({ ...asked, status: 200, received: 7, announced: 1000 }),
  fail(code, { got: 'ENOSPC' }).within({ ...asked, status: 431, received: 9 }),
])

test('in every language every code is whole, with facts and without', () => {
  for (const words of languages)
    for (const failure of cases) {
      const about = `${words.language} ${failure.code}`
      const all = [words.sentence(failure), ...words.because(failure), ...words.tryThis(failure)]
      expect(words.title(failure), about).toMatch(words === chinese ? /。$/ : /[.?!]$/)
      for (const said of all) {
        expect(said, about).not.toMatch(/undefined|NaN|\[object|\$\{/)
        expect(said.trim(), about).not.toBe('')
      }
    }
})

test('every fact that is said in English is said in Chinese, and no other', () => {
  for (const failure of cases) {
    const facts = ['WHERE', 'GOT', 'EXPECTED', '4242', '48', '"HTTP/"', 'shop.test:8443', '200', '431', '1000']
    const said = (words: Words) => {
      const all = [words.says(failure), ...words.because(failure)].join(' ')
      return facts.filter(fact => all.includes(fact))
    }
    expect(said(chinese), failure.code).toEqual(said(english))
    expect(chinese.because(failure).length, failure.code).toBe(english.because(failure).length)
  }
})

test('what to try is the same command in every language, with a note of its own', () => {
  for (const failure of cases) {
    const commands = (words: Words) => words.tryThis(failure).map(step => step.split('     # '))
    const [one, other] = [commands(english), commands(chinese)]
    expect(other.length, failure.code).toBe(one.length)
    one.forEach(([command, note], i) => {
      const [same, translated] = other[i]!
      if (/^(barewire|openssl|getent|ping|ss|date|mv|chmod|export) /.test(command!)) expect(same).toBe(command)
      if (note !== undefined) expect(translated, failure.code).toMatch(/\p{sc=Han}/u)
    })
  }
})

test('Chinese is Chinese: no sentence is left in English, none has a space between its characters', () => {
  for (const code of codes) {
    const failure = fail(code)
    for (const said of [chinese.title(failure), chinese.says(failure), ...chinese.because(failure)]) {
      expect(said, code).toMatch(/\p{sc=Han}/u)
      expect(said, code).not.toMatch(/\p{sc=Han} \p{sc=Han}|\p{sc=Han}[,;:.?!]|[，。；：（）] | [，。；：（）]/u)
    }
  }
  expect(chinese.sentence(fail('tcp/refused', { where: '127.0.0.1:9' }))).toBe(
    '该端口上没有程序在监听。127.0.0.1:9 用 RST 回应了 SYN。',
  )
})

test('a language is found in tags and locales, and nothing else is taken for one', () => {
  for (const tag of ['zh', 'ZH', 'zh-CN', 'zh_CN.UTF-8', 'zh_TW', 'zh-Hans']) expect(languageOf(tag)).toBe('zh')
  for (const tag of ['en', 'en_GB.UTF-8']) expect(languageOf(tag)).toBe('en')
  for (const tag of [undefined, '', 'C', 'C.UTF-8', 'POSIX', 'zhx', 'english', 'de_DE', '__proto__', 'constructor'])
    expect(languageOf(tag)).toBeUndefined()
})
