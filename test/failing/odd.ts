/** Exchanges that fail in ways that are seen less often: what ends late, what only one end notices, and what nobody says. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { Leaf } from '../support/peers-chain.ts'
import { type Scenario, type Stage, scenario, trusting } from './stage.ts'

const secure = (port: number, path = '/'): string => `https://localhost:${port}${path}`
const plain = (port: number, path = '/'): string => `http://127.0.0.1:${port}${path}`

/** A program of Python that serves plain sockets: `c` is each connection that it accepts. */
const serving = (body: string): string =>
  `import socket,time,struct\ns=socket.socket()\ns.setsockopt(socket.SOL_SOCKET,socket.SO_REUSEADDR,1)\ns.bind(('127.0.0.1',PORT))\ns.listen(5)\nprint('up')\nwhile True:\n  c,_=s.accept()\n${body
    .split('\n')
    .map(line => `  ${line}`)
    .join('\n')}\n`

/** Python's client: `c` is its connection, plain or in TLS. */
const client = (stage: Stage, port: number, body: string): Promise<void> =>
  stage.client('python3', [
    '-c',
    `import socket,ssl,time,struct\nc=socket.create_connection(('127.0.0.1',${port}))\n${body}\n`,
  ])

const RESET = "c.setsockopt(socket.SOL_SOCKET,socket.SO_LINGER,struct.pack('ii',1,0))\nc.close()"

/** Before the server spoke, or while it did: which of them is a matter of half a millisecond. */
const LEFT: Scenario['code'] = ['net/client-left', 'tls/handshake-cut']

/** The ClientHello of Python's OpenSSL, and no more of its handshake. */
const HELLO = `t=ssl.MemoryBIO();o=ssl.MemoryBIO()
h=ssl._create_unverified_context().wrap_bio(t,o,server_hostname='localhost')
try:
  h.do_handshake()
except ssl.SSLWantReadError:
  c.sendall(o.read())`

/** A leaf below an intermediate that expired yesterday. */
const belowExpired = (stage: Stage): Leaf => {
  const leaf = stage.ecdsa.issue()
  const dir = join(stage.folder, 'ecdsa')
  const old = join(dir, 'expired.pem')
  const request = join(dir, 'intermediate.pem.csr')
  execFileSync(
    'openssl',
    [
      ...['ca', '-batch', '-notext', '-config', join(dir, 'ca.cnf'), '-in', request, '-out', old],
      ...['-keyfile', join(dir, 'root.key'), '-cert', stage.ecdsa.root],
      ...[
        '-extfile',
        join(dir, 'intermediate.pem.ext'),
        '-startdate',
        '20250101000000Z',
        '-enddate',
        '20250201000000Z',
      ],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const chain = `${leaf.certificate}.old.pem`
  execFileSync('sh', ['-c', 'cat "$1" "$2" > "$3"', 'sh', leaf.certificate, old, chain])
  return { ...leaf, chain }
}

export const oddFailures: readonly Scenario[] = [
  scenario('an intermediate that expired', 'tls/certificate-expired', 'server', 'nginx curl', async stage => {
    const port = await stage.nginx(belowExpired(stage))
    await stage.curl(...trusting(stage), secure(port))
    return port
  }),
  scenario(
    'a client certificate of another authority, in TLS 1.3',
    ['tls/certificate-untrusted', 'tls/chain-incomplete'],
    'client',
    'openssl curl',
    async stage => {
      const own = stage.stranger.issue({ purposes: 'clientAuth' })
      const more = ['-Verify', '3', '-verify_return_error', '-tls1_3', '-CAfile', stage.ecdsa.root]
      const port = await stage.openssl(stage.ecdsa.issue(), ...more)
      await stage.curl(...trusting(stage), '--cert', own.chain, '--key', own.key, secure(port))
      return port
    },
  ),
  scenario('a name that OpenSSL does not serve', 'tls/name-unknown', 'client', 'openssl', async stage => {
    const leaf = stage.ecdsa.issue()
    const more = ['-servername', 'shop.test', '-servername_fatal', '-cert2', leaf.certificate, '-key2', leaf.key]
    const port = await stage.openssl(leaf, ...more)
    await stage.client('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-servername', 'elsewhere.test'])
    return port
  }),
  scenario('a protocol that GnuTLS does not speak', 'tls/alpn-none', 'client', 'gnutls-serv openssl', async stage => {
    const port = await stage.gnutls(stage.ecdsa.issue(), '--alpn', 'imap', '--alpn-fatal')
    await stage.client('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-alpn', 'h2,http/1.1'])
    return port
  }),
  scenario('a GnuTLS of TLS 1.0 and nginx', 'tls/no-common-version', 'client', 'nginx gnutls-cli', async stage => {
    const port = await stage.nginx(stage.ecdsa.issue(), 'ssl_protocols TLSv1.2 TLSv1.3;')
    const old = 'NORMAL:-VERS-ALL:+VERS-TLS1.0:%NO_SESSION_HASH'
    await stage.client('gnutls-cli', ['--priority', old, '--insecure', '-p', `${port}`, '127.0.0.1'])
    return port
  }),
  scenario('a body of gzip that is none', 'http/bad-encoding', 'server', 'python3 curl', async stage => {
    const port = await stage.python(
      serving(
        "c.recv(9999)\nc.sendall(b'HTTP/1.1 200 OK\\r\\nContent-Encoding: gzip\\r\\nContent-Length: 20\\r\\n\\r\\n\\x1f\\x8b\\x08\\x00\\x00\\x00\\x00\\x00\\x00\\x03broken!!!!')\nc.close()",
      ),
    )
    await stage.curl('--compressed', plain(port))
    return port
  }),
  scenario('100 (Continue) that never comes', 'net/client-left', 'server', 'python3 node', async stage => {
    const port = await stage.python(serving('c.recv(9999)\ntime.sleep(3)\nc.close()'))
    await stage.client('node', [
      '-e',
      `const r=require('http').request({port:${port},host:'127.0.0.1',method:'POST',timeout:1500,headers:{expect:'100-continue','content-length':5}});r.on('continue',()=>r.end('hello'));r.on('timeout',()=>r.destroy());r.on('error',()=>{});r.flushHeaders()`,
    ])
    return port
  }),
  scenario('a request on a connection that is being closed', 'http/no-answer', 'server', 'python3', async stage => {
    const port = await stage.python(
      serving(
        "c.recv(9999)\nc.sendall(b'HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok')\ntime.sleep(0.3)\nc.close()",
      ),
    )
    const get = "c.sendall(b'GET /%d HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n')"
    await client(
      stage,
      port,
      `${get.replace('%d', '1')}\nc.recv(999)\ntime.sleep(0.5)\n${get.replace('%d', '2')}\ntry: c.recv(999)\nexcept OSError: pass`,
    )
    return port
  }),
  scenario('RST after a pause', 'tcp/reset', 'server', 'python3', async stage => {
    const port = await stage.python(
      serving(
        `c.recv(9999)\nc.sendall(b'HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok')\nc.recv(9999)\n${RESET}`,
      ),
    )
    const get = "c.sendall(b'GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n')"
    await client(stage, port, `${get}\nc.recv(999)\ntime.sleep(1.2)\n${get}\ntry: c.recv(999)\nexcept OSError: pass`)
    return port
  }),
  scenario('a client that reads nothing', 'net/client-too-slow', 'client', 'python3', async stage => {
    const port = await stage.python(
      serving(
        "c.recv(9999)\nc.settimeout(3)\ntry: c.sendall(b'HTTP/1.1 200 OK\\r\\nContent-Length: 90000000\\r\\n\\r\\n'+b'x'*90000000)\nexcept OSError: pass\nc.close()",
      ),
    )
    await client(
      stage,
      port,
      "c.setsockopt(socket.SOL_SOCKET,socket.SO_RCVBUF,4096)\nc.sendall(b'GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n')\ntime.sleep(2.5)",
    )
    return port
  }),
  scenario('an upload that its client does not finish', 'http/body-cut-short', 'client', 'python3', async stage => {
    const port = await stage.http((request, answer) => request.resume().on('end', () => answer.end('ok')))
    await client(
      stage,
      port,
      "c.sendall(b'POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 100\\r\\n\\r\\nhalf')\ntime.sleep(0.2)\nc.close()",
    )
    return port
  }),
  scenario('HTTP/2 to a server of HTTP/1.1', 'http/unsupported-version', 'client', 'python3 curl', async stage => {
    const port = await stage.http((_, answer) => answer.end('here'))
    await stage.curl('--http2-prior-knowledge', plain(port))
    return port
  }),
  scenario('a ring of redirects', 'net/too-many-redirects', 'server', 'curl', async stage => {
    const port = await stage.http((_, answer) => answer.writeHead(302, { Location: '/' }).end())
    await stage.curl('-L', '--max-redirs', '6', plain(port))
    return port
  }),
  scenario(
    'a cookie that is not taken, and a login again',
    'cookie/secure-over-http',
    'server',
    'curl',
    async stage => {
      const port = await stage.http((request, answer) => {
        if (request.headers.cookie?.includes('sid=') === true) answer.end('welcome')
        else answer.writeHead(302, { Location: '/', 'Set-Cookie': 'sid=1; Secure' }).end()
      })
      await stage.curl(
        '-L',
        '--max-redirs',
        '6',
        '-c',
        '/dev/null',
        '-b',
        '',
        `http://shop.test:${port}/`,
        '--resolve',
        `shop.test:${port}:127.0.0.1`,
      )
      return port
    },
  ),
  scenario('a record of the client that was changed', 'tls/record-damaged', 'network', 'openssl curl', async stage => {
    const port = await stage.openssl(stage.ecdsa.issue())
    const relay = await stage.relay(port, record => {
      if (record.from === 'client' && record.type === 23 && record.index > 2)
        record.bytes[record.bytes.length - 1]! ^= 1
      return 'pass'
    })
    await stage.curl(...trusting(stage), secure(relay))
    return relay
  }),
  scenario('a client that closes right behind its hello', LEFT, 'client', 'nginx python3', async stage => {
    const port = await stage.nginx(stage.ecdsa.issue())
    await client(stage, port, `${HELLO}\nc.close()`)
    return port
  }),
  scenario('one that says no more, and listens', LEFT, 'client', 'nginx python3', async stage => {
    const port = await stage.nginx(stage.ecdsa.issue())
    await client(stage, port, `${HELLO}\nc.shutdown(socket.SHUT_WR)\nwhile c.recv(9999): pass`)
    return port
  }),
  scenario('one that resets right behind its hello', LEFT, 'client', 'openssl python3', async stage => {
    const port = await stage.openssl(stage.ecdsa.issue())
    await client(stage, port, `${HELLO}\n${RESET}`)
    return port
  }),
  scenario(
    'a server that closes at once',
    ['tls/handshake-cut', 'tcp/reset-in-handshake'],
    'server',
    'python3 curl',
    async stage => {
      const port = await stage.python(serving('c.close()'))
      await stage.curl(secure(port))
      return port
    },
  ),
  scenario('TLS to a server of mail', 'tls/not-tls', 'client', 'curl', async stage => {
    const port = await stage.sockets(socket => socket.write('220 mail.test ESMTP Postfix\r\n'))
    await stage.curl('--max-time', '2', secure(port))
    return port
  }),
  scenario('a proxy that does not let through', 'http/status', 'client', 'curl', async stage => {
    const port = await stage.http(() => {})
    const proxy = await stage.sockets(socket =>
      socket.once('data', () => socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n')),
    )
    await stage.curl('-x', plain(proxy), secure(port))
    return proxy
  }),
  scenario(
    'a key that is too short for the client',
    'tls/certificate-algorithm',
    'server',
    'nginx openssl',
    async stage => {
      const leaf = stage.rsa.issue()
      const small = `${leaf.key}.small`
      execFileSync('openssl', ['genrsa', '-out', small, '1024'], { stdio: 'ignore' })
      const cert = `${small}.pem`
      execFileSync(
        'openssl',
        [
          'req',
          '-x509',
          '-new',
          '-key',
          small,
          '-out',
          cert,
          '-subj',
          '/CN=localhost',
          '-addext',
          'subjectAltName=DNS:localhost',
        ],
        { stdio: 'ignore' },
      )
      const port = await stage.openssl({ key: small, certificate: cert, chain: cert }, '-cipher', 'DEFAULT@SECLEVEL=0')
      await stage.client('openssl', [
        's_client',
        '-connect',
        `127.0.0.1:${port}`,
        '-CAfile',
        cert,
        '-verify_return_error',
        '-tls1_2',
      ])
      return port
    },
  ),
  scenario(
    'a pre-shared key that the server does not know',
    'tls/external-key-unknown',
    'client',
    'openssl',
    async stage => {
      const port = await stage.openssl(
        stage.ecdsa.issue(),
        '-nocert',
        '-psk',
        '00112233',
        '-psk_identity',
        'known',
        '-tls1_2',
      )
      await stage.client('openssl', [
        's_client',
        '-connect',
        `127.0.0.1:${port}`,
        '-psk',
        '99887766',
        '-psk_identity',
        'other',
        '-tls1_2',
        '-cipher',
        'PSK',
      ])
      return port
    },
  ),
]
