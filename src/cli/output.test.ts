import {
  createWriteStream,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type CapturedIo, captured } from '../../test/support/peers-io.ts'
import { plain } from '../inspect/index.ts'
import { messagesOf } from '../trace/recorder.ts'
import type { MessageRecord } from '../trace/types.ts'
import { struct, u8, u16 } from '../wire/codec.ts'
import { openCapture } from './capture-file.ts'
import { failureOf } from './errors.ts'
import { ReaderGone, sinkOn } from './io.ts'
import { outputFile } from './output-file.ts'
import { runRecording } from './recording.ts'
import { writeBody } from './story/body.ts'
import { storyLines } from './story/story.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-output-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const streamOf = (...chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
const to = ({ out }: CapturedIo) => ({ file: undefined, out, expected: undefined, status: () => {} })
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

test('a body goes to standard output as it is, or into a file', async () => {
  const io = captured()
  const target = to(io)
  expect(await writeBody(streamOf(bytes(0, 255), bytes(10)), target)).toEqual({
    bytes: 3,
    withheld: false,
    changed: false,
  })
  expect(io.bytes()).toEqual(bytes(0, 255, 10))
  const path = join(folder, 'body')
  const file = await outputFile(path)
  await writeBody(streamOf(bytes(1, 2), bytes(3)), { ...target, file })
  await file.keep()
  await file.close()
  expect(new Uint8Array(readFileSync(path))).toEqual(bytes(1, 2, 3))
  expect(await writeBody(null, target)).toEqual({ bytes: 0, withheld: false, changed: false })
})

test('bytes that are not text are kept off a terminal', async () => {
  const io = captured({ terminal: 80 })
  const result = await writeBody(streamOf(bytes(0, 1, 2)), to(io))
  expect(result).toEqual({ bytes: 3, withheld: true, changed: false })
  expect(io.bytes().length).toBe(0)
})

test('escape sequences of a body are shown on a terminal, not obeyed; a pipe gets them as they are', async () => {
  const text =
    'a\u001b]0;title\u0007\u009b31m\rover\r\n\ttab \u202eevil gr\u00fc\u00df\u00e9 \u{1f468}\u200d\u{1f469}\r'
  const whole = new TextEncoder().encode(text)
  const shown =
    'a\\x1b]0;title\\x07\\x9b31m\\x0dover\n\ttab \\u202eevil gr\u00fc\u00df\u00e9 \u{1f468}\u200d\u{1f469}\\x0d'
  for (const size of [1, 2, 3, 5, whole.length]) {
    const pieces: Uint8Array[] = []
    for (let at = 0; at < whole.length; at += size) pieces.push(whole.slice(at, at + size))
    const [screen, pipe] = [captured({ terminal: 80 }), captured()]
    const result = await writeBody(streamOf(...pieces), to(screen))
    expect(screen.stdout()).toBe(shown)
    expect(result).toEqual({ bytes: whole.length, withheld: false, changed: true })
    await writeBody(streamOf(...pieces), to(pipe))
    expect(pipe.bytes()).toEqual(whole)
  }
})

test('bytes that are no text are kept off a terminal even without a NUL', async () => {
  const io = captured({ terminal: 80 })
  const picture = Uint8Array.from({ length: 256 }, (_, i) => 128 + (i % 128))
  expect((await writeBody(streamOf(picture), to(io))).withheld).toBe(true)
  expect(io.bytes().length).toBe(0)
})

test('-o leaves nothing that looks whole: the name appears when the last byte is there, an older file stays', async () => {
  const path = join(folder, 'half')
  const begun = await outputFile(path)
  await begun.write(bytes(1))
  await begun.close()
  expect(readdirSync(folder).filter(name => name.startsWith('half'))).toEqual([])
  writeFileSync(path, 'old', { mode: 0o640 })
  const again = await outputFile(path)
  await again.write(bytes(110, 101, 119))
  expect(readFileSync(path, 'latin1')).toBe('old')
  await again.keep()
  await again.close()
  expect(readFileSync(path, 'latin1')).toBe('new')
  expect(statSync(path).mode & 0o777).toBe(0o640)
  expect(readdirSync(folder).filter(name => name.startsWith('half'))).toEqual(['half'])
})

test('-o into what cannot be written is cli/file, and says which file', async () => {
  const failing = async (path: string) => outputFile(path).then(file => file.close(), failureOf)
  expect(await failing(folder)).toMatchObject({ code: 'cli/file', where: folder, got: 'EISDIR' })
  const nowhere = join(folder, 'no', 'such')
  expect(await failing(nowhere)).toMatchObject({ code: 'cli/file', where: nowhere })
})

test.skipIf(!existsSync('/dev/full'))('a full disk (/dev/full) is told, not taken for a reader that left', async () => {
  const file = await outputFile('/dev/full')
  await file.write(bytes(1))
  const told = await file.keep().catch(failureOf)
  expect(told).toMatchObject({ code: 'cli/file', where: '/dev/full', got: 'ENOSPC' })
  await file.close().catch(() => {})
  const stream = createWriteStream('/dev/full')
  const written = await sinkOn(stream, 'standard output').write(bytes(1)).catch(failureOf)
  expect(written).toMatchObject({ code: 'cli/file', where: 'standard output', got: 'ENOSPC' })
})

test('a reader that goes away stops the download', async () => {
  let cancelled = false
  const endless = new ReadableStream<Uint8Array>({
    pull: controller => controller.enqueue(bytes(1)),
    cancel: () => {
      cancelled = true
    },
  })
  const io = captured({ gone: true })
  await expect(writeBody(endless, to(io))).rejects.toThrow(ReaderGone)
  expect(cancelled).toBe(true)
})

const Pair = struct({ kind: u8, size: u16 }, { ref: 'none' })
const message = (id: number, length = 3): MessageRecord => ({
  id,
  layer: 'tls',
  flow: 'a-b',
  host: 'here',
  direction: id % 2 === 0 ? 'in' : 'out',
  at: id,
  name: `Pair${id}`,
  format: Pair,
  bytes: new Uint8Array(length),
})

test('a recording keeps the beginning and the end, in constant memory', () => {
  const recording = runRecording(100_000, 10_000)
  for (let id = 1; id <= 1000; id++) recording.message(message(id, 1000))
  const ids = messagesOf(recording.records).map(each => each.id)
  expect(ids[0]).toBe(1)
  expect(ids.at(-1)).toBe(1000)
  expect(ids.length).toBeLessThan(100)
  expect(recording.dropped).toBe(1000 - ids.length)
  expect([...ids].sort((a, b) => a - b)).toEqual(ids)
})

test('the story grows by layer: summary, messages, fields, bytes; never wider than the style', () => {
  const recording = runRecording()
  recording.message(message(1))
  recording.message(message(2))
  const told = (level: 0 | 1 | 2 | 3) =>
    storyLines(recording.records, { style: plain(80), language: 'en', verbosity: { level, layers: ['tls'] } }).join(
      '\n',
    )
  expect(told(0)).not.toContain('Pair1')
  expect(told(1)).toContain('Pair1')
  expect(told(2)).toMatch(/0\.\.1 +kind +0\n *1\.\.3 +size +0/)
  expect(told(3)).toContain('0000  00 00 00')
  const other = storyLines(recording.records, {
    style: plain(80),
    language: 'en',
    verbosity: { level: 1, layers: ['dns'] },
  })
  expect(other.join('\n')).not.toContain('Pair1')
  for (const line of told(3).split('\n')) expect([...line].length).toBeLessThanOrEqual(80)
})

test('a capture is readable by its owner only, and an impossible path is cli/file', () => {
  const path = join(folder, 'x.pcapng')
  const capture = openCapture({ path: path })
  capture.sink.message(message(1))
  capture.close()
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readFileSync(path).readUInt32BE(0)).toBe(0x0a0d0d0a)
  let thrown: unknown
  try {
    openCapture({ path: join(folder, 'no', 'such', 'x.pcapng') })
  } catch (error) {
    thrown = error
  }
  expect(failureOf(thrown).code).toBe('cli/file')
})

test('what nobody foresaw is cli/defect, without a stack trace', () => {
  const failure = failureOf(new TypeError('x is not a function'))
  expect(failure.code).toBe('cli/defect')
  expect(failure.got).toBe('TypeError: x is not a function')
})
