import { expect, test } from 'vitest'
import { ask, at, DAY, failure, leaf } from '../../../test/support/chains.ts'
import { alpha, beta, gamma, listOf, logBy, told } from '../../../test/support/logs.ts'
import type { Bytes } from '../../engine.ts'
import type { LogListing } from '../../lab/certificate-log.ts'

const HOUR = DAY / 24
/** A leaf that holds for this long. */
const holding = (lifetime: number, ...logs: readonly (typeof alpha)[]): readonly Bytes[] =>
  leaf({ logs: logs.map(log => log.promise), notBefore: at - HOUR, notAfter: at - HOUR + lifetime })
const second = logBy('Alpha 2', 'A')
const list = listOf(alpha, second, beta, gamma)
const judged = (chain: readonly Bytes[], more: Parameters<typeof told>[1] = {}): string => {
  const text = told(chain, { list, policy: 'chromium', ...more })
  return text.startsWith('tls/') ? text : 'trusted'
}
const of3 = (got: string): string => `tls/transparency-missing: ${got} of logs: 3, operators: 2`
const of2 = (got: string): string => `tls/transparency-missing: ${got} of logs: 2, operators: 2`

test('a certificate of up to 180 days needs timestamps of two logs of two operators', () => {
  expect(judged(holding(180 * DAY, alpha, beta))).toBe('trusted')
  expect(judged(holding(180 * DAY, alpha))).toBe(of2('logs: 1, operators: 1'))
  expect(judged(holding(180 * DAY))).toBe(of2('logs: 0, operators: 0'))
  expect(judged(holding(180 * DAY, alpha, second))).toBe(of2('logs: 2, operators: 1'))
  // The same log twice is one log.
  expect(judged(holding(180 * DAY, alpha, alpha))).toBe(of2('logs: 1, operators: 1'))
})

test('one that holds for longer needs three', () => {
  expect(judged(holding(180 * DAY + 1000, alpha, beta))).toBe(of3('logs: 2, operators: 2'))
  expect(judged(holding(181 * DAY, alpha, second, beta))).toBe('trusted')
  expect(judged(holding(181 * DAY, alpha, beta, gamma))).toBe('trusted')
})

test('two of the handshake do, however long the certificate holds, and those of both ways are not added up', () => {
  const chain = holding(300 * DAY)
  const own = chain[0]!
  const scts = (...logs: readonly (typeof alpha)[]) => ({ evidence: { scts: logs.map(log => log.promiseFor(own)) } })
  expect(judged(chain, scts(alpha, beta))).toBe('trusted')
  expect(judged(chain, scts(alpha, second))).toBe(of3('logs: 0, operators: 0'))
  const half = holding(90 * DAY, alpha)
  expect(judged(half, { evidence: { scts: [beta.promiseFor(half[0]!)] } })).toBe(of2('logs: 1, operators: 1'))
})

test('one of the logs must be in use; retired ones count beside it', () => {
  const chain = holding(90 * DAY, alpha, beta)
  const retired: LogListing = { state: 'retired', since: at }
  expect(judged(chain, { list: listOf([alpha, retired], beta) })).toBe('trusted')
  expect(judged(chain, { list: listOf([alpha, retired], [beta, retired]) })).toBe(of2('only logs that are retired'))
})

test('the operator is who ran the log when it made the timestamp', () => {
  const chain = holding(90 * DAY, alpha, second)
  const before = (until: number): LogListing => ({
    before: [
      { operator: 'Z', until },
      { operator: 'Y', until: at - 9 * DAY },
    ],
  })
  // The timestamps are a day old.
  expect(judged(chain, { list: listOf([alpha, before(at)], second) })).toBe('trusted')
  expect(judged(chain, { list: listOf([alpha, before(at - DAY)], second) })).toBe(of2('logs: 2, operators: 1'))
})

test('a certificate without timestamps is refused by name, and told where they would stand', () => {
  const chain = holding(90 * DAY, alpha)
  const refused = failure(ask(chain, { transparency: { logs: list, policy: 'chromium' } }))
  expect(refused).toMatchObject({ code: 'tls/transparency-missing', where: '“shop.test”', at: { certificate: 0 } })
  expect(told(chain, { list })).toBe('certificate Alpha: good')
  expect(told(chain, { list, policy: 'chromium', more: { accept: ['tls/transparency-missing'] } })).toBe(
    'certificate Alpha: good',
  )
})
