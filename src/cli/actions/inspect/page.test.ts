/** `inspect --html`: what stands in the page, what does not, and that nothing in it can act, whoever wrote it. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connection, ethernet, pcapFile, udpPacket } from '../../../../test/support/made-captures.ts'
import { installed } from '../../../../test/support/peers.ts'
import { CHROMIUM, startChromium } from '../../../../test/support/peers-chromium.ts'
import { captured } from '../../../../test/support/peers-io.ts'
import { captureSink } from '../../../capture/sink.ts'
import { playExchange } from '../../../lab/exchange.ts'
import { nodePlatform } from '../../../node/lab.ts'
import { main } from '../../main.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-page-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const at = (name: string): string => join(folder, name)

const HOSTILE = `<script>document.title='ran'</script>"onload="document.title='ran' '</style><img src=x onerror=alert(1)>&amp;\u202e\u2066\u200f`

/** Requests, answers and names that try everything that pages obey. */
const hostileCapture = (): Uint8Array => {
  const http = connection('10.0.0.1:40000', '10.0.0.2:80')
  const packets = [
    http.syn(),
    http.synAck(),
    http.ack('client'),
    http.says('client', utf8(`GET /${HOSTILE.replaceAll(' ', '')} HTTP/1.1\r\nHost: a\r\nX-A: ${HOSTILE}\r\n\r\n`)),
    http.says('server', utf8(`HTTP/1.1 404 ${HOSTILE}\r\nX-B: ${HOSTILE}\r\nContent-Length: 0\r\n\r\n`)),
    udpPacket('10.0.0.1:50000', '10.0.0.2:53', dnsQuestion(utf8(HOSTILE.slice(0, 60)))),
  ]
  return pcapFile(
    'little',
    1,
    packets.map((bytes, i) => ({ time: BigInt(i) * 1000n, bytes: ethernet(bytes) })),
  )
}

const dnsQuestion = (label: Uint8Array): Uint8Array =>
  Uint8Array.from([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, label.length, ...label, 0, 0, 1, 0, 1])

beforeAll(async () => {
  const pieces: Uint8Array[] = []
  const platform = nodePlatform({ seed: 1 })
  const capture = captureSink(piece => void pieces.push(piece), { now: () => 0, date: () => platform.date })
  await playExchange(platform, 1, capture)
  capture.finish()
  writeFileSync(at('demo.pcapng'), Buffer.concat(pieces))
  writeFileSync(at('hostile.pcap'), hostileCapture())
})

let pages = 0
/** The page that `inspect` writes. */
const paged = async (...words: readonly string[]) => {
  const path = at(`${++pages}.html`)
  const io = captured()
  const exit = await main(['inspect', ...words, '--html', path], io)
  return { exit, out: io.stdout(), err: io.stderr(), path, text: existsSync(path) ? readFileSync(path, 'utf8') : '' }
}

test('a page tells the conversations, the messages, their fields with ranges and meanings, and their bytes', async () => {
  const { exit, out, path, text } = await paged(at('demo.pcapng'))
  expect(exit).toBe(0)
  expect(out).toMatch(/\.html: 1\d\d kB, 4 conversations, 26 messages\n$/)
  expect(text).toContain('<h1>4 conversations</h1>')
  expect(text).toMatch(/<b><bdi>ClientHello<\/bdi><\/b>/)
  expect(text).toMatch(
    /<b><bdi>sourcePort<\/bdi><\/b><span class="v"><bdi>\d+<\/bdi><\/span><span class="r">0\.\.2<\/span>/,
  )
  expect(text).toContain('The port that it comes from: which program on that machine.')
  expect(text).toMatch(/<pre>0000 {2}47 45 54 20 2f 61 63 63 {3}GET \/acc\n/)
  expect(text).toContain('record 10 ⊂ segment 10 ⊂ packet 10 ⊂ frame 10')
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('values of cookies, credentials and bodies are not in a page, and it says so; --show-secrets has them, and says that', async () => {
  const starred = await paged(at('demo.pcapng'))
  const shown = await paged(at('demo.pcapng'), '--show-secrets')
  const [, cookie = ''] =
    /<b><bdi>Cookie<\/bdi><\/b><span class="v"><bdi>(__Host-sid=\w+)<\/bdi>/.exec(shown.text) ?? []
  expect(cookie.length).toBeGreaterThan(20)
  for (const secret of [
    cookie,
    cookie.slice(11),
    'correct%20horse',
    'user=ada',
    Buffer.from('user=ada')
      .toString('hex')
      .replace(/..(?=.)/g, '$& '),
  ])
    expect(starred.text).not.toContain(secret)
  expect(starred.text).toContain('52 B, left out')
  expect(starred.text).toContain('Values of cookies, credentials and bodies are left out')
  expect(shown.text).toContain('user=ada')
  expect(shown.text).toContain('Nothing is left out')
  expect(shown.text).not.toContain('CLIENT_TRAFFIC_SECRET')
})

test('a number writes of one conversation, a filter of what is meant, a language in its words', async () => {
  const one = await paged(at('demo.pcapng'), '4', '--lang', 'zh')
  expect(one.out).toMatch(/1 conversation, 20 messages\n$/)
  expect(one.text).toContain('<html lang="zh-Hans">')
  expect(one.text).toContain('本页不含 cookie 的值、凭据和正文')
  const some = await paged(at('demo.pcapng'), '--filter', 'http.cookie')
  expect(some.out).toMatch(/1 conversation, 1 message\n$/)
  const json = await paged(at('demo.pcapng'), '4', '--json')
  expect(JSON.parse(json.out)).toEqual({
    v: 1,
    type: 'sheet',
    path: json.path,
    bytes: statSync(json.path).size,
    conversations: 1,
    messages: 20,
  })
})

test('what failed is told on its page: what happened, whose side, which bytes, what to do', async () => {
  const { text } = await paged(at('hostile.pcap'), '1')
  expect(text).toContain('<code>http/bad-target</code>')
  expect(text).toMatch(/<h1><span class="bad">✗ <\/span>/)
  expect(text).toMatch(/<dt>they showed<\/dt><dd>/)
})

test('nothing is replaced, and no page is left where one cannot be made', async () => {
  const path = at('there.html')
  writeFileSync(path, 'mine')
  const io = captured()
  expect(await main(['inspect', at('demo.pcapng'), '--html', path], io)).not.toBe(0)
  expect(readFileSync(path, 'utf8')).toBe('mine')
  const none = await paged(at('demo.pcapng'), '9')
  expect(none.exit).not.toBe(0)
  expect(existsSync(none.path)).toBe(false)
})

test('a thousand conversations and a thousand messages are counted, not drawn', async () => {
  const many = Array.from({ length: 1003 }, (_, i) =>
    udpPacket(`10.0.0.1:${2000 + i}`, '10.0.0.2:53', dnsQuestion(utf8('a'))),
  )
  const http = connection('10.0.0.1:40000', '10.0.0.2:80')
  const long = Array.from({ length: 600 }, () => http.packet('client', 2))
  const file = pcapFile(
    'little',
    1,
    [...many, ...long].map((bytes, i) => ({ time: BigInt(i), bytes: ethernet(bytes) })),
  )
  writeFileSync(at('many.pcap'), file)
  const { out, text } = await paged(at('many.pcap'))
  expect(out).toContain('50 conversations')
  expect(text).toContain('954 conversations more, not drawn here')
  expect(text).toContain('100 messages more, not drawn here')
})

test('what others wrote stands in a page as text, whatever it is', async () => {
  const { exit, text } = await paged(at('hostile.pcap'))
  expect(exit).toBe(0)
  expect(text.match(/<script/gi)).toBeNull()
  expect(text.match(/<img/gi)).toBeNull()
  expect(text.match(/<\/style/gi)).toHaveLength(1)
  expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200e\u200f]/)
  expect(text).toContain('&lt;script&gt;document.title=&#39;ran&#39;&lt;/script&gt;')
  // What a tag holds between its quotes is ours: no attribute of anybody else begins.
  for (const [tag] of text.matchAll(/<[a-z][^>]*>/gi)) expect(tag).not.toMatch(/\son\w+\s*=|javascript:/i)
})

const hasChromium = existsSync(CHROMIUM) && installed('certutil')
describe.skipIf(!hasChromium)(
  `in Chromium${hasChromium ? '' : ' (skipped: chromium or certutil not installed)'}`,
  () => {
    test('a page sends nothing, runs nothing, opens with the keyboard and is narrow where the screen is', async () => {
      const { path } = await paged(at('hostile.pcap'))
      const browser = await startChromium(at('home'))
      try {
        for (const [width, colorScheme] of [
          [390, 'dark'],
          [1440, 'light'],
        ] as const) {
          const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme })
          const asked: string[] = []
          const said: string[] = []
          page.on('request', request => void asked.push(request.url()))
          page.on('dialog', dialog => void dialog.dismiss())
          page.on('console', message => void said.push(message.text()))
          await page.goto(pathToFileURL(path).href)
          const first = page.locator('.ladder summary').first()
          await first.focus()
          await page.keyboard.press('Enter')
          expect(await page.locator('.ladder details[open] h3').first().isVisible()).toBe(true)
          await page.evaluate(`for (const each of document.querySelectorAll('details')) each.open = true`)
          expect(await page.evaluate(LOOK)).toEqual({
            title: expect.stringContaining('hostile.pcap'),
            scripts: 0,
            loading: 0,
            handlers: [],
            lang: 'en',
            mains: 1,
            skipped: [],
            unnamed: 0,
            doubled: [],
            wider: 0,
            faint: [],
          })
          expect(asked).toEqual([pathToFileURL(path).href])
          expect(said).toEqual([])
          await page.close()
        }
      } finally {
        await browser.close()
      }
    }, 120_000)
  },
)

/** Runs in the page: what an assessor of accessibility would look for first, and whatever could act. */
const LOOK = `(() => {
  const all = [...document.querySelectorAll('*')]
  const levels = all.filter(e => /^H[1-6]$/.test(e.tagName)).map(e => Number(e.tagName[1]))
  const ids = all.map(e => e.id).filter(Boolean)
  const parts = text => text.match(/[\\d.]+/g).map(Number)
  const light = ([r, g, b]) => [r, g, b].map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0)
  const under = e => {
    for (; e; e = e.parentElement) {
      const [r, g, b, a = 1] = parts(getComputedStyle(e).backgroundColor)
      if (a > 0) return [r, g, b]
    }
    return [255, 255, 255]
  }
  const contrast = e => {
    const [a, b] = [light(parts(getComputedStyle(e).color)), light(under(e))].sort((x, y) => y - x)
    return (a + 0.05) / (b + 0.05)
  }
  const written = all.filter(e => document.body.contains(e) && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim() !== ''))
  return {
    title: document.title,
    scripts: document.scripts.length,
    loading: document.querySelectorAll('[src], link, iframe, object, embed, form, base, [style]').length,
    handlers: all.flatMap(e => e.getAttributeNames()).filter(name => name.startsWith('on')),
    lang: document.documentElement.lang,
    mains: document.querySelectorAll('main').length,
    skipped: levels.filter((level, i) => level > (levels[i - 1] ?? 0) + 1),
    unnamed: [...document.querySelectorAll('summary, a, h1, h2, h3, h4, nav')].filter(e => e.textContent.trim() === '').length,
    doubled: ids.filter((id, i) => ids.indexOf(id) !== i),
    wider: Math.max(0, document.documentElement.scrollWidth - innerWidth),
    faint: [...new Set(written.filter(e => contrast(e) < 4.5).map(e => e.className + ' ' + contrast(e).toFixed(2)))],
  }
})()`
