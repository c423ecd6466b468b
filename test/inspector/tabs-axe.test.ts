/** axe-core finds nothing to complain of in any tab, in both languages, both sets of colours, and on a telephone. */
import { expect } from 'vitest'
import { violations } from './axe.ts'
import { inspector } from './support.ts'

const { test, open } = inspector()

/** The tab, and what is there when it is drawn. */
const TABS: Readonly<Record<string, string>> = {
  'tab=keys': '.key-node',
  'tab=keys&view=ear': '.key-node',
  'tab=checks&run=tls13-7-certificate-expired': '.checks-tab table',
  'tab=certificate': '.certificate-card',
  'tab=states': '.diagram',
  'tab=states&machine=tls&scope=all': '.diagram',
  'tab=network&run=tls13-7-drop-11': '.network-plot',
  'tab=http': '.http-body-box',
}
for (const [hash, ready] of Object.entries(TABS))
  test(`${hash}`, async () => {
    for (const [lang, theme, size] of [
      ['en', 'light', 'desk'],
      ['zh', 'dark', 'desk'],
      ['en', 'dark', 'telephone'],
    ] as const) {
      const page = await open({ hash: `${hash}&lang=${lang}&theme=${theme}`, size })
      await page.waitForSelector(ready)
      for (const fold of await page.locator('#panel summary').all()) await fold.click()
      expect(await violations(page), `${lang} ${theme} ${size}`).toEqual([])
    }
  })
