/** The same words for curl and for `barewire get`: a server has to see the same. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { installed, missing, run } from '../support/peers.ts'
import { temporaryFolder } from '../support/peers-chain.ts'
import { captured } from '../support/peers-io.ts'

const folder = temporaryFolder('get-curl')
afterAll(folder.remove)
const file = (name: string): string => join(folder.path, name)

interface Seen {
  readonly line: string
  readonly type: string | undefined
  readonly length: string | undefined
  readonly body: string
  readonly fields: IncomingHttpHeaders
}

let seen: Seen[] = []
let url = ''
const server = createServer((request, response) => {
  const pieces: Buffer[] = []
  request.on('data', piece => pieces.push(piece as Buffer))
  request.on('end', () => {
    const { 'content-type': type, 'content-length': length } = request.headers
    const [, boundary] = /boundary=(.*)/.exec(type ?? '') ?? []
    const body = Buffer.concat(pieces).toString('latin1')
    const named = (text: string) => (boundary === undefined ? text : text.replaceAll(boundary, 'BOUNDARY'))
    // A boundary is as long as its maker likes.
    seen.push({
      line: `${request.method} ${request.url}`,
      type: type && named(type),
      length: boundary === undefined ? length : length && `${Number(length) - body.length}`,
      body: named(body),
      fields: request.headers,
    })
    response.end()
  })
})

beforeAll(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`
  writeFileSync(file('note.txt'), 'a note\n')
  writeFileSync(
    file('odd.bin'),
    Uint8Array.from({ length: 200_000 }, (_, i) => (i * 7) % 256),
  )
  writeFileSync(file('a&b=c d.txt'), 'ü & = %\n')
  mkdirSync(file('folder'))
})
afterAll(() => server.close())

/** What has to be the same; other fields are each one's own. */
const shown = (request: Seen | undefined) => request && { ...request, fields: undefined }

/** What the server saw of `words` from curl and from us. */
const both = async (words: readonly string[], at = url): Promise<readonly [Seen | undefined, Seen | undefined]> => {
  seen = []
  await run('curl', ['-s', ...words, at])
  const io = captured()
  expect({ code: await main(['get', ...words, at], io), err: io.stderr() }).toEqual({ code: 0, err: '' })
  return [seen[0], seen[1]]
}

describe.skipIf(!installed('curl'))(`beside curl${missing('curl')}`, () => {
  test.each([
    [['-d', 'a=1', '-d', 'b=2&c=3', '-d', '']],
    [['-d', 'a=1', '--data-urlencode', 'b=x y/ü&z', '-d', 'c=3']],
    [['--data-urlencode', '=x=y', '--data-urlencode', 'plain text', '--data-raw', '@not a file']],
    [['-d', 'x', '-H', 'Content-Type: text/plain']],
    [['-G', '-d', 'a=1', '-d', 'b=2']],
    [['-G', '-I', '-d', 'a=1']],
    [['-G', '-X', 'DELETE', '--data-urlencode', 'q=a b&c']],
    [['-F', 'a=1', '-F', 'b=two words', '--form-string', 'c=@x;type=y']],
    [['-F', 'a=1;type=text/html;charset=utf-8', '-F', 'b="x;y \\"z\\"";type=text/x']],
    [['-F', 'a=ü"quoted"', '-F', '"n"=1']],
  ])('%j is the same request', async words => {
    const [curl, ours] = await both(words)
    expect(shown(ours)).toEqual(shown(curl))
  })

  test('-r, -A and -e are the same headers', async () => {
    const fields = ['range', 'user-agent', 'referer'] as const
    const [curl, ours] = await both(['-r', '0-4,-5', '-A', 'me/1', '-e', 'http://from.test/', '--compressed'])
    for (const field of fields) expect(ours?.fields[field]).toBe(curl?.fields[field])
    expect(ours?.fields).toMatchObject({ range: 'bytes=0-4,-5', 'user-agent': 'me/1', referer: 'http://from.test/' })
    expect(await main(['get', '-r', '5', url], captured())).toBe(1)
  })

  test('-G goes behind the query that is there', async () => {
    const [curl, ours] = await both(['-G', '-d', 'a=1'], `${url}path?x=y`)
    expect(shown(ours)).toEqual(shown(curl))
    expect(ours?.line).toBe('GET /path?x=y&a=1')
  })

  test('files: their names, their types and every byte of them', async () => {
    for (const words of [
      ['--data-urlencode', `n@${file('note.txt')}`],
      ['--data-urlencode', `n@${file('a&b=c d.txt')}`],
      ['-F', `f=@${file('note.txt')}`, '-F', `g=@${file('odd.bin')}`],
      ['-F', `f=@${file('note.txt')};type=x/y;filename=other "name"`],
      ['-F', `f=<${file('note.txt')}`, '-F', `g=<${file('note.txt')};type=text/x`],
      ['-F', `f=@"${file('a&b=c d.txt')}";filename="a;b"`],
    ]) {
      const [curl, ours] = await both(words)
      expect(shown(ours)).toEqual(shown(curl))
    }
  })
})
