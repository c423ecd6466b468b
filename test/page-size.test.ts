/** What the page of the inspector weighs before anybody has done anything, and that its cryptography comes when a run needs it. */
import { gzipSync } from 'node:zlib'
import { build, type Rolldown } from 'vite'
import { expect, test } from 'vitest'
import { configOf } from '../inspector/vite.config.ts'

/** Kilobytes, compressed, of all that is loaded at once: page, style, script. */
const MOST_FIRST = 250
/** Of the worker that reads captures, which brings what it decrypts with. */
const MOST_WORKER = 140

test('the page is light, and its cryptography comes when a run needs it', async () => {
  const config = configOf('folder')
  const built = await build({ ...config, logLevel: 'error', build: { ...config.build, write: false } })
  const { output } = built as Rolldown.RolldownOutput
  const chunks = output.filter(each => each.type === 'chunk')
  const [entry] = chunks.filter(each => each.isEntry)
  const first = new Set([entry!.fileName])
  for (const name of first)
    for (const each of chunks.find(({ fileName }) => fileName === name)!.imports) first.add(each)
  const modules = chunks.filter(({ fileName }) => first.has(fileName)).flatMap(({ moduleIds }) => moduleIds)
  expect(modules.length).toBeGreaterThan(100)
  expect(modules.filter(name => /node_modules\/@noble|\/src\/web\/crypto|\/src\/lab\//.test(name))).toEqual([])
  const weightOf = (files: readonly string[]): number =>
    output
      .filter(({ fileName }) => files.includes(fileName))
      .reduce((sum, each) => sum + gzipSync(each.type === 'chunk' ? each.code : each.source, { level: 9 }).length, 0) /
    1000
  const style = output.map(({ fileName }) => fileName).filter(name => /index-[^/]*\.css$/.test(name))
  expect(style).toHaveLength(1)
  expect(weightOf([...first, ...style, 'index.html'])).toBeLessThan(MOST_FIRST)
  const worker = output.map(({ fileName }) => fileName).filter(name => /worker-[^/]*\.js$/.test(name))
  expect(worker).toHaveLength(1)
  expect(weightOf(worker)).toBeLessThan(MOST_WORKER)
}, 120_000)
