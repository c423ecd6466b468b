import { expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import { defaultLimits } from '../limits.ts'
import { chunkOctets, chunkStates } from '../message/chunk.table.ts'
import { ChunkReader } from '../message/chunked.ts'
import { type Part, requestStates, responseStates } from './exchange.table.ts'

test('a part that is in no row is refused: a body never comes before its head, nothing after the end', () => {
  const parts: readonly Part[] = ['head', 'informational', 'body', 'end', 'offer', 'decline', 'switch', 'next']
  const allowed = (states: typeof requestStates | typeof responseStates) =>
    states.states.map(state => [state, parts.filter(part => states.find(state, part) !== undefined)])
  expect(allowed(requestStates)).toEqual([
    ['wait-request', ['head']],
    ['wait-request-body', ['body', 'end', 'offer']],
    ['might-switch', ['decline', 'switch']],
    ['request-done', ['next']],
    ['switched', []],
  ])
  expect(allowed(responseStates)).toEqual([
    ['wait-response', ['head', 'informational', 'switch']],
    ['wait-response-body', ['body', 'end']],
    ['response-done', ['next']],
    ['switched', []],
  ])
})

/** One octet of each class. */
const OCTETS = {
  hex: 'a',
  token: 'x',
  blank: ' ',
  ';': ';',
  '=': '=',
  '"': '"',
  '\\': '\\',
  cr: '\r',
  lf: '\n',
  text: '(',
}

/** The shortest line that leads to each state. */
const lines = new Map([['size', '']])
for (const [from, line] of lines)
  for (const octet of chunkStates.inputs(from)) {
    const to = chunkStates.next(from as 'size', octet)
    if (!lines.has(to)) lines.set(to, line + OCTETS[octet])
  }

for (const [state, line] of lines)
  test(`RFC 9112 7.1: behind "${JSON.stringify(line).slice(1, -1)}" (${state}) only what its row has is taken`, () => {
    if (state === 'done') return expect(line).toMatch(/\r\n$/)
    const taken = chunkOctets.filter(octet => {
      const reader = new ChunkReader(defaultLimits)
      const bytes = ascii(line + OCTETS[octet])
      reader.line(bytes, 0, bytes.length)
      return reader.failure === undefined
    })
    expect(taken).toEqual(chunkOctets.filter(octet => chunkStates.find(state, octet) !== undefined))
  })
