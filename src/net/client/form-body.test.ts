/** Forms with files in them: sent as they are read, of a length that is said before (RFC 7578). */
import { createHash } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { closing, codeOf, peer, served } from '../../../test/support/net.ts'
import { fetch } from '../../index.ts'

const MB = 1024 * 1024

/** A file that is nowhere, and knows how much of it was read. */
class Endless extends File {
  read = 0
  readonly #bytes: number
  constructor(bytes: number, said = bytes) {
    super([], 'endless.bin', { type: 'application/x-test' })
    this.#bytes = bytes
    Object.defineProperty(this, 'size', { value: said })
  }
  override stream(): ReturnType<File['stream']> {
    this.read = 0
    return new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        pull: controller => {
          if (this.read === this.#bytes) controller.close()
          else controller.enqueue(new Uint8Array(64 * 1024).fill(this.read % 251))
          this.read = Math.min(this.#bytes, this.read + 64 * 1024)
        },
      },
      { highWaterMark: 0 },
    )
  }
}

test('a file of the disk arrives whole, with the length of all of the form before it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'barewire-form-'))
  closing.push(() => rm(folder, { recursive: true }))
  const path = join(folder, 'big.bin')
  const bytes = Buffer.alloc(3 * MB, 'barewire ')
  await writeFile(path, bytes)
  const { url } = await served(async request => {
    const form = await request.formData()
    const file = form.get('file') as File
    const hash = createHash('sha256').update(new Uint8Array(await file.arrayBuffer()))
    const said = [request.headers.get('content-length'), request.headers.get('transfer-encoding')]
    return Response.json({ said, note: form.get('no"te'), name: file.name, type: file.type, hash: hash.digest('hex') })
  })
  const form = new FormData()
  form.set('no"te', 'one\ntwo\r\nthree\rfour')
  form.set('file', await openAsBlob(path, { type: 'text/x-big' }), 'b"i"g.bin')
  const said = (await (await fetch(url, { method: 'POST', body: form })).json()) as Record<string, unknown>
  const boundary = new Request(url, { method: 'POST', body: form })
  expect(said).toEqual({
    // What the platform makes of the same form is as long.
    said: [`${(await boundary.arrayBuffer()).byteLength}`, null],
    note: 'one\r\ntwo\r\nthree\r\nfour',
    name: 'b"i"g.bin',
    type: 'text/x-big',
    hash: createHash('sha256').update(bytes).digest('hex'),
  })
})

test('no more of a file is read than has left, however long it is', async () => {
  const file = new Endless(1024 * MB)
  let head = ''
  const url = await peer(socket => {
    let came = 0
    socket.on('error', () => {})
    socket.on('data', data => {
      came += data.length
      head ||= data.toString('latin1')
      if (came > MB) socket.resetAndDestroy()
    })
  })
  const form = new FormData()
  form.set('file', file)
  expect(await codeOf(fetch(url, { method: 'POST', body: form }))).toBe('tcp/reset')
  expect(Number(/content-length: (\d+)/i.exec(head)?.[1])).toBeGreaterThan(1024 * MB)
  expect(head.toLowerCase()).not.toContain('transfer-encoding')
  expect(file.read).toBeGreaterThan(MB / 2)
  expect(file.read).toBeLessThan(64 * MB)
})

test('a form is sent again where a redirect wants it, from the beginning of its files', async () => {
  const file = new Endless(2 * MB)
  const { url } = await served(async request => {
    if (new URL(request.url).pathname === '/from') return Response.redirect(new URL('/to', request.url), 307)
    const form = await request.formData()
    return new Response(`${(form.get('file') as File).size} ${form.get('last')}`)
  })
  const form = new FormData()
  form.set('file', file)
  form.set('last', 'end')
  expect(await (await fetch(`${url}/from`, { method: 'POST', body: form })).text()).toBe(`${2 * MB} end`)
})

test('a file that is shorter or longer than it says is http/wrong-length, and no other form arrives', async () => {
  const { url } = await served(async request => new Response(await codeOf(request.text())))
  for (const [real, said] of [
    [MB, 2 * MB],
    [3 * MB, 2 * MB],
  ] as const) {
    const form = new FormData()
    form.set('file', new Endless(real, said))
    expect(await codeOf(fetch(url, { method: 'POST', body: form }))).toBe('http/wrong-length')
  }
})
