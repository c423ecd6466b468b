/** Forms of `barewire get`: what cannot be sent is said before anything is; the rest is compared with curl's in `test/interop`. */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { served } from '../../../test/support/net.ts'
import { captured } from '../../../test/support/peers-io.ts'
import { main } from '../main.ts'
import { Progress } from '../story/progress.ts'
import { bytesPiece, filePiece, lengthOf, streamPiece, uploadOf } from './upload.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-forms-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = async (words: readonly string[], input = '') => {
  const io = captured({ input })
  const code = await main(['get', ...words], io)
  return { code, out: io.stdout(), err: io.stderr() }
}

/** Says which fields came, as the platform reads them. */
const reader = () =>
  served(async request => {
    if (new URL(request.url).pathname === '/away')
      return new Response(null, { status: 307, headers: { location: '/there' } })
    const fields = [...(await request.formData())].map(async ([name, value]) =>
      typeof value === 'string'
        ? `${name}=${value}`
        : `${name}: ${value.name}, ${value.type}, ${(await value.arrayBuffer()).byteLength}`,
    )
    const framing = request.headers.has('content-length') ? 'length' : 'chunked'
    return new Response([framing, ...(await Promise.all(fields))].join('\n'))
  })

test('a form with a file has a length, is sent again after a redirect, and several files may share a name', async () => {
  const { url } = await reader()
  const [one, two] = [join(folder, 'one.png'), join(folder, 'two')]
  writeFileSync(one, 'png')
  writeFileSync(two, new Uint8Array(300_000))
  const words = ['-L', '-F', 'note=ü;type=text/plain', '-F', `f=@${one},"${two}"`, `${url}/away`]
  expect(await run(words)).toEqual({
    code: 0,
    out: 'length\nnote=ü\nf: one.png, image/png, 3\nf: two, application/octet-stream, 300000',
    err: '',
  })
})

test('standard input as a file goes in chunks, because nobody knows its length', async () => {
  const { url } = await reader()
  const piped = await run(['-F', 'f=@-;filename=x.txt', '-F', 'a=1', url], 'typed')
  expect(piped.out).toBe('chunked\nf: x.txt, text/plain, 5\na=1')
})

test('what cannot be sent is said before anything is', async () => {
  const nowhere = 'http://nowhere.invalid/'
  for (const [words, said] of [
    [['-F', 'a'], '-F wants name=value or name=@file'],
    [['--form-string', 'a'], '--form-string wants name=value'],
    [['-F', 'a=b;c'], '-F knows ;type= and ;filename=, not ";c"'],
    [['-F', 'a="b"c'], 'behind the closing quotation mark'],
    [['-F', 'a=b;type=x\r\ny: z'], '-F wants a media type'],
    [['-F', `a=@${join(folder, 'none')}`], 'cli/file'],
    [['-F', `a=@${folder}`], 'cli/file'],
    [['-F', 'a=b', '-d', 'c=d'], '-d and -F are different bodies'],
    [['--data-json', '1', '-d', 'c=d'], '-d and --data-json are different bodies'],
    [['-G', '-F', 'a=b'], '-G goes with -d, not with -F'],
  ] as const) {
    const { code, err } = await run([...words, nowhere])
    expect({ words, code }).toEqual({ words, code: 1 })
    expect(err).toContain(said)
  }
})

test('a file that shrinks while it is sent ends the request, one that grows is cut where it ended', async () => {
  const path = join(folder, 'changing')
  const sent = async (change: () => void): Promise<string> => {
    writeFileSync(path, 'x'.repeat(10))
    const piece = await filePiece(path)
    change()
    return new Response(uploadOf([bytesPiece(new Uint8Array(0)), piece], undefined)).text()
  }
  expect(await sent(() => writeFileSync(path, 'x'.repeat(20)))).toBe('x'.repeat(10))
  expect(await sent(() => truncateSync(path, 4))).toBe('x'.repeat(4))
})

test('a body has a length where all of its pieces have one', () => {
  const known = bytesPiece(new Uint8Array(3))
  const unknown = streamPiece(async function* () {})
  expect([lengthOf([known, known]), lengthOf([known, unknown]), lengthOf([])]).toEqual([6, undefined, 0])
})

test('the line of a long transfer says how much, how fast and how long', () => {
  let now = 0
  const said: string[] = []
  const progress = new Progress(
    text => void said.push(text),
    300_000_000,
    'sent',
    () => now,
  )
  for (const [at, bytes] of [
    [999, 1_000_000],
    [2000, 20_000_000],
    [2100, 21_000_000],
    [150_000, 30_000_000],
    [16_000_000, 100_000_000],
  ] as const) {
    now = at
    progress.moved(bytes)
  }
  expect(said).toEqual([
    'sent 20.0 MB of 300.0 MB, 10.0 MB/s, 28 s left',
    'sent 30.0 MB of 300.0 MB, 0.2 MB/s, 22 min 30 s left',
    'sent 100.0 MB of 300.0 MB, 0.0 MB/s, 8 h 53 min left',
  ])
})
