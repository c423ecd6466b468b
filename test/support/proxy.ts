/** A proxy over `serveExchanges`: passes requests on, and has tunnels. What it was asked is kept. */
import { DigestServer, type DigestServerOptions } from '../../src/http/index.ts'
import { connect, fetch, serveExchanges } from '../../src/index.ts'
import type { Exchange } from '../../src/net/server/exchange.ts'
import type { ByteStream, NetStream } from '../../src/net/stream/types.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import { closing } from './net.ts'
import type { Pem } from './node-tls.ts'

export interface TestProxy {
  /** `http://` or `https://`, by a name that its certificate has. */
  readonly url: string
  /** Method and target of each request. */
  readonly asked: string[]
  /** What came as Proxy-Authorization, in turn. */
  readonly shown: (string | undefined)[]
}

export interface ProxyOptions {
  readonly tls?: Pem | undefined
  /** The only value of Proxy-Authorization that is let through. */
  readonly wants?: string | undefined
  /** Lets through who proves this password by Digest. */
  readonly digest?: (Omit<DigestServerOptions, 'crypto'> & { readonly password: string }) | undefined
  /** What CONNECT is answered with instead of a tunnel. */
  readonly refuses?: number | undefined
}

export const proxying = async ({ tls, wants, digest, refuses }: ProxyOptions = {}): Promise<TestProxy> => {
  const [asked, shown]: [string[], (string | undefined)[]] = [[], []]
  const challengesFor = digest && digestGuard(digest)
  const server = await serveExchanges(
    async exchange => {
      const { method, target, headers } = exchange.head
      asked.push(`${method} ${target}`)
      shown.push(headers.get('proxy-authorization'))
      if (wants !== undefined && headers.get('proxy-authorization') !== wants) {
        exchange.respond(407, [['Proxy-Authenticate', 'Basic realm="proxy"']], Buffer.from('who are you?'))
        return
      }
      const challenges = challengesFor?.(exchange) ?? []
      if (challenges.length > 0) {
        const fields = challenges.map(challenge => ['Proxy-Authenticate', challenge] as const)
        exchange.respond(407, fields, Buffer.from('who are you?'))
      } else if (method !== 'CONNECT') await passedOn(exchange)
      else if (refuses !== undefined) exchange.respond(refuses, [])
      else await tunnelled(exchange)
    },
    { tls },
  )
  closing.push(() => server.close(0))
  return { url: `${tls === undefined ? 'http' : 'https'}://localhost:${server.port}`, asked, shown }
}

/** Nothing for who may pass. */
const digestGuard = ({ password, ...options }: NonNullable<ProxyOptions['digest']>) => {
  const server = new DigestServer({ crypto: nodeCrypto(), ...options })
  return ({ head: { method, target, headers } }: Exchange): readonly string[] => {
    const now = Date.now()
    const said = server.read(headers.get('proxy-authorization') ?? '')
    // curl proves the path where the request has all of the URL.
    const isFor = said?.uri === target || (/^http:/.test(target) && new URL(target).pathname === said?.uri)
    const verdict = said && isFor ? server.verify(said, { method, password, now }) : 'wrong'
    return verdict === 'right' ? [] : server.challenges(now, verdict === 'stale' ? 'stale' : undefined)
  }
}

const passedOn = async (exchange: Exchange): Promise<void> => {
  const { method, target, headers } = exchange.head
  const body = await new Promise<Buffer>((resolve, reject) => {
    const pieces: Buffer[] = []
    exchange.read({
      data: bytes => void pieces.push(Buffer.from(bytes)),
      end: () => resolve(Buffer.concat(pieces)),
      failed: failure => reject(new Error(failure.code)),
    })
  })
  const fields = headers.list().filter(([name]) => !/^(?:host|connection|proxy-.*|content-length)$/i.test(name))
  const init = {
    method,
    headers: fields as [string, string][],
    redirect: 'manual' as const,
    ...(body.length > 0 ? { body } : {}),
  }
  const answer = await fetch(target, init)
  exchange.respond(
    answer.status,
    [...answer.headers].filter(([name]) => name !== 'connection'),
    Buffer.from(await answer.arrayBuffer()),
  )
}

const tunnelled = async (exchange: Exchange): Promise<void> => {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(exchange.head.target) ?? []
  const far = await connect({ host: host.replace(/^\[|\]$/g, ''), port: Number(port) })
  const near = exchange.takeOver({ status: 200, headers: [] })
  joined(near, far)
  joined(far, near)
}

const joined = (from: NetStream, to: ByteStream): void => {
  from.handler = {
    data: bytes => void to.write([bytes.slice()]),
    end: () => to.end(),
    drain() {},
    closed: failure => failure && to.reset(),
  }
}
