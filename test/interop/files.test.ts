/** Files of ours, fetched by those who fetch parts of them: curl, wget. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { filesIn, type Server, serve, staticFiles } from '../../src/index.ts'
import { installed, missing } from '../support/peers.ts'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'barewire-files-'))
const at = (name: string): string => join(folder, name)
const LARGE = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 31 + (i >> 8)) & 0xff))
const TEXT = 'a line of text\n'.repeat(5000)
let server: Server

beforeAll(async () => {
  const shown = at('shown')
  mkdirSync(shown)
  for (const [name, bytes] of [
    ['large.bin', LARGE],
    ['text.txt', TEXT],
    ['beside.txt', TEXT],
    ['beside.txt.br', brotliCompressSync(TEXT)],
  ] as const) {
    writeFileSync(join(shown, name), bytes)
    utimesSync(join(shown, name), 1_700_000_000, 1_700_000_000)
  }
  server = await serve(staticFiles(await filesIn(shown)))
})
afterAll(async () => {
  await server.close(0)
  rmSync(folder, { recursive: true })
})
const curl = async (path: string, ...options: string[]): Promise<string> => {
  const { stdout } = await run('curl', ['-sS', '-m', '20', ...options, `${server.url}${path}`], { maxBuffer: 1e8 })
  return stdout
}

describe.skipIf(!installed('curl'))(`curl${missing('curl')}`, () => {
  test('-r: one range, a suffix, several', async () => {
    expect(await curl('/text.txt', '-r', '0-5')).toBe('a line')
    expect(await curl('/text.txt', '-r', '-5')).toBe('text\n')
    const several = await curl('/text.txt', '-r', '2-5,1000-1003')
    expect(several).toMatch(
      /^--\S+\r\nContent-Type: text\/plain; charset=utf-8\r\nContent-Range: bytes 2-5\/75000\r\n\r\nline\r\n--/,
    )
    expect(await curl('/text.txt', '-r', '80000-', '-o', '/dev/null', '-w', '%{http_code}')).toBe('416')
  })

  test('-C -: goes on where a download broke off', async () => {
    writeFileSync(at('part'), LARGE.subarray(0, 1_234_567))
    const said = await curl('/large.bin', '-C', '-', '-o', at('part'), '-w', '%{http_code} %{size_download}')
    expect(said).toBe('206 1765433')
    expect(readFileSync(at('part')).equals(LARGE)).toBe(true)
  })

  test('--compressed: the file that is compressed already, and one that is as it leaves', async () => {
    for (const path of ['/beside.txt', '/text.txt']) expect(await curl(path, '--compressed')).toBe(TEXT)
    const size = await curl('/beside.txt', '-H', 'Accept-Encoding: br', '-o', '/dev/null', '-w', '%{size_download}')
    expect(Number(size)).toBe(brotliCompressSync(TEXT).length)
  })

  test('-z and --etag-compare: nothing where nothing changed', async () => {
    const write = ['-o', at('again'), '-w', '%{http_code}']
    expect(await curl('/text.txt', '-z', 'Wed, 15 Nov 2023 00:00:00 GMT', ...write)).toBe('304')
    expect(await curl('/text.txt', '-z', 'Tue, 14 Nov 2023 00:00:00 GMT', ...write)).toBe('200')
    expect(await curl('/text.txt', '--etag-save', at('etag'), ...write)).toBe('200')
    expect(await curl('/text.txt', '--etag-compare', at('etag'), ...write)).toBe('304')
  })
})

test.skipIf(!installed('wget'))(
  `wget -c goes on where a download broke off, and -N asks whether${missing('wget')}`,
  async () => {
    writeFileSync(at('large.bin'), LARGE.subarray(0, 2_000_001))
    const wget = (...options: string[]) =>
      run('wget', ['-T', '20', '-t', '1', ...options, `${server.url}/large.bin`], { cwd: folder })
    expect((await wget('-c')).stderr).toContain('206 Partial Content')
    expect(readFileSync(at('large.bin')).equals(LARGE)).toBe(true)
    // All of it is there: 416 is no mistake.
    await wget('-c')
    expect(statSync(at('large.bin')).size).toBe(3_000_000)
    expect((await wget('-N')).stderr).toMatch(/304 Not Modified|not retrieving/)
  },
)
