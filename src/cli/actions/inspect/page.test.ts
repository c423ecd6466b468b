/** `inspect --html`: what stands in the page and what does not; how it looks is tested in `test/inspector/written.test.ts`. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connection, ethernet, pcapFile, udpPacket } from '../../../../test/support/made-captures.ts'
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

/** As `npm run build` makes it, in short: what is written goes between body and script. */
const BUILT = '<meta name="barewire-source" content="engines" /><div id="app"></div><script id="script">0</script>'
const env = { BAREWIRE_PAGE_FOLDER: folder, BAREWIRE_HOME: folder }
writeFileSync(at('one-file.html'), BUILT)

type Line = Readonly<Record<string, unknown>>
let pages = 0
/** The page that `inspect` writes, and the lines of each element in it. */
const paged = async (...words: readonly string[]) => {
  const path = at(`${++pages}.html`)
  const io = captured({ env })
  const exit = await main(['inspect', ...words, '--html', path], io)
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const elements = [...text.matchAll(/<script type="application\/x-ndjson" id="([^"]*)">\n([^<]*)\n<\/script>/g)]
  const lines = new Map(
    elements.map(([, id = '', body = '']) => [id, body.split('\n').map(line => JSON.parse(line) as Line)]),
  )
  return { exit, out: io.stdout(), err: io.stderr(), path, text, lines }
}
/** Every octet that stands in the page in some form. */
const contentsOf = ({ text, lines }: { readonly text: string; readonly lines: ReadonlyMap<string, readonly Line[]> }) =>
  [...lines.values()]
    .flat()
    .map(({ bytes }) => (typeof bytes === 'string' ? Buffer.from(bytes, 'base64url').toString('latin1') : ''))
    .concat(text)
    .join('\n')

test('a page has the list of its conversations inside, and each with its records', async () => {
  const { exit, out, path, text, lines } = await paged(at('demo.pcapng'))
  expect(exit).toBe(0)
  expect(out).toMatch(/\.html: \d+ kB, 4 conversations, \d+ messages\n$/)
  expect(text).toMatch(
    /^<meta name="barewire-language" content="en" \/><meta name="barewire-source" content="written" \/>/,
  )
  expect(text.endsWith('<script id="script">0</script>')).toBe(true)
  expect(lines.get('captures')).toEqual([{ v: 1, type: 'file', id: 'given', name: at('demo.pcapng') }])
  expect(lines.get('captures/given')!.map(({ type, id }) => [type, id])).toEqual([
    ['contents', undefined],
    ...[1, 2, 3, 4].map(id => ['conversation', id]),
  ])
  const records = lines.get('captures/given/4')!
  expect(records.at(-1)).toMatchObject({ type: 'run', id: 4, privacy: 'starred', dropped: 0 })
  expect(records.flatMap(({ layer, name }) => (layer === 'http' ? (name ?? []) : []))).toEqual([
    'POST /login',
    '200 OK',
    'GET /account',
    '200 OK',
  ])
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('cookies, credentials and bodies are not in a page, in any form; --show-secrets has them, and never the keys', async () => {
  const starred = await paged(at('demo.pcapng'))
  const shown = await paged(at('demo.pcapng'), '--show-secrets')
  const [, cookie = ''] = /Cookie: (__Host-sid=\w+)/.exec(contentsOf(shown)) ?? []
  expect(cookie.length).toBeGreaterThan(20)
  expect(contentsOf(shown)).toContain('user=ada')
  for (const secret of [cookie, cookie.slice(11), 'correct%20horse', 'correct horse', 'user=ada']) {
    expect(contentsOf(starred)).not.toContain(secret)
    expect(starred.text).not.toContain(Buffer.from(secret).toString('hex'))
  }
  expect(shown.lines.get('captures/given/4')!.at(-1)).toMatchObject({ privacy: 'shown' })
  for (const { text } of [starred, shown]) expect(text).not.toMatch(/TRAFFIC_SECRET|"type":"secret"/)
})

test('a number writes of one conversation, a filter of those in which something is meant, a language in its words', async () => {
  const one = await paged(at('demo.pcapng'), '4', '--lang', 'zh')
  expect(one.out).toMatch(/1 个会话，\d+ 条消息\n$/)
  expect([...one.lines.keys()]).toEqual(['captures/given/4', 'captures/given', 'captures'])
  expect(one.text).toContain('<meta name="barewire-language" content="zh" />')
  const some = await paged(at('demo.pcapng'), '--filter', 'http.cookie')
  expect([...some.lines.keys()]).toEqual(['captures/given/4', 'captures/given', 'captures'])
  const json = await paged(at('demo.pcapng'), '4', '--json')
  expect(JSON.parse(json.out)).toEqual({
    v: 1,
    type: 'sheet',
    path: json.path,
    bytes: statSync(json.path).size,
    conversations: 1,
    messages: json.lines.get('captures/given/4')!.filter(({ type }) => type === 'message').length,
  })
})

test('nothing is replaced, and no page is left where one cannot be made', async () => {
  const path = at('there.html')
  writeFileSync(path, 'mine')
  const io = captured({ env })
  expect(await main(['inspect', at('demo.pcapng'), '--html', path], io)).not.toBe(0)
  expect(readFileSync(path, 'utf8')).toBe('mine')
  const none = await paged(at('demo.pcapng'), '9')
  expect(none.exit).not.toBe(0)
  expect(existsSync(none.path)).toBe(false)
})

test('fifty conversations are in a page, failed ones before others; the rest is counted', async () => {
  const many = Array.from({ length: 1003 }, (_, i) =>
    udpPacket(`10.0.0.1:${2000 + i}`, '10.0.0.2:53', dnsQuestion(utf8('a'))),
  )
  const http = connection('10.0.0.1:40000', '10.0.0.2:80')
  const refused = [http.syn(), http.rst('server')]
  const file = pcapFile(
    'little',
    1,
    [...many, ...refused].map((bytes, i) => ({ time: BigInt(i), bytes: ethernet(bytes) })),
  )
  writeFileSync(at('many.pcap'), file)
  const { out, lines } = await paged(at('many.pcap'))
  expect(out).toContain('50 conversations')
  const [head, ...rows] = lines.get('captures/given')!
  expect(head).toMatchObject({ conversations: 1004 })
  expect(rows.map(({ id }) => id)).toEqual([...Array.from({ length: 49 }, (_, i) => i + 1), 1004])
})

test('what others wrote stands in a page as text, whatever it is', async () => {
  const { exit, text, lines } = await paged(at('hostile.pcap'))
  expect(exit).toBe(0)
  // One script of ours, and elements that none can end before their time.
  expect(text.match(/<script(?! type="application\/x-ndjson" id="captures[\w/]*">)/gi)).toHaveLength(1)
  expect(text.match(/<\/script/gi)).toHaveLength(lines.size + 1)
  expect(text.match(/<(?!script|\/script|meta|div|\/div)/gi)).toBeNull()
})

test('where the page was not built nothing is written', async () => {
  const io = captured({ env: { ...env, BAREWIRE_PAGE_FOLDER: join(folder, 'nothing') } })
  const path = at('not-built.html')
  expect(await main(['inspect', at('demo.pcapng'), '--html', path], io)).toBe(1)
  expect(io.stderr()).toContain('inspect/no-page')
  expect(existsSync(path)).toBe(false)
})
