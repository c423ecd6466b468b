/** Through proxies that we did not write, with and without a password: tinyproxy, and microsocks for SOCKS 5. */
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

describe.skipIf(!installed('microsocks'))(`through microsocks${missing('microsocks')}`, () => {
  let open: Peer
  let closed: Peer
  const microsocks = async (...more: string[]): Promise<Peer> => {
    const port = await freePort()
    return start('microsocks', ['-i', '127.0.0.1', '-p', `${port}`, ...more], port)
  }
  beforeAll(async () => {
    open = await microsocks()
    closed = await microsocks('-u', 'me', '-P', 'secret')
  })
  afterAll(() => Promise.all([open?.stop(), closed?.stop()]))

  test('http and https, by name and by address, with a password where it is wanted', async () => {
    const plain = await served(async request => new Response(await request.text()))
    const secure = await served(async request => new Response(await request.text()), { tls: issued() })
    const megabyte = 'megabyte'.repeat(131_072)
    for (const proxy of [
      `socks5://127.0.0.1:${open.port}`,
      `socks5h://127.0.0.1:${open.port}`,
      `socks5h://me:secret@127.0.0.1:${closed.port}`,
    ]) {
      using own = client({ proxy, ca: root })
      for (const url of [plain.url, `https://localhost:${secure.port}`]) {
        const answer = await own.fetch(url, { method: 'PUT', body: megabyte })
        expect(await answer.text()).toBe(megabyte)
      }
    }
    using stranger = client({ proxy: `socks5h://me:wrong@127.0.0.1:${closed.port}` })
    expect(await codeOf(stranger.fetch(plain.url))).toBe('net/proxy-authentication')
    using late = client({ proxy: `socks5h://127.0.0.1:${open.port}` })
    expect(await codeOf(late.fetch('http://127.0.0.1:9998/'))).toBe('net/proxy-refused')
  })
})
