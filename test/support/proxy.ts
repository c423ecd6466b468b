/** A proxy over `serveExchanges`: passes requests on, and has tunnels. What it was asked is kept. */
import { connect, fetch, serveExchanges } from '../../src/index.ts'
import type { Exchange } from '../../src/net/server/exchange.ts'
import type { ByteStream, NetStream } from '../../src/net/stream/types.ts'
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
  /** What CONNECT is answered with instead of a tunnel. */
  readonly refuses?: number | undefined
}

export const proxying = async ({ tls, wants, refuses }: ProxyOptions = {}): Promise<TestProxy> => {
  const [asked, shown]: [string[], (string | undefined)[]] = [[], []]
  const server = await serveExchanges(
    async exchange => {
      const { method, target, headers } = exchange.head
      asked.push(`${method} ${target}`)
      shown.push(headers.get('proxy-authorization'))
      if (wants !== undefined && headers.get('proxy-authorization') !== wants) {
        exchange.respond(407, [['Proxy-Authenticate', 'Basic realm="proxy"']], Buffer.from('who are you?'))
      } else if (method !== 'CONNECT') await passedOn(exchange)
      else if (refuses !== undefined) exchange.respond(refuses, [])
      else await tunnelled(exchange)
    },
    { tls },
  )
  closing.push(() => server.close(0))
  return { url: `${tls === undefined ? 'http' : 'https'}://localhost:${server.port}`, asked, shown }
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
