/** Every example runs as it stands, from the sources: `tsconfig.json` says where `barewire` is. */
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { installed } from './support/peers.ts'
import { temporaryFolder } from './support/peers-chain.ts'
import { CHROMIUM, startChromium } from './support/peers-chromium.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const says: Readonly<Record<string, RegExp>> = {
  'a-client-that-remembers.ts':
    /^answer 1\nanswer 1 from the cache, \d+ s old\nanswer 2\nhttps:\/\/localhost\/\ngoes on at 10 of 29\ngoes on at 20 of 29\na download that takes a while\n$/,
  'a-server-on-this-machine.ts': /^hello barewire TLS_AES_\S+\nhello node\n$/,
  'an-authority-of-your-own.ts': /^good\ntls\/certificate-revoked\n1 certificate by ACME, 3 in the inventory\n$/,
  'capture-of-a-failing-test.ts': /^not the answer that was expected: see failing\.pcapng, \d{4,} bytes\n$/,
  'expired-certificate.ts': /^tls\/certificate-expired: /,
  'files-and-answers.ts':
    /^206 bytes 13-16\/17 file\n206 bytes 5-8\/5000 line\n304 - \n200 - {"text":"Hallo"}\n415 - .*\n200 - {"ordered":{"pizza":1}}\n$/,
  'forms-and-logins.ts': /^200 \{"by":"ann","kept":\["hello\.txt"\]\} hello\n400\n$/,
  'https-agent-over-our-tls.ts': /^you asked for \/cart\nUNABLE_TO_VERIFY_LEAF_SIGNATURE <- tls\/chain-incomplete\n$/,
  'lossy-network.ts': /^200 hello after \d+ virtual ms, [1-9]\d* frames lost\n$/,
  'node-http-over-the-lab.ts': /^200 you asked for \/cart, [1-9]\d* frames lost\n$/,
  'reverse-proxy.ts': /^200 the shop for shop\.localhost:\d+\n200 the blog for our\.blog\.localhost:\d+\n$/,
  'revoked-and-logged.ts': /^hello\ntls\/certificate-revoked\n$/,
  'threads-that-seal.ts': /^(TLS 1\.3 32000000 true\n){2}$/,
  'through-a-relay.ts': /^hello from the shop \(through the relay\)\n$/,
  'tls-without-sockets.ts': /server reads: hello over TLS\n$/,
  'undici-over-our-stack.ts': /^200 hello\n$/,
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

test('what the manual shows stands in an example, to the letter', () => {
  const read = (file: string): string => readFileSync(join(root, file), 'utf8')
  const examples = readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' })
    .filter(file => /\.[jt]s$/.test(file))
    .map(file => read(`examples/${file}`))
  const pages = readdirSync(join(root, 'docs/manual')).map(file => `docs/manual/${file}`)
  const blocks = pages.flatMap(page =>
    [...read(page).matchAll(/```[jt]s\n([\s\S]*?)```/g)].map(([, code]) => [page, code!]),
  )
  expect(blocks.length).toBeGreaterThan(5)
  for (const [page, code] of blocks)
    expect(
      examples.some(text => text.includes(code!)),
      `${page}:\n${code}`,
    ).toBe(true)
})

test('every link between the pages leads to a file', () => {
  const pages = [
    'README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    ...readdirSync(join(root, 'docs/manual')).map(f => `docs/manual/${f}`),
  ]
  for (const page of pages) {
    for (const [, target] of readFileSync(join(root, page), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g))
      expect(existsSync(join(root, dirname(page), target!)), `${page}: ${target}`).toBe(true)
  }
})

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
        /^200, 6000 characters over TLS 1\.3, trusted through barewire demo CA\n\d+ frames sent, [1-9]\d* lost/,
      )
    } finally {
      await browser.close()
    }
  },
  60_000,
)
