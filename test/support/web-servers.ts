/** Web servers that we did not write, over TLS on a free loopback port, with one folder as what they serve. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, missing, type Peer, start } from './peers.ts'
import type { Leaf } from './peers-chain.ts'

export interface WebServer {
  readonly name: string
  readonly program: string
  /** The programs and the files of modules without which it does not start. */
  readonly needs: readonly string[]
  /** Files of `root` under `/`, the same compressed under `/zipped/`; a connection that rests a second is closed. */
  start(leaf: Leaf, folder: string, root: string): Promise<Peer>
}

/** For test names: ` (skipped: … not installed)`, or nothing. */
export const lacking = ({ needs }: WebServer): string => {
  const [absent] = needs.filter(one => one.startsWith('/') && !existsSync(one))
  return absent === undefined ? missing(...needs.filter(one => !one.startsWith('/'))) : missing(absent)
}

const MODULES = '/usr/lib/apache2/modules'
const APACHE_MODULES = ['mpm_event', 'authz_core', 'mime', 'alias', 'socache_shmcb', 'ssl', 'filter', 'deflate']
const LIGHTTPD_NEEDS = ['lighttpd', '/usr/lib/lighttpd/mod_openssl.so', '/usr/lib/lighttpd/mod_deflate.so']

const apache: WebServer = {
  name: 'Apache httpd',
  program: 'apache2',
  needs: ['apache2', ...APACHE_MODULES.map(name => `${MODULES}/mod_${name}.so`)],
  async start(leaf, folder, root) {
    const port = await freePort()
    return configured(folder, `apache-${port}`, file => start('apache2', ['-X', '-f', file], port), [
      `ServerRoot ${folder}`,
      `ServerName localhost`,
      `PidFile ${folder}/apache-${port}.pid`,
      `DefaultRuntimeDir ${folder}`,
      `ErrorLog ${folder}/apache.log`,
      `Listen 127.0.0.1:${port}`,
      ...APACHE_MODULES.map(name => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`),
      'TypesConfig /etc/mime.types',
      'AddType text/plain .txt',
      'KeepAliveTimeout 1',
      'SSLEngine on',
      `SSLCertificateFile ${leaf.chain}`,
      `SSLCertificateKeyFile ${leaf.key}`,
      `DocumentRoot ${root}`,
      `Alias /zipped ${root}`,
      'Redirect /old /new.txt',
      '<Location /zipped>',
      'SetOutputFilter DEFLATE',
      '</Location>',
    ])
  },
}

const lighttpd: WebServer = {
  name: 'lighttpd',
  program: 'lighttpd',
  needs: LIGHTTPD_NEEDS,
  async start(leaf, folder, root) {
    const port = await freePort()
    const pem = join(folder, 'lighttpd.pem')
    writeFileSync(pem, readFileSync(leaf.key) + String(readFileSync(leaf.chain)))
    return configured(folder, `lighttpd-${port}`, file => start('lighttpd', ['-D', '-f', file], port), [
      'server.modules = ("mod_openssl", "mod_alias", "mod_deflate", "mod_redirect")',
      `server.port = ${port}`,
      'server.bind = "127.0.0.1"',
      `server.document-root = "${root}"`,
      'server.max-keep-alive-idle = 1',
      'server.max-keep-alive-requests = 1000',
      'mimetype.assign = (".txt" => "text/plain")',
      'ssl.engine = "enable"',
      `ssl.pemfile = "${pem}"`,
      `alias.url = ("/zipped/" => "${root}/")`,
      'url.redirect = ("^/old$" => "/new.txt")',
      '$HTTP["url"] =~ "^/zipped/" { deflate.mimetypes = ("text/plain") deflate.max-loadavg = "1000" deflate.allowed-encodings = ("gzip") }',
    ])
  },
}

const nginx: WebServer = {
  name: 'nginx',
  program: 'nginx',
  needs: ['nginx'],
  async start(leaf, folder, root) {
    const port = await freePort()
    const args = (file: string) => ['-p', folder, '-c', file, '-e', join(folder, 'nginx.log')]
    return configured(folder, `nginx-${port}`, file => start('nginx', args(file), port), [
      'daemon off; master_process off;',
      `pid ${folder}/nginx-${port}.pid;`,
      'events { worker_connections 512; }',
      'http {',
      'access_log off; default_type text/plain; keepalive_timeout 1s;',
      ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(name => `${name}_temp_path ${folder}/temporary;`),
      'server {',
      `listen 127.0.0.1:${port} ssl; ssl_certificate ${leaf.chain}; ssl_certificate_key ${leaf.key};`,
      `root ${root};`,
      `location /zipped/ { alias ${root}/; gzip on; gzip_types *; gzip_min_length 1; }`,
      'location /old { return 301 /new.txt; }',
      '} }',
    ])
  },
}

/** HAProxy has no files: it stands before a server that has. */
const haproxy: WebServer = {
  name: 'HAProxy before lighttpd',
  program: 'haproxy',
  needs: ['haproxy', ...LIGHTTPD_NEEDS],
  async start(leaf, folder, root) {
    const behind = await lighttpd.start(leaf, folder, root)
    const port = await freePort()
    const pem = join(folder, 'haproxy.pem')
    writeFileSync(pem, readFileSync(leaf.chain) + String(readFileSync(leaf.key)))
    const front = await configured(folder, `haproxy-${port}`, file => start('haproxy', ['-db', '-f', file], port), [
      'global',
      '  maxconn 200',
      'defaults',
      '  mode http',
      '  timeout connect 5s',
      '  timeout client 5s',
      '  timeout server 5s',
      '  timeout http-keep-alive 1s',
      'frontend front',
      `  bind 127.0.0.1:${port} ssl crt ${pem}`,
      '  default_backend behind',
      'backend behind',
      `  server one 127.0.0.1:${behind.port} ssl verify none`,
    ])
    const stop = async (): Promise<void> => {
      await front.stop()
      await behind.stop()
    }
    return { ...front, stop }
  },
}

export const WEB_SERVERS: readonly WebServer[] = [nginx, apache, lighttpd, haproxy]

const configured = (
  folder: string,
  name: string,
  begin: (file: string) => Promise<Peer>,
  lines: readonly string[],
): Promise<Peer> => {
  mkdirSync(join(folder, 'temporary'), { recursive: true })
  const file = join(folder, `${name}.conf`)
  writeFileSync(file, `${lines.join('\n')}\n`)
  return begin(file)
}
