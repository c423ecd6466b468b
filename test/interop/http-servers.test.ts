/** Our client with web servers that we did not write: one connection through everything that they answer in their own way. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Client, client } from '../../src/index.ts'
import { recorder } from '../../src/trace/recorder.ts'
import type { MessageRecord } from '../../src/trace/types.ts'
import { missing, type Peer } from '../support/peers.ts'
import { temporaryFolder, testAuthority } from '../support/peers-chain.ts'
import { lacking, WEB_SERVERS } from '../support/web-servers.ts'

const folder = temporaryFolder('http-servers')
const root = join(folder.path, 'root')
const text = 'A line that shrinks.\n'.repeat(2000)
const large = randomBytes(5_000_000)
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

beforeAll(() => {
  mkdirSync(root, { recursive: true })
  writeFileSync(join(root, 'new.txt'), text)
  writeFileSync(join(root, 'large.bin'), large)
})
afterAll(folder.remove)

for (const server of WEB_SERVERS) {
  const lacks = missing('openssl') || lacking(server)
  describe.skipIf(lacks !== '')(`${server.name}${lacks}`, () => {
    let peer: Peer
    let ours: Client
    let connections = 0
    const url = (path: string): string => `https://localhost:${peer.port}${path}`
    const ask = (path: string, init: RequestInit = {}): Promise<Response> => ours.fetch(url(path), init)

    beforeAll(async () => {
      const authority = testAuthority('ecdsa', join(folder.path, server.program))
      peer = await server.start(authority.issue(), folder.path, root)
      const message = (record: MessageRecord): void => {
        if (record.name === 'ClientHello') connections++
      }
      ours = client({ ca: readFileSync(authority.root), trace: { ...recorder(), message } })
    })
    afterAll(async () => {
      await ours?.close()
      await peer?.stop()
    })

    test('files, parts, conditions, refusals: all on one connection', async () => {
      connections = 0
      const whole = await ask('/new.txt')
      expect(await whole.text()).toBe(text)
      const etag = whole.headers.get('etag')!
      const part = await ask('/new.txt', { headers: { range: 'bytes=0-5', 'if-range': etag } })
      expect([part.status, await part.text()]).toEqual([206, 'A line'])
      const several = await ask('/new.txt', { headers: { range: 'bytes=0-0,-1' } })
      expect([several.status, several.headers.get('content-type')?.split(';')[0]]).toEqual([
        206,
        'multipart/byteranges',
      ])
      await several.text()
      expect((await ask('/new.txt', { headers: { range: 'bytes=999999999-' } })).status).toBe(416)
      const same = await ask('/new.txt', { headers: { 'if-none-match': etag } })
      expect([same.status, await same.text()]).toEqual([304, ''])
      const head = await ask('/large.bin', { method: 'HEAD' })
      expect([head.headers.get('content-length'), await head.text()]).toEqual(['5000000', ''])
      expect((await ask('/none')).status).toBe(404)
      const unpacked = await ask('/zipped/new.txt')
      expect(unpacked.headers.get('content-encoding')).toMatch(/^(?:br|gzip)$/)
      expect(await unpacked.text()).toBe(text)
      const moved = await ask('/old')
      expect([moved.redirected, moved.url, await moved.text()]).toEqual([true, url('/new.txt'), text])
      expect(sha256(new Uint8Array(await (await ask('/large.bin')).arrayBuffer()))).toBe(sha256(large))
      expect(connections).toBe(1)
    })

    test('200 requests over a pool of a few connections', async () => {
      const answers = await Promise.all(
        Array.from({ length: 200 }, async (_, i) => {
          const from = i * 13
          const range = `bytes=${from}-${from + 999}`
          const answer = await ask('/large.bin', { headers: { range } })
          return Buffer.compare(new Uint8Array(await answer.arrayBuffer()), large.subarray(from, from + 1000))
        }),
      )
      expect(answers.every(difference => difference === 0)).toBe(true)
    })

    test('a request on a connection that the server closed meanwhile is answered on another', async () => {
      connections = 0
      await (await ask('/new.txt')).text()
      const before = connections
      // The server's time, not ours: it closes what rests for one second, and some look only every other.
      await new Promise(resolve => setTimeout(resolve, 2500))
      expect(await (await ask('/new.txt')).text()).toBe(text)
      expect(connections).toBe(before + 1)
    })

    test('a body that is not wanted costs its connection and nothing else', async () => {
      for (let i = 0; i < 10; i++) {
        const answer = await ask('/large.bin')
        await answer.body!.cancel()
      }
      expect(await (await ask('/new.txt')).text()).toBe(text)
    })

    test('a body where none is taken is answered, and the next request is too', async () => {
      const answer = await ask('/new.txt', { method: 'PUT', body: large })
      expect([403, 404, 405, 413, 501]).toContain(answer.status)
      await answer.text()
      expect(await (await ask('/new.txt')).text()).toBe(text)
    })
  })
}
