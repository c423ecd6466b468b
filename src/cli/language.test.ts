/** Which language failures are told in, and that nothing else changes with it. */

import { expect, test } from 'vitest'
import { captured } from '../../test/support/peers-io.ts'
import { wordsFor } from './language.ts'
import { main } from './main.ts'

test('--lang is stronger than BAREWIRE_LANG, which is stronger than the locale', () => {
  const of = (env: Record<string, string>, choice?: 'en' | 'zh') => wordsFor(env, choice).language
  expect(of({})).toBe('en')
  expect(of({ LANG: 'zh_CN.UTF-8' })).toBe('zh')
  expect(of({ LANG: 'zh_CN.UTF-8', LC_MESSAGES: 'C' })).toBe('en')
  expect(of({ LANG: 'en_US.UTF-8', LC_ALL: 'zh_SG.UTF-8' })).toBe('zh')
  expect(of({ LANG: 'zh_CN.UTF-8', BAREWIRE_LANG: 'en' })).toBe('en')
  expect(of({ LANG: 'zh_CN.UTF-8', BAREWIRE_LANG: 'fr' })).toBe('zh')
  expect(of({ BAREWIRE_LANG: 'zh' }, 'en')).toBe('en')
})

test('a locale that cannot show Chinese characters is told in English, unless Chinese is asked for by name', () => {
  expect(wordsFor({ LANG: 'zh_CN.GB18030' }, undefined).language).toBe('en')
  expect(wordsFor({ LANG: 'zh_CN.UTF-8', TERM: 'dumb' }, undefined).language).toBe('en')
  expect(wordsFor({ LANG: 'zh_CN.GB18030' }, 'zh').language).toBe('zh')
})

test('a failure is told in Chinese, with the same command to copy; JSON stays the same', async () => {
  const url = 'http://127.0.0.1:1/'
  const io = captured()
  expect(await main(['get', '--lang', 'zh', url], io)).toBe(3)
  expect(io.stderr()).toContain('该端口上没有程序在监听。')
  expect(io.stderr()).toContain('127.0.0.1:1 用 RST 回应了 SYN。')
  expect(io.stderr()).toContain('可能原因')
  expect(io.stderr()).toContain('barewire serve . --port 1')
  for (const line of io.stderr().split('\n')) expect(line).not.toMatch(/whose side|because|elsewhere/)
  const json = captured()
  await main(['get', '--lang', 'zh', '--json', url], json)
  expect(JSON.parse(json.stdout().trim().split('\n').at(-1)!).title).toBe('Nobody listens on this port.')
})

test('a mistake on the command line is told in the language it asks for', async () => {
  const io = captured()
  expect(await main(['get', '--lang=zh', '--nonsense', 'http://a/'], io)).toBe(1)
  expect(io.stderr()).toContain('无法理解这条命令。')
  const wrong = captured()
  expect(await main(['get', '--lang', 'fr', 'http://a/'], wrong)).toBe(1)
  expect(wrong.stderr()).toContain('--lang is en or zh, not "fr".')
})
