/** `--repeat N`: the same request again and again, and what of it took how long. */
import { expect, test } from 'vitest'
import { served } from '../../../test/support/net.ts'
import { captured } from '../../../test/support/peers-io.ts'
import { plain } from '../../inspect/index.ts'
import { main } from '../main.ts'
import { howMade, summaryLines, summaryOf } from './repeat.ts'

const run = async (...words: string[]) => {
  const io = captured()
  const code = await main(['get', ...words], io)
  return { code, out: io.stdout(), err: io.stderr() }
}

test('minimum, median and the time that 95 % do not exceed, of the requests after the first', () => {
  const others = Array.from({ length: 20 }, (_, i) => ({ 'first byte': 20 - i }))
  const rows = summaryOf([{ tcp: 5, 'first byte': 100 }, ...others])
  expect(rows).toEqual([
    { layer: 'tcp', first: 5, others: undefined },
    { layer: 'first byte', first: 100, others: { min: 1, median: 10.5, p95: 19 } },
  ])
  expect(summaryOf([{ tcp: 1 }, { tcp: 3 }, { tcp: 2 }, { tcp: 9 }])[0]?.others).toEqual({ min: 2, median: 3, p95: 9 })
  expect(summaryOf([{ tcp: 1 }])).toEqual([{ layer: 'tcp', first: 1, others: undefined }])
})

test('what the others have is counted, not assumed', () => {
  const made = (...on: ('same' | 'new' | 'resumed')[]) =>
    howMade([{ times: {}, on: 'new' }, ...on.map(each => ({ times: {}, on: each }))])
  expect(made('same', 'same')).toBe('same connection')
  expect(made('resumed', 'resumed')).toBe('sessions resumed')
  expect(made('new', 'new')).toBe('2 new connections')
  expect(made('new', 'resumed', 'same')).toBe('2 new connections, 1 resumed, 1 on the same')
})

test('the table has a column for the first request and three for the others, whatever the terminal', () => {
  const rows = summaryOf([
    { tcp: 5.123, total: 1234.4 },
    { tcp: 0.05, total: 1 },
  ])
  const text = summaryLines(rows, 'same connection', plain(80)).map(each => each.trimEnd())
  expect(text).toEqual([
    '              first   after it, same connection',
    ' ms                        min    median       p95',
    ' tcp           5.12       0.05      0.05      0.05',
    ' total         1234       1.00      1.00      1.00',
  ])
})

test('--repeat asks N times on one connection, delivers the last body, and tells the times', async () => {
  let requests = 0
  const connections = new Set<string>()
  const { url } = await served((_request, { connection: { remote } }) => {
    connections.add(`${remote.port}`)
    return new Response(`${++requests}\n`)
  })
  const { code, out, err } = await run('--repeat', '5', url)
  expect({ code, out, requests, connections: connections.size }).toEqual({
    code: 0,
    out: '5\n',
    requests: 5,
    connections: 1,
  })
  expect(err).toMatch(/first {3}after it, same connection\n/)
  for (const layer of ['tcp', 'first byte', 'body', 'total']) expect(err).toMatch(new RegExp(`^ ${layer} `, 'm'))
  const json = await run('--repeat', '3', '--json', url)
  const events = json.out
    .trimEnd()
    .split('\n')
    .map(each => JSON.parse(each))
  const [repeat] = events.filter(each => each.type === 'repeat')
  expect(repeat).toMatchObject({ times: 3, how: 'same connection' })
  const tcp = repeat.rows.find((row: { layer: string }) => row.layer === 'tcp')
  expect(tcp).toEqual({ layer: 'tcp', first: expect.any(Number) })
  const total = repeat.rows.find((row: { layer: string }) => row.layer === 'total')
  expect(total).toEqual({
    layer: 'total',
    first: expect.any(Number),
    min: expect.any(Number),
    median: expect.any(Number),
    p95: expect.any(Number),
  })
})

test('--repeat is for what may be asked twice, and for one URL', async () => {
  const { url } = await served(() => new Response('x'))
  for (const [words, said] of [
    [['--repeat', '0', url], '--repeat wants a number from 2 to 10000'],
    [['--repeat', '3', '-d', 'x', url], '--repeat asks several times'],
    [['--repeat', '3', url, url], '--repeat is for one URL'],
    [['--repeat', '3', '-C', '-', '-o', '/dev/null', url], '--repeat is not for -C'],
  ] as const) {
    const { code, err } = await run(...words)
    expect({ words, code }).toEqual({ words, code: 1 })
    expect(err).toContain(said)
  }
})
