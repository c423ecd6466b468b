/** Our client with web servers that we did not write, alone and before an application: all that they can, printed as a matrix. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FailureError } from '../../src/failures/index.ts'
import { authenticating, type Client, client } from '../../src/index.ts'
import { nodeWorld } from '../../src/node/world.ts'
import { type Behind, behind, LINKS } from '../support/behind.ts'
import { missing, type Peer } from '../support/peers.ts'
import { temporaryFolder, testAuthority } from '../support/peers-chain.ts'
import { type Ability, LOGIN, lacking, WEB_SERVERS } from '../support/web-servers.ts'

const folder = temporaryFolder('http-matrix')
const root = join(folder.path, 'root')
const text = 'A line that shrinks.\n'.repeat(2000)
const large = randomBytes(8_000_000)
const content = randomBytes(600_000)
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const matrix: string[] = []
let app: Behind

beforeAll(async () => {
  mkdirSync(root, { recursive: true })
  writeFileSync(join(root, 'new.txt'), text)
  writeFileSync(join(root, 'large.bin'), large)
  app = await behind(content)
})
afterAll(async () => {
  await app.stop()
  folder.remove()
  console.log(matrix.join('\n'))
})

const inPieces = (bytes: Uint8Array, told: () => void = () => {}): ReadableStream<Uint8Array> => {
  let at = 0
  return new ReadableStream(
    {
      pull(controller) {
        told()
        controller.enqueue(bytes.subarray(at, at + 50_000))
        at += 50_000
        if (at >= bytes.length) controller.close()
      },
    },
    { highWaterMark: 0 },
  )
}

for (const server of WEB_SERVERS) {
  const lacks = missing('openssl') || lacking(server)
  describe.skipIf(lacks !== '')(`${server.name}${lacks}`, () => {
    let peer: Peer
    let ours: Client
    let ca: Buffer
    const url = (path: string): string => `https://localhost:${peer.port}${path}`
    const ask = (path: string, init: RequestInit & { duplex?: 'half' } = {}): Promise<Response> =>
      ours.fetch(url(path), init)
    const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
      promise.then(
        () => 'no failure',
        (error: unknown) => (error instanceof FailureError ? error.code : error),
      )
    /** The connection, or another one, is good for the next request. */
    const next = async (): Promise<void> => expect(await (await ask('/new.txt')).text()).toBe(text)
    const can = (what: string, run: () => Promise<void>, needs?: Ability): void => {
      const without = needs && server.without[needs]
      if (without !== undefined) {
        matrix.push(`${server.name.padEnd(24)} without  ${what}: ${without}`)
        return
      }
      test(what, async () => {
        await run()
        await next()
        matrix.push(`${server.name.padEnd(24)} ✓        ${what}`)
      })
    }

    beforeAll(async () => {
      const authority = testAuthority('ecdsa', join(folder.path, server.program))
      peer = await server.start(authority.issue(), folder.path, root, app.port)
      ca = readFileSync(authority.root)
      ours = client({ ca, jar: true })
    })
    afterAll(async () => {
      await ours?.close()
      await peer?.stop()
    })

    can('a large upload, with its length and in chunks', async () => {
      for (const init of [{ body: large }, { body: inPieces(large), duplex: 'half' as const }]) {
        const told = await (await ask('/app/echo', { method: 'PUT', ...init })).json()
        expect(told).toMatchObject({ method: 'PUT', length: large.length, sha256: sha256(large) })
      }
    })

    can('100-continue, and the body behind it', async () => {
      const headers = { expect: '100-continue' }
      const told = await (await ask('/app/echo', { method: 'POST', body: content, headers })).json()
      expect(told).toMatchObject({ length: content.length, sha256: sha256(content) })
    })

    can('413 in the place of 100: nothing of the body leaves', async () => {
      let sent = 0
      const init = { method: 'POST', body: large, headers: { expect: '100-continue' } }
      const answer = await ours.fetch(url('/small/echo'), { ...init, sent: bytes => (sent = bytes) })
      expect([answer.status, sent]).toEqual([413, 0])
      await answer.text()
    })

    can('413 while the body is on its way', async () => {
      const answer = await ask('/small/echo', { method: 'POST', body: large })
      expect(answer.status).toBe(413)
      await answer.text()
    })

    can(
      '417 in the place of 100: asked again without expecting',
      async () => {
        const init = { method: 'POST', body: inPieces(content), headers: { expect: '100-continue' } }
        const told = await (await ask('/unexpected/echo', { ...init, duplex: 'half' })).json()
        expect(told).toMatchObject({ length: content.length, sha256: sha256(content) })
      },
      '417',
    )

    can(
      'an answer before the body has left: it is heard, and the rest stays',
      async () => {
        let heard = (): void => {}
        const answered = new Promise<void>(resolve => (heard = resolve))
        let stopped = false
        const body = new ReadableStream<Uint8Array>(
          {
            start: controller => controller.enqueue(content),
            pull: () => answered,
            cancel: () => void (stopped = true),
          },
          { highWaterMark: 0 },
        )
        const answer = await ask('/app/refused', { method: 'POST', body, duplex: 'half' })
        heard()
        expect([answer.status, await answer.text(), stopped]).toEqual([403, 'no', true])
      },
      'refuses early',
    )

    can('a download that we leave in the middle; the server hears of it', async () => {
      const before = app.left()
      const leaving = new AbortController()
      const answer = await ask('/app/endless', { signal: leaving.signal })
      const reader = answer.body!.getReader()
      for (let got = 0; got < 50_000; ) got += (await reader.read()).value!.length
      leaving.abort()
      await expect(reader.read()).rejects.toThrow()
      await next()
      await expect.poll(() => app.left(), { timeout: 10_000 }).toBe(before + 1)
    })

    can('an upload that we leave in the middle', async () => {
      const leaving = new AbortController()
      let pieces = 0
      const body = inPieces(large, () => {
        if (++pieces === 20) leaving.abort()
      })
      const init = { method: 'POST', body, duplex: 'half' as const, signal: leaving.signal }
      await expect(ask('/app/echo', init)).rejects.toThrow()
    })

    can('an answer that breaks off in the middle is never taken for whole', async () => {
      for (const path of ['/app/cut', '/app/cut-chunks']) {
        const code = await codeOf(ask(path).then(answer => answer.arrayBuffer()))
        expect(code).toMatch(/^(?:http\/body-cut-short|tls\/cut-short|tcp\/reset)$/)
      }
    })

    can('a download that breaks off is gone on with', async () => {
      const patient = client({ ca, resume: { wait: 1 } })
      const got = new Uint8Array(await (await patient.fetch(url('/app/parts'))).arrayBuffer())
      patient.close()
      expect(sha256(got)).toBe(sha256(content))
    })

    can('chunks with extensions', async () => {
      expect(await (await ask('/app/extensions')).text()).toBe('hello again')
    })

    can(
      'trailers behind an answer',
      async () => {
        const answer = await ours.fetch(url('/app/trailers'), { headers: { te: 'trailers' } })
        expect(await answer.text()).toBe('hello')
        expect([...answer.trailers]).toEqual([['x-sum', '532']])
      },
      'trailers',
    )

    can(
      'trailers behind a request',
      async () => {
        const asked = { method: 'POST', body: 'hello', trailers: () => ({ 'x-sum': '532' }) }
        const told = await (await ours.fetch(url('/app/echo'), asked)).json()
        expect(told).toMatchObject({ length: 5, trailers: { 'x-sum': '532' } })
      },
      'request trailers',
    )

    can('103 before 200', async () => {
      const informed: unknown[] = []
      const told = (status: number, headers: Headers) => informed.push([status, headers.get('link')])
      const answer = await ours.fetch(url('/app/early'), { informed: told })
      expect([await answer.text(), informed]).toEqual(['early', [[103, LINKS]]])
    })

    can('gzip', async () => {
      const answer = await ask('/zipped/new.txt', { headers: { 'accept-encoding': 'gzip' } })
      expect([answer.headers.get('content-encoding'), await answer.text()]).toEqual(['gzip', text])
    })

    can(
      'br',
      async () => {
        const answer = await ask('/zipped/new.txt', { headers: { 'accept-encoding': 'br' } })
        expect([answer.headers.get('content-encoding'), await answer.text()]).toEqual(['br', text])
      },
      'br',
    )

    can(
      'a login by Digest',
      async () => {
        expect((await ask('/private/new.txt')).status).toBe(401)
        const login = { origin: url('/'), user: LOGIN.user, password: LOGIN.password, md5: 'allowed' as const }
        const known = client({ ca, interceptors: [authenticating([login], { world: nodeWorld() })] })
        for (let i = 0; i < 3; i++) expect(await (await known.fetch(url('/private/new.txt'))).text()).toBe(text)
        known.close()
      },
      'digest',
    )

    can('a redirect to another host, which learns neither the login nor the cookies', async () => {
      ours.jar!.receive('sid=1; Path=/', { url: new URL(url('/')) } as never)
      const answer = await ask('/away', { headers: { authorization: 'Basic YTpi' } })
      expect(answer.url).toBe(`https://127.0.0.1:${peer.port}/app/echo`)
      const { headers } = (await answer.json()) as { headers: Record<string, string> }
      expect([headers.authorization, headers.cookie]).toEqual([undefined, undefined])
    })
  })
}
