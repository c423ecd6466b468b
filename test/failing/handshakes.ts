/** Handshakes in which nothing was in common, somebody wanted more, or somebody hung up. */
import { askElsewhere, type Scenario, type Stage, scenario, trusting } from './stage.ts'

const url = (port: number): string => `https://localhost:${port}/`
const sClient = (stage: Stage, port: number, ...more: readonly string[]): Promise<void> =>
  stage.client('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-servername', 'localhost', ...more])

export const failedHandshakes: readonly Scenario[] = [
  scenario('a server of TLS 1.1', 'tls/no-common-version', 'server', 'openssl curl', async stage => {
    const port = await stage.openssl(stage.ecdsa.issue(), '-tls1_1', '-cipher', 'DEFAULT@SECLEVEL=0')
    await stage.curl(...trusting(stage), url(port))
    return port
  }),
  scenario(
    'a client of TLS 1.2 and a server of TLS 1.3',
    'tls/no-common-version',
    'client',
    'openssl curl',
    async stage => {
      const port = await stage.openssl(stage.ecdsa.issue(), '-tls1_3')
      await stage.curl(...trusting(stage), '--tls-max', '1.2', url(port))
      return port
    },
  ),
  scenario('the same with GnuTLS', 'tls/no-common-version', 'client', 'gnutls-serv curl', async stage => {
    const port = await stage.gnutls(stage.ecdsa.issue(), '--priority', 'NORMAL:-VERS-ALL:+VERS-TLS1.3')
    await stage.curl(...trusting(stage), '--tls-max', '1.2', url(port))
    return port
  }),
  scenario(
    'a client of TLS 1.3 and a server of TLS 1.2',
    'tls/no-common-version',
    'server',
    'openssl curl',
    async stage => {
      const port = await stage.openssl(stage.ecdsa.issue(), '-tls1_2')
      await stage.curl(...trusting(stage), '--tlsv1.3', url(port))
      return port
    },
  ),
  scenario(
    'a client of TLS 1.0 and an OpenSSL that has no signature for it',
    'tls/no-common-version',
    'client',
    'nginx curl',
    async stage => {
      const port = await stage.nginx(stage.ecdsa.issue(), 'ssl_protocols TLSv1 TLSv1.1 TLSv1.2;')
      await stage.curl(
        ...trusting(stage),
        '--tlsv1.0',
        '--tls-max',
        '1.0',
        '--ciphers',
        'DEFAULT@SECLEVEL=0',
        url(port),
      )
      return port
    },
  ),
  scenario('suites for another kind of key', 'tls/no-common-suite', 'client', 'openssl curl', async stage => {
    const port = await stage.openssl(stage.rsa.issue(), '-tls1_2')
    await stage.curl('--tls-max', '1.2', '--ciphers', 'ECDHE-ECDSA-AES128-GCM-SHA256', url(port))
    return port
  }),
  scenario('a group that nginx does not have', 'tls/no-common-group', 'client', 'nginx openssl', async stage => {
    const port = await stage.nginx(stage.ecdsa.issue(), 'ssl_ecdh_curve X25519;')
    await sClient(stage, port, '-groups', 'P-521', '-tls1_3')
    return port
  }),
  scenario('a group that GnuTLS does not have', 'tls/no-common-group', 'client', 'gnutls-serv openssl', async stage => {
    const port = await stage.gnutls(stage.ecdsa.issue(), '--priority', 'NORMAL:-GROUP-ALL:+GROUP-X25519')
    await sClient(stage, port, '-groups', 'P-384', '-tls1_3')
    return port
  }),
  scenario(
    'one kind of signature, and another kind of key',
    ['tls/no-common-scheme', 'tls/nothing-in-common'],
    'client',
    'openssl',
    async stage => {
      const port = await stage.openssl(stage.rsa.issue())
      await sClient(stage, port, '-sigalgs', 'ed25519', '-tls1_3')
      return port
    },
  ),
  scenario('an unknown application protocol', 'tls/alpn-none', 'client', 'nginx openssl', async stage => {
    const port = await stage.nginx(stage.ecdsa.issue())
    await sClient(stage, port, '-alpn', 'smtp')
    return port
  }),
  scenario('a name that nginx rejects', 'tls/name-unknown', 'client', 'nginx curl', async stage => {
    const port = await stage.nginx(stage.ecdsa.issue(), 'ssl_reject_handshake on;')
    await askElsewhere(stage, port)
    return port
  }),
  scenario(
    'no client certificate in TLS 1.2',
    'tls/client-certificate-wanted',
    'client',
    'openssl curl',
    async stage => {
      const port = await stage.openssl(stage.ecdsa.issue(), '-Verify', '1', '-tls1_2')
      await stage.curl(...trusting(stage), url(port))
      return port
    },
  ),
  scenario(
    'no client certificate in TLS 1.3',
    'tls/client-certificate-wanted',
    'client',
    'openssl curl',
    async stage => {
      const port = await stage.openssl(stage.ecdsa.issue(), '-Verify', '1', '-tls1_3')
      await stage.curl(...trusting(stage), url(port))
      return port
    },
  ),
  scenario(
    'no client certificate, and GnuTLS',
    'tls/client-certificate-wanted',
    'client',
    'gnutls-serv curl',
    async stage => {
      const port = await stage.gnutls(stage.ecdsa.issue(), '--require-client-cert', '--priority', 'NORMAL:-VERS-TLS1.3')
      await stage.curl(...trusting(stage), '--tls-max', '1.2', url(port))
      return port
    },
  ),
  scenario(
    'a client certificate of nobody',
    ['tls/certificate-self-signed', 'tls/certificate-untrusted'],
    'client',
    'openssl curl',
    async stage => {
      const own = stage.stranger.selfSigned({ purposes: 'clientAuth' })
      const port = await stage.openssl(
        stage.ecdsa.issue(),
        '-Verify',
        '1',
        '-verify_return_error',
        '-tls1_2',
        '-CAfile',
        stage.ecdsa.root,
      )
      await stage.curl(...trusting(stage), '--cert', own.certificate, '--key', own.key, url(port))
      return port
    },
  ),
  scenario('a fallback that the server notices', 'tls/fallback', 'client', 'openssl', async stage => {
    const port = await stage.openssl(stage.ecdsa.issue())
    await sClient(stage, port, '-tls1_2', '-fallback_scsv')
    return port
  }),
  scenario('plain HTTP to nginx with TLS', 'tls/http-spoken', 'client', 'nginx curl', async stage => {
    const port = await stage.nginx(stage.ecdsa.issue())
    await stage.curl(`http://localhost:${port}/`)
    return port
  }),
  scenario('plain HTTP to OpenSSL', 'tls/http-spoken', 'client', 'openssl curl', async stage => {
    const port = await stage.openssl(stage.ecdsa.issue())
    await stage.curl(`http://localhost:${port}/`)
    return port
  }),
  scenario('plain HTTP to GnuTLS', 'tls/http-spoken', 'client', 'gnutls-serv curl', async stage => {
    const port = await stage.gnutls(stage.ecdsa.issue())
    await stage.curl(`http://localhost:${port}/`)
    return port
  }),
  scenario('TLS to Node without it', 'http/tls-spoken', 'client', 'curl', async stage => {
    const port = await stage.http((_, answer) => answer.end('here'))
    await stage.curl(url(port))
    return port
  }),
  scenario('TLS to Python without it', ['http/tls-spoken', 'tls/not-tls'], 'client', 'python3 curl', async stage => {
    const port = await stage.python(
      "import http.server as h\ns=h.HTTPServer(('127.0.0.1',PORT),h.SimpleHTTPRequestHandler)\nprint('up')\ns.serve_forever()",
    )
    await stage.curl(url(port))
    return port
  }),
  scenario('TLS to SSH', 'tls/not-tls', 'client', 'curl', async stage => {
    const port = await stage.sockets(socket => socket.end('SSH-2.0-OpenSSH_9.2p1\r\n'))
    await stage.curl(url(port))
    return port
  }),
  scenario('RST in the place of ServerHello', 'tcp/reset-in-handshake', 'server', 'curl', async stage => {
    const port = await stage.sockets(socket => socket.once('data', () => socket.resetAndDestroy()))
    await stage.curl(url(port))
    return port
  }),
  scenario('FIN in the place of ServerHello', 'tls/handshake-cut', 'server', 'curl', async stage => {
    const port = await stage.sockets(socket => socket.once('data', () => socket.end()))
    await stage.curl(url(port))
    return port
  }),
  scenario('silence in the place of ServerHello', 'net/handshake-timeout', 'server', 'curl', async stage => {
    const port = await stage.sockets(socket => socket.resume())
    await stage.curl('--max-time', '1', url(port))
    return port
  }),
  scenario('a record that was changed on the way', 'tls/record-damaged', 'network', 'nginx curl', async stage => {
    const port = await stage.nginx(stage.ecdsa.issue())
    const relay = await stage.relay(port, record => {
      if (record.from === 'server' && record.type === 23) record.bytes[record.bytes.length - 1]! ^= 1
      return 'pass'
    })
    await stage.curl(...trusting(stage), '--tls-max', '1.2', url(relay))
    return relay
  }),
  scenario('a handshake that is cut in the middle', 'tls/handshake-cut', 'server', 'nginx curl', async stage => {
    const port = await stage.nginx(stage.ecdsa.issue())
    const relay = await stage.relay(port, ({ from, index }) => (from === 'server' && index === 0 ? 'last' : 'pass'))
    await stage.curl(...trusting(stage), '--tls-max', '1.2', url(relay))
    return relay
  }),
]
