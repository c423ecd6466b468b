/** Exchanges in which nothing is wrong: an explanation of them would be. */
import type { Scenario, Stage } from './stage.ts'

const secure = (stage: Stage, port: number): readonly string[] => [
  '--cacert',
  stage.ecdsa.root,
  `https://localhost:${port}/ecdsa/root.pem`,
]

const scenario = (name: string, needs: string, play: Scenario['play']): Omit<Scenario, 'code' | 'side'> => ({
  name,
  needs: needs.split(' '),
  play,
})

export const goodExchanges: readonly Omit<Scenario, 'code' | 'side'>[] = [
  scenario('curl and nginx, TLS 1.2', 'nginx curl', async stage => {
    const port = await stage.nginx(stage.ecdsa.issue())
    await stage.curl('--tls-max', '1.2', ...secure(stage, port))
    return port
  }),
  scenario('curl and nginx, TLS 1.3', 'nginx curl', async stage => {
    const port = await stage.nginx(stage.ecdsa.issue())
    await stage.curl('--tlsv1.3', ...secure(stage, port))
    return port
  }),
  scenario('two requests on one connection, and a body', 'nginx curl', async stage => {
    const port = await stage.nginx(stage.ecdsa.issue())
    await stage.curl(...secure(stage, port), ...secure(stage, port))
    return port
  }),
  scenario('a client that does not mind an expired certificate', 'nginx curl', async stage => {
    const port = await stage.nginx(stage.ecdsa.issue({ validFrom: -9, validUntil: -2 }))
    await stage.curl('-k', `https://localhost:${port}/ecdsa/root.pem`)
    return port
  }),
  scenario('GnuTLS on both sides', 'gnutls-serv gnutls-cli', async stage => {
    const port = await stage.gnutls(stage.ecdsa.issue())
    await stage.client(
      'gnutls-cli',
      ['-p', `${port}`, '--x509cafile', stage.ecdsa.root, 'localhost'],
      'GET / HTTP/1.0\r\n\r\n',
    )
    return port
  }),
  scenario('a client certificate that is wanted and shown', 'openssl curl', async stage => {
    const own = stage.ecdsa.issue({ purposes: 'clientAuth' })
    const port = await stage.openssl(
      stage.ecdsa.issue(),
      '-Verify',
      '2',
      '-verify_return_error',
      '-CAfile',
      stage.ecdsa.root,
    )
    await stage.curl('--cert', own.chain, '--key', own.key, '--cacert', stage.ecdsa.root, `https://localhost:${port}/`)
    return port
  }),
  scenario('a handshake and no more', 'nginx openssl', async stage => {
    const port = await stage.nginx(stage.ecdsa.issue())
    await stage.client('openssl', [
      ...['s_client', '-connect', `127.0.0.1:${port}`, '-servername', 'localhost', '-CAfile', stage.ecdsa.root],
    ])
    return port
  }),
  scenario('a handshake with its keys, and no more', 'nginx python3', async stage => {
    const port = await stage.nginx(stage.ecdsa.issue())
    const program = `
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[2])
with socket.create_connection(('localhost', int(sys.argv[1]))) as s:
  context.wrap_socket(s, server_hostname='localhost').close()
`
    await stage.client('python3', ['-c', program, `${port}`, stage.ecdsa.root])
    return port
  }),
  scenario('plain HTTP with a redirect', 'curl', async stage => {
    const port = await stage.http((request, answer) =>
      request.url === '/' ? answer.writeHead(302, { Location: '/there' }).end() : answer.end('here'),
    )
    await stage.curl('-L', `http://127.0.0.1:${port}/`)
    return port
  }),
  scenario('credentials after a refusal', 'curl', async stage => {
    const port = await stage.http((request, answer) =>
      request.headers.authorization === undefined
        ? answer.writeHead(401, { 'WWW-Authenticate': 'Digest realm="a", nonce="b", qop="auth"' }).end()
        : answer.end('here'),
    )
    await stage.curl('--digest', '-u', 'a:b', `http://127.0.0.1:${port}/`)
    return port
  }),
  scenario('a WebSocket that the client leaves', 'curl', async stage => {
    const port = await stage.sockets(socket =>
      socket.once('data', () => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n\x81\x02hi')
      }),
    )
    const fields = ['Connection: Upgrade', 'Upgrade: websocket'].flatMap(field => ['-H', field])
    await stage.curl('--http1.1', '-m', '1', ...fields, `http://127.0.0.1:${port}/`)
    return port
  }),
  scenario('a balancer that says for whom it speaks', 'nginx curl', async stage => {
    const port = await stage.port()
    await stage.nginx(stage.ecdsa.issue(), `listen 127.0.0.1:${port} ssl proxy_protocol;`)
    await stage.curl('--haproxy-protocol', ...secure(stage, port))
    return port
  }),
  scenario('an answer without a length, ended by FIN', 'curl', async stage => {
    const port = await stage.sockets(socket => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\nhere')))
    await stage.curl(`http://127.0.0.1:${port}/`)
    return port
  }),
]
