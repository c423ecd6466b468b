import { expect } from 'vitest'
import { inspector } from './support.ts'

const { test, open } = inspector()

test('the page opens on an exchange that its own engines have played', async () => {
  const page = await open()
  expect(await page.textContent('[role=tabpanel]')).toContain('ClientHello')
})

test('one file does the same from the disk, with nothing beside it', async () => {
  const page = await open({ form: 'one file' })
  expect(await page.textContent('[role=tabpanel]')).toContain('ClientHello')
})

test('the language of the browser is taken, and another can be chosen', async () => {
  const page = await open({ locale: 'zh-CN' })
  expect(await page.textContent('[role=tab]')).toContain('消息')
  await page.selectOption('select[aria-label=语言]', 'en')
  await page.waitForSelector('html[lang=en]', { state: 'attached' })
  expect(await page.textContent('[role=tab]')).toContain('Messages')
})

test('the top of the page is one line, however narrow the window and whichever the language', async () => {
  const page = await open()
  for (const language of ['en', 'zh']) {
    await page.selectOption('header select >> nth=-2', language)
    for (const width of [1440, 1240, 1000, 760, 390]) {
      await page.setViewportSize({ width, height: 800 })
      const { height } = (await page.locator('header.top').boundingBox())!
      expect([language, width, height < 50]).toEqual([language, width, true])
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
    }
    await page.setViewportSize({ width: 1440, height: 900 })
  }
})
