import { expect, test } from 'vitest'
import { diffWordsOf } from '../../src/explain/diff-words.ts'
import { node } from '../../test/support/worlds.ts'
import type { Change } from '../runs/plan.ts'
import { play } from '../runs/play.ts'
import { comparisonOf } from './compared.ts'
import { differenceOf } from './difference.ts'
import type { Title } from './rows.ts'
import { sceneOf } from './scene.ts'

const run = (change?: Change) => play(node.lab(7), { scenario: 'tls13', seed: 7, change })
const named = (title: Title): string => (title.kind === 'name' ? title.text : title.kind)

/** `14 as before`, `- 200 OK`, `~ Certificate notAfter`. */
const told = async (change: Change, fields: 'with fields' | 'at once' = 'with fields') => {
  const [before, after] = [await run(), await run(change)]
  const comparison = fields === 'at once' ? undefined : comparisonOf(before, after, node.crypto)
  const rows = differenceOf(sceneOf(before), sceneOf(after), comparison, diffWordsOf('en'))
  const lines = rows.map(row => {
    if (row.kind === 'same') return `${row.count} as before`
    const { at, title, lost } = row.row
    const text = `${at} ${named(title)}${lost ? ' lost' : ''}`
    if (row.kind === 'changed') return ['~', text, ...row.fields.map(({ field }) => field)].join(' ')
    return `${row.kind === 'new' ? '+' : '-'} ${text}`
  })
  return { rows, lines }
}

test('nothing differs from what nothing was changed in', async () => {
  const { lines } = await told({ kind: 'drop', frame: 9_999 })
  expect(lines).toEqual(['19 as before'])
})

test('what was lost is changed, and what was sent again is new', async () => {
  const { lines } = await told({ kind: 'drop', frame: 10 })
  expect(lines).toEqual(['3 as before', '~ 8 ClientHello lost', '+ 212 ClientHello', '15 as before'])
})

test('a record that was altered comes instead of the answer, then the alert, and nothing more', async () => {
  expect((await told({ kind: 'flip', frame: 14, byte: 165, bit: 3 })).lines).toEqual([
    '13 as before',
    '+ 12 ApplicationData record',
    '+ 12 Alert 20 bad_record_mac',
    '- 12 200 OK',
    '- 12 GET /account',
    '- 14 200 OK',
    '- 14 close_notify',
    '- 16 close_notify',
    '1 as before',
  ])
})

test('fields that say something else are told at their message; without them the message is as before', async () => {
  const { rows, lines } = await told({ kind: 'certificate', is: 'wrongName' })
  expect(lines.slice(0, 3)).toEqual(['7 as before', '~ 10 Certificate subject names', '- 10 CertificateVerify'])
  const changed = rows.find(row => row.kind === 'changed')
  expect(changed?.fields).toEqual([
    { field: 'subject', before: 'CN=shop.test', after: 'CN=not.shop.test' },
    { field: 'names', before: 'shop.test', after: 'not.shop.test' },
  ])
  // What it says of itself is another name, also where nobody has compared the fields.
  expect((await told({ kind: 'certificate', is: 'wrongName' }, 'at once')).lines[1]).toBe('~ 10 Certificate')
})

test('each request and each answer is compared with its own', async () => {
  const { rows, lines } = await told({ kind: 'password' })
  expect(lines).toContain('~ 12 GET /account cookie')
  expect(lines).toContain('+ 12 403 Forbidden')
  expect(lines).toContain('+ 14 401 Unauthorized')
  const asked = rows.find(row => row.kind === 'changed' && named(row.row.title) === 'POST /login')
  expect(asked).toMatchObject({ fields: [{ field: 'content-length', before: '52', after: '53' }] })
})

test('over plain HTTP the handshake did not happen, and every message that is left is no longer sealed', async () => {
  const { rows, lines } = await told({ kind: 'plain' })
  expect(lines.filter(line => line.startsWith('-'))).toHaveLength(11)
  const sealed = rows.flatMap(row => (row.kind === 'changed' ? [[row.was.sealed, row.row.sealed]] : []))
  // The connection to another port among them.
  expect(sealed).toEqual([[false, false], ...Array(4).fill([true, false])])
})
