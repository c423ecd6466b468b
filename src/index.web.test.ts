import { expect, test } from 'vitest'
import { codeOf } from '../test/support/net.ts'
import { certificateAuthority } from './ca/authority.ts'
import * as onNode from './index.ts'
import * as onWeb from './index.web.ts'
import { webCrypto } from './web/crypto.ts'

const { fetch, serve, certifiedKey, trustStore } = onWeb

test('without a world, what is served in a page is found in it, and nothing else', async () => {
  const server = await serve(() => new Response('hello'), { port: 8080 })
  expect(await (await fetch('http://anything.test:8080/')).text()).toBe('hello')
  await server.close()
  expect(await codeOf(fetch('http://anything.test:8080/'))).toBe('tcp/refused')
})

test('without roots nobody is believed; with them, whom they vouch for', async () => {
  const authority = certificateAuthority({ crypto: webCrypto(), now: Date.now, name: 'page root' })
  const key = certifiedKey(authority.issue({ names: ['shop.test'] }))
  const server = await serve(() => new Response('hello'), { port: 443, tls: { certificateFor: () => key } })
  expect(await codeOf(fetch('https://shop.test/'))).toBe('tls/chain-incomplete')
  const answer = await fetch('https://shop.test/', { trust: trustStore([authority.certificate]) })
  expect(await answer.text()).toBe('hello')
  await server.close()
})

test('both entries have the same names, besides what only Node or only the web has', () => {
  const [node, web] = [onNode, onWeb].map(entry => new Set(Object.keys(entry)))
  expect([...node!].filter(name => !web!.has(name)).sort()).toEqual([
    'filesIn',
    'kernelTransport',
    'nodeWorld',
    // Threads of Node.
    'recordWorkers',
    // They stand before other servers, which pages do not have; `barewire/net` has both for those who do.
    'reverseProxy',
    'toNode',
    'virtualHosts',
  ])
  expect([...web!].filter(name => !node!.has(name))).toEqual(['webWorld'])
})
