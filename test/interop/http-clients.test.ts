/** HTTP clients that we did not write, each with what it is used for, against `serve`: none may see a byte that is wrong. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { filesIn, type Handler, type Server, serve, staticFiles } from '../../src/index.ts'
import { installed, missing, run } from '../support/peers.ts'
import { temporaryFolder } from '../support/peers-chain.ts'

const folder = temporaryFolder('http-clients')
const site = join(folder.path, 'site')
const large = randomBytes(2_000_000)
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Requests that reached a handler, by path: what a load generator claims is compared with it. */
const seen = new Map<string, number>()
let server: Server

beforeAll(async () => {
  mkdirSync(join(site, 'deep'), { recursive: true })
  writeFileSync(join(site, 'large.bin'), large)
  writeFileSync(join(site, 'index.html'), '<!doctype html><a href="deep/page.html">deep</a>')
  writeFileSync(join(site, 'deep', 'page.html'), '<!doctype html><a href="../large.bin">large</a>')
  const files = staticFiles(await filesIn(site))
  const handle: Handler = async (request, about) => {
    const { pathname } = new URL(request.url)
    seen.set(pathname, (seen.get(pathname) ?? 0) + 1)
    switch (pathname) {
      case '/text':
        return new Response('hello')
      case '/stream':
        return new Response(streamed('a line\n', 2000))
      case '/endless':
        return new Response(new ReadableStream({ start: body => body.enqueue(new Uint8Array(1000)) }))
      case '/moved':
        return new Response(null, { status: 302, headers: { location: '/text' } })
      case '/cookies':
        return new Response(request.headers.get('cookie'), {
          headers: [
            ['set-cookie', 'sid=1; Path=/; HttpOnly'],
            ['set-cookie', 'gone=1; Max-Age=0'],
          ],
        })
      case '/echo':
        return Response.json({
          method: request.method,
          type: request.headers.get('content-type'),
          sha256: sha256(new Uint8Array(await request.arrayBuffer())),
        })
      default:
        return files(request, about)
    }
  }
  server = await serve(handle, { port: 0 })
})
afterAll(async () => {
  await server.close()
  folder.remove()
})

const streamed = (line: string, times: number): ReadableStream<Uint8Array> => {
  let left = times
  return new ReadableStream({
    pull(controller) {
      if (left-- > 0) controller.enqueue(new TextEncoder().encode(line))
      else controller.close()
    },
  })
}

describe.skipIf(!installed('curl'))(`curl${missing('curl')}`, () => {
  const curl = async (...args: string[]) => {
    const { code, stdout, stderr } = await run('curl', ['-sS', ...args])
    return { code, text: String(stdout), bytes: stdout, stderr }
  }
  const status = '%{http_code} %{size_download}'

  test('HTTP/1.0, with and without keep-alive', async () => {
    expect((await curl('--http1.0', `${server.url}/text`)).text).toBe('hello')
    expect((await curl('--http1.0', `${server.url}/stream`)).text).toBe('a line\n'.repeat(2000))
    const kept = ['-H', 'connection: keep-alive', '-w', '%{num_connects} ']
    expect((await curl('--http1.0', ...kept, `${server.url}/text`, `${server.url}/text`)).text).toBe('hello1 hello0 ')
  })

  test('ranges, one and several, from the end and beyond it', async () => {
    const part = await curl('-r', '1000-1999', `${server.url}/large.bin`)
    expect(Buffer.compare(part.bytes, large.subarray(1000, 2000))).toBe(0)
    const end = await curl('-r', '-500', `${server.url}/large.bin`)
    expect(Buffer.compare(end.bytes, large.subarray(-500))).toBe(0)
    const several = await curl('-i', '-r', '0-0,-1', `${server.url}/large.bin`)
    expect(several.text).toMatch(/^HTTP\/1\.1 206 /)
    expect(several.text).toContain('multipart/byteranges')
    expect(
      (await curl('-o', '/dev/null', '-w', '%{http_code}', '-r', '2000000-', `${server.url}/large.bin`)).text,
    ).toBe('416')
  })

  test('goes on with a download, and asks only for what changed', async () => {
    const to = join(folder.path, 'resumed.bin')
    writeFileSync(to, large.subarray(0, 700_000))
    const resumed = await curl('-C', '-', '-o', to, '-w', status, `${server.url}/large.bin`)
    expect(resumed).toMatchObject({ code: 0, text: '206 1300000' })
    expect(sha256(readFileSync(to))).toBe(sha256(large))
    expect((await curl('-z', to, '-o', '/dev/null', '-w', status, `${server.url}/large.bin`)).text).toBe('304 0')
    const tags = join(folder.path, 'tag')
    const tagged = ['--etag-save', tags, '--etag-compare', tags, '-o', '/dev/null', '-w', status]
    expect((await curl(...tagged, `${server.url}/index.html`)).text).toBe('200 48')
    expect((await curl(...tagged, `${server.url}/index.html`)).text).toBe('304 0')
  })

  test('uploads with a length, in chunks, behind 100-continue, and forms', async () => {
    const file = join(site, 'large.bin')
    const whole = { sha256: sha256(large) }
    const sent = async (...args: string[]) => JSON.parse((await curl(...args, `${server.url}/echo`)).text)
    expect(await sent('-T', file)).toMatchObject({ method: 'PUT', ...whole })
    expect(await sent('-T', file, '-H', 'transfer-encoding: chunked')).toMatchObject({ method: 'PUT', ...whole })
    expect(await sent('--data-binary', `@${file}`)).toMatchObject({ method: 'POST', ...whole })
    const expecting = await curl('-v', '-H', 'expect: 100-continue', '--data-binary', `@${file}`, `${server.url}/echo`)
    expect(expecting.stderr).toContain('HTTP/1.1 100 Continue')
    expect(JSON.parse(expecting.text)).toMatchObject(whole)
    expect((await sent('-F', `file=@${file}`, '-F', 'name=value')).type).toMatch(/^multipart\/form-data; boundary=/)
  })

  test('is told gzip and brotli by --compressed, follows redirects, asks for HEAD and OPTIONS *', async () => {
    expect((await curl('--compressed', `${server.url}/index.html`)).text).toContain('deep/page.html')
    expect((await curl('-L', '-w', ' %{num_redirects}', `${server.url}/moved`)).text).toBe('hello 1')
    expect((await curl('-I', '-w', status, '-o', '/dev/null', `${server.url}/large.bin`)).text).toBe('200 0')
    const asterisk = ['-X', 'OPTIONS', '--request-target', '*', '-w', status]
    expect((await curl(...asterisk, server.url)).text).toBe('204 0')
  })

  test('keeps cookies in a file and brings them back', async () => {
    const jar = join(folder.path, 'jar')
    expect((await curl('-b', jar, '-c', jar, `${server.url}/cookies`)).text).toBe('')
    expect((await curl('-b', jar, '-c', jar, `${server.url}/cookies`)).text).toBe('sid=1')
  })

  test('four methods and one connection, each answer to its question', async () => {
    const word = ['-sS', '-w', ' %{http_code} %{num_connects}\n']
    const said = await curl(
      ...['-w', ' %{http_code} %{num_connects}\n', `${server.url}/text`, '--next'],
      ...[...word, '-I', '-o', '/dev/null', `${server.url}/large.bin`, '--next'],
      ...[...word, '-X', 'DELETE', `${server.url}/large.bin`, '-o', '/dev/null', '--next'],
      ...[...word, '-T', join(site, 'large.bin'), `${server.url}/echo`, '-o', '/dev/null', '--next'],
      ...[...word, '-r', '0-3', '-o', '/dev/null', `${server.url}/large.bin`],
    )
    expect(said.text).toBe('hello 200 1\n 200 0\n 405 0\n 200 0\n 206 0\n')
  })

  test('leaves in the middle, for its time or for the size, and the next is served', async () => {
    const url = `${server.url}/large.bin`
    expect((await curl('-o', '/dev/null', '--max-filesize', '1000', url)).code).toBe(63)
    expect((await curl('-o', '/dev/null', '-m', '1', `${server.url}/endless`)).code).toBe(28)
    const slow = await curl('--limit-rate', '2M', url)
    expect([slow.code, sha256(slow.bytes)]).toEqual([0, sha256(large)])
  })

  test('what else it may speak is refused or passed over: HTTP/2, PROXY, codings of the transfer, paths that climb', async () => {
    const text = `${server.url}/text`
    expect((await curl('--http2', '-w', ' %{http_version} %{http_code}', text)).text).toBe('hello 1.1 200')
    expect((await curl('--http2-prior-knowledge', text)).code).not.toBe(0)
    expect((await curl('--haproxy-protocol', '-o', '/dev/null', '-w', '%{http_code}', text)).text).toBe('400')
    expect((await curl('--tr-encoding', text)).text).toBe('hello')
    for (const path of ['/../../../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/deep/..%2f..%2f..%2fetc/passwd'])
      expect((await curl('--path-as-is', '-w', '%{http_code}', '-o', '/dev/null', server.url + path)).text).toMatch(
        /^4/,
      )
    expect((await curl(text)).text).toBe('hello')
  })

  test('50 transfers at once', async () => {
    const args = [
      '-Z',
      '--parallel-max',
      '50',
      '-o',
      '/dev/null',
      '-w',
      '%{http_code}\\n',
      `${server.url}/text?[1-200]`,
    ]
    const { code, text } = await curl(...args)
    expect(code).toBe(0)
    expect(text.match(/200/g)?.length).toBe(200)
  })
})

describe.skipIf(!installed('wget'))(`wget${missing('wget')}`, () => {
  const wget = (...args: string[]) => run('wget', ['-nv', ...args])

  test('mirrors a site by its links, and takes nothing again that has not changed', async () => {
    const to = join(folder.path, 'mirror')
    const args = ['--mirror', '-nH', '-P', to, `${server.url}/`]
    expect((await wget(...args)).code).toBe(0)
    expect(sha256(readFileSync(join(to, 'large.bin')))).toBe(sha256(large))
    const before = statSync(join(to, 'large.bin')).mtimeMs
    const again = await wget(...args)
    expect(again).toMatchObject({ code: 0 })
    expect(again.stderr).not.toContain('large.bin" [')
    expect(statSync(join(to, 'large.bin')).mtimeMs).toBe(before)
    rmSync(to, { recursive: true })
  })

  test('goes on with a download and looks without taking', async () => {
    const to = join(folder.path, 'wget.bin')
    writeFileSync(to, large.subarray(0, 1_999_999))
    expect((await wget('-c', '-O', to, `${server.url}/large.bin`)).code).toBe(0)
    expect(sha256(readFileSync(to))).toBe(sha256(large))
    expect((await wget('--spider', `${server.url}/deep/page.html`)).code).toBe(0)
    expect((await wget('--spider', `${server.url}/none`)).code).toBe(8)
  })
})

/** What handlers saw for `path` while `load` ran. */
const counted = async (path: string, load: () => Promise<void>): Promise<number> => {
  const before = seen.get(path) ?? 0
  await load()
  return (seen.get(path) ?? 0) - before
}

describe('load generators', () => {
  test.skipIf(!installed('ab'))(
    `ApacheBench, kept and closed connections, none failed${missing('ab')}`,
    async () => {
      for (const kept of [['-k'], []]) {
        const handled = await counted('/text', async () => {
          const { code, stdout } = await run('ab', [...kept, '-q', '-n', '2000', '-c', '20', `${server.url}/text`])
          const said = String(stdout)
          expect(code).toBe(0)
          expect(said).toMatch(/Complete requests: +2000\n/)
          expect(said).toMatch(/Failed requests: +0\n/)
          expect(said).not.toContain('Non-2xx')
          if (kept.length > 0) expect(said).toMatch(/Keep-Alive requests: +2000\n/)
        })
        expect(handled).toBe(2000)
      }
    },
    60_000,
  )

  test.skipIf(!installed('wrk'))(
    `wrk, 50 connections: every answer whole${missing('wrk')}`,
    async () => {
      let said = ''
      const handled = await counted('/text', async () => {
        said = String((await run('wrk', ['-t', '1', '-c', '50', '-d', '2s', `${server.url}/text`])).stdout)
      })
      expect(said).not.toMatch(/Socket errors|Non-2xx/)
      const answered = Number(/(\d+) requests in/.exec(said)?.[1])
      // At the end of its time it leaves with a request under way on each connection.
      expect(answered).toBeGreaterThan(100)
      expect(handled - answered).toBeGreaterThanOrEqual(0)
      expect(handled - answered).toBeLessThanOrEqual(50)
    },
    60_000,
  )

  test.skipIf(!installed('hey'))(
    `hey, which is Go's net/http, posts 2,000 bodies${missing('hey')}`,
    async () => {
      const args = ['-n', '2000', '-c', '20', '-m', 'POST', '-T', 'text/plain', '-d', 'a body', `${server.url}/echo`]
      const handled = await counted('/echo', async () => {
        const said = String((await run('hey', args)).stdout)
        expect(said).toMatch(/\[200\]\s+2000 responses/)
        expect(said).not.toContain('Error distribution')
      })
      expect(handled).toBe(2000)
    },
    60_000,
  )
})

/** Debian's, for which Debian has `requests`; another one may come first in the path. */
const PYTHON = '/usr/bin/python3'
const requests = installed(PYTHON) && (await run(PYTHON, ['-c', 'import requests'])).code === 0

describe.skipIf(!installed(PYTHON))(`Python${missing(PYTHON)}`, () => {
  const python = async (program: string, ...args: string[]) => {
    const { code, stdout, stderr } = await run(PYTHON, ['-c', program, server.url, ...args])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return JSON.parse(String(stdout))
  }

  test('http.client keeps a connection through all kinds of answers', async () => {
    const told = await python(`
import http.client, json, sys, urllib.parse
at = urllib.parse.urlsplit(sys.argv[1])
c = http.client.HTTPConnection(at.hostname, at.port)
c.connect()
port = c.sock.getsockname()[1]
out = []
for method, path, body in [('GET', '/text', None), ('HEAD', '/large.bin', None), ('GET', '/stream', None),
                           ('POST', '/echo', b'x' * 100000), ('GET', '/none', None), ('PUT', '/echo', iter([b'a', b'b']))]:
    c.request(method, path, body, encode_chunked=not isinstance(body, (bytes, type(None))),
              headers={'Transfer-Encoding': 'chunked'} if method == 'PUT' else {})
    r = c.getresponse()
    out.append([r.status, len(r.read()), c.sock is not None and c.sock.getsockname()[1] == port])
print(json.dumps(out))`)
    expect(told.slice(0, 3)).toEqual([
      [200, 5, true],
      [200, 0, true],
      [200, 14_000, true],
    ])
    expect(told[3]).toEqual([200, expect.any(Number), true])
    expect(told[4][0]).toBe(404)
    expect(told[5]).toEqual([200, expect.any(Number), true])
  })

  test('urllib follows a redirect and sends a form', async () => {
    const told = await python(`
import json, sys, urllib.request, urllib.parse
moved = urllib.request.urlopen(sys.argv[1] + '/moved')
form = urllib.request.urlopen(sys.argv[1] + '/echo', urllib.parse.urlencode({'a': 'ü'}).encode())
print(json.dumps([moved.url.endswith('/text'), moved.read().decode(), json.load(form)['type']]))`)
    expect(told).toEqual([true, 'hello', 'application/x-www-form-urlencoded'])
  })

  test.skipIf(!requests)(
    `requests: a session, a file in a form, a stream up and down${requests ? '' : ' (skipped: requests not installed)'}`,
    async () => {
      const program = `
import hashlib, json, requests, sys
s = requests.Session()
up = s.post(sys.argv[1] + '/echo', data=(b'piece' for _ in range(1000))).json()
form = s.post(sys.argv[1] + '/echo', files={'f': ('ü.txt', b'text')}).json()
h = hashlib.sha256()
with s.get(sys.argv[1] + '/large.bin', stream=True) as r:
    for piece in r.iter_content(65536): h.update(piece)
print(json.dumps([up['sha256'], form['type'].split(';')[0], h.hexdigest()]))`
      const up = sha256(Buffer.from('piece'.repeat(1000)))
      expect(await python(program)).toEqual([up, 'multipart/form-data', sha256(large)])
    },
  )
})
