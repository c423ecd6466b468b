/**
 * The matrix of the web's provider: every suite with every group and kind of certificate, in both versions, full and
 * resumed, in Node and in a page of Chromium. What was run is printed. The RSA key stays with this process, where OpenSSL
 * is: pages make no RSA signatures, and decrypt nothing.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { afterAll, expect, test } from 'vitest'
import { certificateAuthority } from '../../src/ca/authority.ts'
import { hexText } from '../../src/wire/bytes.ts'
import { KEY_USAGE } from '../../src/x509/certificate/extensions.ts'
import { type Cell, type CertificateKind, cells, expected } from '../programs/every-suite.ts'
import { type Elsewhere, everySuiteOnWeb, type Given } from '../programs/every-suite-on-web.ts'
import { hex } from '../support/bytes.ts'
import { installed } from '../support/peers.ts'
import { temporaryFolder } from '../support/peers-chain.ts'
import { CHROMIUM, startChromium } from '../support/peers-chromium.ts'
import { node } from '../support/worlds.ts'

const { crypto } = node
const authority = certificateAuthority({ crypto, now: Date.now, name: 'matrix root' })
const usage = KEY_USAGE.digitalSignature | KEY_USAGE.keyEncipherment
const issued = (['p-256', 'p-384', 'ed25519', 'rsa-2048'] satisfies CertificateKind[]).map(kind => ({
  kind,
  ...authority.issue({ names: ['shop.test'], key: kind, ...(kind === 'rsa-2048' ? { usage } : {}) }),
}))
const rsa = issued.find(({ kind }) => kind === 'rsa-2048')!.privateKey

const given: Given = {
  root: hexText(authority.certificate),
  shown: issued.map(({ kind, chain, privateKey }) => ({
    kind,
    chain: chain.map(der => hexText(der)),
    ...(kind === 'rsa-2048' ? {} : { key: hexText(privateKey) }),
  })),
}
const elsewhere: Elsewhere = {
  sign: async (message, algorithm) => hexText(crypto.sign(algorithm, rsa, hex(message))),
  decrypt: async ciphertext => hexText(crypto.rsaRaw(rsa, hex(ciphertext))!),
}

const printed: string[] = []
afterAll(() => console.log(printed.join('\n')))

/** A line for each version and suite: with which groups and certificates it went as it had to. */
const print = (where: string, all: readonly Cell[]): void => {
  const rows = new Map<string, Cell[]>()
  for (const cell of all) {
    const name = `${where} ${cell.version} ${cell.suite.padEnd(45)}`
    rows.set(name, [...(rows.get(name) ?? []), cell])
  }
  const distinct = (values: readonly (string | undefined)[]): string =>
    [...new Set(values.map(value => value ?? 'no group'))].join(' ')
  for (const [name, row] of rows) {
    const with_ = `${distinct(row.map(({ group }) => group))} × ${distinct(row.map(({ certificate }) => certificate))}`
    printed.push(`${name} ${row.length} full, ${row.length} resumed: ${with_}`)
  }
}

const expectAll = (said: readonly string[]): void =>
  expect(said.map((text, i) => [cells()[i]!.certificate, text])).toEqual(
    cells().map(cell => [cell.certificate, expected(cell)]),
  )

test('there are three suites of TLS 1.3, fourteen of 1.2 with ECDHE and six with RSA alone, each with all that fits', () => {
  const named = (version: string) => new Set(cells().flatMap(cell => (cell.version === version ? [cell.suite] : [])))
  expect([named('TLS 1.3').size, named('TLS 1.2').size, cells().length]).toEqual([3, 20, 60 + 84 + 28 + 6])
})

test("every suite, group and certificate on the web's platform in Node", async () => {
  expectAll(await everySuiteOnWeb(given, elsewhere))
  print('Node,    ', cells())
}, 240_000)

const hasChromium = existsSync(CHROMIUM) && installed('certutil')
const noChromium = hasChromium ? '' : ' (skipped: chromium or certutil not installed)'
test.skipIf(!hasChromium)(
  `every suite, group and certificate in a page of Chromium${noChromium}`,
  async () => {
    const folder = temporaryFolder('every-suite')
    const program = join(folder.path, 'program.js')
    await build({
      stdin: {
        contents: `import { everySuiteOnWeb } from './every-suite-on-web.ts'
        globalThis.play = given => everySuiteOnWeb(given, { sign: globalThis.sign, decrypt: globalThis.decrypt })`,
        resolveDir: new URL('../programs/', import.meta.url).pathname,
      },
      bundle: true,
      outfile: program,
      format: 'iife',
      platform: 'browser',
    })
    const page = join(folder.path, 'page.html')
    writeFileSync(page, '<!doctype html><meta charset="utf-8"><script src="program.js"></script>')
    const browser = await startChromium(join(folder.path, 'home'))
    try {
      const tab = await browser.newPage()
      await tab.exposeFunction('sign', elsewhere.sign)
      await tab.exposeFunction('decrypt', elsewhere.decrypt)
      await tab.goto(pathToFileURL(page).href)
      expectAll((await tab.evaluate(`play(${JSON.stringify(given)})`)) as readonly string[])
      print('Chromium,', cells())
    } finally {
      await browser.close()
    }
  },
  240_000,
)
