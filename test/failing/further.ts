/** Further exchanges that fail: goodbyes that are not said, TLS that is asked for and refused, answers that are none, and peers of old. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Leaf, LeafOptions } from '../support/peers-chain.ts'
import { askElsewhere, type Scenario, type Stage, scenario, trusting } from './stage.ts'

const secure = (port: number, path = '/'): string => `https://localhost:${port}${path}`
const plain = (port: number, path = '/'): string => `http://127.0.0.1:${port}${path}`

const sClient = (stage: Stage, port: number, ...more: readonly string[]): Promise<void> =>
  stage.client('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-servername', 'localhost', ...more])

/** curl that leaves no keys behind. */
const secretly = (stage: Stage, ...args: readonly string[]): Promise<void> =>
  stage.client('env', ['-u', 'SSLKEYLOGFILE', 'curl', '-sS', '-o', '/dev/null', '--max-time', '8', ...args])

/** A server that says these very octets to whoever asks, and closes. */
const says =
  (text: string | Uint8Array, ...args: readonly string[]): Scenario['play'] =>
  async stage => {
    const octets = typeof text === 'string' ? Buffer.from(text, 'latin1') : text
    const port = await stage.sockets(socket => socket.once('data', () => socket.end(octets)))
    await stage.curl('--max-time', '1.5', ...args, plain(port))
    return port
  }

/** These octets to a server, from a client that waits for the end. */
const send = (stage: Stage, port: number, octets: string): Promise<void> => {
  const program = `const s = require('net').connect(${port}, '127.0.0.1', () => s.write(Buffer.from(process.argv[1], 'base64')))
    .resume().on('error', () => {})
    setTimeout(() => s.destroy(), 1500).unref()`
  return stage.client('node', ['-e', program, Buffer.from(octets, 'latin1').toString('base64')])
}

/** A server that wants certificates of clients, and one of these. */
const clientShows =
  (options: LeafOptions, version: string): Scenario['play'] =>
  async stage => {
    const own = stage.ecdsa.issue(options)
    const wants = ['-Verify', '3', '-verify_return_error', '-CAfile', stage.ecdsa.root, version]
    const port = await stage.openssl(stage.ecdsa.issue(), ...wants)
    await stage.curl(...trusting(stage), '--cert', own.chain, '--key', own.key, secure(port))
    return port
  }

/** nginx with these directives, and what curl gets of /x. */
const nginxWith =
  (
    directives: string,
    get: (stage: Stage, ...args: readonly string[]) => Promise<void> = (stage, ...args) => stage.curl(...args),
  ): Scenario['play'] =>
  async stage => {
    const port = await stage.nginx(stage.ecdsa.issue(), directives)
    await get(stage, ...trusting(stage), secure(port, '/x'))
    return port
  }

/** TLS of Python, which says this to whoever asks, and then what `ending` does. */
const pythonSays = (leaf: Leaf, text: string, ending: string): string => `
import os, socket, ssl, struct, time
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain('${leaf.chain}', '${leaf.key}')
s = socket.socket()
s.bind(('127.0.0.1', PORT))
s.listen(5)
print('up')
while True:
  c, _ = s.accept()
  t = context.wrap_socket(c, server_side=True)
  t.recv(9999)
  t.sendall(b'${text}')
  time.sleep(0.3)
  ${ending}
  os.close(t.detach())
`
const RESET = "t.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))"

const goodbyes: readonly Scenario[] = [
  scenario('an answer without length or close_notify', 'tls/cut-short', 'server', 'python3 curl', async stage => {
    const text = 'HTTP/1.1 200 OK\\r\\nConnection: close\\r\\n\\r\\nhalf'
    const port = await stage.python(pythonSays(stage.ecdsa.issue(), text, 'pass'))
    await stage.curl(...trusting(stage), secure(port))
    return port
  }),
  scenario('RST in the middle of a body nobody can read', 'tcp/reset', 'server', 'python3 curl', async stage => {
    const text = 'HTTP/1.1 200 OK\\r\\nContent-Length: 100\\r\\n\\r\\nhalf'
    const port = await stage.python(pythonSays(stage.ecdsa.issue(), text, RESET))
    await secretly(stage, ...trusting(stage), secure(port))
    return port
  }),
  scenario(
    'nginx that closes, over TLS',
    'http/no-answer',
    'server',
    'nginx curl',
    nginxWith('location /x { return 444; }'),
  ),
  scenario(
    'nginx that closes, without keys',
    'http/no-answer',
    'server',
    'nginx curl',
    nginxWith('location /x { return 444; }', secretly),
  ),
  scenario('silence behind ServerHello', 'tls/handshake-cut', 'server', 'nginx curl', async stage => {
    const port = await stage.nginx(stage.ecdsa.issue())
    const relay = await stage.relay(port, ({ from, index }) => (from === 'server' && index > 0 ? 'drop' : 'pass'))
    await stage.curl('--max-time', '1.5', ...trusting(stage), secure(relay))
    return relay
  }),
  scenario('a request that does not come in time', 'http/head-timeout', 'client', 'node', async stage => {
    const answer = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'
    const port = await stage.sockets(socket => setTimeout(() => socket.resume().end(answer), 500))
    await send(stage, port, 'GET / HTTP/1.1\r\nHo')
    return port
  }),
  scenario('a body that does not come in time', 'http/head-timeout', 'client', 'node', async stage => {
    const answer = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'
    const port = await stage.sockets(socket => setTimeout(() => socket.resume().end(answer), 500))
    await send(stage, port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf')
    return port
  }),
  scenario('a ring of redirects over TLS', 'net/too-many-redirects', 'server', 'nginx curl', async stage => {
    const port = await stage.nginx(stage.ecdsa.issue(), 'location /x { return 301 https://localhost:$server_port/x; }')
    await stage.curl('-L', '--max-redirs', '6', ...trusting(stage), secure(port, '/x'))
    return port
  }),
]

const starttls: readonly Scenario[] = [
  scenario('mail that does not know STARTTLS', 'net/starttls-refused', 'server', 'openssl', async stage => {
    const port = await stage.sockets(socket => {
      socket.write('220 mail.test ESMTP\r\n')
      socket.on('data', said =>
        socket.write(
          String(said).startsWith('EHLO') ? '250-mail.test\r\n250 SIZE 1000\r\n' : '502 5.5.1 Not implemented\r\n',
        ),
      )
    })
    await sClient(stage, port, '-starttls', 'smtp')
    return port
  }),
  scenario('IMAP that refuses STARTTLS', 'net/starttls-refused', 'server', 'openssl', async stage => {
    const port = await stage.sockets(socket => {
      socket.write('* OK ready\r\n')
      socket.on('data', said => {
        const [tag = '', command = ''] = String(said).split(' ')
        socket.write(
          command.startsWith('CAPABILITY')
            ? `* CAPABILITY IMAP4rev1 STARTTLS\r\n${tag} OK done\r\n`
            : `${tag} BAD TLS is not available\r\n`,
        )
      })
    })
    await sClient(stage, port, '-starttls', 'imap')
    return port
  }),
  scenario('a database without TLS', 'net/starttls-missing', 'server', 'psql', async stage => {
    const port = await stage.sockets(socket => void socket.on('data', () => socket.write('N')))
    await stage.client('psql', [`host=127.0.0.1 port=${port} user=a dbname=a sslmode=require connect_timeout=2`])
    return port
  }),
]

const handshakes: readonly Scenario[] = [
  ...(['-tls1_2', '-tls1_3'] as const).flatMap(version => [
    scenario(
      `a client whose certificate expired, ${version}`,
      'tls/certificate-expired',
      'client',
      'openssl curl',
      clientShows({ purposes: 'clientAuth', validFrom: -9, validUntil: -2 }, version),
    ),
    scenario(
      `a client with the certificate of a server, ${version}`,
      'tls/certificate-purpose',
      'client',
      'openssl curl',
      clientShows({ purposes: 'serverAuth' }, version),
    ),
  ]),
  scenario(
    'an address that the certificate does not have',
    'tls/certificate-name',
    'server',
    'nginx curl',
    async stage => {
      const port = await stage.nginx(stage.ecdsa.issue({ names: ['other.test'], addresses: [] }))
      await stage.curl(...trusting(stage), `https://127.0.0.1:${port}/`)
      return port
    },
  ),
  scenario('a key for other things', 'tls/certificate-purpose', 'server', 'nginx curl', async stage => {
    const port = await stage.nginx(stage.ecdsa.issue({ usage: 'keyCertSign' }))
    await stage.curl(...trusting(stage), secure(port))
    return port
  }),
  scenario('the links of another chain', 'tls/chain-incomplete', 'server', 'nginx curl', async stage => {
    const leaf = stage.ecdsa.issue()
    const chain = `${leaf.key}.mixed.pem`
    execFileSync('sh', ['-c', 'cat "$1" "$2" > "$3"', 'sh', leaf.certificate, stage.rsa.root, chain])
    const port = await stage.nginx({ ...leaf, chain })
    await stage.curl(...trusting(stage), secure(port))
    return port
  }),
  scenario('a certificate that a list withdrew', 'tls/certificate-revoked', 'server', 'openssl', async stage => {
    const leaf = stage.ecdsa.issue()
    const file = (name: string) => join(stage.folder, 'ecdsa', name)
    const issuer = ['-config', file('ca.cnf'), '-keyfile', file('intermediate.key'), '-cert', file('intermediate.pem')]
    const openssl = (...args: readonly string[]) =>
      execFileSync('openssl', ['ca', ...issuer, ...args], { stdio: 'ignore' })
    openssl('-revoke', leaf.certificate)
    openssl('-gencrl', '-crldays', '5', '-out', file('crl.pem'))
    const port = await stage.openssl(leaf)
    const looks = ['-CAfile', stage.ecdsa.root, '-CRL', file('crl.pem'), '-crl_check', '-verify_return_error']
    await sClient(stage, port, '-tls1_2', ...looks)
    return port
  }),
  scenario('a name that HAProxy does not have', 'tls/name-unknown', 'client', 'haproxy curl', async stage => {
    const leaf = stage.ecdsa.issue()
    const port = await stage.haproxy(leaf, 'strict-sni')
    await askElsewhere(stage, port)
    return port
  }),
  scenario(
    'a server without protected renegotiation',
    'tls/renegotiation-unprotected',
    'server',
    'gnutls-serv openssl',
    async stage => {
      const old = 'NORMAL:-VERS-TLS1.3:%DISABLE_SAFE_RENEGOTIATION'
      const port = await stage.gnutls(stage.ecdsa.issue(), '--priority', old)
      await sClient(stage, port, '-tls1_2')
      return port
    },
  ),
  scenario('two keys under one identity in TLS 1.3', 'tls/binder-wrong', 'client', 'openssl', async stage => {
    const identity = ['-psk_identity', 'known', '-tls1_3']
    const port = await stage.openssl(stage.ecdsa.issue(), '-nocert', '-psk', '00112233', ...identity)
    await sClient(stage, port, '-psk', '99887766', ...identity)
    return port
  }),
  scenario('a record that is too long', 'tls/record-too-long', 'client', 'nginx node', async stage => {
    const port = await stage.nginx(stage.ecdsa.issue())
    await send(stage, port, `\x16\x03\x01\xff\xff${'A'.repeat(70)}`)
    return port
  }),
]

/** SETTINGS with three entries (RFC 9113 6.5). */
const SETTINGS =
  '\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80\x00\x04\x00\x01\x00\x00\x00\x05\x00\xff\xff\xff'

const answers: readonly Scenario[] = [
  scenario('HTTP/0.9', 'http/bad-start-line', 'server', 'curl', says('<html>hello</html>')),
  scenario('HTTP/2 that nobody asked for', 'http/unsupported-version', 'client', 'curl', says(SETTINGS)),
  scenario(
    'more than the length says',
    'http/bad-start-line',
    'server',
    'curl',
    says('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello world'),
  ),
  scenario('half of a gzip', 'http/bad-encoding', 'server', 'curl', stage => {
    const half = gzipSync(Buffer.from(Array.from({ length: 999 }, (_, i) => i))).subarray(0, 30)
    const head = Buffer.from('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 30\r\n\r\n')
    return says(Buffer.concat([head, half]), '--compressed')(stage)
  }),
  scenario('two hosts', 'http/bad-host', 'client', 'node', async stage => {
    const port = await stage.http((_, answer) => answer.end('here'))
    await send(stage, port, 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n')
    return port
  }),
  scenario('a length and chunks, to nginx', 'http/length-and-chunked', 'client', 'nginx curl', async stage => {
    const port = await stage.nginx(stage.ecdsa.issue())
    const both = ['-H', 'Transfer-Encoding: chunked', '-H', 'Content-Length: 5', '-d', 'hello']
    await stage.curl(...trusting(stage), ...both, secure(port))
    return port
  }),
  scenario('an upload that is answered before it is over', 'http/status', 'server', 'python3 curl', async stage => {
    const serves =
      "import http.server as h\ns=h.HTTPServer(('127.0.0.1',PORT),h.SimpleHTTPRequestHandler)\nprint('up')\ns.serve_forever()"
    const port = await stage.python(serves)
    await stage.curl('-T', '/usr/bin/openssl', '-H', 'Expect:', plain(port, '/x'))
    return port
  }),
  scenario('nothing in time behind nginx', 'http/status', 'server', 'nginx curl', async stage => {
    const behind = await stage.http(() => {})
    const settings = `location /x { proxy_pass ${plain(behind)}; proxy_read_timeout 1s; }`
    return nginxWith(settings)(stage)
  }),
]

export const furtherFailures: readonly Scenario[] = [...goodbyes, ...starttls, ...handshakes, ...answers]
