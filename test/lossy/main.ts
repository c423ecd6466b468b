/**
 * Plays exchanges between curl, OpenSSL and Python and nginx and Python over a bad wire, into the folder that is named, in
 * every weather or the one that is named behind it. A process of its own, for the devices that it makes.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { seeded } from '../../src/random.ts'
import { run } from '../support/peers.ts'
import { testAuthority } from '../support/peers-chain.ts'
import { weathers } from './weathers.ts'
import { openWire, type Stack } from './wire.ts'

const [folder = '.', only] = process.argv.slice(2)
const root = join(folder, 'root')
const PORTS = { tls: 8443, plain: 8080 }
/** A program that hangs is ended after so many ms. */
const LIMIT = 30_000

const configuration = (): string => {
  const leaf = testAuthority('ecdsa', folder).issue({ names: ['localhost'] })
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map(kind => `${kind}_temp_path ${folder}/temporary/${kind};`)
    .join(' ')
  return `user root; daemon off; pid ${folder}/nginx.pid; events {} http { ${temporary} access_log off; server {
    listen ${PORTS.tls} ssl; listen [::]:${PORTS.tls} ssl; ssl_certificate ${leaf.chain}; ssl_certificate_key ${leaf.key};
    root ${root}; location /zipped/ { alias ${root}/; gzip on; gzip_types text/plain; }
    location /chunked/ { alias ${root}/; add_header X-Chunked yes; gzip on; gzip_min_length 1; gzip_types text/plain; } } }`
}

/** Says back what it is told. */
const ECHO = `
import http.server
class Echo(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        self.send_response(200)
        self.send_header('Transfer-Encoding', 'chunked')
        self.end_headers()
        for at in range(0, len(body), 5000):
            piece = body[at:at + 5000]
            self.wfile.write(b'%x\\r\\n%s\\r\\n' % (len(piece), piece))
        self.wfile.write(b'0\\r\\n\\r\\n')
    def log_message(self, *words): pass
http.server.ThreadingHTTPServer(('0.0.0.0', ${PORTS.plain}), Echo).serve_forever()
`

const on = (
  { inside }: Stack,
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
) => {
  const [first = '', ...words] = [...inside, program, ...args]
  return run(first, words, { limit: LIMIT, env })
}

const servers = async (server: Stack): Promise<() => void> => {
  mkdirSync(join(folder, 'temporary'), { recursive: true })
  writeFileSync(join(folder, 'nginx.conf'), configuration())
  writeFileSync(join(folder, 'echo.py'), ECHO)
  const kills: (() => void)[] = []
  const start = (program: string, ...args: readonly string[]): void => {
    const [first = '', ...words] = [...server.inside, program, ...args]
    void run(first, words, { limit: 120_000, onStart: child => void kills.push(() => child.kill('SIGTERM')) })
  }
  start('nginx', '-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log'))
  start('python3', join(folder, 'echo.py'))
  for (let tries = 0; !(server.listens(PORTS.tls) && server.listens(PORTS.plain)); tries++) {
    if (tries > 600) throw new Error('nobody listens')
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  return () => {
    for (const kill of kills) kill()
  }
}

/** What clients do, all at once; each leaves what it got in a file. */
const exchanges = async (client: Stack, server: Stack, path: string): Promise<void> => {
  const env = { SSLKEYLOGFILE: `${path}.keys` }
  const curl = (name: string, ...args: readonly string[]) =>
    on(client, 'curl', ['-sSk', '--max-time', '25', ...args, '-o', `${path}-${name}-#1`], env)
  const [four, six] = [`https://${server.address}:${PORTS.tls}`, `https://[${server.address6}]:${PORTS.tls}`]
  await Promise.all([
    curl('tls13', `${four}/{random.bin,text.txt}`),
    curl('tls12', '--tls-max', '1.2', `${four}/{random.bin,text.txt}`),
    curl('zipped', '-H', 'Accept-Encoding: gzip', `${six}/zipped/{text.txt,small.txt}`),
    curl('six', `${six}/{random.bin,small.txt}`),
    on(client, 'curl', [
      ...['-sS', '--max-time', '25', '--data-binary', `@${join(root, 'random.bin')}`, '-H', 'Expect:'],
      ...['-o', `${path}-echo-random.bin`, `http://${server.address}:${PORTS.plain}/echo`],
    ]),
    on(client, 'python3', [
      '-c',
      `import urllib.request as u; u.urlopen(u.Request('http://${server.address}:${PORTS.plain}/python', data=b'p' * 90000)).read()`,
    ]),
  ])
}

mkdirSync(root, { recursive: true })
writeFileSync(join(root, 'random.bin'), randomBytes(100_000))
writeFileSync(
  join(root, 'text.txt'),
  Array.from({ length: 4000 }, (_, i) => `line ${i} ${randomBytes(6).toString('hex')}\n`).join(''),
)
writeFileSync(join(root, 'small.txt'), 'small\n'.repeat(50))
const wire = await openWire()
const stop = await servers(wire.server)
try {
  for (const [i, [name, weather]] of Object.entries(weathers).entries()) {
    if (only !== undefined && name !== only) continue
    const path = join(folder, name)
    wire.begin(path, weather(seeded(i + 1)))
    await exchanges(wire.client, wire.server, path)
    await wire.end()
  }
} finally {
  stop()
  wire.close()
}
process.exit(0)
