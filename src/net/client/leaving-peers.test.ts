/** Servers and proxies that leave, by FIN and by RST, one at a time and a hundred at once: nothing is lost, doubled or believed. */
import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { closing, codeOf, peer, served } from '../../../test/support/net.ts'
import { issued, root } from '../../../test/support/node-tls.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import { authenticating, client, guard, listen } from '../../index.ts'
import { nodeWorld } from '../../node/world.ts'

const world = nodeWorld()
const leaving = [
  ['FIN', (socket: Socket) => void socket.end()],
  ['RST', (socket: Socket) => void socket.resetAndDestroy()],
] as const
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const hundred = <T>(each: (i: number) => T): T[] => Array.from({ length: 100 }, (_, i) => each(i))

describe.each(leaving)('a kept connection that ends by %s while a request is on its way', (how, leave) => {
  const kept = async (perOrigin = 6) => {
    const sockets: Socket[] = []
    const arrived: string[] = []
    const url = await peer(socket => {
      sockets.push(socket)
      socket.on('data', data => {
        // Who has said goodbye does nothing any more.
        if (socket.writableEnded) return
        for (const [, line] of `${data}`.matchAll(/^(\w+ \/\S*) HTTP/gm)) {
          arrived.push(line!)
          socket.write(line!.startsWith('HEAD') ? OK.slice(0, -2) : OK)
        }
      })
    })
    const own = client({ world, perOrigin })
    closing.push(() => own.close())
    return { url, own, sockets, arrived }
  }
  test.each(['GET', 'HEAD', 'OPTIONS', 'QUERY', 'PUT', 'DELETE'])(
    '%s is asked again on a new one, once',
    async method => {
      const { url, own, sockets, arrived } = await kept()
      await (await own.fetch(url)).text()
      leave(sockets[0]!)
      // In the same turn: the request leaves before the end is heard of.
      const answer = await own.fetch(`${url}again`, { method, ...(/PUT|QUERY/.test(method) ? { body: 'x' } : {}) })
      expect(answer.status).toBe(200)
      expect(sockets.length).toBe(2)
      expect(arrived).toEqual(['GET /', `${method} /again`])
    },
  )
  test.each(['POST', 'PATCH'])('%s fails, says how, and is never sent twice', async method => {
    const { url, own, sockets, arrived } = await kept()
    await (await own.fetch(url)).text()
    leave(sockets[0]!)
    const error = await own.fetch(`${url}once`, { method, body: 'x' }).catch((thrown: unknown) => thrown)
    expect((error as { cause: { code: string } }).cause.code).toMatch(
      how === 'FIN' ? /^http\/no-answer$|^tcp\/reset$/ : /^tcp\/reset$/,
    )
    expect((error as { cause: { failure: object } }).cause.failure).toMatchObject({ context: { method } })
    expect([sockets.length, arrived]).toEqual([1, ['GET /']])
    // And the next one is not troubled by it.
    expect((await own.fetch(`${url}next`, { method, body: 'x' })).status).toBe(200)
  })
  test('a hundred at once on ten that end: each answered, none twice', async () => {
    const { url, own, sockets, arrived } = await kept(10)
    await Promise.all(Array.from({ length: 10 }, async (_, i) => (await own.fetch(`${url}first${i}`)).text()))
    const before = arrived.length
    for (const socket of sockets) leave(socket)
    const texts = await Promise.all(hundred(async i => (await own.fetch(`${url}${i}`)).text()))
    expect(new Set(texts)).toEqual(new Set(['ok']))
    expect(arrived.slice(before).sort()).toEqual(hundred(i => `GET /${i}`).sort())
  })
})

describe.each(leaving)('a host that leaves by %s', (_, leave) => {
  const authority = certificateAuthority({ crypto: world.crypto, now: Date.now, name: 'leaving root' })
  const own = authority.issue({ names: ['localhost'] })
  const SAID = 'HTTP/1.1 200 OK\r\nStrict-Transport-Security: max-age=600\r\nContent-Length: 10\r\n'
  const saying = async (text: string) => {
    const tls = { cert: [...own.chain], key: own.privateKey }
    const listener = await listen({ host: '127.0.0.1', port: 0, tls }, stream => {
      stream.handler = {
        data() {
          stream.write([Buffer.from(text)])
          if (leave === leaving[0][1]) stream.end()
          else stream.reset()
        },
        end() {},
        drain() {},
        closed() {},
      }
    })
    closing.push(() => listener.close())
    return `https://localhost:${listener.port}/`
  }
  test('is not noted as one that wants TLS by half a head, and by a whole one whatever becomes of its body', async () => {
    const asking = client({ world, hsts: true, ca: authority.root })
    const hsts = asking.hsts!
    closing.push(() => asking.close())
    const half = await saying(SAID)
    expect(await codeOf(asking.fetch(half))).toMatch(
      /^(?:http\/head-cut-short|tls\/cut-short|tcp\/reset|http\/no-answer)$/,
    )
    expect(hsts.list()).toEqual([])
    const cut = await saying(`${SAID}\r\nhalf`)
    const ends = await Promise.all(hundred(() => codeOf(asking.fetch(cut).then(answer => answer.text()))))
    for (const end of ends) expect(end).not.toBe('no failure')
    const whole = await saying(`${SAID}\r\n0123456789`)
    await codeOf(asking.fetch(whole).then(answer => answer.text()))
    for (const { host } of hsts.list()) expect(host).toBe('localhost')
    expect(hsts.list().length).toBeLessThan(2)
  })
})

describe.each(leaving)('a server that leaves by %s behind its challenge', (_, leave) => {
  test('is answered on a new connection, by a hundred logins at once too', async () => {
    const { challenge } = await challenged()
    let connections = 0
    const proofs = new Set<string>()
    const url = await peer(socket => {
      connections++
      socket.once('data', data => {
        const proof = /authorization: (.*)\r\n/i.exec(`${data}`)?.[1]
        if (proof !== undefined) {
          proofs.add(proof)
          socket.end(OK)
        } else {
          socket.write(`HTTP/1.1 401 x\r\nWWW-Authenticate: ${challenge}\r\nContent-Length: 9\r\n\r\nhalf`, () =>
            leave(socket),
          )
        }
      })
    })
    const login = { origin: url, user: 'ann', password: 'secret' }
    const own = client({ world, interceptors: [authenticating([login], { world })] })
    closing.push(() => own.close())
    const all = await Promise.all(hundred(async i => codeOf(own.fetch(`${url}${i}`).then(answer => answer.text()))))
    // A reset may overtake what was sent before it: then nobody has heard the challenge.
    for (const code of all) expect(['no failure', 'tcp/reset']).toContain(code)
    expect(all.filter(code => code === 'no failure').length).toBe(proofs.size)
    expect(connections).toBeLessThan(301)
  })
})

/** What a guard asks for. */
const challenged = async () => {
  const who = guard({ realm: 'shop', passwordOf: () => 'secret' })
  const { url } = await served(async (request, about) => {
    const known = await who(request, about)
    return known instanceof Response ? known : new Response(known.user)
  })
  using own = client({ world })
  return { url, challenge: (await own.fetch(url)).headers.get('www-authenticate')! }
}

describe.each(leaving)('a client that leaves by %s', (_, leave) => {
  test('in the middle of its proof is let in by no guard, a hundred at once', async () => {
    const { connect } = await import('node:net')
    const admitted: string[] = []
    const who = guard({
      realm: 'shop',
      passwordOf: () => 'secret',
      isPassword: () => true,
      digest: { qop: ['auth-int'] },
    })
    const server = await served(async (request, about) => {
      const known = await who(request, about)
      if (!(known instanceof Response)) admitted.push(known.user)
      return known instanceof Response ? known : new Response(known.user)
    })
    const gone = hundred(
      i =>
        new Promise<void>(resolve => {
          const text =
            i % 2
              ? 'GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Basic YTpi'
              : 'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\nAuthorization: Digest username="a", realm="shop", nonce="x", uri="/", qop=auth-int, nc=00000001, cnonce="y", response="z", algorithm=SHA-256\r\n\r\nhalf'
          const socket = connect(server.port, '127.0.0.1', () => socket.write(text, () => leave(socket)))
          socket
            .on('error', () => {})
            .on('close', () => resolve())
            .resume()
        }),
    )
    await Promise.all(gone)
    const own = client({
      world,
      interceptors: [authenticating([{ origin: server.url, user: 'ann', password: 'secret' }], { world })],
    })
    closing.push(() => own.close())
    const texts = await Promise.all(
      hundred(async () => (await own.fetch(server.url, { method: 'PUT', body: 'x' })).text()),
    )
    expect(new Set(texts)).toEqual(new Set(['ann']))
    expect(new Set(admitted)).toEqual(new Set(['ann']))
  })
})

test('a hundred downloads, each broken five times by FIN and RST in turn, end with every byte', async () => {
  const text = Array.from({ length: 2_000 }, (_, i) => `line ${i}`).join('\n')
  let asked = 0
  const url = await peer(socket => {
    socket.once('data', data => {
      const from = Number(/^range: bytes=(\d+)-/im.exec(`${data}`)?.[1] ?? 0)
      const until = Math.min(text.length, from + 4_000)
      const range =
        from === 0 ? '200 OK' : `206 Partial Content\r\nContent-Range: bytes ${from}-${text.length - 1}/${text.length}`
      const head = `HTTP/1.1 ${range}\r\nETag: "v1"\r\nContent-Length: ${text.length - from}\r\n\r\n`
      const [, leave] = leaving[asked++ % 2]!
      socket.write(head + text.slice(from, until), () => leave(socket))
    })
  })
  const own = client({ world, perOrigin: 100, resume: { tries: 40, wait: 1 } })
  closing.push(() => own.close())
  // A reset may take with it what was not read yet, head and all: before the head nothing can be gone on with.
  const asking = async (): Promise<string> => {
    for (;;) {
      const got = await own.fetch(url).then(
        answer => answer.text(),
        (error: { code?: string }) => error,
      )
      if (typeof got === 'string') return got
      expect(got.code).toBe('tcp/reset')
    }
  }
  const texts = await Promise.all(hundred(asking))
  expect(texts.every(each => each === text)).toBe(true)
  expect(asked).toBeGreaterThan(400)
})

describe.each(leaving)('a proxy that leaves by %s', (how, leave) => {
  const through = async (talk: (socket: Socket, data: Buffer) => void) => {
    const url = await peer(socket => socket.on('data', data => talk(socket, data)))
    const own = client({ world, proxy: url, ca: root })
    closing.push(() => own.close())
    return own
  }
  test('before it answers, behind its answer to CONNECT, and in the middle of what it passes on', async () => {
    const GONE = how === 'FIN' ? /^http\/no-answer$/ : /^tcp\/reset$/
    const silent = await through(leave)
    expect(await codeOf(silent.fetch('https://a.test/'))).toMatch(GONE)
    expect(await codeOf(silent.fetch('http://a.test/'))).toMatch(GONE)
    const opened = await through(socket => socket.write('HTTP/1.1 200 OK\r\n\r\n', () => leave(socket)))
    expect(await codeOf(opened.fetch('https://a.test/'))).toMatch(/^(?:tls|tcp|http)\/[a-z-]+$/)
    const cut = await through(socket => socket.write(OK.slice(0, -1), () => leave(socket)))
    const text = codeOf(cut.fetch('http://a.test/').then(answer => answer.text()))
    expect(await text).toMatch(/^(?:http\/body-cut-short|tcp\/reset)$/)
  })
  test('cuts half of a hundred tunnels: the others are whole', async () => {
    const { port } = await served(({ url }) => new Response(`${url} `.repeat(1_000)), { tls: issued() })
    const { connect } = await import('node:net')
    let tunnels = 0
    const url = await peer(near => {
      near.once('data', () => {
        const cut = tunnels++ % 2 === 1
        const far = connect(port, '127.0.0.1')
        far.on('error', () => {})
        closing.push(() => far.destroy())
        near.write('HTTP/1.1 200 OK\r\n\r\n')
        near.on('data', data => (cut ? leave(near) : far.write(data)))
        far.on('data', data => near.write(data))
        near.on('close', () => far.destroy())
      })
    })
    const own = client({ world, proxy: url, ca: root, perOrigin: 100 })
    closing.push(() => own.close())
    const ends = await Promise.all(
      hundred(async i => {
        const asked = `https://localhost:${port}/${i}`
        return own.fetch(asked, { method: 'POST', body: 'x' }).then(
          async answer => (await answer.text()) === `${asked} `.repeat(1_000),
          (error: { code?: string }) => error.code,
        )
      }),
    )
    expect(ends.filter(end => end === true).length).toBe(50)
    for (const end of ends) if (end !== true) expect(end).toMatch(/^(?:tls|tcp|http)\//)
  })
})
