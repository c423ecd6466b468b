/** Through a proxy that we did not write: tinyproxy, with and without a password. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { client } from '../../src/index.ts'
import { codeOf, served } from '../support/net.ts'
import { issued, root } from '../support/node-tls.ts'
import { freePort, installed, missing, type Peer, start } from '../support/peers.ts'

describe.skipIf(!installed('tinyproxy'))(`through tinyproxy${missing('tinyproxy')}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'barewire-proxies-'))
  let open: Peer
  let closed: Peer

  const tinyproxy = async (more: string): Promise<Peer> => {
    const port = await freePort()
    const file = join(folder, `${port}.conf`)
    writeFileSync(file, `Port ${port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 50\nAllow 127.0.0.1\n${more}`)
    return start('tinyproxy', ['-d', '-c', file], port)
  }
  beforeAll(async () => {
    open = await tinyproxy('')
    closed = await tinyproxy('BasicAuth me secret\nConnectPort 1\n')
  })
  afterAll(async () => {
    await Promise.all([open?.stop(), closed?.stop()])
    rmSync(folder, { recursive: true })
  })
  const at = ({ port }: Peer, who = ''): string => `http://${who}127.0.0.1:${port}`
  const megabyte = 'megabyte'.repeat(131_072)

  test('http and https: a megabyte goes there and comes back', async () => {
    const plain = await served(async request => new Response(await request.text()))
    const secure = await served(async request => new Response(await request.text()), { tls: issued() })
    using own = client({ proxy: at(open), ca: root })
    for (const url of [plain.url, `https://localhost:${secure.port}`]) {
      const answer = await own.fetch(url, { method: 'PUT', body: megabyte })
      expect(await answer.text()).toBe(megabyte)
      expect(await (await own.fetch(url, { method: 'PUT', body: 'again' })).text()).toBe('again')
    }
  })
  test('a password is wanted, and shown', async () => {
    const plain = await served(() => new Response('hello'))
    using nobody = client({ proxy: at(closed) })
    expect(await codeOf(nobody.fetch(plain.url))).toBe('net/proxy-authentication')
    expect(await codeOf(nobody.fetch('https://localhost:9998/'))).toBe('net/proxy-authentication')
    using me = client({ proxy: at(closed, 'me:secret@') })
    expect(await (await me.fetch(plain.url)).text()).toBe('hello')
    expect(await codeOf(me.fetch('https://localhost:9998/'))).toBe('net/proxy-refused')
  })
  test('a server that is not there is the proxy that refuses', async () => {
    using own = client({ proxy: at(open) })
    expect(await codeOf(own.fetch('https://127.0.0.1:9998/'))).toBe('net/proxy-refused')
  })
})
