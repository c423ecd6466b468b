import { expect, test } from 'vitest'
import { chunkOctets, chunkTable } from './chunk.table.ts'
import { type Part, requestTable, responseTable } from './exchange.table.ts'

const reachable = (
  table: Readonly<Record<string, Readonly<Partial<Record<string, string>>>>>,
  from: string,
): Set<string> => {
  const seen = new Set([from])
  for (const state of seen) for (const next of Object.values(table[state]!)) if (next !== undefined) seen.add(next)
  return seen
}

test('every state of an exchange is reached, and every exchange can end', () => {
  expect([...reachable(requestTable, 'wait-request')].sort()).toEqual(Object.keys(requestTable).sort())
  expect([...reachable(responseTable, 'wait-response')].sort()).toEqual(Object.keys(responseTable).sort())
  for (const state of Object.keys(requestTable)) expect(reachable(requestTable, state)).toContain('request-done')
  for (const state of Object.keys(responseTable)) expect(reachable(responseTable, state)).toContain('response-done')
})

test('a part that is in no row is refused: a body never comes before its head, nothing after the end', () => {
  const parts: readonly Part[] = ['head', 'informational', 'body', 'end', 'next']
  const allowed = (row: Partial<Record<Part, string>>) => parts.filter(part => row[part] !== undefined)
  expect(Object.entries(requestTable).map(([state, row]) => [state, allowed(row)])).toEqual([
    ['wait-request', ['head']],
    ['wait-request-body', ['body', 'end']],
    ['request-done', ['next']],
  ])
  expect(Object.entries(responseTable).map(([state, row]) => [state, allowed(row)])).toEqual([
    ['wait-response', ['head', 'informational']],
    ['wait-response-body', ['body', 'end']],
    ['response-done', ['next']],
  ])
})

test('RFC 9112 7.1: every state of a chunk line is reached, and only LF after CR ends it', () => {
  expect([...reachable(chunkTable, 'size')].sort()).toEqual(Object.keys(chunkTable).sort())
  for (const [state, row] of Object.entries(chunkTable)) {
    for (const octet of chunkOctets) if (row[octet] === 'done') expect([state, octet]).toEqual(['line-feed', 'lf'])
    if (state !== 'line-feed') expect(row.lf).toBeUndefined()
  }
})
