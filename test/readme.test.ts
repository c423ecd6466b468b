/** The README in Chinese says what the one in English says, command by command. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const file = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url))
const english = readFileSync(file('README.md'), 'utf8')
const chinese = readFileSync(file('README.zh-CN.md'), 'utf8')

/** What is to be typed, without what is said of it: in blocks of code, not where a sentence wraps. */
const commands = (text: string): readonly string[] =>
  [...text.matchAll(/```\w*\n([\s\S]*?)```/g)]
    .flatMap(([, block = '']) => block.split('\n'))
    .filter(line => line.startsWith('npm '))
    .map(line => line.split(/ {2,}/)[0]!)

const programs = (text: string): readonly string[] =>
  [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code.replace(/^\/\/.*$/gm, ''))

test('both have the same commands, in the same order', () => {
  expect(commands(english).length).toBeGreaterThan(15)
  expect(commands(chinese)).toEqual(commands(english))
})

test('both have the same programs', () => {
  expect(programs(english).length).toBe(1)
  expect(programs(chinese)).toEqual(programs(english))
})

test('they lead to each other, and to files that are there', () => {
  expect(english).toContain('](README.zh-CN.md)')
  for (const text of [english, chinese])
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g))
      expect(existsSync(file(target)), target).toBe(true)
})
