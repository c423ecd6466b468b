/** The topics of `barewire help`: whole in both languages, and as wide as the terminal. */
import { expect, test } from 'vitest'
import { captured } from '../../../test/support/peers-io.ts'
import { wordsOf } from '../../explain/index.ts'
import { TOPICS, wordsOfTopic } from '../../explain/topics.ts'
import { columnsOf } from '../../inspect/shown.ts'
import { main } from '../main.ts'

const helped = async (argv: readonly string[], columns = 100) => {
  const io = captured({ env: { LANG: 'C.UTF-8', COLUMNS: `${columns}` } })
  return { exit: await main(argv, io), out: io.stdout(), err: io.stderr() }
}

test('every topic has sentences, words and meanings in both languages, as many in each', () => {
  for (const name of TOPICS) {
    const [one, other] = [wordsOfTopic(name, wordsOf('en')), wordsOfTopic(name, wordsOf('zh'))]
    expect(other.says.length, name).toBe(one.says.length)
    expect(other.terms.length, name).toBe(one.terms.length)
    expect(one.terms.length, name).toBeGreaterThan(5)
    for (const text of [...one.says, ...one.terms.map(([, means]) => means)]) expect(text).toMatch(/\.$/)
    for (const text of [...other.says, ...other.terms.map(([, means]) => means)])
      expect(text, name).toMatch(/\p{sc=Han}.*。$/u)
  }
})

test('the failures of a topic are all of its families', () => {
  const families = (name: (typeof TOPICS)[number]) => [
    ...new Set(
      wordsOfTopic(name, wordsOf('en')).failures.map(([code]) =>
        code.replace(/^(.*?\/(?:certificate|chain)?).*/, '$1'),
      ),
    ),
  ]
  expect(families('certificates').sort()).toEqual(['tls/certificate', 'tls/chain'])
  expect(families('tcp').sort()).toEqual(['ip/', 'tcp/'])
  expect(families('dns')).toEqual(['dns/'])
  expect(families('cookies')).toEqual(['cookie/'])
})

test('help alerts has all of them, from the words of failures', async () => {
  const { exit, out } = await helped(['help', 'alerts'])
  expect(exit).toBe(0)
  expect(out).toContain('48 unknown_ca')
  expect(out).toContain('120 no_application_protocol')
  expect((await helped(['help', 'alerts', '--lang', 'zh'])).out).toContain('它不信任我们证书的签发者')
})

test('no line of a topic is wider than the terminal, in cells', async () => {
  for (const columns of [60, 80, 100, 140])
    for (const lang of ['en', 'zh'])
      for (const name of TOPICS)
        for (const text of (await helped(['help', name, '--lang', lang], columns)).out.split('\n'))
          expect(columnsOf(text), text).toBeLessThanOrEqual(Math.min(100, columns))
})

test('help alone lists the topics; the help of a command is its --help; what is neither is a mistake', async () => {
  expect((await helped(['help'])).out).toContain('barewire help tls')
  expect((await helped(['help', 'get'])).out).toBe((await helped(['get', '--help'])).out)
  expect((await helped(['help', 'ca', 'issue'])).out).toBe((await helped(['ca', 'issue', '--help'])).out)
  expect(await helped(['help', 'nonsense'])).toMatchObject({ exit: 1, err: expect.stringContaining('nonsense') })
})
