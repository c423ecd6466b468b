import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { node } from '../../../test/support/worlds.ts'
import { fetch, serve } from '../../index.ts'
import { decodedRequest } from './decoded-request.ts'
import type { Server } from './exchanges.ts'
import { negotiate } from './negotiate.ts'

const about = { world: node.world() }
const offered = { types: ['text/html', 'application/json'], languages: ['en', 'de'] } as const
const asked = (headers: Record<string, string>) => negotiate(new Request('http://a.test/', { headers }), offered, about)

describe('RFC 9110 12: what is answered with', () => {
  test('12.5.1, 12.5.4, 12.5.5: the type and language that the client likes best, and Vary', () => {
    expect(asked({ accept: 'application/json', 'accept-language': 'de-CH, en;q=0.5' })).toEqual({
      type: 'application/json',
      language: 'de',
      headers: { 'content-type': 'application/json', 'content-language': 'de', vary: 'accept, accept-language' },
    })
    expect(asked({})).toMatchObject({ type: 'text/html', language: 'en' })
  })

  test('12.5.4: in a language that it does not understand rather than not at all', () => {
    expect(asked({ 'accept-language': 'fr' })).toMatchObject({ language: 'en' })
  })

  test('15.5.7: 406 says which types there are, and depends on Accept', async () => {
    const answer = asked({ accept: 'image/png' })
    if (!(answer instanceof Response)) throw new Error('no 406')
    expect([answer.status, answer.headers.get('vary')]).toEqual([406, 'accept, accept-language'])
    const said = await answer.text()
    expect(said).toContain('http/not-acceptable')
    expect(said).toContain('text/html, application/json')
    const long = asked({ accept: `image/${'x'.repeat(1_000)}` }) as Response
    expect(/x{9,}/.exec(await long.text())?.[0]).toHaveLength(80 - 'image/'.length)
  })

  test('what is not offered is not varied by', () => {
    const request = new Request('http://a.test/')
    expect(negotiate(request, { types: ['a/b'] }, about)).toMatchObject({ headers: { vary: 'accept' } })
    expect(negotiate(request, {}, about)).toEqual({ type: undefined, language: undefined, headers: {} })
  })
})

describe('bodies of requests', () => {
  let server: Server
  const thrown: unknown[] = []
  beforeAll(async () => {
    server = await serve(
      async (request, about) => {
        const decoded = decodedRequest(request, { types: ['application/json', 'text/*'], bytes: 30_000_000 }, about)
        if (decoded instanceof Response) return decoded
        const text = await decoded.text().catch((error: { code?: string }) => `${error.code}`)
        return new Response(`${decoded.headers.get('content-encoding')} ${text}`)
      },
      { failed: error => thrown.push(error) },
    )
  })
  afterAll(() => server.close(0))
  const send = (body: Uint8Array | string, headers: Record<string, string>) =>
    fetch(server.url, { method: 'POST', body: body as Uint8Array<ArrayBuffer>, headers })

  test('RFC 9110 8.4: are decoded, whatever they were coded with', async () => {
    for (const [coding, body] of [
      ['gzip', gzipSync('{"a":1}')],
      ['br', brotliCompressSync('{"a":1}')],
      ['br, x-gzip', gzipSync(brotliCompressSync('{"a":1}'))],
      ['identity', '{"a":1}'],
    ] as const) {
      const answer = await send(body, { 'content-type': 'application/json; charset=utf-8', 'content-encoding': coding })
      expect([coding, answer.status, await answer.text()]).toEqual([coding, 200, 'null {"a":1}'])
    }
  })

  test('RFC 9110 15.5.16: 415 says which types and codings are taken', async () => {
    const type = await send('x', { 'content-type': 'image/png' })
    expect([type.status, type.headers.get('accept')]).toEqual([415, 'application/json, text/*'])
    expect(await type.text()).toContain('http/unsupported-media-type')
    const coding = await send('x', { 'content-type': 'text/plain', 'content-encoding': 'compress' })
    expect([coding.status, coding.headers.get('accept-encoding')]).toEqual([415, expect.stringMatching(/^br, .*gzip/)])
    expect(await coding.text()).toContain('http/unknown-content-encoding')
  })

  test('RFC 9110 17.6: a bomb is http/expands-too-far, by its ratio and by its size; broken bytes are http/bad-encoding', async () => {
    const said = async (body: Uint8Array) =>
      (await send(body, { 'content-type': 'text/plain', 'content-encoding': 'gzip' })).text()
    expect(await said(gzipSync(new Uint8Array(20_000_000)))).toBe('null http/expands-too-far')
    const random = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (Math.imul(i, 2654435761) >>> 13) & 0xff))
    expect(await said(gzipSync(Buffer.concat(Array.from({ length: 120 }, () => random))))).toBe(
      'null http/expands-too-far',
    )
    expect(await said(gzipSync('hello').subarray(0, 12))).toBe('null http/bad-encoding')
    const plain = await send(new Uint8Array(30_000_001), { 'content-type': 'text/plain' })
    expect(await plain.text()).toBe('null http/body-too-big')
    expect(thrown).toEqual([])
  })

  test('that a handler cannot read are answered with their status, and what it did wrong itself with 500', async () => {
    const failed: unknown[] = []
    const strict = await serve(
      async (request, about) => {
        const decoded = decodedRequest(request, { bytes: 100 }, about)
        if (decoded instanceof Response) return decoded
        const text = await decoded.text()
        if (text === 'ask') await fetch('http://127.0.0.1:1/', { ports: 'any' })
        return new Response(`got ${text}`)
      },
      { failed: error => failed.push(error) },
    )
    const said = async (body: Uint8Array | string, coding = 'gzip') => {
      const headers = { 'content-encoding': coding }
      const answer = await fetch(strict.url, { method: 'POST', body: body as Uint8Array<ArrayBuffer>, headers })
      return `${answer.status} ${(await answer.text()).trimEnd().split('\n').at(-1)}`
    }
    try {
      expect(await said(gzipSync('hello'))).toBe('200 got hello')
      expect(await said(gzipSync('hello').subarray(0, 12))).toBe('400 http/bad-encoding')
      expect(await said(gzipSync(new Uint8Array(20_000_000)))).toBe('413 http/expands-too-far')
      expect(await said('x'.repeat(101), 'identity')).toBe('413 http/body-too-big')
      expect(failed).toEqual([])
      expect(await said('ask', 'identity')).toBe('500 http/handler-failed')
      expect(failed).toHaveLength(1)
    } finally {
      await strict.close(0)
    }
  })
})
