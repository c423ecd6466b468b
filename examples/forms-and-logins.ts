/** A place that only who logs in may upload to, whose files go to disk while they come, and the client that does it. */

import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { authenticating, client, guard, type Handler, nodeWorld, parts, refusalOf, serve } from 'barewire'
import { safeFileName } from 'barewire/http'

const folder = await mkdtemp(join(tmpdir(), 'uploads-'))

const who = guard({ realm: 'uploads', passwordOf: user => (user === 'ann' ? 'secret' : undefined) })

const upload: Handler = async (request, about) => {
  const known = await who(request, about)
  if (known instanceof Response) return known
  const kept: string[] = []
  try {
    for await (const part of parts(request, about)) {
      const name = part.filename === undefined ? undefined : safeFileName(part.filename)
      if (name === undefined) continue
      await pipeline(part.body, createWriteStream(join(folder, name), { flags: 'wx' }))
      kept.push(name)
    }
  } catch (error) {
    return refusalOf(error, about)
  }
  return Response.json({ by: known.user, kept })
}
const server = await serve(upload, { port: 0 })

const world = nodeWorld()
const login = { origin: server.url, user: 'ann', password: 'secret' }
using ann = client({ world, interceptors: [authenticating([login], { world })] })

const form = new FormData()
form.append('note', 'nobody keeps this')
form.append('file', new File(['hello'], '../../hello.txt'))
const answer = await ann.fetch(server.url, { method: 'POST', body: form })
console.log(answer.status, await answer.text(), await readFile(join(folder, 'hello.txt'), 'utf8'))

const broken = { method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=b' }, body: '--b\r\n' }
console.log((await ann.fetch(server.url, broken)).status)

await server.close()
await rm(folder, { recursive: true })
