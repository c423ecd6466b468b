/** Captures on the page: given to it, or named by the command that shows it; listed, chosen, and then seen as every exchange. */
import { createPrivateKey } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { connection } from '../support/made-captures.ts'
import { served } from '../support/net.ts'
import { localhost, root } from '../support/node-tls.ts'
import { temporaryFolder } from '../support/peers-chain.ts'
import { captured } from '../support/peers-io.ts'
import { violations } from './axe.ts'
import { commands } from './commands.ts'
import { captureFile, type GivenFile, given, keyLogFile, packetFile, played, rsaTalk } from './made.ts'
import { inspector } from './support.ts'

const { test, open, folder } = inspector()
const shown = commands(folder)

const give = (page: Page, ...files: readonly GivenFile[]): Promise<void> =>
  page.setInputFiles('input[type=file] >> nth=0', [...files])
const listing = (page: Page): Promise<string[]> => page.locator('.connection').allInnerTexts()
const said = (page: Page, text: string | RegExp): Promise<void> => page.locator('main', { hasText: text }).waitFor()
/** The row of the connection to a port. */
const choose = (page: Page, text: string | RegExp): Promise<void> =>
  page.locator('.connection', { hasText: text }).first().click()

test('a file that is chosen is listed, and a connection of it is the whole page: headline, bar, ladder, message', async () => {
  const page = await open({ hash: 'page=captures' })
  await give(page, captureFile(await played(), 'with'))
  await said(page, '2 requests → 200, decrypted')
  expect(await page.innerText('h1')).toContain('4 conversations')
  expect(await listing(page)).toHaveLength(4)
  await choose(page, ':443')
  await page.waitForSelector('.ladder')
  expect(await page.innerText('h1')).toMatch(/200 OK over TLS 1\.3 in \d+/)
  expect(await page.innerText('.facts')).toContain('CN=shop.test')
  expect(await page.innerText('.rows')).toContain('GET /account')
  expect(await page.innerText('.pane')).toContain('Cookie')
  expect(await page.innerText('.origin')).toMatch(/shop\.pcapng.*conversation 4 of 4.*starred/s)
  for (const tab of ['Checks', 'Certificate', 'Network', 'HTTP', 'Keys', 'States', 'Try it']) {
    await page.click(`[role=tab]:has-text("${tab}")`)
    await page.waitForSelector('#panel > *')
  }
  await page.click('.origin a')
  expect(await listing(page)).toHaveLength(4)
  await page.evaluate(() => void (location.hash = 'run=file1/99'))
  await said(page, 'It has no such conversation')
})

test('files that are dropped anywhere are opened, the key log beside them used', async () => {
  const run = await played()
  const page = await open()
  const transfer = await page.evaluateHandle(
    files => {
      const held = new DataTransfer()
      for (const { name, bytes } of files) held.items.add(new File([new Uint8Array(bytes)], name))
      return held
    },
    [captureFile(run, 'without'), keyLogFile(run)].map(({ name, buffer }) => ({ name, bytes: [...buffer] })),
  )
  await page.dispatchEvent('body', 'dragenter', { dataTransfer: transfer })
  await page.waitForSelector('.drop-over')
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer })
  await said(page, '2 requests → 200, decrypted')
  expect(await page.locator('.drop-over').count()).toBe(0)
})

test('without its secrets a conversation says which are missing, and a key log that comes later opens it', async () => {
  const run = await played()
  const page = await open({ hash: 'page=captures' })
  await give(page, captureFile(run, 'without'))
  await said(page, /encrypted: no secrets for client random [0-9a-f]{8}…/)
  await said(page, 'none for 1 conversation')
  await choose(page, ':443')
  await page.waitForSelector('.ladder')
  expect(await page.innerText('.unread-why')).toMatch(/no secrets for client random/)
  expect(await page.innerText('.rows')).not.toContain('GET /account')
  await page.click('.origin a')
  await give(page, keyLogFile(run))
  await said(page, '2 requests → 200, decrypted')
  await choose(page, ':443')
  await page.locator('.rows', { hasText: 'GET /account' }).waitFor()
})

test('the private key of a server opens what was encrypted to it, and a key that cannot be read says why', async () => {
  const { capture, key } = await rsaTalk()
  for (const form of ['folder', 'one file'] as const) {
    const page = await open({ form, hash: 'page=captures' })
    await give(page, capture)
    await said(page, 'none for 1 conversation')
    await give(page, key)
    await said(page, 'GET /secret → 200, decrypted')
    await choose(page, ':443')
    await page.locator('.rows', { hasText: 'GET /secret' }).waitFor()
    await page.goto(page.url().replace(/#.*/, '#page=captures'))
    await said(page, '1 private key')
    const under = { type: 'pkcs8', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'secret' } as const
    await give(page, given('locked.key', String(createPrivateKey(key.buffer).export(under))))
    await said(page, 'It is under a password')
    expect(await page.innerText('main')).toContain('locked.key')
  }
})

test('a capture in which somebody fetched a key is a capture', async () => {
  const flow = connection('10.0.0.1:40000', '10.0.0.2:80')
  const text = (said: string): Uint8Array => new TextEncoder().encode(said)
  const answer = `HTTP/1.1 200 OK\r\nContent-Length: ${localhost.key.length}\r\n\r\n${localhost.key}`
  const page = await open({ hash: 'page=captures' })
  await give(
    page,
    packetFile([
      flow.syn(),
      flow.synAck(),
      flow.says('client', text('GET /key HTTP/1.1\r\nHost: a\r\n\r\n')),
      flow.says('server', text(answer)),
    ]),
  )
  await said(page, 'GET /key → 200')
})

test('certificates that were compressed with brotli are read', async () => {
  const { url } = await served(() => new Response('here'), { tls: localhost })
  const at = temporaryFolder('inspector').path
  const path = join(at, 'x.pcapng')
  writeFileSync(join(at, 'root.pem'), root)
  expect(await main(['get', '--trust', join(at, 'root.pem'), url, '--no-keep', '--pcapng', path], captured())).toBe(0)
  for (const form of ['folder', 'one file'] as const) {
    const page = await open({ form, hash: 'page=captures' })
    await page.setInputFiles('input[type=file] >> nth=0', path)
    await said(page, 'GET / → 200, decrypted')
    await page.locator('.connection').last().click()
    await page.locator('.rows', { hasText: 'CompressedCertificate' }).waitFor()
    expect(await page.innerText('.facts')).toContain('CN=localhost')
  }
})

test('what is private is starred until somebody asks for it', async () => {
  const page = await open({ hash: 'page=captures' })
  await give(page, captureFile(await played(), 'with'))
  await said(page, 'decrypted')
  await choose(page, ':443')
  await page.waitForSelector('.pane')
  expect(await page.innerText('.pane')).toMatch(/Cookie\s+bytes \d+–\d+\s+\*{20}/)
  // What was on the wire is no secret.
  const wire = await page.locator('.hex .side-wire').allInnerTexts()
  expect(wire.filter(digits => digits === '2a').length).toBeLessThan(wire.length / 10)
  await page.click('.origin a')
  await page.check('.private input')
  await said(page, 'shown as they are')
  await choose(page, ':443')
  await page.locator('.pane', { hasText: '__Host-sid=' }).waitFor()
})

test('a conversation that failed says why, whose side it is, and shows the bytes', async () => {
  const page = await open({ hash: 'page=captures' })
  await give(page, captureFile(await played({ kind: 'certificate', is: 'expired' }), 'with'))
  await said(page, '1 failed')
  await choose(page, 'certificate_expired')
  await page.waitForSelector('.failure')
  expect(await page.innerText('h1')).toMatch(/out of date|expired/)
  await page.click('text=Show me the bytes')
  await page.waitForFunction(() => document.activeElement?.id === 'message-title')
})

test('a list is filtered by what its rows say', async () => {
  const page = await open({ hash: 'page=captures' })
  await give(page, captureFile(await played(), 'with'))
  await said(page, 'decrypted')
  await page.fill('.list-filter input', 'dns shop')
  await said(page, '3 conversations left out')
  expect(await listing(page)).toEqual([expect.stringContaining('A shop.test?')])
})

test('what is no capture, and what is cut off, is told with what can be done; nothing is lost', async () => {
  const page = await open({ hash: 'page=captures' })
  await give(page, given('letter.txt', 'Dear Ada,\n'))
  await said(page, 'This is no capture file')
  expect(await page.innerText('h1')).toContain('capture/not-a-capture')
  const whole = captureFile(await played(), 'with').buffer
  await give(page, given('cut.pcapng', whole.subarray(0, whole.length - 7)))
  await said(page, 'The capture ends in the middle')
  await said(page, '4 conversations')
  await give(page, given('empty.pcap', ''))
  await said(page, 'It is empty')
})

test('a run that this page does not know is told so, and there is a way on', async () => {
  for (const run of ['tls99-7-nonsense', 'tls13-7-flip-999-999-9', 'a b', '%E0%A4%A']) {
    const page = await open({ hash: `run=${run}&tab=nope&foo=bar` })
    await said(page, 'No such run is known here')
    await page.click('header nav a')
    await page.waitForSelector('.ladder')
  }
})

test('a page that is loaded again has forgotten its files, and says so', async () => {
  const page = await open({ hash: 'page=captures' })
  await give(page, captureFile(await played(), 'with'))
  await said(page, 'decrypted')
  await page.reload()
  await said(page, 'This file is not open here')
  await give(page, captureFile(await played(), 'with'))
  await said(page, 'decrypted')
})

test('the page that is one file reads captures too, from the disk', async () => {
  const page = await open({ form: 'one file', hash: 'page=captures' })
  await give(page, captureFile(await played(), 'with'))
  await said(page, '2 requests → 200, decrypted')
  await choose(page, ':443')
  await page.waitForSelector('.ladder')
})

test('twenty thousand connections are listed by those that can be seen, and the last is one key away', async () => {
  const packets = Array.from({ length: 20_000 }, (_, i) =>
    connection(`10.${i >> 8}.${i & 255}.1:${10_000 + i}`, '192.0.2.7:443').syn(),
  )
  const page = await open({ hash: 'page=captures' })
  await give(page, packetFile(packets))
  await said(page, '20000 conversations')
  await page.locator('.connection-rows.windowed').waitFor()
  await page.waitForFunction(
    () => document.querySelector('.connection-rows li')?.getAttribute('aria-setsize') === '20000',
  )
  expect((await listing(page)).length).toBeLessThan(100)
  await page.keyboard.press('End')
  await page.locator('.connection', { hasText: '10.78.31.1:29999' }).waitFor()
})

test('of a million tiny packets the page holds the list, and any of their connections', async () => {
  const head = 24
  const packets = Array.from({ length: 20_000 }, (_, i) =>
    connection(`10.${i >> 8}.${i & 255}.1:${10_000 + i}`, '192.0.2.7:443').ack('client'),
  )
  const once = packetFile(packets).buffer
  const path = join(temporaryFolder('inspector').path, 'million.pcap')
  writeFileSync(path, Buffer.concat([once.subarray(0, head), ...Array(50).fill(once.subarray(head))]))
  const page = await open({ hash: 'page=captures' })
  await page.setInputFiles('input[type=file] >> nth=0', path)
  await said(page, '20000 conversations')
  await said(page, '1000000 frames')
  await choose(page, '10.0.0.1:10000')
  await page.waitForSelector('.ladder', { timeout: 150_000 })
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  expect(usedSize).toBeLessThan(100_000_000)
}, 240_000)

test('axe finds nothing to complain of: where files fall, a list, a failure, in both languages and on a telephone', async () => {
  for (const opening of [
    { hash: 'page=captures' },
    { hash: 'page=captures&lang=zh&theme=dark' },
    { hash: 'page=captures', size: 'telephone' as const },
  ]) {
    const page = await open(opening)
    expect(await violations(page)).toEqual([])
    await give(page, captureFile(await played(), 'without'))
    await page.locator('.connection', { hasText: ':443' }).waitFor()
    await page.waitForFunction(() =>
      /client random|客户端随机数/.test(document.querySelector('main')?.textContent ?? ''),
    )
    expect(await violations(page)).toEqual([])
    await page.locator('.connection', { hasText: ':443' }).click()
    await page.waitForSelector('.ladder')
    expect(await violations(page)).toEqual([])
  }
})

test('inspect --web opens on the file, or on the conversation that was asked for', async () => {
  const path = join(temporaryFolder('inspector').path, 'shop.pcapng')
  writeFileSync(path, captureFile(await played(), 'with').buffer)
  const list = await shown('inspect', path)
  const page = await open({ address: list.address })
  await said(page, '2 requests → 200, decrypted')
  await choose(page, ':443')
  await page.waitForSelector('.ladder')
  const one = await shown('inspect', path, '4')
  const other = await open({ address: one.address })
  await other.waitForSelector('.ladder')
  expect(await other.innerText('h1')).toMatch(/200 OK over TLS 1\.3/)
})
