import { expect, test } from 'vitest'
import { byConnection } from './connections.ts'
import { recorder } from './recorder.ts'
import type { Layer } from './types.ts'

test('what prepares a connection belongs to it, and what comes after it has begun to the next', () => {
  const sink = recorder()
  const message = (layer: Layer, flow: string): void => {
    const id = sink.nextId()
    sink.message({
      id,
      layer,
      flow,
      host: 'h',
      direction: 'out',
      at: 0,
      name: '',
      format: undefined,
      bytes: new Uint8Array(1),
    })
  }
  const tried = (flow: string): void =>
    sink.verdict({ layer: 'tcp', flow, host: 'h', at: 0, check: 'address', ok: false })
  const opened = (flow: string): void =>
    sink.state({ layer: 'tcp', flow, host: 'h', from: 'CLOSED', to: 'ESTABLISHED', at: 0 })
  message('dns', 'look up a')
  tried('a at its first address')
  opened('a')
  message('http', 'a')
  message('dns', 'look up b')
  message('dns', 'look up b once more')
  opened('b')
  message('http', 'a')
  tried('c at its first address')
  sink.secret({
    flow: 'c',
    host: 'h',
    label: 'CLIENT_RANDOM',
    clientRandom: new Uint8Array(1),
    secret: new Uint8Array(1),
  })
  opened('d')
  const flows = byConnection(sink.records).map(records => records.map(({ record }) => record.flow))
  expect(flows).toEqual([
    ['look up a', 'a at its first address', 'a', 'a', 'a'],
    ['look up b', 'look up b once more', 'b'],
    ['c at its first address', 'c'],
    ['d'],
  ])
})

test('a connection without a look-up is one all the same', () => {
  const sink = recorder()
  for (const flow of ['a', 'b', 'a']) sink.state({ layer: 'tcp', flow, host: 'h', from: 'CLOSED', to: 'LISTEN', at: 0 })
  expect(byConnection(sink.records).map(records => records.length)).toEqual([2, 1])
})
