/** `inspect --as-test`: what is printed is a test that runs, and that fails where what was captured is not what comes. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connection, ethernet, pcapFile } from '../../../../test/support/made-captures.ts'
import { captured } from '../../../../test/support/peers-io.ts'
import { captureSink } from '../../../capture/sink.ts'
import { playExchange } from '../../../lab/exchange.ts'
import { nodePlatform } from '../../../node/lab.ts'
import { main } from '../../main.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'barewire-as-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => join(folder, name)

const HOSTILE = `'); throw new Error('ran') //\\\` */ \${process.exit(3)}`

beforeAll(async () => {
  const pieces: Uint8Array[] = []
  const platform = nodePlatform({ seed: 1 })
  const capture = captureSink(piece => void pieces.push(piece), { now: () => 0, date: () => platform.date })
  await playExchange(platform, 1, capture)
  capture.finish()
  writeFileSync(at('demo.pcapng'), Buffer.concat(pieces))
  const http = connection('10.0.0.1:40000', '10.0.0.2:80')
  const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
  const packets = [
    http.syn(),
    http.synAck(),
    http.ack('client'),
    http.says(
      'client',
      utf8(`GET /a?b=c HTTP/1.1\r\nHost: a.test\r\nX-A: ${HOSTILE}\r\nAuthorization: Basic c2VjcmV0\r\n\r\n`),
    ),
    http.says(
      'server',
      utf8(`HTTP/1.1 200 OK\r\nX-B: ${HOSTILE}\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`),
    ),
  ]
  writeFileSync(
    at('hostile.pcap'),
    pcapFile(
      'little',
      1,
      packets.map((bytes, i) => ({ time: BigInt(i), bytes: ethernet(bytes) })),
    ),
  )
  symlinkSync(join(root, 'node_modules'), at('node_modules'))
})

const printed = async (...words: readonly string[]) => {
  const io = captured()
  const exit = await main(['inspect', ...words], io)
  return { exit, text: io.stdout(), err: io.stderr() }
}

/** As somebody would run it who has Barewire installed. */
const ran = (name: string, files: Readonly<Record<string, string>>) => {
  const place = at(name)
  mkdirSync(place)
  for (const [file, text] of Object.entries(files)) writeFileSync(join(place, file), text)
  const alias = [
    [/^barewire\/lab\/node$/, 'src/node/lab.ts'],
    [/^barewire\/lab$/, 'src/lab/index.ts'],
    [/^barewire$/, 'src/index.ts'],
  ] as const
  const list = alias.map(([find, path]) => `{ find: ${find}, replacement: ${JSON.stringify(join(root, path))} }`)
  writeFileSync(join(place, 'vitest.config.mjs'), `export default { resolve: { alias: [${list}] } }`)
  const words = [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--root',
    place,
    '--reporter',
    'json',
    '--no-color',
  ]
  const { stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8', cwd: place, timeout: 300_000 })
  const start = stdout.indexOf('{')
  if (start < 0) throw new Error(stderr + stdout)
  const { numPassedTests, numFailedTests } = JSON.parse(stdout.slice(start))
  return { passed: numPassedTests, failed: numFailedTests }
}

test('each side of what was captured is a test that passes, whatever the peers wrote', async () => {
  const files: Record<string, string> = {}
  for (const [file, number] of [
    ['demo.pcapng', '4'],
    ['hostile.pcap', '1'],
  ] as const)
    for (const side of ['client', 'server']) {
      const { exit, text } = await printed(at(file), number, '--as-test', side)
      expect(exit).toBe(0)
      files[`${file}-${side}.test.ts`] = text
    }
  expect(ran('good', files)).toEqual({ passed: 6, failed: 0 })
}, 320_000)

test('a test that is printed fails where the answer is another', async () => {
  const { text } = await printed(at('demo.pcapng'), '4', '--as-test', 'server')
  expect(text).toContain('HTTP/1.1 200 OK')
  const { passed, failed } = ran('other', { 'x.test.ts': text.replace("'HTTP/1.1 200 OK", "'HTTP/1.1 500 Oh") })
  expect({ passed, failed }).toEqual({ passed: 1, failed: 1 })
}, 320_000)

test('values of cookies and credentials are starred in it unless they are asked for', async () => {
  const starred = await printed(at('hostile.pcap'), '1', '--as-test', 'client')
  expect(starred.text).not.toContain('c2VjcmV0')
  expect(starred.text).toContain('Values of cookies and credentials are starred.')
  const shown = await printed(at('hostile.pcap'), '1', '--as-test', 'client', '--show-secrets')
  expect(shown.text).toContain('c2VjcmV0')
})

test('without a number, or without HTTP, it says what is missing', async () => {
  expect((await printed(at('demo.pcapng'), '--as-test', 'server')).err).toContain('wants the number of a conversation')
  expect((await printed(at('demo.pcapng'), '1', '--as-test', 'server')).err).toContain('no exchange of HTTP')
})
