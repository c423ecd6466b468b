/**
 * What goes wrong with real sockets on loopback: each fault has its own failure code, its own sentence and the exit code
 * of its layer. Certificates come from `openssl`, handshakes are altered on the way by a relay.
 */

import { readFileSync } from 'node:fs'
import type { AddressInfo, Socket } from 'node:net'
import { createServer } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import type { CryptoProvider } from '../../src/crypto/provider.ts'
import { english } from '../../src/explain/index.ts'
import { type FailureCode, fail } from '../../src/failures/index.ts'
import { serve } from '../../src/index.ts'
import { nodeWorld } from '../../src/node/world.ts'
import { pemBlocks } from '../../src/x509/files/pem.ts'
import { freePort, installed, missing, startOpenssl } from '../support/peers.ts'
import { type Leaf, type TestAuthority, temporaryFolder, testAuthority } from '../support/peers-chain.ts'
import { captured } from '../support/peers-io.ts'
import { type PassingRecord, startRelay, startSocketServer, type Verdict } from '../support/peers-relay.ts'

const canRun = installed('openssl')
const folder = temporaryFolder('bad')
afterAll(folder.remove)

interface Outcome {
  readonly exit: number
  readonly failure: { readonly code: string; readonly sentence: string; readonly exit: number; readonly fault: string }
  readonly stderr: string
}

/** Runs `get` twice: for programs (the failure as an object) and for people (what is printed). */
const outcome = async (url: string, ...more: string[]): Promise<Outcome> => {
  const io = captured()
  const exit = await main(['get', '--json', ...more, url], io)
  const lines = io.stdout().trim().split('\n')
  expect(io.stderr()).toBe('')
  return { exit, failure: JSON.parse(lines.at(-1)!), stderr: io.stderr() }
}

const refused = async (code: FailureCode, exit: number, url: string, ...more: string[]): Promise<Outcome> => {
  const result = await outcome(url, ...more)
  expect({ code: result.failure.code, exit: result.exit }).toEqual({ code, exit })
  expect(result.failure.sentence.startsWith(english.title(fail(code)))).toBe(true)
  expect(result.failure.sentence).not.toMatch(/undefined|\?|\[object|Error:|error:0/)
  return result
}

/** A server for one test whose every connection is treated by `behave`. */
const withSockets = async (behave: (socket: Socket) => void, use: (port: number) => Promise<void>): Promise<void> => {
  const server = await startSocketServer(behave)
  try {
    await use(server.port)
  } finally {
    await server.stop()
  }
}

describe('get without TLS', () => {
  test('nothing listens: tcp/refused', async () => {
    await refused('tcp/refused', 3, `http://127.0.0.1:${await freePort()}/`)
  })

  test('a name that does not exist: dns/no-address', async () => {
    await refused('dns/no-address', 2, 'https://no-such-host.invalid/')
  })

  test('a server that takes the request and is silent: http/head-timeout', async () => {
    await withSockets(
      socket => socket.resume(),
      async port => {
        await refused('http/head-timeout', 7, `http://127.0.0.1:${port}/`, '--timeout', '200ms')
      },
    )
  })

  test('a body that stops and stays silent: net/idle-timeout', async () => {
    const stall = (socket: Socket): void =>
      void socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'))
    await withSockets(stall, async port => {
      await refused('net/idle-timeout', 7, `http://127.0.0.1:${port}/`, '--timeout', '200ms')
    })
  })

  const answers: readonly (readonly [what: string, code: FailureCode, answer: string])[] = [
    ['two Content-Length', 'http/two-lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd'],
    ['a header of 1 MB', 'http/header-too-big', `HTTP/1.1 200 OK\r\nX-Long: ${'x'.repeat(1_000_000)}\r\n\r\n`],
    ['100,000 headers', 'http/too-many-headers', `HTTP/1.1 200 OK\r\n${'X-Many: x\r\n'.repeat(100_000)}\r\n`],
    [
      '2 GB Content-Length, cut off after 1 KB',
      'http/body-cut-short',
      `HTTP/1.1 200 OK\r\nContent-Length: ${2 * 1024 ** 3}\r\n\r\n${'x'.repeat(1024)}`,
    ],
    [
      'a chunked body without its end',
      'http/body-cut-short',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc',
    ],
  ]
  for (const [what, code, answer] of answers) {
    test(`${what}: ${code}`, async () => {
      const reply = (socket: Socket): void => void socket.once('data', () => socket.end(answer, 'latin1'))
      await withSockets(reply, async port => {
        await refused(code, 6, `http://127.0.0.1:${port}/`)
      })
    })
  }
})

describe.skipIf(!canRun)(`get refuses certificates${missing('openssl')}`, () => {
  let authority: TestAuthority
  let other: TestAuthority
  beforeAll(() => {
    authority = testAuthority('ecdsa', folder.path)
    other = testAuthority('rsa', folder.path)
    process.env.BAREWIRE_HOME = folder.path
  })

  const cases: readonly (readonly [what: string, code: FailureCode, leaf: () => Leaf, trust?: () => string])[] = [
    ['out of date', 'tls/certificate-expired', () => authority.issue({ validFrom: -20, validUntil: -2 })],
    ['not valid yet', 'tls/certificate-not-yet', () => authority.issue({ validFrom: 2 })],
    [
      'for another name',
      'tls/certificate-name',
      () => authority.issue({ names: ['shop.test'], addresses: ['10.0.0.1'] }),
    ],
    ['self-signed', 'tls/certificate-self-signed', () => authority.selfSigned()],
    ['of an unknown root', 'tls/certificate-untrusted', () => rooted(authority), () => other.root],
    ['without its intermediate', 'tls/chain-incomplete', () => alone(authority.issue())],
  ]
  for (const [what, code, leaf, trust] of cases) {
    test(`${what}: ${code}`, async () => {
      const peer = await startOpenssl(leaf(), '-tls1_2')
      try {
        const args = ['--trust', trust?.() ?? authority.root]
        const url = `https://localhost:${peer.port}/`
        await refused(code, 5, url, ...args)
        const io = captured()
        expect(await main(['get', ...args, url], io)).toBe(5)
        expect(io.stdout()).toBe('')
        expect(io.stderr()).toContain(code)
        expect(io.stderr()).not.toMatch(/error:0|SSL routines| {4}at .*:\d+:\d+/)
      } finally {
        await peer.stop()
      }
    })
  }

  test('a failure that is accepted by name no longer stops the request; others still do', async () => {
    const peer = await startOpenssl(authority.issue({ validFrom: -20, validUntil: -2 }), '-tls1_2')
    const url = `https://localhost:${peer.port}/`
    const trust = ['--trust', authority.root]
    const io = captured()
    try {
      expect(await main(['get', ...trust, '-v', '--accept', 'tls/certificate-expired', url], io)).toBe(0)
      expect(io.stderr()).toContain('accepted: The certificate is out of date.')
      await refused('tls/certificate-expired', 5, url, ...trust, '--accept', 'tls/certificate-name')
    } finally {
      await peer.stop()
    }
    expect(io.stdout()).toContain('TLSv1.2')
  })
})

const alone = (leaf: Leaf): Leaf => ({ ...leaf, chain: leaf.certificate })
/** Leaf and intermediate: the root is unknown, not a link missing. */
const rooted = (authority: TestAuthority): Leaf => authority.issue()

describe.skipIf(!canRun)(`get on a hostile wire${missing('openssl')}`, () => {
  let authority: TestAuthority
  beforeAll(() => {
    authority = testAuthority('rsa', `${folder.path}/wire`)
  })

  const through = async (
    judge: (record: PassingRecord) => Verdict,
    use: (url: string) => Promise<void>,
    ...only: readonly string[]
  ): Promise<void> => {
    const peer = await startOpenssl(authority.issue(), ...only)
    const relay = await startRelay(peer.port, judge)
    try {
      await use(`https://localhost:${relay.port}/`)
    } finally {
      await relay.stop()
      await peer.stop()
    }
  }
  const trusting = () => ['--trust', authority.root]

  test('the signature in ServerKeyExchange altered: tls/signature-wrong', async () => {
    await through(
      alterServerKeyExchange,
      async url => {
        await refused('tls/signature-wrong', 4, url, ...trusting())
      },
      '-tls1_2',
    )
  })

  test.each(['TLS 1.2', 'TLS 1.3'] as const)(
    'a wrong Finished of the server in %s: tls/finished-wrong',
    async version => {
      const leaf = authority.issue()
      const blocks = [leaf.chain, leaf.key].map(file => pemBlocks(readFileSync(file, 'latin1')).map(({ der }) => der))
      const [chain = [], [key] = []] = blocks
      const world = nodeWorld()
      const server = await serve(() => new Response('never'), {
        world: { ...world, crypto: withWrongFinished(world.crypto) },
        tls: { certificateFor: () => ({ chain, key, schemes: [RSA_PSS_RSAE_SHA256] }), versions: [version] },
      })
      await refused('tls/finished-wrong', 4, `https://localhost:${server.port}/`, ...trusting())
      await server.close()
    },
  )

  test.each(['-tls1_2', '-tls1_3'])('one bit of a record altered, %s: tls/record-damaged', async only => {
    const flip = ({ from, type, bytes }: PassingRecord): Verdict => {
      if (from === 'server' && type === 23) bytes[bytes.length - 20]! ^= 1
      return 'pass'
    }
    await through(
      flip,
      async url => {
        const { failure } = await refused('tls/record-damaged', 4, url, ...trusting())
        expect(failure.fault).toBe('peer')
      },
      only,
    )
  })

  test('RST during the handshake: tcp/reset-in-handshake', async () => {
    await through(
      ({ from }) => (from === 'server' ? 'reset' : 'pass'),
      async url => {
        await refused('tcp/reset-in-handshake', 3, url, ...trusting())
      },
    )
  })

  test('FIN during the handshake: tls/handshake-cut', async () => {
    await through(
      ({ from }) => (from === 'server' ? 'close' : 'pass'),
      async url => {
        await refused('tls/handshake-cut', 4, url, ...trusting())
      },
    )
  })

  const withoutGoodbye = 'the connection closed without close_notify'
  // An alert is two bytes; in TLS 1.3 its type is sealed with it, and it is known by its length.
  test.each([
    ['-tls1_2', ({ type }: PassingRecord) => type === 21],
    ['-tls1_3', ({ bytes }: PassingRecord) => bytes.length === SEALED_13 + 2],
  ] as const)(`${withoutGoodbye}, which ends a body without length, %s: tls/cut-short`, async (only, isGoodbye) => {
    await through(
      record => (record.from === 'server' && isGoodbye(record) ? 'close' : 'pass'),
      async url => {
        await refused('tls/cut-short', 4, url, ...trusting())
      },
      only,
    )
  })

  test.each([
    ['TLSv1.2', SEALED_12],
    ['TLSv1.3', SEALED_13],
  ] as const)(`${withoutGoodbye} in the middle of a body, %s: tls/cut-short`, async (maxVersion, sealed) => {
    const leaf = authority.issue()
    const identity = { key: readFileSync(leaf.key), cert: readFileSync(leaf.chain) }
    const begun = 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nbegun'
    const server = createServer({ ...identity, maxVersion }, socket => {
      socket.on('error', () => {})
      socket.once('data', () => socket.write(begun))
    })
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
    const upstream = (server.address() as AddressInfo).port
    const seen = ({ from, bytes }: PassingRecord): Verdict =>
      from === 'server' && bytes.length === sealed + begun.length ? 'last' : 'pass'
    const relay = await startRelay(upstream, seen)
    await refused('tls/cut-short', 4, `https://localhost:${relay.port}/`, ...trusting())
    await relay.stop()
    server.close()
  })

  test('plain HTTP on the port: tls/not-tls', async () => {
    const reply = (socket: Socket): void =>
      void socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'))
    await withSockets(reply, async port => {
      await refused('tls/not-tls', 4, `https://localhost:${port}/`, ...trusting())
    })
  })

  test('a port that accepts and is silent: net/handshake-timeout', async () => {
    await withSockets(
      socket => socket.resume(),
      async port => {
        const url = `https://localhost:${port}/`
        await refused('net/handshake-timeout', 7, url, ...trusting(), '--timeout', '200ms')
      },
    )
  })
})

/** What AES-GCM adds to a record: header, explicit nonce and tag (RFC 5288 3); header, type and tag (RFC 9846 5.2). */
const SEALED_12 = 5 + 8 + 16
const SEALED_13 = 5 + 1 + 16

/** Flips the last bit of the signature: ServerKeyExchange is message 12, alone in a record or in the middle of one. */
const alterServerKeyExchange = ({ from, type, bytes }: PassingRecord): Verdict => {
  if (from !== 'server' || type !== 22) return 'pass'
  for (let at = 5; at + 4 <= bytes.length; ) {
    const end = at + 4 + ((bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!)
    if (bytes[at] === 12 && end <= bytes.length) bytes[end - 1]! ^= 1
    at = end
  }
  return 'pass'
}

const RSA_PSS_RSAE_SHA256 = 0x0804

/** A provider that goes wrong for one label only (RFC 5246 7.4.9, RFC 9846 4.4.4): keys agree, Finished does not. */
const withWrongFinished = (crypto: CryptoProvider): CryptoProvider =>
  new Proxy(crypto, {
    get(target, name) {
      const member = Reflect.get(target, name, target) as unknown
      if (typeof member !== 'function') return member
      if (name !== 'hmac') return member.bind(target)
      return (...args: Parameters<CryptoProvider['hmac']>) => {
        const code = target.hmac(...args)
        const about = args.slice(2).map(piece => Buffer.from(piece as Uint8Array).toString('latin1'))
        if (/server finished|tls13 finished/.test(about.join(''))) code[0]! ^= 1
        return code
      }
    },
  })
