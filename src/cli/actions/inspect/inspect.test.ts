/** `barewire inspect` on captures that the tests make: what is shown, to whom, and what is not. */
import { spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { served } from '../../../../test/support/net.ts'
import { installed } from '../../../../test/support/peers.ts'
import { captured } from '../../../../test/support/peers-io.ts'
import { certificateAuthority } from '../../../ca/authority.ts'
import { captureFrames } from '../../../capture/read/index.ts'
import { captureSink } from '../../../capture/sink.ts'
import { UNSAFE } from '../../../inspect/index.ts'
import { playExchange } from '../../../lab/exchange.ts'
import { nodePlatform } from '../../../node/lab.ts'
import { nodeWorld } from '../../../node/world.ts'
import { certifiedKey } from '../../../tls/certificate/certified-key.ts'
import { sinkOf } from '../../../trace/recorder.ts'
import { pem } from '../../../x509/files/pem.ts'
import { main } from '../../main.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-inspect-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => join(folder, name)

/** The exchange of the demo. */
const demo = (async (): Promise<string> => {
  const path = at('demo.pcapng')
  const pieces: Uint8Array[] = []
  const platform = nodePlatform({ seed: 1 })
  const capture = captureSink(piece => void pieces.push(piece), { now: () => 0, date: () => platform.date })
  await playExchange(platform, 1, capture)
  capture.finish()
  writeFileSync(path, Buffer.concat(pieces))
  return path
})()

const inspected = async (...words: readonly string[]) => {
  const io = captured()
  const exit = await main(['inspect', ...words], io)
  return { exit, out: io.stdout(), err: io.stderr() }
}
const jsonOf = (text: string): readonly Record<string, unknown>[] =>
  text
    .trimEnd()
    .split('\n')
    .map(each => JSON.parse(each))

test('the list says what there is and which secrets were used', async () => {
  const { exit, out, err } = await inspected(await demo)
  expect([exit, err]).toEqual([0, ''])
  expect(out).toBe(
    [
      ' 4 conversations  21 frames  0.016 s',
      ' keys: 4 secrets used for conversation 4',
      ' 1 · 10.0.0.2 → 10.0.0.53           ARP       2.0 ms',
      '     who has 10.0.0.53 → 10.0.0.53 is at 02:00:00:00:00:01',
      ' 2 · 10.0.0.2:16433 → 10.0.0.53:53  DNS       2.0 ms  A shop.test? → 10.0.0.3',
      ' 3 · 10.0.0.2 → 10.0.0.3            ARP       2.0 ms',
      '     who has 10.0.0.3 → 10.0.0.3 is at 02:00:00:00:00:03',
      ' 4 ✓ 10.0.0.2:59931 → 10.0.0.3:443  TLS 1.3  10.0 ms  2 requests → 200, decrypted',
      '',
    ].join('\n'),
  )
})

test('a conversation is a ladder whose steps have numbers, one of which is offered', async () => {
  const { exit, out } = await inspected(await demo, '4')
  expect(exit).toBe(0)
  expect(out).toMatch(/│──── ClientHello {2}shop\.test, 9 suites, 4 groups ─+▶│ {2}250 B {2}#14\n/)
  expect(out).toMatch(/│◀═══ Certificate {2}CN=shop\.test, 1 in chain ✓ ═+│/)
  expect(out).toContain(`one of them: barewire inspect ${await demo} 4 --message 14\n`)
  const segments = await inspected(await demo, '4', '--layer', 'segments')
  expect(segments.out).toMatch(/│◀─── PSH ACK {2}759 bytes ─+│|│◀─── PSH ACK ─+│/)
  const fields = await inspected(await demo, '4', '-vv', 'http')
  expect(fields.out).toMatch(/GET \/account/)
  expect(fields.out).toMatch(/\d+\.\.\d+ +Cookie +\*{20}/)
})

test('one message is a tree with its bytes beside it, below it where there is no room, or alone', async () => {
  const beside = await inspected(await demo, '4', '--message', '14')
  expect(beside.out).toContain(' #14 → ClientHello  shop.test, 9 suites, 4 groups\n')
  expect(beside.out).toMatch(/ ClientHello ⊂ record \d+ ⊂ segment \d+ ⊂ packet \d+ ⊂ frame \d+, bytes 59\.\.309\n/)
  expect(beside.out).toMatch(/ 4\.\.6 +legacyVersion .* {3}[\da-f]{4} {2}(?:[\da-f]{2} ){8} {2}.{8}\n/)
  const narrow = captured({ terminal: 80 })
  await main(['inspect', await demo, '4', '--message', '14', '--color', 'never'], narrow)
  expect(narrow.stdout()).toMatch(/\n 0000 {2}01 00 00 f6 03 03 (?:[\da-f]{2} ){10}/)
  const alone = await inspected(await demo, '4', '--message', '14', '--fields')
  expect(alone.out).not.toMatch(/^.*0000 {2}01/m)
  const [json, thread] = jsonOf((await inspected(await demo, '4', '--message', '14', '--fields', '--json')).out)
  expect(json).toMatchObject({ v: 1, type: 'message', id: 14, name: 'ClientHello', fields: { range: [0, 250] } })
  expect(json).not.toHaveProperty('bytes')
  expect(thread).toMatchObject({ type: 'thread', text: expect.stringContaining('ClientHello ⊂ record') })
})

test('what both sides said is followed, with stars where nobody else should look', async () => {
  const { out } = await inspected(await demo, '4', '--follow')
  expect(out).toMatch(/^→ client {2}229 B {2}0\.000 ms\nPOST \/login HTTP\/1\.1\n/)
  expect(out).toContain('You are ada. Your cart: 3 books.')
  expect(out).toMatch(/^set-cookie: __Host-sid=\*{32}; Path/m)
  expect(out).toMatch(/^Cookie: \*+$/m)
  const shown = await inspected(await demo, '4', '--follow', '--show-secrets')
  expect(shown.out).toMatch(/^Cookie: __Host-sid=\w+$/m)
  const pieces = jsonOf((await inspected(await demo, '4', '--follow', '--json')).out)
  expect(pieces.map(({ type, from, range }) => [type, from, range])).toEqual([
    ['said', 'client', [0, 229]],
    ['said', 'server', [0, 312]],
    ['said', 'client', [229, 391]],
    ['said', 'server', [312, 547]],
  ])
  expect(JSON.stringify(pieces)).not.toMatch(/__Host-sid=\w/)
})

test('a filter leaves what is meant, in the list and in a conversation', async () => {
  const list = await inspected(await demo, '--filter', 'http.status == 200')
  expect(list.out).toContain(' 1 of 4 match: http.status == 200\n')
  expect(list.out.match(/^ \d [·✓✗]/gm)).toEqual([' 4 ✓'])
  const steps = await inspected(await demo, '4', '--filter', 'tls.alert or http.method == POST')
  expect(steps.out.match(/#\d+$/gm)).toEqual(['#38', '#63', '#71'])
  const none = await inspected(await demo, '4', '--filter', 'tcp.retransmission')
  expect(none.out).toContain('No message matches.')
  const wrong = await inspected(await demo, '--filter', 'tls.alert orr tcp')
  expect([wrong.exit, wrong.out]).toEqual([1, ''])
  expect(wrong.err).toContain('At character 11 stands orr; wanted is and, or, or nothing more.')
  expect(wrong.err).toContain('tls.alert ▸orr tcp')
})

test('for programs there is one object a line, the same every time', async () => {
  const [capture, ...conversations] = jsonOf((await inspected(await demo, '--json')).out)
  expect(capture).toMatchObject({ v: 1, type: 'contents', frames: 21, conversations: 4, damage: [] })
  expect(conversations[3]).toMatchObject({
    v: 1,
    type: 'conversation',
    id: 4,
    kind: 'TCP',
    client: { address: '10.0.0.2', port: 59931 },
    spoken: 'TLS 1.3',
    ok: true,
    reading: 'decrypted',
    secrets: { used: 4, missing: 0 },
    tcp: { opened: 'handshake', closed: 'FIN' },
  })
  const once = await inspected(await demo, '4', '--json', '--fields')
  expect(jsonOf(once.out).map(({ type }) => type)).toContain('verdict')
  expect(once.out).not.toMatch(/"secret":/)
  expect(once.out).toBe((await inspected(await demo, '4', '--json', '--fields')).out)
})

test('what is not there is told with what is', async () => {
  for (const [words, code, facts] of [
    [['5'], 'inspect/no-conversation', { number: 5, got: '1 to 4' }],
    [['4', '--message', '999'], 'inspect/no-message', { number: 999, got: '1 to 74', where: 'conversation 4' }],
    [['x'], 'cli/usage', {}],
    [['4', '5'], 'cli/usage', {}],
    [['--message', '5'], 'cli/usage', {}],
    [['--follow'], 'cli/usage', {}],
    [['4', '--message', '0'], 'cli/usage', {}],
    [['--layer', 'nope'], 'cli/usage', {}],
  ] as const) {
    const { exit, out } = await inspected(await demo, ...words, '--json')
    expect(exit, words.join(' ')).toBe(1)
    expect(jsonOf(out)[0], words.join(' ')).toMatchObject({ type: 'failure', code, ...facts })
  }
  for (const [path, code] of [
    [at('absent'), 'cli/file'],
    [folder, 'cli/file'],
  ] as const)
    expect(jsonOf((await inspected(path, '--json')).out)[0]).toMatchObject({ code, where: path })
  writeFileSync(at('text'), 'no capture at all')
  expect(jsonOf((await inspected(at('text'), '--json')).out)[0]).toMatchObject({ code: 'capture/not-a-capture' })
})

test('of a damaged file all that can be read is told, and then what is wrong', async () => {
  const whole = readFileSync(await demo)
  writeFileSync(at('cut.pcapng'), whole.subarray(0, whole.length - 300))
  const { exit, out, err } = await inspected(at('cut.pcapng'))
  expect(exit).not.toBe(0)
  expect(out).toMatch(/^ 4 {2}?conversations|^ 4 conversations/)
  expect(err).toContain('capture/')
  expect(err).toContain(at('cut.pcapng'))
})

test('a capture on standard input is read like a file', async () => {
  const bytes = readFileSync(await demo)
  const io = {
    ...captured(),
    input: (async function* () {
      yield bytes.subarray(0, 100)
      yield bytes.subarray(100)
    })(),
  }
  expect(await main(['inspect', '-'], io)).toBe(0)
  expect(io.stdout()).toBe((await inspected(await demo)).out)
})

const { crypto } = nodeWorld()
const authority = certificateAuthority({ crypto, now: () => Date.now(), name: 'test root' })
const tls = { certificateFor: () => certifiedKey(authority.issue({ names: ['localhost'] })) }
writeFileSync(at('root.pem'), pem('CERTIFICATE', authority.root))

/** A capture of what a server and its clients said to each other, without the secrets. */
const withoutSecrets = (path: string) => {
  const pieces: Uint8Array[] = []
  const capture = captureSink(piece => void pieces.push(piece), nodeWorld().clock)
  const trace = sinkOf(entry => {
    if (entry.type === 'message') capture.message(entry.record)
    if (entry.type === 'state') capture.state(entry.record)
  })
  return {
    trace,
    end() {
      capture.finish()
      writeFileSync(path, Buffer.concat(pieces))
    },
  }
}

const hasCurl = installed('curl')
test.skipIf(!hasCurl)(
  `what curl said is read with its key log${hasCurl ? '' : ' (skipped: curl not installed)'}`,
  async () => {
    const capture = withoutSecrets(at('curl.pcapng'))
    const body = gzipSync('hello '.repeat(1000))
    const { url } = await served(
      () => new Response(body, { headers: { 'content-encoding': 'gzip', 'content-type': 'text/plain' } }),
      { tls, trace: capture.trace },
    )
    const curl = spawn(
      'curl',
      ['-4', '-s', '--http1.1', '--cacert', at('root.pem'), '-o', '/dev/null', `${url}/a/hello`],
      {
        env: { ...process.env, SSLKEYLOGFILE: at('curl.keys') },
      },
    )
    expect(await new Promise(resolve => curl.on('exit', resolve))).toBe(0)
    // A second one, whose keys nobody wrote down.
    const silent = spawn('curl', ['-4', '-s', '--http1.1', '--cacert', at('root.pem'), '-o', '/dev/null', url])
    expect(await new Promise(resolve => silent.on('exit', resolve))).toBe(0)
    capture.end()
    const without = await inspected(at('curl.pcapng'))
    expect(without.out).toMatch(/ 1 . .*TLS 1\.3.*\n? *.*encrypted: no secrets for client random [\da-f]{8}…/)
    const read = await inspected(at('curl.pcapng'), '--keys', at('curl.keys'))
    expect(read.out).toMatch(/ keys: \d secrets used for conversation 1; none for conversation 2\n/)
    // curl may be gone before the server has said goodbye.
    expect(read.out).toMatch(/ 1 ✓ .*\n? *.*GET \/a\/hello → 200,(?: reset by client,)?\s+decrypted/)
    const objects = at('objects')
    const first = await inspected(at('curl.pcapng'), '--keys', at('curl.keys'), '--export-objects', objects)
    expect(first.out).toBe(` ✓ ${join(objects, '1-1-hello.txt')}  6.0 kB\n`)
    expect(readFileSync(join(objects, '1-1-hello.txt'), 'utf8')).toBe('hello '.repeat(1000))
    expect(statSync(join(objects, '1-1-hello.txt')).mode & 0o777).toBe(0o600)
    await inspected(at('curl.pcapng'), '1', '--keys', at('curl.keys'), '--export-objects', objects)
    expect(readdirSync(objects).sort()).toEqual(['1-1-hello-2.txt', '1-1-hello.txt'])
    writeFileSync(at('wrong.keys'), `CLIENT_RANDOM ${'ab'.repeat(32)} ${'cd'.repeat(48)}\nnonsense\n`)
    const wrong = await inspected(at('curl.pcapng'), '--keys', at('wrong.keys'))
    expect(wrong.out).toMatch(/ keys: none for conversations 1 and 2/)
  },
)

test('an annotated capture has the same frames, what is said of them, and the secrets that were used, no others', async () => {
  const keys = `CLIENT_RANDOM ${'ab'.repeat(32)} ${'cd'.repeat(48)}\n`
  writeFileSync(at('others.keys'), keys)
  const path = at('said.pcapng')
  const { exit, out } = await inspected(await demo, '--keys', at('others.keys'), '-o', path)
  expect([exit, out]).toEqual([0, ` ✓ ${path}: 21 frames, 26 comments, 4 secrets\n`])
  expect(statSync(path).mode & 0o777).toBe(0o600)
  const frames = (file: string) => {
    const bytes = readFileSync(file)
    const read = captureFrames({ size: bytes.length, read: (start, end) => new Uint8Array(bytes.subarray(start, end)) })
    return [...read].map(({ at: when, bytes: frame, comments }) => ({ when, frame: frame.slice(), comments }))
  }
  const [before, after] = [frames(await demo), frames(path)]
  expect(after.map(({ when, frame }) => ({ when, frame }))).toEqual(before.map(({ when, frame }) => ({ when, frame })))
  expect(after.flatMap(({ comments }) => comments)).toContain('4: client: ClientHello, shop.test, 9 suites, 4 groups')
  expect(after.flatMap(({ comments }) => comments)).toContain(
    '4: client: GET /account, with a cookie (encrypted, checked)',
  )
  expect(readFileSync(path, 'latin1')).not.toContain('abababab')
  const again = await inspected(path)
  expect(again.out).toBe((await inspected(await demo)).out)
  const there = await inspected(path, '-o', path, '--json')
  expect(jsonOf(there.out)[0]).toMatchObject({ code: 'cli/file', where: path, got: 'EEXIST' })
})

test('names of objects lead nowhere, and links are not followed', async () => {
  const capture = withoutSecrets(at('names.pcapng'))
  const { url } = await served(() => new Response('x'), { trace: capture.trace })
  for (const path of ['/%2e%2e%2fetc%2fpasswd', '/a/..%5c..%5cb', '/', '/.profile', '/caf%C3%A9', '/$(id);x'])
    await (await fetch(new URL(path, url))).text()
  capture.end()
  const objects = at('names')
  mkdirSync(objects)
  symlinkSync(at('elsewhere'), join(objects, '1-3-index.txt'))
  const { exit } = await inspected(at('names.pcapng'), '--export-objects', objects)
  expect(exit).toBe(0)
  expect(existsSync(at('elsewhere'))).toBe(false)
  expect(readdirSync(objects).every(name => /^\d+-\d+-[\w.-]+$/.test(name))).toBe(true)
  expect(readdirSync(objects).length).toBe(7)
})

test('what a peer says moves no cursor and turns no writing, wherever it is shown', async () => {
  const hostile = '\u001b[31m\u202etxt\u0007\u009b2J'
  const capture = withoutSecrets(at('hostile.pcapng'))
  const { url } = await served(
    () => {
      const headers = new Headers({ 'content-type': 'text/plain' })
      return new Response(hostile, { headers })
    },
    { trace: capture.trace },
  )
  await (await fetch(`${url}/${encodeURIComponent(hostile)}`, { headers: { 'x-hostile': 'a\u009bb' } })).text()
  capture.end()
  const lawful = (text: string): boolean => (text.replaceAll('\n', '').match(UNSAFE) ?? []).length === 0
  for (const words of [
    [],
    ['1'],
    ['1', '-vvv', 'tcp,http'],
    ['1', '--follow'],
    ['1', '--layer', 'segments'],
    ['1', '--json'],
  ]) {
    const { out } = await inspected(at('hostile.pcapng'), '--show-secrets', ...words)
    expect(lawful(out), words.join(' ')).toBe(true)
    expect(out.length).toBeGreaterThan(20)
  }
  for (let id = 1; id < 12; id++)
    expect(lawful((await inspected(at('hostile.pcapng'), '1', '--message', `${id}`)).out), `${id}`).toBe(true)
})

test('ten thousand conversations are listed, and a reader who has seen enough ends it quietly', async () => {
  const pieces: Uint8Array[] = []
  const capture = captureSink(piece => void pieces.push(piece), { now: () => 0, date: () => 1_700_000_000_000 })
  for (let i = 0; i < 10_000; i++) {
    const flow = `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}:${1024 + i}-10.9.9.9:80`
    const of = { layer: 'tcp', flow, host: 'h', at: i } as const
    capture.state({ ...of, from: 'SYN-SENT', to: 'ESTABLISHED' })
    const bytes = new TextEncoder().encode('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    const payload = { start: 0, end: bytes.length, at: 0 }
    capture.message({ ...of, id: i, direction: 'out', name: 'write', format: undefined, bytes, payload })
    capture.state({ ...of, from: 'ESTABLISHED', to: 'CLOSED' })
  }
  capture.finish()
  writeFileSync(at('many.pcapng'), Buffer.concat(pieces))
  const { exit, out } = await inspected(at('many.pcapng'))
  expect(exit).toBe(0)
  expect(out.match(/^ *\d+ [·✓✗]/gm)).toHaveLength(10_000)
  const gone = captured({ gone: true })
  expect(await main(['inspect', at('many.pcapng')], gone)).toBe(0)
  expect(gone.stderr()).toBe('')
})

test('in ASCII too there is room between the mark and the ends', async () => {
  const io = captured({ terminal: 80, env: { LANG: 'C' } })
  await main(['inspect', await demo, '--color', 'never'], io)
  expect(io.stdout()).toContain(' 4 ok 10.0.0.2:59931 -> 10.0.0.3:443  TLS 1.3')
})

test('nothing is wider than the terminal, in any of its widths', async () => {
  for (const terminal of [60, 80, 100, 140])
    for (const words of [[], ['4'], ['4', '--message', '14'], ['4', '-vv']]) {
      const io = captured({ terminal })
      await main(['inspect', await demo, ...words, '--color', 'never'], io)
      const widest = Math.max(
        ...io
          .stdout()
          .split('\n')
          .filter(text => !text.includes('one of them'))
          .map(({ length }) => length),
      )
      expect(widest, `${terminal} ${words.join(' ')}`).toBeLessThanOrEqual(Math.min(100, terminal))
    }
})
