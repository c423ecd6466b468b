/** A process lives on for what it waits for, and not for connections that are kept in case somebody asks again. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { closing } from '../../test/support/net.ts'
import { localhost, root } from '../../test/support/node-tls.ts'
import { temporaryFolder } from '../../test/support/peers-chain.ts'
import { proxying } from '../../test/support/proxy.ts'

/** Long enough for a process that ends too early to do so. */
const LATE = 200

const listener: RequestListener = async (request, response) => {
  switch (request.url) {
    case '/':
      response.end('here')
      return
    case '/late':
      setTimeout(() => response.end('late'), LATE)
      return
    case '/late-end':
      response.write('late ')
      setTimeout(() => response.end('end'), LATE)
      return
    case '/late-count':
      setTimeout(async () => response.end(`${(await text(request)).length}`), LATE)
      return
    case '/long':
      response.end('x'.repeat(2_000_000))
      return
    case '/stuck':
      response.write('a piece')
      return
    case '/last':
      response.setHeader('Connection', 'close').end('the last')
      return
    case '/elsewhere':
      response.writeHead(302, { Location: '/' }).end('not here')
  }
}

/** Keeps connections for as long as their clients like. */
const serving = async (server: Server, scheme: string): Promise<string> => {
  Object.assign(server, { keepAliveTimeout: 0, requestTimeout: 0 })
  server.on('request', listener)
  server.on('upgrade', (_request, socket) => {
    socket.on('error', () => {})
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n')
    setTimeout(() => socket.end('a word'), LATE)
  })
  await once(server.listen(0, 'localhost'), 'listening')
  closing.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return `${scheme}://localhost:${(server.address() as AddressInfo).port}`
}

const folder = temporaryFolder('ends-by-itself')
afterAll(() => folder.remove())
const program = join(folder.path, 'program.mjs')
beforeAll(async () => {
  await build({
    entryPoints: [fileURLToPath(new URL('../../test/programs/ends-by-itself.ts', import.meta.url))],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    // undici is CommonJS.
    banner: { js: "const require = process.getBuiltinModule('module').createRequire(import.meta.url)" },
  })
})

/** What it said, when it has ended. */
const ended = async (what: string): Promise<string> => {
  const http = await serving(createServer(), 'http')
  const https = await serving(createSecureServer(localhost), 'https')
  const { url } = await proxying()
  const child = spawn(process.execPath, [program, what, http, https, url, root], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  closing.push(() => child.kill('SIGKILL'))
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  // 13: it ended while it waited for something.
  expect({ said, code }).toEqual({ said, code: 0 })
  return said
}

const four = (line: string): string => `${line}\n`.repeat(4)

test.each([
  ['answers read', four("[ 'here', 'here' ]")],
  ['more at once than connections', four('1')],
  ['an answer unread', four('200')],
  ['a long answer unread', four('200')],
  ['a body half read', four('object')],
  ['a body half read and cancelled', four('undefined')],
  ['a body half read and aborted', four('AbortError')],
  ['a request aborted', four('AbortError')],
  ['a connection that the server closes', four('the last')],
  ['a connection that is not kept', four('here')],
  ['a redirect', four('here')],
  ['through a proxy', four("[ 'here', 'here' ]")],
  ['threads that seal', "[ 'here', 'here' ]\n"],
  ['sockets of its own', "[ 'here', 'here' ]\n".repeat(2)],
])('a process ends by itself behind %s', async (what, says) => {
  expect(await ended(what)).toBe(says)
})

test.each([
  ['a late answer', four("[ 'late', 'late' ]")],
  ['a late end of a body', four('late end')],
  ['a long body', four('2000000')],
  ['an upload that waits', four('3000000')],
  ['a close that waits', 'late\n'],
  ['a stream that was switched', 'a word\n'],
])('and not before %s', async (what, says) => {
  expect(await ended(what)).toBe(says)
})
