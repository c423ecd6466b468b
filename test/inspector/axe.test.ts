/** axe-core finds nothing to complain of, in both languages and both sets of colours. */
import { expect } from 'vitest'
import { violations } from './axe.ts'
import { inspector } from './support.ts'

const { test, open } = inspector()
const screens: Readonly<Record<string, string>> = {
  'the first screen': 'sel=1',
  'a failure': 'run=tls13-7-certificate-wrongName',
  'a record and its bytes': 'layer=records&run=tls12-7',
  'the eavesdropper': 'view=ear',
}
for (const [name, hash] of Object.entries(screens))
  for (const [lang, theme] of [
    ['en', 'light'],
    ['zh', 'dark'],
    ['en', 'dark'],
    ['zh', 'light'],
  ] as const)
    test(`${name} in ${lang}, ${theme}`, async () => {
      const page = await open({ hash: `${hash}&lang=${lang}&theme=${theme}` })
      expect(await violations(page)).toEqual([])
    })

test('on a telephone, list and message', async () => {
  expect(await violations(await open({ size: 'telephone' }))).toEqual([])
  expect(await violations(await open({ size: 'telephone', hash: 'sel=1' }))).toEqual([])
})
