/** `--json`: what of a message is told at each `-v`. */
import { expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import { requestHeadFormat } from '../../http/message/head-format.ts'
import { recorder } from '../../trace/recorder.ts'
import { programTeller } from './program.ts'

const keys = (level: 0 | 1 | 2 | 3): string[][] => {
  const sink = recorder()
  const about = { flow: 'f', layer: 'http', host: 'h', direction: 'out', at: 0, name: 'GET /' } as const
  sink.message({ id: sink.nextId(), ...about, format: requestHeadFormat, bytes: ascii('GET / HTTP/1.1\r\n\r\n') })
  const lines: string[] = []
  const verbosity = { level, layers: ['http'] } as const
  programTeller({ verbosity, privacy: 'starred', verdicts: 'told', say: line => void lines.push(line) })(sink.records)
  return lines.map(line => Object.keys(JSON.parse(line)).filter(key => key === 'fields' || key === 'bytes'))
}

test('-v tells messages, -vv their fields, -vvv their bytes as well', () => {
  expect(keys(0)).toEqual([])
  expect(keys(1)).toEqual([[]])
  expect(keys(2)).toEqual([['fields']])
  expect(keys(3)).toEqual([['fields', 'bytes']])
})
