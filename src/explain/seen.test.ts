/** What is said of an exchange that others had: who did what is in the sentence, and no hole where nobody knows. */
import { expect, test } from 'vitest'
import type { Diagnosis } from '../inspect/diagnosis/types.ts'
import { SEEN } from './seen.ts'
import { seenWordsOf } from './seen-words.ts'

const told = (code: (typeof SEEN)[number], more: Partial<Diagnosis> = {}): readonly [string, string] => {
  const of = { code, side: 'server', certainty: 'seen', ...more } as Diagnosis
  return [seenWordsOf('en').explanations[code].says(of), seenWordsOf('zh').explanations[code].says(of)]
}

test('who gave up is named, and how: by an alert, or without a word', () => {
  const NO = 'The client showed none.'
  expect(told('tls/client-certificate-wanted')[0]).toBe(NO)
  expect(told('tls/client-certificate-wanted', { by: 'server' })[0]).toBe(`${NO} The server hung up.`)
  expect(told('tls/client-certificate-wanted', { by: 'server', number: 116 })[0]).toBe(
    `${NO} The server refused with alert 116 certificate_required.`,
  )
  expect(told('tls/client-certificate-wanted')[1]).not.toMatch(/断开|告警/)
  expect(told('tls/client-certificate-wanted', { by: 'server' })[1]).toContain('服务器断开了连接。')
  expect(told('tls/client-certificate-wanted', { by: 'server', number: 116 })[1]).toContain('服务器以告警 116')
})

test('times and counts that were not seen are no numbers', () => {
  expect(told('tcp/timeout', { by: 'client', got: '5', number: 999 })[0]).toContain(
    'The client sent again 5 times, and',
  )
  expect(told('tcp/timeout', { by: 'client', number: 999 })[0]).toContain('for 999 ms.')
  expect(told('tcp/timeout', { by: 'client', number: 3_540 })[0]).toContain('for 3.5 s.')
  expect(told('tcp/timeout')[0]).toBe('One side sent again some times, and nothing was acknowledged for some time.')
  expect(told('tcp/timeout', { by: 'client', number: 999 })[1]).toContain('999 毫秒')
  expect(told('tcp/timeout', { number: 3_540 })[1]).toMatch(/其中一方.*3\.5 秒/)
})

test('of a hello without an answer it is said who gave up, or that nobody did', () => {
  expect(told('net/handshake-timeout', { by: 'client', number: 999 })[0]).toContain('the client gave up after 999 ms')
  expect(told('net/handshake-timeout', { number: 999 })[0]).toContain('nothing came for 999 ms')
  expect(told('net/handshake-timeout', { by: 'client', number: 999 })[1]).toContain('客户端')
  expect(told('net/client-left', { got: 'GET /', number: 999 })[0]).toBe('It asked “GET /” and closed after 999 ms.')
  expect(told('net/client-left', { number: 999 })[0]).toBe('It closed after 999 ms.')
})

test('whose side it is may be the network’s', () => {
  expect(told('tls/signature-wrong', { side: 'server' })[0]).toContain("(the server's)")
  expect(told('tls/signature-wrong', { side: 'client' })[0]).toContain("(the client's)")
  expect(told('tls/signature-wrong', { side: 'network' })[0]).toContain("(the network's)")
})

test('one and several are not counted alike', () => {
  const { nothing, alike } = seenWordsOf('en')
  expect([0, 1, 2].map(nothing)).toEqual([
    'There is no conversation in it.',
    'Nothing failed that can be seen in its one conversation.',
    'Nothing failed that can be seen in its 2 conversations.',
  ])
  expect([alike([3]), alike([3, 4])]).toEqual(['and the same in 3', 'and the same in 2 more'])
})

test('no sentence has a hole, whatever is known', () => {
  for (const code of SEEN)
    for (const by of [undefined, 'client', 'server'] as const)
      for (const number of [undefined, 40])
        for (const [got, expected] of [
          [undefined, undefined],
          ['one', 'another'],
        ])
          for (const said of told(code, { by, number, got, expected })) {
            expect(said, code).not.toMatch(/undefined|null|NaN|\[object| {2}|\.\.|。。/)
            expect(said.trim(), code).toBe(said)
          }
})
