/** Proxies in front of a server on loopback, some of them ours: each marks what it takes for a request. */
import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LazyHeaders } from '../../src/http/types.ts'
import { type Exchange, reverseProxy, serveExchanges } from '../../src/index.ts'
import { freePort, type Peer, start } from './peers.ts'

/** A front adds `X-Front` to each request and `X-Front-Answer` to each answer: the same mark for both. */
export interface Front {
  readonly name: string
  readonly program: string
  start(folder: string, behind: number): Promise<Peer>
}

/** Who marks: the front itself, or ours before it. */
type Marks = 'it' | 'ours'

const nginx = (buffering: 'on' | 'off', marks: Marks = 'it'): Front => ({
  name: `nginx that ${buffering === 'on' ? 'keeps bodies until they are whole' : 'passes bodies on as they come'}`,
  program: 'nginx',
  async start(folder, behind) {
    const port = await freePort()
    mkdirSync(join(folder, 'temporary'), { recursive: true })
    const file = join(folder, `front-${port}.conf`)
    writeFileSync(file, nginxFront({ port, behind, folder, buffering, marks }))
    return start('nginx', ['-p', folder, '-c', file, '-e', join(folder, 'front.log')], port)
  },
})

const haproxy = (marks: Marks = 'it'): Front => ({
  name: 'HAProxy',
  program: 'haproxy',
  async start(folder, behind) {
    const port = await freePort()
    const file = join(folder, `haproxy-${port}.cfg`)
    writeFileSync(file, haproxyFront(port, behind, marks))
    return start('haproxy', ['-db', '-f', file], port)
  },
})

/** Two connections to `inner`, each used again, so that what one request left there meets the next. */
const oursBefore = (inner: Front): Front => ({
  name: `our reverse proxy before ${inner.name}`,
  program: inner.program,
  async start(folder, behind) {
    const peer = await inner.start(folder, behind)
    const proxy = reverseProxy(`http://127.0.0.1:${peer.port}`, { perOrigin: 2, timeouts: { firstByte: 3_000 } })
    const server = await serveExchanges(exchange => proxy(marked(exchange)), { timeouts: { head: 2_000, body: 2_000 } })
    return {
      port: server.port,
      output: () => peer.output(),
      async stop() {
        proxy.close()
        await server.close(0)
        await peer.stop()
      },
    }
  },
})

/** The exchange, with a mark in its request that nobody else can set, and the same in its answer. */
const marked = (exchange: Exchange): Exchange => {
  const mark = randomUUID()
  const { head } = exchange
  const given = head.headers
  const list = [...given.list().filter(([name]) => !/^x-front/i.test(name)), ['X-Front', mark] as const]
  const headers: LazyHeaders = {
    count: list.length,
    has: name => given.has(name),
    get: name => given.get(name),
    all: name => given.all(name),
    list: () => list,
  }
  const begin = exchange.begin.bind(exchange)
  return Object.assign(exchange, {
    head: new Proxy(head, { get: (own, name) => (name === 'headers' ? headers : Reflect.get(own, name)) }),
    begin: (status: number, fields: readonly (readonly [string, string])[], reason?: string) =>
      begin(status, [...fields, ['X-Front-Answer', mark]], reason),
  })
}

export const FRONTS: readonly Front[] = [
  nginx('on'),
  nginx('off'),
  haproxy(),
  ...[nginx('on', 'ours'), nginx('off', 'ours'), haproxy('ours')].map(oursBefore),
]

interface NginxFront {
  readonly port: number
  readonly behind: number
  readonly folder: string
  readonly buffering: 'on' | 'off'
  readonly marks: Marks
}

// Few connections to the server are kept and all of them are used again: what one request left there meets the next.
const nginxFront = ({ port, behind, folder, buffering, marks }: NginxFront): string => `
daemon off;
master_process off;
pid ${folder}/front-${port}.pid;
error_log ${folder}/front.log crit;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path ${folder}/temporary;
  proxy_temp_path ${folder}/temporary;
  fastcgi_temp_path ${folder}/temporary;
  uwsgi_temp_path ${folder}/temporary;
  scgi_temp_path ${folder}/temporary;
  upstream behind { server 127.0.0.1:${behind} max_fails=0; keepalive 2; }
  server {
    listen 127.0.0.1:${port};
    ignore_invalid_headers off;
    underscores_in_headers on;
    merge_slashes off;
    ${marks === 'it' ? 'add_header X-Front-Answer $request_id always;' : ''}
    location / {
      proxy_pass http://behind;
      proxy_http_version 1.1;
      proxy_request_buffering ${buffering};
      proxy_set_header Host $http_host;
      proxy_set_header Connection "";
      ${marks === 'it' ? 'proxy_set_header X-Front $request_id;' : ''}
      proxy_read_timeout 5s;
    }
  }
}
`

const haproxyFront = (port: number, behind: number, marks: Marks): string => `
global
  maxconn 200
defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
  http-reuse always
frontend front
  bind 127.0.0.1:${port}
  ${marks === 'it' ? HAPROXY_MARKS : ''}
  default_backend behind
backend behind
  server one 127.0.0.1:${behind} maxconn 4 pool-max-conn 2
`

const HAPROXY_MARKS = `http-request set-var(txn.mark) uuid
  http-request set-header X-Front %[var(txn.mark)]
  http-response set-header X-Front-Answer %[var(txn.mark)]`
