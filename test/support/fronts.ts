/** Proxies that we did not write, in front of a server on loopback: each marks what it takes for a request. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, type Peer, start } from './peers.ts'

/** A front adds `X-Front` to each request and `X-Front-Answer` to each answer: the same mark for both. */
export interface Front {
  readonly name: string
  readonly program: string
  start(folder: string, behind: number): Promise<Peer>
}

const nginx = (buffering: 'on' | 'off'): Front => ({
  name: `nginx that ${buffering === 'on' ? 'keeps bodies until they are whole' : 'passes bodies on as they come'}`,
  program: 'nginx',
  async start(folder, behind) {
    const port = await freePort()
    mkdirSync(join(folder, 'temporary'), { recursive: true })
    const file = join(folder, `front-${port}.conf`)
    writeFileSync(file, nginxFront({ port, behind, folder, buffering }))
    return start('nginx', ['-p', folder, '-c', file, '-e', join(folder, 'front.log')], port)
  },
})

const haproxy: Front = {
  name: 'HAProxy',
  program: 'haproxy',
  async start(folder, behind) {
    const port = await freePort()
    const file = join(folder, `haproxy-${port}.cfg`)
    writeFileSync(file, haproxyFront(port, behind))
    return start('haproxy', ['-db', '-f', file], port)
  },
}

export const FRONTS: readonly Front[] = [nginx('on'), nginx('off'), haproxy]

interface NginxFront {
  readonly port: number
  readonly behind: number
  readonly folder: string
  readonly buffering: 'on' | 'off'
}

// Few connections to the server are kept and all of them are used again: what one request left there meets the next.
const nginxFront = ({ port, behind, folder, buffering }: NginxFront): string => `
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
    add_header X-Front-Answer $request_id always;
    location / {
      proxy_pass http://behind;
      proxy_http_version 1.1;
      proxy_request_buffering ${buffering};
      proxy_set_header Host $http_host;
      proxy_set_header Connection "";
      proxy_set_header X-Front $request_id;
      proxy_read_timeout 5s;
    }
  }
}
`

const haproxyFront = (port: number, behind: number): string => `
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
  http-request set-var(txn.mark) uuid
  http-request set-header X-Front %[var(txn.mark)]
  http-response set-header X-Front-Answer %[var(txn.mark)]
  default_backend behind
backend behind
  server one 127.0.0.1:${behind} maxconn 4 pool-max-conn 2
`
