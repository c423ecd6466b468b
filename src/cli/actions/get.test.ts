import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { closing, served } from '../../../test/support/net.ts'
import { captured } from '../../../test/support/peers-io.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import { nodeWorld } from '../../node/world.ts'
import { certifiedKey } from '../../tls/certificate/certified-key.ts'
import { pem } from '../../x509/files/pem.ts'
import { main } from '../main.ts'

/** Says what it was asked. */
const echo = async (): Promise<string> => {
  const server = await served(async request => {
    const { method, headers, url } = request
    const lines = [method, headers.get('authorization'), headers.get('content-type'), await request.text()]
    if (new URL(url).pathname === '/away') return new Response(null, { status: 302, headers: { location: '/there' } })
    return new Response(`${lines.join('|')}\n`, { headers: { 'x-mine': 'yes' } })
  })
  return server.url
}

const run = async (...words: string[]) => {
  const io = captured()
  const code = await main(['get', ...words], io)
  return { code, out: io.stdout(), err: io.stderr() }
}

test('-u sends a name and a password as Basic authentication, and never repeats them', async () => {
  const url = await echo()
  // "Aladdin:open sesame" is the example of RFC 7617 2.
  expect(await run('-u', 'Aladdin:open sesame', url)).toEqual({
    code: 0,
    out: 'GET|Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==||\n',
    err: '',
  })
  const wrong = await run('-u', 'hunter2', url)
  expect(wrong.code).toBe(1)
  expect(wrong.err).toContain('-u wants name:password')
  expect(wrong.err).not.toContain('hunter2')
})

test('a failure is not told once more as what lies below it', async () => {
  const { code, err } = await run('http://127.0.0.1:1/')
  expect([code, err.match(/tcp\/refused/g)]).toEqual([3, ['tcp/refused']])
})

test('--data-json sends JSON as it was typed, and refuses what is none before anything is sent', async () => {
  const url = await echo()
  expect((await run('--data-json', '{"a": [1]}', url)).out).toBe('POST||application/json|{"a": [1]}\n')
  const wrong = await run('--data-json', '{a: 1}', 'https://nowhere.invalid/')
  expect(wrong).toMatchObject({ code: 1, out: '' })
  expect(wrong.err).toContain('--data-json wants JSON')
})

test('-i puts status line and headers before the body, -I asks for nothing else', async () => {
  const url = await echo()
  const both = await run('-i', url)
  expect(both.out).toMatch(
    /^HTTP\/1\.1 200 OK\r\n(?:[\w-]+: .*\r\n)*x-mine: yes\r\n(?:[\w-]+: .*\r\n)*\r\nGET\|\|\|\n$/,
  )
  const head = await run('-I', url)
  expect(head.out).toMatch(/^HTTP\/1\.1 200 OK\r\n(?:[\w-]+: .*\r\n)+\r\n$/)
})

test('-i on a terminal shows the control characters of a header instead of obeying them', async () => {
  const server = await served(() => new Response('x', { headers: { 'x-title': 'a\u009b31mb' } }))
  const io = captured({ terminal: 80 })
  expect(await main(['get', '-i', server.url], io)).toBe(0)
  expect(io.stdout()).toContain('x-title: a\\x9b31mb')
})

test('-L follows a redirect', async () => {
  const url = await echo()
  expect((await run('-L', `${url}/away`)).out).toBe('GET|||\n')
})

test('where a redirect points to is said where the story is told, and nowhere else', async () => {
  const url = await echo()
  const told = async (...words: string[]) => {
    const io = captured({ terminal: 80 })
    await main(['get', ...words, `${url}/away`], io)
    return io.stderr()
  }
  expect(await told()).toContain('  It points to /there (-L goes there).\n')
  expect(await told('-L')).not.toContain('points to')
  expect((await run(`${url}/away`)).err).toBe('')
})

test('-m bounds everything, where --timeout bounds only a silence', async () => {
  const server = await served(
    () =>
      new Response(
        new ReadableStream({
          async pull(controller) {
            await new Promise(resolve => setTimeout(resolve, 20))
            controller.enqueue(new TextEncoder().encode('.'))
          },
        }),
      ),
  )
  const { code, err } = await run('-m', '300ms', '--timeout', '10s', server.url)
  expect(code).toBe(7)
  expect(err).toContain('cli/time-up')
  expect(err).toContain('was not done after 300 ms')
})

test('--cacert is --trust', async () => {
  const { crypto } = nodeWorld()
  const authority = certificateAuthority({ crypto, now: () => Date.now(), name: 'test root' })
  const key = certifiedKey(authority.issue({ names: ['localhost'] }))
  const server = await served(() => new Response('trusted\n'), { tls: { certificateFor: () => key } })
  const root = join(tmpdir(), `barewire-root-${process.pid}.pem`)
  writeFileSync(root, pem('CERTIFICATE', authority.root))
  closing.push(() => rmSync(root))
  expect((await run('--cacert', root, server.url)).out).toBe('trusted\n')
  expect((await run(server.url)).code).toBe(5)
})
