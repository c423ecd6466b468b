/** A failure before a command runs: its language and colour are found in words that nobody could parse. */
import { expect, test } from 'vitest'
import { captured } from '../../../test/support/peers-io.ts'
import { fail } from '../../failures/index.ts'
import { showFailure } from './report.ts'

const shown = async (...argv: readonly string[]): Promise<string> => {
  const io = captured({ terminal: 80, env: { LC_ALL: 'C.UTF-8' } })
  await showFailure(fail('net/bad-url', { got: '"x"' }), io, argv)
  return io.stderr()
}
const COLOUR = '\x1b['

test('the language is that of --lang, as one word or two, and English where it is none', async () => {
  const english = 'This is no URL that can be fetched.'
  expect(await shown('get', 'x')).toContain(english)
  expect(await shown('get', '--lang', 'zh', 'x')).toContain('这不是可以获取的 URL。')
  expect(await shown('get', '--lang=zh', 'x')).toContain('这不是可以获取的 URL。')
  for (const argv of [['--lang', 'xx'], ['--lang'], ['--language=zh'], ['zh']])
    expect(await shown(...argv)).toContain(english)
})

test('the colour is that of --color, and of the terminal where it says nothing', async () => {
  expect(await shown('get', '--color', 'never')).not.toContain(COLOUR)
  expect(await shown('get', '--color=never')).not.toContain(COLOUR)
  expect(await shown('get', '--color', 'always')).toContain(COLOUR)
  expect(await shown('get')).toContain(COLOUR)
})
