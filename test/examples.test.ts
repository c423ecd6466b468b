/** Every example runs as it stands, from the sources: `tsconfig.json` says where `barewire` is. */
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { installed } from './support/peers.ts'
import { temporaryFolder } from './support/peers-chain.ts'
import { CHROMIUM, startChromium } from './support/peers-chromium.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const says: Readonly<Record<string, RegExp>> = {
  'expired-certificate.ts': /^tls\/certificate-expired: /,
  'lossy-network.ts': /^200 hello after \d+ virtual ms, [1-9]\d* frames lost\n$/,
  'tls-without-sockets.ts': /server reads: hello over TLS\n$/,
}

test('each example has a line here that it must print', () => {
  expect(readdirSync(`${root}/examples`).filter(f => f.endsWith('.ts'))).toEqual(Object.keys(says))
})

for (const [file, expected] of Object.entries(says)) {
  test(`examples/${file} runs`, () => {
    const out = execFileSync(process.execPath, ['--import', 'tsx', `examples/${file}`], { cwd: root, encoding: 'utf8' })
    expect(out).toMatch(expected)
  })
}

const hasChromium = existsSync(CHROMIUM) && installed('certutil')
const noChromium = hasChromium ? '' : ' (skipped: chromium or certutil not installed)'
test.skipIf(!hasChromium)(
  `examples/in-a-browser runs${noChromium}`,
  async () => {
    const { path: folder } = temporaryFolder('in-a-browser')
    const example = join(root, 'examples/in-a-browser')
    await build({
      entryPoints: [join(example, 'page.js')],
      bundle: true,
      outfile: join(folder, 'bundle.js'),
      platform: 'browser',
      alias: {
        // As the condition "browser" of the package says.
        barewire: join(root, 'src/index.web.ts'),
        'barewire/lab': join(root, 'src/lab/index.ts'),
        'barewire/lab/web': join(root, 'src/web/lab.ts'),
      },
    })
    copyFileSync(join(example, 'index.html'), join(folder, 'index.html'))
    const browser = await startChromium(join(folder, 'home'))
    try {
      const page = await browser.newPage()
      await page.goto(`file://${folder}/index.html`)
      await page.waitForFunction('document.body.innerText.includes("lost")')
      expect(await page.evaluate('document.body.innerText.trim()')).toMatch(
        /^200, 6000 characters over TLS 1\.2, trusted through barewire demo CA\n\d+ frames sent, [1-9]\d* lost/,
      )
    } finally {
      await browser.close()
    }
  },
  60_000,
)
