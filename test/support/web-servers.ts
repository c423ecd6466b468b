/** Web servers that we did not write, over TLS on a free loopback port, with one folder as what they serve. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, missing, type Peer, start } from './peers.ts'
import type { Leaf } from './peers-chain.ts'

export interface WebServer {
  readonly name: string
  readonly program: string
  /** The programs and the files of modules without which it does not start. */
  readonly needs: readonly string[]
  /**
   * Files of `root` under `/`, the same compressed under `/zipped/`; a connection that rests a second is closed. What is
   * at the port `behind` is under `/app/`, under `/small/` for bodies of at most 1 MiB, and under `/unexpected/` for who expects
   * nothing; `/private/` has the files for
   * ann alone, whose password is "secret"; `/away` is the path `/app/echo` at the other name of this machine, 127.0.0.1.
   */
  start(leaf: Leaf, folder: string, root: string, behind?: number): Promise<Peer>
  /** What it cannot do, or does not want to: the reason. */
  readonly without: Partial<Record<Ability, string>>
}

/** What not every server can. */
export type Ability = 'br' | 'digest' | 'trailers' | '417' | 'request trailers' | 'refuses early'

/** In the notations of their files. */
export const LOGIN = { user: 'ann', password: 'secret', realm: 'private' }

/** For test names: ` (skipped: … not installed)`, or nothing. */
export const lacking = ({ needs }: WebServer): string => {
  const [absent] = needs.filter(one => one.startsWith('/') && !existsSync(one))
  return absent === undefined ? missing(...needs.filter(one => !one.startsWith('/'))) : missing(absent)
}

const MODULES = '/usr/lib/apache2/modules'
const APACHE_MODULES = [
  ...['mpm_event', 'authz_core', 'mime', 'alias', 'socache_shmcb', 'ssl', 'filter', 'deflate', 'brotli', 'proxy'],
  ...['proxy_http', 'authn_core', 'authn_file', 'authz_user', 'auth_digest', 'rewrite'],
]
const LIGHTTPD_NEEDS = ['lighttpd', '/usr/lib/lighttpd/mod_openssl.so', '/usr/lib/lighttpd/mod_deflate.so']

const apache: WebServer = {
  name: 'Apache httpd',
  program: 'apache2',
  without: {
    trailers: 'left out',
    'request trailers': 'left out',
    'refuses early': 'reads all of the body before it says what was answered',
  },
  needs: ['apache2', ...APACHE_MODULES.map(name => `${MODULES}/mod_${name}.so`)],
  async start(leaf, folder, root, behind = 9) {
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
      'SetOutputFilter BROTLI_COMPRESS;DEFLATE',
      '</Location>',
      `Redirect /away https://127.0.0.1:${port}/app/echo`,
      `ProxyPass /app/ http://127.0.0.1:${behind}/`,
      ...['small', 'unexpected'].map(path => `ProxyPass /${path}/ http://127.0.0.1:${behind}/`),
      'RewriteEngine On',
      'RewriteCond expr "%{HTTP:Content-Length} -gt 1048576"',
      'RewriteRule ^/small/ - [R=413]',
      'RewriteCond %{HTTP:Expect} .',
      'RewriteRule ^/unexpected/ - [R=417]',
      `Alias /private ${root}`,
      '<Location /private>',
      `AuthType Digest`,
      `AuthName ${LOGIN.realm}`,
      `AuthUserFile ${digestFile(folder)}`,
      'Require valid-user',
      '</Location>',
    ])
  },
}

const lighttpd: WebServer = {
  name: 'lighttpd',
  program: 'lighttpd',
  without: {
    417: 'has no such answer',
    br: 'built without it in Debian',
    trailers: 'puts them into the head, with a bare CR',
    'request trailers': 'left out',
  },
  needs: LIGHTTPD_NEEDS,
  async start(leaf, folder, root, behind = 9) {
    const port = await freePort()
    const pem = join(folder, 'lighttpd.pem')
    writeFileSync(pem, readFileSync(leaf.key) + String(readFileSync(leaf.chain)))
    return configured(folder, `lighttpd-${port}`, file => start('lighttpd', ['-D', '-f', file], port), [
      'server.modules = ("mod_openssl", "mod_alias", "mod_deflate", "mod_redirect", "mod_auth", "mod_authn_file", "mod_proxy")',
      `server.port = ${port}`,
      'server.bind = "127.0.0.1"',
      `server.document-root = "${root}"`,
      'server.max-keep-alive-idle = 1',
      'server.max-keep-alive-requests = 1000',
      'mimetype.assign = (".txt" => "text/plain")',
      'ssl.engine = "enable"',
      `ssl.pemfile = "${pem}"`,
      `alias.url = ("/zipped/" => "${root}/", "/private/" => "${root}/")`,
      `url.redirect = ("^/old$" => "/new.txt", "^/away$" => "https://127.0.0.1:${port}/app/echo")`,
      'server.stream-request-body = 2',
      'server.stream-response-body = 2',
      `$HTTP["url"] =~ "^/(app|small)/" { proxy.server = ("" => (("host" => "127.0.0.1", "port" => ${behind}))) }`,
      '$HTTP["url"] =~ "^/small/" { server.max-request-size = 1024 }',
      'auth.backend = "htdigest"',
      `auth.backend.htdigest.userfile = "${digestFile(folder)}"`,
      `auth.require = ("/private/" => ("method" => "digest", "realm" => "${LOGIN.realm}", "require" => "valid-user"))`,
      '$HTTP["url"] =~ "^/zipped/" { deflate.mimetypes = ("text/plain") deflate.max-loadavg = "1000" deflate.allowed-encodings = ("gzip") }',
    ])
  },
}

const nginx: WebServer = {
  name: 'nginx',
  program: 'nginx',
  without: {
    br: 'a module of others',
    digest: 'a module of others',
    trailers: 'left out',
    'request trailers': 'left out',
  },
  needs: ['nginx'],
  async start(leaf, folder, root, behind = 9) {
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
      `location /away { return 302 https://127.0.0.1:${port}/app/echo; }`,
      'client_max_body_size 0; proxy_http_version 1.1; proxy_request_buffering off; proxy_buffering off;',
      `location /app/ { proxy_pass http://127.0.0.1:${behind}/; }`,
      `location /small/ { client_max_body_size 1m; proxy_pass http://127.0.0.1:${behind}/; }`,
      `location /unexpected/ { if ($http_expect) { return 417; } proxy_pass http://127.0.0.1:${behind}; }`,
      `location /private/ { alias ${root}/; auth_basic ${LOGIN.realm}; auth_basic_user_file ${basicFile(folder)}; }`,
      '} }',
    ])
  },
}

/** HAProxy has no files: it stands before a server that has. */
const haproxy: WebServer = {
  name: 'HAProxy before lighttpd',
  program: 'haproxy',
  without: { br: 'has gzip alone' },
  needs: ['haproxy', ...LIGHTTPD_NEEDS],
  async start(leaf, folder, root, app = 9) {
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
      '  http-request return status 413 if { path_beg /small/ } { req.hdr_val(content-length) gt 1048576 }',
      '  http-request return status 417 if { path_beg /unexpected/ } { req.hdr(expect) -m found }',
      `  http-request redirect location https://127.0.0.1:${port}/app/echo code 302 if { path /away }`,
      '  use_backend app if { path_beg /app/ /small/ /unexpected/ }',
      '  default_backend behind',
      'backend app',
      '  option http-server-close',
      `  server two 127.0.0.1:${app}`,
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

const digestFile = (folder: string): string => {
  const { user, realm, password } = LOGIN
  const file = join(folder, 'digests')
  writeFileSync(file, `${user}:${realm}:${createHash('md5').update(`${user}:${realm}:${password}`).digest('hex')}\n`)
  return file
}
const basicFile = (folder: string): string => {
  const file = join(folder, 'passwords')
  writeFileSync(file, `${LOGIN.user}:{PLAIN}${LOGIN.password}\n`)
  return file
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
