/**
 * One server with the same small answer: `http-server.ts KIND`. `exchanges` is ours at the level of the engine, `request`
 * ours with `Request` and `Response`, `fast` with `FastResponse`; `node` is node:http, `hono` is @hono/node-server; `…s` is HTTPS.
 */
import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { headerBlock } from '../../src/http/message/header-block.ts'
import { FastResponse, serve, serveExchanges } from '../../src/index.ts'
import { certifiedKey } from '../../src/tls/certified-key.ts'
import { pem } from '../../src/x509/pem.ts'
import { answerCalls, cpu } from './calls.ts'
import type { Identity } from './tls-peer.ts'

export type ServerKind = 'exchanges' | 'request' | 'fast' | 'node' | 'hono' | 'exchanges-https' | 'node-https'

const TEXT = '{"hello":"world"}'
const BODY = Buffer.from(TEXT)
const TYPE = { 'content-type': 'application/json' }
const respond = (): Response => new Response(TEXT, { headers: TYPE })
const respondFast = (): Response => new FastResponse(TEXT, { headers: TYPE })

const exchanges = async (identity?: Identity): Promise<number> => {
  const headers = headerBlock([['Content-Type', 'application/json']])
  const key = identity === undefined ? undefined : certifiedKey(identity)
  const server = await serveExchanges(
    exchange => exchange.respond(200, headers, BODY),
    key === undefined ? {} : { tls: { certificateFor: () => key } },
  )
  return server.port
}

const listening = (server: Server): Promise<number> =>
  new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })

const answer: Parameters<typeof createServer>[1] = (_, response) => {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': BODY.length })
  response.end(BODY)
}

const nodeHttps = ({ chain, privateKey }: Identity): Promise<number> => {
  const cert = chain.map(der => pem('CERTIFICATE', der)).join('')
  const key = pem('PRIVATE KEY', privateKey)
  return listening(createSecureServer({ key, cert, maxVersion: 'TLSv1.2' }, answer!))
}

/** The part of @hono/node-server that is measured. */
interface HonoServer {
  createAdaptorServer(options: { readonly fetch: () => Response }): Server
}
const HONO: string = '@hono/node-server'

/** Loaded only here: it puts a `Response` of its own in the place of the platform's. Only this row needs it installed. */
const hono = async (): Promise<number> => {
  const { createAdaptorServer } = (await import(HONO)) as HonoServer
  return listening(createAdaptorServer({ fetch: respond }))
}

const starts: Readonly<Record<ServerKind, (identity: Identity) => Promise<number>>> = {
  exchanges: () => exchanges(),
  request: async () => (await serve(respond)).port,
  fast: async () => (await serve(respondFast)).port,
  node: () => listening(createServer(answer!)),
  hono,
  'exchanges-https': exchanges,
  'node-https': nodeHttps,
}
answerCalls({ start: starts[process.argv[2] as ServerKind], cpu, exit: () => process.exit() })
