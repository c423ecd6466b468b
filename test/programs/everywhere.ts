/**
 * What must run, and come out alike, on every JavaScript platform. Nothing here is of Node or of a browser: the bundle of
 * this file runs in a page, in Bun and in Deno (`test/interop/everywhere.test.ts`).
 */
import { certificateAuthority } from '../../src/ca/index.ts'
import { captureSink } from '../../src/capture/index.ts'
import type { CryptoProvider } from '../../src/crypto/provider.ts'
import type { BodyTransform, Coder } from '../../src/http/coding.ts'
import { LAB_DATE, type LabPlatform, labWorld, playExchange } from '../../src/lab/index.ts'
import { connect, fetch, listen, serve, type World, withHeaders } from '../../src/net/index.ts'
import { certifiedKey } from '../../src/tls/index.ts'
import { hexText, joined } from '../../src/wire/bytes.ts'
import { trustStore } from '../../src/x509/index.ts'

export interface Platform {
  readonly crypto: CryptoProvider
  /** A world with a network of its own in memory. */
  readonly world: () => World
  readonly lab: (seed: number) => LabPlatform
}

/** A TLS client and a TLS server, each believing an authority that was made here: what they agreed and said. */
export const tlsConversation = async ({ world: make }: Platform): Promise<string> => {
  const world = make()
  const authority = certificateAuthority({ crypto: world.crypto, now: () => world.clock.date(), name: 'everywhere CA' })
  const key = certifiedKey(authority.issue({ names: ['shop.test'] }))
  const text = new TextDecoder()
  const listener = await listen({ world, port: 443, tls: { certificateFor: () => key } }, stream => {
    stream.handler = {
      data: bytes => void stream.write([new TextEncoder().encode(`heard: ${text.decode(bytes)}`)]),
      end: () => stream.end(),
      drain() {},
      closed() {},
    }
  })
  const trust = trustStore([authority.certificate])
  const stream = await connect({ world, host: 'shop.test', port: 443, tls: { trust } })
  const heard = await new Promise<string>((resolve, reject) => {
    let all = ''
    stream.handler = {
      data: bytes => {
        all += text.decode(bytes)
        stream.end()
      },
      end: () => resolve(all),
      drain() {},
      closed: failure => (failure === undefined ? resolve(all) : reject(new Error(failure.code))),
    }
    stream.write([new TextEncoder().encode('hello')])
  })
  await listener.close()
  const { tls } = stream.connection
  return `${tls?.version} with ${tls?.serverName}, trusted through ${tls?.trusted?.anchor}; ${heard}`
}

export interface Digest {
  /** SHA-256 of all frames in the order in which they were sent, and of those that arrived. */
  readonly frames: string
  readonly lost: number
  readonly said: string
}

/** A page of some size, and a form that is sent, over our own TCP/IP, where one frame of ten is lost. */
export const lossyFetch = async ({ crypto, lab }: Platform, seed: number): Promise<Digest> => {
  const world = labWorld(lab(seed), { seed, loss: 0.1 })
  try {
    const server = world.machine('shop.test')
    const hash = crypto.hash('sha256')
    world.network.tap(({ what, at, bytes }) => {
      if (what === 'sent' || what === 'delivered')
        hash.update(new TextEncoder().encode(`${what} ${at}\n`)).update(bytes)
    })
    await serve(
      async request => {
        const form = request.method === 'POST' ? await request.text() : 'nothing'
        return new Response(`${form}\n${'a line of the page\n'.repeat(2000)}`, {
          headers: { 'content-type': 'text/plain' },
        })
      },
      {
        world: server.world,
        host: server.host.address.text,
        port: 443,
        tls: world.certified(['shop.test']),
        // Every platform has another zlib, and they agree on what they read, not on what they write.
        compress: 'never',
      },
    )
    const laptop = world.machine('laptop').world
    const first = await fetch('https://shop.test/', { world: laptop })
    const page = await first.text()
    const second = await fetch('https://shop.test/form', { world: laptop, method: 'POST', body: 'name=ada' })
    const answer = await second.text()
    const said = `${first.status} ${page.length}, ${second.status} ${answer.split('\n')[0]}`
    return { frames: hexText(hash.digest()), lost: world.network.counts.lost, said }
  } finally {
    world.close()
  }
}

export interface ExchangeDigest {
  /** SHA-256 of the capture file of the demo's exchange. */
  readonly file: string
  readonly answers: readonly string[]
  readonly cookies: number
}

export const capturedExchange = async ({ crypto, lab }: Platform, seed: number): Promise<ExchangeDigest> => {
  const pieces: Uint8Array[] = []
  const capture = captureSink(bytes => void pieces.push(bytes), { now: () => 0, date: () => LAB_DATE })
  const { answers, cookies } = await playExchange(lab(seed), seed, capture)
  capture.finish()
  const file = hexText(crypto.hash('sha256').update(joined(pieces)).digest())
  return { file, answers: answers.map(({ status, body }) => `${status} ${body}`), cookies }
}

/** Fields that a page would keep from its scripts, and a body that is compressed on its way. */
export const hiddenAndCompressed = async ({ world: make }: Platform): Promise<string> => {
  const world = make()
  const text = 'a line of the page\n'.repeat(3000)
  const server = await serve(
    request => {
      const headers = new Headers({ 'content-type': 'text/plain' })
      for (const name of ['one', 'two']) headers.append('set-cookie', `${name}=${request.headers.get('cookie')}`)
      return withHeaders(new Response(text), headers)
    },
    { world, port: 80 },
  )
  // A coding that every platform has; Node would choose brotli.
  const headers = { cookie: 'a=b', origin: 'http://other.test', 'accept-encoding': 'gzip' }
  const answer = await fetch('http://shop.test/', { world, headers })
  const whole = (await answer.text()) === text
  await server.close()
  return `${answer.headers.getSetCookie().join(', ')}; ${answer.headers.get('content-encoding')}, ${whole ? 'whole' : 'broken'}`
}

const expanded = async (through: BodyTransform, bytes: Uint8Array): Promise<string> => {
  const pieces: Uint8Array[] = []
  try {
    for await (const piece of through.push(bytes)) pieces.push(piece)
    for await (const piece of through.end()) pieces.push(piece)
    return new TextDecoder().decode(joined(pieces))
  } catch {
    return 'refused'
  } finally {
    through.destroy()
  }
}

const packed = async (through: BodyTransform, bytes: Uint8Array): Promise<Uint8Array> => {
  const pieces: Uint8Array[] = []
  for await (const piece of through.push(bytes)) pieces.push(piece)
  for await (const piece of through.end()) pieces.push(piece)
  return joined(pieces)
}

/** Coded bodies, whole, bare, cut short, damaged, and one that wants to be much larger than it looks. */
export const codedBodies = async ({ world }: Platform): Promise<readonly string[]> => {
  const [gzip, deflate] = (['gzip', 'deflate'] as const).map(
    name => world().coders.find(({ coding }) => coding === name)!,
  ) as [Coder, Coder]
  const plain = new TextEncoder().encode('some text '.repeat(3))
  const [zipped, deflated] = [await packed(gzip.compress(), plain), await packed(deflate.compress(), plain)]
  const damaged = zipped.slice()
  damaged[zipped.length - 6]! ^= 1
  const bomb = await packed(gzip.compress(), new Uint8Array(50_000_000))
  const through = gzip.decompress()
  let out = 0
  for await (const piece of through.push(bomb)) {
    out += piece.length
    if (out > 1_000_000) break
  }
  through.destroy()
  return [
    await expanded(gzip.decompress(), zipped),
    await expanded(deflate.decompress(), deflated),
    // RFC 1950 2.2: the bare stream lies behind two bytes and before four.
    await expanded(deflate.decompress(), deflated.slice(2, -4)),
    await expanded(gzip.decompress(), zipped.slice(0, -9)),
    await expanded(gzip.decompress(), damaged),
    await expanded(gzip.decompress(), plain),
    out < 6_000_000 ? 'in pieces' : `${out} bytes`,
  ]
}

export interface Everything {
  readonly tls: string
  readonly coded: readonly string[]
  readonly hidden: string
  readonly lossy: Digest
  readonly exchange: ExchangeDigest
}

export const everything = async (platform: Platform): Promise<Everything> => ({
  tls: await tlsConversation(platform),
  coded: await codedBodies(platform),
  hidden: await hiddenAndCompressed(platform),
  lossy: await lossyFetch(platform, 7),
  exchange: await capturedExchange(platform, 7),
})
