import { expect, test } from 'vitest'
import { openCapture } from '../../src/dissect/capture.ts'
import { streamReader } from '../../src/dissect/stream/index.ts'
import { opened } from '../../src/inspect/conversations/opened.ts'
import { messagesOf } from '../../src/trace/recorder.ts'
import { node } from '../../test/support/worlds.ts'
import type { Change } from '../runs/plan.ts'
import { play } from '../runs/play.ts'
import { captureOf } from './captured.ts'
import { comparisonOf } from './compared.ts'
import { framesOf } from './frames.ts'

const run = (change?: Change) => play(node.lab(7), { scenario: 'tls13', seed: 7, change })

/** What somebody reads in the file. */
const readIn = (bytes: Uint8Array) => {
  const capture = openCapture({ size: bytes.length, read: (start, end) => bytes.subarray(start, end) })
  const conversation = capture.conversations.find(({ kind }) => kind === 'TCP')!
  const { records } = opened(
    capture,
    conversation,
    tell => context => streamReader({ ...context, crypto: node.crypto, tell }),
  )
  return { capture, names: messagesOf(records).flatMap(({ layer, name }) => (/tls|http/.test(layer) ? [name] : [])) }
}

test('a run is a capture file: every frame at its time, names, and with its keys all that was said', async () => {
  const one = await run()
  const { capture, names } = readIn(captureOf(one, 'with'))
  expect(capture.frames).toBe(framesOf(one).length)
  expect(capture.frames).toBe(20)
  expect([capture.start, capture.duration]).toEqual([Date.UTC(2026, 10, 20, 12), 16])
  expect(capture.names.get('10.0.0.3')).toEqual(['shop.test'])
  expect(names.filter(name => /POST|GET|200/.test(name))).toEqual(['POST /login', '200 OK', 'GET /account', '200 OK'])
})

test('without its keys it is what somebody on the wire has', async () => {
  expect(readIn(captureOf(await run(), 'without')).names).toEqual([
    'ClientHello',
    'ServerHello',
    'ChangeCipherSpec',
    'ChangeCipherSpec',
  ])
})

test('the cable of the one in the middle can be looked at as well', async () => {
  const deceived = await run({ kind: 'middle', does: 'strips' })
  const bytes = captureOf(deceived, 'with', 'mallory')
  const { capture } = readIn(bytes)
  const ends = capture.conversations.flatMap(({ kind, server }) => (kind === 'TCP' ? [server.port] : []))
  expect(ends.sort()).toEqual([443, 80])
  expect(readIn(captureOf(deceived, 'without')).names).toEqual(['POST /login', '200 OK', 'GET /account', '200 OK'])
})

test('two runs differ in what was changed and in nothing else', async () => {
  const before = await run()
  const fieldsFor = async (change: Change): Promise<string[] | undefined> =>
    comparisonOf(before, await run(change), node.crypto)?.differences.map(({ part, field }) => `${part}.${field}`)
  expect(await fieldsFor({ kind: 'drop', frame: 10 })).toEqual([])
  expect(await fieldsFor({ kind: 'middle', does: 'listens' })).toEqual([])
  expect(await fieldsFor({ kind: 'certificate', is: 'expired' })).toEqual([
    'Certificate.notBefore',
    'Certificate.notAfter',
  ])
  expect(await fieldsFor({ kind: 'certificate', is: 'wrongName' })).toEqual([
    'Certificate.subject',
    'Certificate.names',
  ])
  expect(await fieldsFor({ kind: 'offer', is: 'groups' })).toEqual([
    'ClientHello.supported_groups',
    'ClientHello.key_share',
  ])
  // No connection was opened: there is nothing to lay beside.
  expect(await fieldsFor({ kind: 'server', is: 'unknown' })).toBeUndefined()
})
