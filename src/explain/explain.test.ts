/** Words for every code: whole sentences, whole commands, nothing that a shell would take for more than text. */

import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { type FailureCode, fail, failures } from '../failures/index.ts'
import { english } from './en/index.ts'
import { quoted } from './steps.ts'

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
