/** Files with parts and conditions, an answer that a handler makes the same way, and a choice of types. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodedRequest, fetch, filesIn, type Handler, negotiate, representation, serve, staticFiles } from 'barewire'

const folder = await mkdtemp(join(tmpdir(), 'files-'))
await writeFile(join(folder, 'hello.txt'), 'hello from a file')

const files = staticFiles(await filesIn(folder))

const report: Handler = (request, about) =>
  representation(request, { body: 'line\n'.repeat(1000), headers: { etag: '"7"' } }, about)

const greeting: Handler = (request, about) => {
  const chosen = negotiate(request, { types: ['text/plain', 'application/json'], languages: ['en', 'de'] }, about)
  if (chosen instanceof Response) return chosen
  const text = chosen.language === 'de' ? 'Hallo' : 'Hello'
  return new Response(chosen.type === 'application/json' ? JSON.stringify({ text }) : text, { headers: chosen.headers })
}

const order: Handler = async (request, about) => {
  const decoded = decodedRequest(request, { types: ['application/json'], bytes: 1_000_000 }, about)
  if (decoded instanceof Response) return decoded
  return Response.json({ ordered: await decoded.json() })
}

const handlers: Record<string, Handler> = { '/report': report, '/greeting': greeting, '/order': order }
const server = await serve((request, about) => (handlers[new URL(request.url).pathname] ?? files)(request, about), {
  port: 0,
})

const say = async (path: string, headers: Record<string, string>, body?: string): Promise<void> => {
  const answer = await fetch(`${server.url}${path}`, { headers, ...(body && { method: 'POST', body }) })
  console.log(answer.status, answer.headers.get('content-range') ?? '-', (await answer.text()).split('\n')[0])
}
await say('/hello.txt', { range: 'bytes=-4' })
await say('/report', { range: 'bytes=5-8', 'if-range': '"7"' })
await say('/report', { 'if-none-match': '"7"' })
await say('/greeting', { accept: 'application/json', 'accept-language': 'de-AT' })
await say('/order', { 'content-type': 'image/png' }, 'x')
await say('/order', { 'content-type': 'application/json' }, '{"pizza":1}')

await server.close()
await rm(folder, { recursive: true })
