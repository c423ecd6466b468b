/** Exchanges that fail below or above TLS: no connection, no answer, a broken one, or one that says no. */
import type { Scenario, Stage } from './stage.ts'

const url = (port: number, path = '/'): string => `http://127.0.0.1:${port}${path}`
const trusted = (stage: Stage, port: number, path = '/'): readonly string[] => [
  '--cacert',
  stage.ecdsa.root,
  `https://localhost:${port}${path}`,
]

const scenario = (
  name: string,
  code: Scenario['code'],
  side: Scenario['side'],
  play: Scenario['play'],
  needs = 'curl',
): Scenario => ({ name, code, side, needs: needs.split(' '), play })

/** A server that says these very bytes to whoever asks. */
const says =
  (text: string, then: 'FIN' | 'RST' | 'nothing' = 'FIN'): Scenario['play'] =>
  async stage => {
    const port = await stage.sockets(socket =>
      socket.once('data', () => {
        if (text !== '') socket.write(text)
        if (then === 'FIN') socket.end()
        if (then === 'RST') socket.resetAndDestroy()
      }),
    )
    await stage.curl('--max-time', '1.5', url(port))
    return port
  }

/** Node answers with this status. */
const status =
  (number: number, headers: Readonly<Record<string, string>> = {}, ...args: readonly string[]): Scenario['play'] =>
  async stage => {
    const port = await stage.http((_, answer) => answer.writeHead(number, headers).end('no'))
    await stage.curl(...args, url(port))
    return port
  }

export const failedAnswers: readonly Scenario[] = [
  scenario('redirects that come round, a connection for each', 'net/too-many-redirects', 'server', async stage => {
    const port = await stage.http((request, answer) =>
      answer.writeHead(302, { Location: request.url === '/a' ? '/b' : '/a', Connection: 'close' }).end(),
    )
    await stage.curl('-L', '--max-redirs', '12', url(port))
    return port
  }),
  scenario('nobody listens', 'tcp/refused', 'server', async stage => {
    const port = await stage.port()
    await stage.curl(url(port))
    return port
  }),
  scenario(
    'SYN is not answered',
    'tcp/silence',
    'network',
    async stage => {
      // Linux drops SYN when nobody takes the connections that wait.
      const port = await stage.python(
        "import socket,time\ns=socket.socket()\ns.bind(('127.0.0.1',PORT))\ns.listen(0)\nheld=[socket.socket() for _ in range(4)]\nfor h in held:\n  h.setblocking(False)\n  h.connect_ex(('127.0.0.1',PORT))\nprint('up')\ntime.sleep(60)",
      )
      await stage.curl('--max-time', '2', url(port, '/silence'))
      return port
    },
    'curl python3',
  ),
  scenario('closed without an answer', 'http/no-answer', 'server', says('')),
  scenario('cut without an answer', 'tcp/reset', 'server', says('', 'RST')),
  scenario('no answer in time', 'net/client-left', 'server', says('', 'nothing')),
  scenario(
    'a body that ends early',
    'http/body-cut-short',
    'server',
    says('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort'),
  ),
  scenario(
    'a body that goes on too slowly for its client',
    'net/client-left',
    'server',
    says('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort', 'nothing'),
  ),
  scenario(
    'chunks that end early',
    'http/body-cut-short',
    'server',
    says('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n'),
  ),
  scenario(
    'a chunk of no length',
    'http/bad-chunk',
    'server',
    says('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nshort\r\n'),
  ),
  scenario(
    'two lengths',
    'http/two-lengths',
    'server',
    says('HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nhere!'),
  ),
  scenario('a head that ends early', 'http/head-cut-short', 'server', says('HTTP/1.1 200 OK\r\nContent-Le')),
  scenario('a client that says nothing', 'http/idle-timeout', 'client', async stage => {
    const port = await stage.sockets(socket => setTimeout(() => socket.end(), 300))
    await stage.client('node', ['-e', `require('net').connect(${port}, '127.0.0.1').on('end', () => {}).resume()`])
    return port
  }),
  scenario('a server that reads nothing', 'net/idle-timeout', 'server', async stage => {
    const port = await stage.sockets(socket => socket.pause())
    await stage.curl('--max-time', '2', '-T', '/usr/bin/openssl', '-H', 'Expect:', url(port))
    return port
  }),
  scenario(
    'not found',
    'http/not-found',
    'client',
    async stage => {
      const port = await stage.nginx(stage.ecdsa.issue())
      await stage.curl(...trusted(stage, port, '/nothing-here'))
      return port
    },
    'nginx curl',
  ),
  scenario(
    'a method that nginx does not allow',
    'http/method-not-allowed',
    'client',
    async stage => {
      const port = await stage.nginx(stage.ecdsa.issue())
      await stage.curl('-X', 'POST', '-d', 'x', ...trusted(stage, port, '/ecdsa/root.pem'))
      return port
    },
    'nginx curl',
  ),
  scenario(
    'a body that nginx finds too big',
    'http/body-too-big',
    'client',
    async stage => {
      const port = await stage.nginx(stage.ecdsa.issue(), 'client_max_body_size 1k;')
      await stage.curl('--data-binary', 'x'.repeat(3_000), ...trusted(stage, port))
      return port
    },
    'nginx curl',
  ),
  scenario(
    'no client certificate for nginx',
    'http/status',
    'client',
    async stage => {
      const port = await stage.nginx(
        stage.ecdsa.issue(),
        `ssl_verify_client on; ssl_client_certificate ${stage.ecdsa.root};`,
      )
      await stage.curl(...trusted(stage, port))
      return port
    },
    'nginx curl',
  ),
  scenario(
    'nothing behind nginx',
    'http/status',
    'server',
    async stage => {
      const closed = await stage.port()
      const port = await stage.nginx(stage.ecdsa.issue(), `location /behind { proxy_pass http://127.0.0.1:${closed}; }`)
      await stage.curl(...trusted(stage, port, '/behind'))
      return port
    },
    'nginx curl',
  ),
  scenario('headers that Node finds too big', 'http/header-too-big', 'client', async stage => {
    const port = await stage.http((_, answer) => answer.end('here'))
    await stage.curl('-H', `X-Long: ${'x'.repeat(20_000)}`, url(port))
    return port
  }),
  scenario(
    'headers that nginx finds too big, and calls a bad request',
    'http/header-too-big',
    'client',
    async stage => {
      const port = await stage.nginx(stage.ecdsa.issue())
      await stage.curl('-H', `Cookie: a=${'x'.repeat(20_000)}`, ...trusted(stage, port))
      return port
    },
    'nginx curl',
  ),
  scenario(
    'a range behind the end',
    'http/range-not-satisfiable',
    'client',
    async stage => {
      const port = await stage.nginx(stage.ecdsa.issue())
      await stage.curl('-r', '100000-', ...trusted(stage, port, '/ecdsa/root.pem'))
      return port
    },
    'nginx curl',
  ),
  scenario(
    'an address that nginx finds too long',
    'http/target-too-long',
    'client',
    async stage => {
      const port = await stage.nginx(stage.ecdsa.issue())
      await stage.curl(...trusted(stage, port, `/${'x'.repeat(9_000)}`))
      return port
    },
    'nginx curl',
  ),
  scenario('credentials wanted', 'http/unauthorized', 'client', status(401, { 'WWW-Authenticate': 'Basic realm="a"' })),
  scenario('a proxy that wants credentials', 'net/proxy-authentication', 'client', async stage => {
    const port = await stage.sockets(socket =>
      socket.once('data', () =>
        socket.end(
          'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="a"\r\nContent-Length: 0\r\n\r\n',
        ),
      ),
    )
    await stage.curl('-x', url(port), 'https://elsewhere.test/')
    return port
  }),
  scenario('a handler that failed', 'http/status', 'server', status(500)),
  scenario('a server that is overloaded', 'http/status', 'server', status(503, { 'Retry-After': '5' })),
  scenario('forbidden', 'http/status', 'client', status(403)),
  scenario('an expectation', 'http/unmet-expectation', 'client', status(417, {}, '-H', 'Expect: more')),
]
