import { expect, test } from 'vitest'
import { lessonTests, scene } from '../../../test/inspector/lesson-tests.ts'
import { tshark, tsharkComplaints, tsharkFields, tsharkMissing } from '../../../test/interop/tshark.ts'
import type { TableDrawing } from '../drawings.ts'
import type { Scene } from '../lesson.ts'

lessonTests('file', 'reading')

const missing = tsharkMissing ? ' (skipped: no tshark here)' : ''
const bytesOf = ({ file }: Scene): Uint8Array => file!.bytes

/** A column of the table that a step shows; its last one. */
const column = ({ steps }: Scene, step: string, place: number): string[] => {
  const { drawings } = steps.find(({ name }) => name === step)!
  const { rows } = drawings.findLast(({ kind }) => kind === 'table') as TableDrawing<string>
  return rows.map(({ cells }) => {
    const cell = cells.at(place)!
    return 'code' in cell ? cell.code : 'text' in cell ? cell.text : ''
  })
}

test.skipIf(tsharkMissing)(`tshark reads in the file with the keys what the lesson says${missing}`, async () => {
  for (const seed of [3, 4]) {
    const played = await scene('file', 'keys', seed)
    const { fixed, facts } = played
    const frames = tsharkFields(bytesOf(played), ['frame.number', 'frame.len'])
    expect(frames.map(([number]) => number)).toEqual(column(played, 'frames', 0))
    expect(frames.map(([, length]) => length)).toEqual(column(played, 'frames', 3))
    expect(frames).toHaveLength(Number(fixed!.frames))
    const requests = tsharkFields(bytesOf(played), ['frame.number', 'http.request.uri'], '-Y', 'http.request')
    expect(requests).toEqual([[`${fixed!.requestIn}`, facts.path]])
    const http = tsharkFields(bytesOf(played), ['frame.number'], '-Y', 'http')
    expect(http).toHaveLength(Number(fixed!.http))
    expect(tsharkComplaints(bytesOf(played))).toEqual([])
  }
})

test.skipIf(tsharkMissing)(`without the keys tshark reads the hellos and nothing behind them${missing}`, async () => {
  const played = await scene('file', 'bare', 3)
  expect(played.fixed).toMatchObject({ tls: 2, http: 0, secrets: 0 })
  expect(tshark(bytesOf(played), '-Y', 'http')).toBe('')
  const types = tsharkFields(bytesOf(played), ['tls.handshake.type'], '-Y', 'tls.handshake').flat().join(',').split(',')
  expect(types).toEqual(['1', '2'])
  const names = tsharkFields(bytesOf(played), ['tls.handshake.extensions_server_name'], '-Y', 'tls.handshake.type == 1')
  expect(names).toEqual([['shop.test']])
})

test.skipIf(tsharkMissing)(`the filters of the lesson leave the same frames in tshark${missing}`, async () => {
  for (const change of ['expired', 'refused', 'silent']) {
    const played = await scene('reading', change, 3)
    const { fixed, facts } = played
    const left = tsharkFields(bytesOf(played), ['frame.number'], '-Y', `${fixed!.filter}`).flat()
    expect(left, change).toEqual(column(played, 'filter', 0))
    expect(left[0]).toBe(`${facts.frame}`)
    const followed = tsharkFields(bytesOf(played), ['frame.number'], '-Y', `tcp.stream eq ${facts.stream}`).flat()
    expect(followed, change).toEqual(column(played, 'follow', 0))
    expect(followed).toHaveLength(Number(fixed!.own))
    const all = tsharkFields(bytesOf(played), ['frame.number'])
    expect(all, change).toHaveLength(Number(facts.frames))
  }
})

test('each of the failures is what the laptop gave up with', async () => {
  const failures = await Promise.all(
    ['expired', 'refused', 'silent'].map(async change => (await scene('reading', change, 3)).fixed?.failure),
  )
  expect(failures).toEqual(['tls/certificate-expired', 'tcp/refused', 'tcp/silence'])
})
