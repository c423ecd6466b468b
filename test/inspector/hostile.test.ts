/** Captures that were made to do harm: what others wrote is shown, never obeyed, and the page goes on answering. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { connection, ethernet, pcapngBlocks, udpPacket } from '../support/made-captures.ts'
import { temporaryFolder } from '../support/peers-chain.ts'
import { type GivenFile, given, packetFile } from './made.ts'
import { inspector } from './support.ts'

const { test, open } = inspector()

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))

/** What pages obey, in every form that somebody could forget. */
const HOSTILE = `<script>window.ran=1</script><img src=x onerror=window.ran=1>"onload="window.ran=1' </style></script><svg onload=window.ran=1>javascript:window.ran=1 &amp;{{ran}}\${ran}\u202e`
const short = (text: string): string => text.replaceAll(/[\s<>]/g, '')

const give = (page: Page, file: GivenFile): Promise<void> => page.setInputFiles('input[type=file] >> nth=0', file)

/** Nothing ran, nothing was asked for besides the page's own files. */
const unharmed = async (page: Page, asked: readonly string[]): Promise<void> => {
  expect(await page.evaluate(() => (window as { ran?: number }).ran)).toBeUndefined()
  const own = await page.evaluate(() => document.querySelectorAll('img, iframe, svg[onload], [onerror]').length)
  expect(own).toBe(0)
  expect(asked.filter(url => !/^http:\/\/inspector\.test\/(?:index\.html|assets\/)|^data:/.test(url))).toEqual([])
}

const watched = async (): Promise<readonly [Page, readonly string[]]> => {
  const page = await open({ hash: 'page=captures' })
  const asked: string[] = []
  page.on('request', request => void asked.push(request.url()))
  return [page, asked]
}

const length = (size: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.floor(size / 256 ** (count - 1 - i)) % 256)
const vector = (count: number, ...parts: readonly Uint8Array[]): Uint8Array => {
  const body = joined(...parts)
  return joined(Uint8Array.from(length(body.length, count)), body)
}
const der = (tag: number, ...parts: readonly Uint8Array[]): Uint8Array => {
  const body = joined(...parts)
  const long = body.length < 128 ? [body.length] : [0x84, ...length(body.length, 4)]
  return joined(Uint8Array.of(tag, ...long), body)
}
const handshake = (type: number, body: Uint8Array): Uint8Array => joined(Uint8Array.of(type), vector(3, body))
/** In as many records as it takes. */
const records = (message: Uint8Array): Uint8Array =>
  joined(
    ...Array.from({ length: Math.ceil(message.length / 16_000) }, (_, i) =>
      joined(Uint8Array.of(22, 3, 3), vector(2, message.subarray(i * 16_000, (i + 1) * 16_000))),
    ),
  )

const clientHello = (name: Uint8Array): Uint8Array => {
  const sni = joined(Uint8Array.of(0, 0), vector(2, vector(2, Uint8Array.of(0), vector(2, name))))
  const suites = vector(2, Uint8Array.of(0xc0, 0x2f))
  return handshake(
    1,
    joined(
      Uint8Array.of(3, 3),
      new Uint8Array(32).fill(7),
      Uint8Array.of(0),
      suites,
      Uint8Array.of(1, 0),
      vector(2, sni),
    ),
  )
}
const serverHello = (): Uint8Array =>
  handshake(2, joined(Uint8Array.of(3, 3), new Uint8Array(32).fill(9), Uint8Array.of(0, 0xc0, 0x2f, 0)))
const certificateMessage = (certificate: Uint8Array): Uint8Array => handshake(11, vector(3, vector(3, certificate)))

const commonName = (text: string): Uint8Array =>
  der(0x30, der(0x31, der(0x30, der(6, Uint8Array.of(0x55, 4, 3)), der(0x0c, utf8(text)))))
/** Of the right form, with whatever subject and extension value. */
const certificate = (name: string, extension: Uint8Array): Uint8Array => {
  const algorithm = der(0x30, der(6, Uint8Array.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2)))
  const date = der(0x17, utf8('260101000000Z'))
  const key = der(
    0x30,
    der(
      0x30,
      der(6, Uint8Array.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1)),
      der(6, Uint8Array.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7)),
    ),
    der(3, joined(Uint8Array.of(0, 4), new Uint8Array(64).fill(1))),
  )
  const unknown = der(0x30, der(6, Uint8Array.of(0x2a, 3, 4)), der(4, extension))
  const tbs = der(
    0x30,
    der(0xa0, der(2, Uint8Array.of(2))),
    der(2, Uint8Array.of(1)),
    algorithm,
    commonName(name),
    der(0x30, date, date),
    commonName(name),
    key,
    der(0xa3, der(0x30, unknown)),
  )
  return der(0x30, tbs, algorithm, der(3, Uint8Array.of(0, 1, 2, 3)))
}

const MOST_SEGMENT = 1400
/** As many segments as the text takes. */
const saying = (flow: ReturnType<typeof connection>, who: 'client' | 'server', text: Uint8Array): Uint8Array[] =>
  Array.from({ length: Math.ceil(text.length / MOST_SEGMENT) }, (_, i) =>
    flow.says(who, text.subarray(i * MOST_SEGMENT, (i + 1) * MOST_SEGMENT)),
  )
const opened = (flow: ReturnType<typeof connection>): Uint8Array[] => [flow.syn(), flow.synAck(), flow.ack('client')]

const question = (label: Uint8Array): Uint8Array =>
  joined(Uint8Array.of(0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, label.length), label, Uint8Array.of(0, 0, 1, 0, 1))

test('script in every text stands on the page as text: heads, cookies, names, certificates, comments, the file name', async () => {
  const http = connection('10.0.0.1:40000', '10.0.0.2:80')
  const tls = connection('10.0.0.1:40001', '10.0.0.2:443')
  const head = `GET /${short(HOSTILE)} HTTP/1.1\r\nHost: ${HOSTILE}\r\nCookie: ${HOSTILE}\r\n${short(HOSTILE)}: ${HOSTILE}\r\n\r\n`
  const answer = `HTTP/1.1 200 ${HOSTILE}\r\nSet-Cookie: a=${HOSTILE}\r\nContent-Type: text/html\r\nLocation: javascript:window.ran=1\r\nContent-Length: ${HOSTILE.length}\r\n\r\n${HOSTILE}`
  const packets = [
    ...opened(http),
    ...saying(http, 'client', utf8(head)),
    ...saying(http, 'server', utf8(answer)),
    ...opened(tls),
    ...saying(tls, 'client', records(clientHello(utf8(HOSTILE)))),
    ...saying(
      tls,
      'server',
      joined(records(serverHello()), records(certificateMessage(certificate(HOSTILE, utf8(HOSTILE))))),
    ),
    udpPacket('10.0.0.1:50000', '10.0.0.2:53', question(utf8(HOSTILE.slice(0, 60)))),
  ]
  const make = pcapngBlocks('little')
  const comment = make.option(1, utf8(HOSTILE))
  const file = joined(
    make.section(comment),
    make.interface(1),
    make.names([10, 0, 0, 2], utf8(HOSTILE)),
    ...packets.map((bytes, i) => make.packet(0, { time: BigInt(i) * 1000n, bytes: ethernet(bytes) }, comment)),
  )
  const [page, asked] = await watched()
  await give(page, given(`${HOSTILE.replaceAll('/', '')}.pcapng`, file))
  await page.locator('.connection', { hasText: ':80' }).waitFor()
  const rows = await page.locator('.connection').count()
  expect(rows).toBe(3)
  for (let row = 0; row < rows; row++) {
    await page.locator('.connection').nth(row).click()
    await page.waitForSelector('.ladder')
    for (const tab of ['Keys', 'Checks', 'Certificate', 'States', 'Network', 'HTTP', 'Messages']) {
      await page.click(`[role=tab]:has-text("${tab}")`)
      await page.waitForSelector('#panel > *')
    }
    for (const layer of ['frames', 'packets', 'segments', 'records', 'requests', 'messages']) {
      await page.check(`input[name=layer][value=${layer}]`)
      const messages = page.locator('.message-row')
      for (let i = 0; i < Math.min(await messages.count(), 8); i++) await messages.nth(i).click()
    }
    await page.check('input[name=view][value=ear]')
    await page.check('input[name=view][value=client]')
    await unharmed(page, asked)
    await page.click('.origin a')
  }
  expect(await page.innerText('h1')).toContain('<script>')
})

/** What is drawn, however much there is: rows and fields by their hundreds, not by their number. */
const MOST_ELEMENTS = 20_000
const answers = async (page: Page): Promise<void> => {
  expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(MOST_ELEMENTS)
  // A click is answered: the state of the page is its address.
  await page.click('[role=tab]:has-text("Network")')
  await page.locator('[role=tab][aria-selected=true]', { hasText: 'Network' }).waitFor()
  await page.click('[role=tab]:has-text("Messages")')
  await page.waitForSelector('.ladder')
}

test('a certificate of ten thousand levels is shown as far as anybody reads, and the page answers', async () => {
  const parts: Uint8Array[] = []
  let size = 0
  for (let level = 0; level < 10_000; level++) {
    const head = Uint8Array.of(0x30, 0x83, ...length(size, 3))
    parts.unshift(head)
    size += head.length
  }
  const flow = connection('10.0.0.1:40001', '10.0.0.2:443')
  const deep = certificate('deep.test', joined(...parts))
  const [page, asked] = await watched()
  await give(
    page,
    packetFile([
      ...opened(flow),
      ...saying(flow, 'client', records(clientHello(utf8('deep.test')))),
      ...saying(flow, 'server', joined(records(serverHello()), records(certificateMessage(deep)))),
    ]),
  )
  await page.locator('.connection', { hasText: ':443' }).click()
  await page.waitForSelector('.ladder')
  await page.locator('.message-row', { hasText: 'Certificate' }).click()
  await page.locator('#message-title', { hasText: 'Certificate' }).waitFor()
  await page.click('[role=tab]:has-text("Certificate")')
  await page.waitForSelector('#panel > *')
  await answers(page)
  await unharmed(page, asked)
})

test('a header of 64 MB is refused where it is too long, and the page answers', async () => {
  const flow = connection('10.0.0.1:40000', '10.0.0.2:80')
  const piece = new Uint8Array(60_000).fill(0x61)
  const pieces = Math.ceil((64 * 1024 * 1024) / piece.length)
  const packets = [
    ...opened(flow),
    flow.says('client', utf8('GET / HTTP/1.1\r\nHost: a\r\nX: ')),
    ...Array.from({ length: pieces }, () => flow.says('client', piece)),
    flow.says('client', utf8('\r\n\r\n')),
  ]
  const [page, asked] = await watched()
  // Larger than what may be handed over by its contents.
  const path = join(temporaryFolder('inspector').path, 'long.pcap')
  writeFileSync(path, packetFile(packets).buffer)
  await page.setInputFiles('input[type=file] >> nth=0', path)
  await page.locator('.connection', { hasText: ':80' }).click()
  await page.waitForSelector('.ladder')
  await answers(page)
  await unharmed(page, asked)
})

test('of a hundred thousand messages and more what is kept is drawn by those that can be seen, to the last, and filtered', async () => {
  const flow = connection('10.0.0.1:40000', '10.0.0.2:80')
  // Pipelined, so that their frames do not fill what is kept of a conversation.
  const ask = utf8('GET /a HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(50))
  const reply = utf8('HTTP/1.1 204 No Content\r\n\r\n'.repeat(50))
  const packets = [...opened(flow)]
  for (let i = 0; i < 1200; i++) packets.push(flow.says('client', ask), flow.says('server', reply))
  const [page, asked] = await watched()
  await give(page, packetFile(packets))
  await page.locator('.connection', { hasText: '60000 requests' }).waitFor()
  await page.locator('.connection').click()
  await page.locator('.rows.windowed').waitFor()
  await page.locator('.message-row').first().focus()
  await answers(page)
  expect(Number(await page.locator('.rows li').first().getAttribute('aria-setsize'))).toBeGreaterThan(80_000)
  await page.locator('.note', { hasText: 'were not kept' }).waitFor()
  await page.fill('#filter', 'GET')
  await page.waitForFunction(() => Number(document.querySelector('.rows li')?.getAttribute('aria-setsize')) > 40_000)
  await unharmed(page, asked)
})
