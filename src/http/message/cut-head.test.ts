import { expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import { cutHead } from './cut-head.ts'

test('an answer that does not begin as one is none; a request that stops is cut short', () => {
  expect(cutHead('response', ascii('<html>hello</html> and more of it'))).toMatchObject({
    code: 'http/bad-start-line',
    got: '"<html>hello</html> and m"',
  })
  for (const begun of ['H', 'HTTP/', '\r\nHTTP/1.1 2'])
    expect(cutHead('response', ascii(begun))).toMatchObject({ code: 'http/head-cut-short', number: begun.length })
  expect(cutHead('response', ascii('HTTQ')).code).toBe('http/bad-start-line')
  expect(cutHead('request', ascii('GET / HT'))).toMatchObject({ code: 'http/head-cut-short', number: 8 })
})
