/**
 * One server with the same small answer: `http-server.ts KIND`. `exchanges` is ours at the level of the engine, `request`
 * ours with `Request` and `Response`, `hono-app` that with an application of Hono; `node` is node:http, `net` a socket
 * that is written one fixed answer for whatever comes, `hono` is @hono/node-server, `hono-app-node` that with the same
 * application; `…https` is HTTPS. `bulk` and `node-bulk` answer GET with a gigabyte and POST with how much came.
 */
import { once } from 'node:events'
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, createServer as createNetServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { headerBlock } from '../../src/http/message/header-block.ts'
import { filesIn, serve, serveExchanges, staticFiles } from '../../src/index.ts'
import { certifiedKey } from '../../src/tls/certificate/certified-key.ts'
import { pem } from '../../src/x509/files/pem.ts'
import { answerCalls, cpu, heap, peak } from './calls.ts'
import type { Identity } from './tls-peer.ts'

/** A file of 100 MB in a directory of its own, for servers of files. */
const FILE = 'file.bin'
const directory = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'bench-'))
  process.on('exit', () => rmSync(path, { recursive: true }))
  writeFileSync(join(path, FILE), Buffer.alloc(100_000_000, 'x'))
  return path
}

const piped = (path: string): Server =>
  createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Content-Length': 100_000_000 })
    createReadStream(join(path, FILE)).pipe(response)
  })

export type ServerKind =
  | 'files'
  | 'node-files'
  | 'bulk'
  | 'node-bulk'
  | 'exchanges'
  | 'exchanges-https'
  | 'request'
  | 'hono-app'
  | 'net'
  | 'node'
  | 'node-https'
  | 'hono'
  | 'hono-app-node'

const GIGABYTE = 1_000_000_000
const PIECE = new Uint8Array(64 * 1024).fill(0x78)
const BULK = { 'content-type': 'application/octet-stream', 'content-length': `${GIGABYTE}` }

/** Written as fast as it leaves. */
const gigabyte = (): ReadableStream<Uint8Array> => {
  let left = GIGABYTE
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        controller.enqueue(left < PIECE.length ? PIECE.subarray(0, left) : PIECE)
        left -= Math.min(left, PIECE.length)
        if (left === 0) controller.close()
      },
    },
    { highWaterMark: 0 },
  )
}

const bulk = async (request: Request): Promise<Response> => {
  if (request.method === 'GET') return new Response(gigabyte(), { headers: BULK })
  let got = 0
  for await (const piece of request.body!) got += piece.length
  return new Response(`${got}`)
}

const nodeBulk = (): Server =>
  createServer(async (request, response) => {
    if (request.method === 'GET') {
      response.writeHead(200, BULK)
      for (let left = GIGABYTE; left > 0; left -= PIECE.length) {
        if (!response.write(left < PIECE.length ? PIECE.subarray(0, left) : PIECE)) await once(response, 'drain')
      }
      response.end()
      return
    }
    let got = 0
    request.on('data', (piece: Uint8Array) => {
      got += piece.length
    })
    request.on('end', () => response.end(`${got}`))
  })

const TEXT = '{"hello":"world"}'
const BODY = Buffer.from(TEXT)
const TYPE = { 'content-type': 'application/json' }
const respond = (): Response => new Response(TEXT, { headers: TYPE })

/** Not `c.json`, so that it is the same answer; two routes and a parameter, so that there is something to choose. */
const application = (): Hono => {
  const app = new Hono()
  app.get('/items/:item', c => c.text(c.req.param('item')))
  app.get('/cart', c => {
    if (c.req.query('item') !== '7') return c.notFound()
    return c.body(TEXT, 200, TYPE)
  })
  return app
}

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
  return listening(createSecureServer({ key, cert }, answer!))
}

/** The part of @hono/node-server that is measured. */
interface HonoServer {
  createAdaptorServer(options: { readonly fetch: (request: Request) => Response | Promise<Response> }): Server
}
const HONO: string = '@hono/node-server'

/** Loaded only here: it puts a `Response` of its own in the place of the platform's. Only this row needs it installed. */
const hono = async (fetch: (request: Request) => Response | Promise<Response>): Promise<number> => {
  const { createAdaptorServer } = (await import(HONO)) as HonoServer
  return listening(createAdaptorServer({ fetch }))
}

/** What a request costs when nobody looks at it: one answer for each piece that comes. */
const canned = (): Server => {
  const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}`
  const bytes = Buffer.from(`${head}\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n${TEXT}`)
  return createNetServer({ noDelay: true }, socket => {
    socket.on('error', () => {})
    socket.on('data', () => void socket.write(bytes))
  })
}

const starts: Readonly<Record<ServerKind, (identity: Identity) => Promise<number>>> = {
  exchanges: () => exchanges(),
  request: async () => (await serve(respond)).port,
  'hono-app': async () => (await serve(application().fetch)).port,
  files: async () => (await serve(staticFiles(await filesIn(directory())))).port,
  'node-files': () => listening(piped(directory())),
  bulk: async () => (await serve(bulk, { compress: 'never', limits: { body: 2 * GIGABYTE } })).port,
  'node-bulk': () => listening(nodeBulk()),
  net: () => listening(canned()),
  // Connections without a request are kept as long as ours: 10,000 are not opened within its own 5 seconds.
  node: () => listening(createServer({ keepAliveTimeout: 60_000 }, answer)),
  hono: () => hono(respond),
  'hono-app-node': () => hono(application().fetch),
  'exchanges-https': exchanges,
  'node-https': nodeHttps,
}

answerCalls({ start: starts[process.argv[2] as ServerKind], cpu, heap, peak, exit: () => process.exit() })
