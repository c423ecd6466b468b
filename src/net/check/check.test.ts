import { describe, expect, test } from 'vitest'
import { concat } from '../../../test/support/bytes.ts'
import { asked, authority, clock, DAY, issued, ours, rude } from '../../../test/support/checking.ts'
import { codeOf } from '../../../test/support/net.ts'
import type { Bytes } from '../../engine.ts'
import { weakServer, weakSuites } from '../../lab/index.ts'
import { nodeWorld } from '../../node/world.ts'
import { ClientHello } from '../../tls/messages/hello.ts'
import { CipherSuite, ExtensionType, SignatureScheme } from '../../tls/messages/registries.table.ts'
import { latin1Bytes } from '../../wire/bytes.ts'
import { decode } from '../../wire/codec.ts'
import type { ByteStream, Transport, World } from '../stream/types.ts'
import { findingsIn } from './findings.ts'
import { FirstFlight } from './first-flight.ts'
import { helloBytes, ssl2Hello } from './hello.ts'
import { isNumbers, OLD_SUITES } from './traits.ts'

/** A server of TLS 1.2 that takes these suites, in this order, says no more than that, and thinks for 10 ms about it. */
const takes = (suites: readonly number[]) =>
  rude((stream, heard) =>
    heard(bytes => {
      const at = 44 + bytes[43]!
      const size = (bytes[at]! << 8) | bytes[at + 1]!
      const offered = new Set<number>()
      for (let i = at + 2; i < at + 2 + size; i += 2) offered.add((bytes[i]! << 8) | bytes[i + 1]!)
      const chosen = suites.find(id => offered.has(id))
      const isOld = bytes[9] !== 3 || bytes[10] !== 3
      const hello = [3, 3, ...new Uint8Array(32), 0, (chosen ?? 0) >> 8, (chosen ?? 0) & 255, 0]
      const answer =
        chosen === undefined || isOld
          ? [21, 3, 3, 0, 2, 2, isOld ? 70 : 40]
          : [22, 3, 3, 0, 4 + hello.length, 2, 0, 0, hello.length, ...hello]
      clock.later(clock.now() + 10, () => stream.write([Uint8Array.from(answer)]))
    }),
  )

describe('a server of many suites', () => {
  // Of none with a group of numbers: how large its prime is would be asked, and not answered.
  const many = OLD_SUITES.filter(id => !isNumbers(id))
  const suitesAsked = async (suites: readonly number[]) => {
    const { report } = await asked(await takes(suites), { families: ['versions', 'suites'] })
    const { connections, took, observed } = report
    expect(observed.suites).toMatchObject([
      { version: 'TLS 1.2', order: 'server', suites: suites.map(CipherSuite.nameOf) },
    ])
    return { connections: connections / suites.length, rounds: took / 10 / suites.length }
  }

  test('is asked for all of them and for their order, in little more turns than it has suites', async () => {
    expect(many.length).toBeGreaterThan(150)
    const { connections, rounds } = await suitesAsked(many)
    expect(connections).toBeLessThan(2)
    expect(rounds).toBeLessThan(1.2)
  })

  test('is asked the same where it has an order of its own', async () => {
    const mixed = many.map((id, i) => [(i * 101) % many.length, id] as const).sort(([a], [b]) => a - b)
    const { connections, rounds } = await suitesAsked(mixed.map(([, id]) => id))
    expect(connections).toBeLessThan(2.5)
    expect(rounds).toBeLessThan(0.9)
  })
})

describe('a server of ours', () => {
  test('is told whole: versions, suites in order, groups, chain, sessions, headers, and what it puts up with', async () => {
    const handler = () =>
      new Response('hello', {
        headers: [
          ['strict-transport-security', 'max-age=31536000; includeSubDomains'],
          ['set-cookie', 'sid=1; Secure; HttpOnly; SameSite=Lax'],
          ['set-cookie', 'theme=dark'],
          ['server', 'x/1.2'],
        ],
      })
    const { report, failures } = await asked(await ours({}, { handler }))
    const { versions, suites, groups, certificates, extensions, sessions, http, robustness } = report.observed
    expect(failures).toEqual([])
    expect(versions).toEqual({
      versions: {
        'SSL 2.0': { offered: false, by: expect.any(String) },
        'SSL 3.0': { offered: false, by: 'alert 70' },
        'TLS 1.0': { offered: false, by: 'alert 70' },
        'TLS 1.1': { offered: false, by: 'alert 70' },
        'TLS 1.2': { offered: true },
        'TLS 1.3': { offered: true },
      },
      fallbackSignal: true,
      downgradeMark: true,
    })
    expect(suites).toMatchObject([
      {
        version: 'TLS 1.3',
        suites: ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'],
        order: 'server',
      },
      {
        version: 'TLS 1.2',
        suites: [
          'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
          'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
          'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
        ],
        order: 'server',
      },
    ])
    expect(groups?.tls13).toEqual(['x25519', 'secp256r1', 'secp384r1', 'secp521r1'])
    // RFC 8422 5.1: without the curve of the certificate there is none, and with it that is preferred.
    expect(groups?.tls12).toEqual(['x25519', 'secp256r1'])
    expect(certificates).toMatchObject({
      rsa: 'none',
      ed25519: 'none',
      ecdsa: { key: 'EC P-256', names: ['shop.test'], trusted: true, ordered: true, withRoot: false, stapled: false },
      clientCertificate: false,
    })
    expect(extensions).toMatchObject({
      alpn: ['http/1.1'],
      extendedMasterSecret: true,
      secureRenegotiation: true,
      compression: false,
      heartbeat: false,
    })
    expect(sessions).toMatchObject({ tls12: { tickets: true }, tls13: { resumed: true, earlyData: 0 } })
    expect(http).toMatchObject({
      https: {
        status: 200,
        hsts: { maxAge: 31_536_000, includeSubDomains: true },
        csp: false,
        cookies: [
          { name: 'sid', secure: true, httpOnly: true, sameSite: 'Lax' },
          { name: 'theme', secure: false, httpOnly: false },
        ],
      },
      plain: 'nobody',
      closeNotify: true,
    })
    expect(Object.values(robustness!).map(one => 'offered' in one && one.offered)).toEqual(Array(12).fill(true))
    expect(report).toMatchObject({ host: 'shop.test', port: 443, unsteady: false })
    expect(findingsIn(report).map(({ code, got }) => [code, ...got])).toEqual([
      ['cookie-in-clear', 'theme'],
      ['no-hybrid'],
      ['cookie-for-scripts', 'theme'],
      ['cookie-crosses-sites', 'theme'],
      ['no-csp'],
      ['server-version', 'x/1.2'],
    ])
  })

  test('that knows TLS 1.3 alone shows its chain and its protocols all the same', async () => {
    const { report } = await asked(await ours({ versions: ['TLS 1.3'], tickets: 'none' }))
    const { versions, certificates, extensions, sessions } = report.observed
    expect(sessions?.tls13).toEqual({ tickets: 0, resumed: false, reused: false, lifetime: 0, earlyData: 0 })
    expect(versions?.versions['TLS 1.2']).toEqual({ offered: false, by: 'alert 70' })
    expect(versions?.fallbackSignal).toEqual({ unasked: 'pointless' })
    expect(certificates).toMatchObject({ rsa: 'none', ecdsa: { key: 'EC P-256', trusted: true } })
    expect(extensions?.alpn).toEqual(['http/1.1'])
  })

  test('with a certificate that is over, for another name, or soon over', async () => {
    const late = await asked(await ours(issued({ notAfter: clock.date() - 1_000 })), { families: ['certificates'] })
    expect(late.failures.map(({ code }) => code)).toEqual(['tls/certificate-expired'])
    expect(findingsIn(late.report).map(({ code }) => code)).toEqual(['chain-refused'])
    const other = await asked(await ours(issued({ names: ['other.test'] })), { families: ['certificates'] })
    expect(other.report.observed.certificates?.ecdsa).toMatchObject({
      trusted: false,
      failure: 'tls/certificate-name',
    })
    const soon = await asked(
      await ours(issued({ notBefore: clock.date() - 85 * DAY, notAfter: clock.date() + 5.5 * DAY })),
      { families: ['certificates'] },
    )
    expect(findingsIn(soon.report).map(({ code, got }) => [code, got[1]])).toEqual([['ends-soon', '5']])
  })

  /** Hears what is written, and knows the connections that were neither ended nor cut. */
  const tapped = (world: World & { readonly transport: Transport }, heard: (bytes: Bytes) => void = () => {}) => {
    const left = new Set<ByteStream>()
    const connect: Transport['connect'] = async to => {
      const stream = await world.transport.connect(to)
      left.add(stream)
      const over = (how: 'end' | 'reset') => ({
        value: () => {
          left.delete(stream)
          Object.getPrototypeOf(stream)[how].call(stream)
        },
      })
      const write = (pieces: readonly Bytes[]): boolean => {
        for (const piece of pieces) heard(piece)
        return Object.getPrototypeOf(stream).write.call(stream, pieces)
      }
      return Object.defineProperties(stream, { end: over('end'), reset: over('reset'), write: { value: write } })
    }
    return { left, world: { ...world, transport: { ...world.transport, connect } } }
  }

  test('has no connection of ours any more when all is asked', async () => {
    const { left, world } = tapped(await ours())
    const { report } = await asked(world)
    expect(report.connections).toBeGreaterThan(50)
    expect(left.size).toBe(0)
  })

  test('is asked for each kind of certificate with every scheme of that kind, SHA-1 too, and no other', async () => {
    const offered = new Set<string>()
    const { world } = tapped(await ours({ versions: ['TLS 1.2'] }), bytes => {
      if (bytes[0] !== 22 || bytes[5] !== 1) return
      const extensions = decode(ClientHello, bytes.subarray(9)).extensions ?? []
      const schemes = extensions.find(({ type }) => type === ExtensionType.names.signature_algorithms)
      if (schemes !== undefined)
        offered.add((schemes.body as { schemes: number[] }).schemes.map(SignatureScheme.nameOf).join(' '))
    })
    await asked(world, { families: ['certificates'] })
    const rsa = ['rsa_pss_rsae_', 'rsa_pss_pss_', 'rsa_pkcs1_'].flatMap(of =>
      ['256', '384', '512'].map(n => `${of}sha${n}`),
    )
    const ecdsa = 'ecdsa_secp256r1_sha256 ecdsa_secp384r1_sha384 ecdsa_secp521r1_sha512 ecdsa_sha1'
    for (const kind of [[...rsa, 'rsa_pkcs1_sha1'].join(' '), ecdsa, 'ed25519']) expect(offered).toContain(kind)
  })

  test('is asked in clear too: a page, a way to https or elsewhere, or no answer', async () => {
    const plain = async (answer: string | undefined) => {
      const world = await ours()
      await world.transport.listen({ port: 80 }, stream => {
        if (answer === undefined) stream.reset()
        else {
          const data = () => {
            stream.write([latin1Bytes(`HTTP/1.1 ${answer}\r\nContent-Length: 0\r\n\r\n`)])
            stream.end()
          }
          stream.handler = { data, end() {}, drain() {}, closed() {} }
        }
      })
      return (await asked(world, { families: ['http'] })).report.observed.http?.plain
    }
    expect(await plain('200 OK')).toBe('page')
    expect(await plain('301 x\r\nLocation: https://shop.test/')).toBe('https')
    expect(await plain('308 x\r\nLocation: /here')).toBe('elsewhere')
    expect(await plain('300 x')).toBe('page')
    expect(await plain(undefined)).toMatchObject({ unasked: 'cut' })
  })

  test('is asked no more than was wanted', async () => {
    const { report } = await asked(await ours(), { families: ['versions'] })
    expect(Object.entries(report.observed).flatMap(([name, of]) => (of === undefined ? [] : [name]))).toEqual([
      'versions',
    ])
    expect(report.connections).toBeLessThan(12)
  })
})

const weak = (options: Omit<Parameters<typeof weakServer>[0], 'crypto'>) =>
  rude((stream, heard) => {
    const engine = weakServer({ crypto: nodeWorld().crypto, ...options })
    heard(bytes => {
      engine.receive(bytes.slice(), clock.now())
      const out = engine.pollTransmit(clock.now())
      if (out !== undefined) stream.write(out)
    })
  })

test('a server that chooses a weak suite whatever it is offered is told by it', async () => {
  const { chain, privateKey } = authority.issue({ names: ['shop.test'] })
  for (const { name } of weakSuites) {
    const world = await weak({ suite: name, chain, privateKey })
    const { report } = await asked(world, { families: ['versions', 'suites'] })
    expect(report.observed.suites).toEqual([
      expect.objectContaining({ version: 'TLS 1.2', suites: [name], unoffered: [name] }),
    ])
    const expected = name.includes('NULL')
      ? 'suite-null'
      : name.includes('EXPORT')
        ? 'suite-export'
        : name.includes('RC4')
          ? 'suite-rc4'
          : 'suite-3des'
    const codes = findingsIn(report).map(({ code }) => code)
    expect(codes).toContain(expected)
    expect(codes).toContain('suite-not-offered')
  }
})

test('a certificate that comes with a suite of another kind is not that of the kind that was asked for', async () => {
  const { chain, privateKey } = authority.issue({ names: ['shop.test'] })
  const { name } = weakSuites[0]!
  const world = await weak({ suite: name, chain, privateKey })
  const { report } = await asked(world, { families: ['versions', 'certificates'] })
  expect(name).toContain('ECDSA')
  expect(report.observed.certificates).toMatchObject({ rsa: 'none', ecdsa: { key: 'EC P-256' } })
})

describe('a server below TLS 1.3', () => {
  /** Of these versions; `mark` ends what is random in answers that are not of the newest. */
  const speaking = (versions: readonly number[], mark: string) =>
    rude((stream, heard) =>
      heard(bytes => {
        const asks = bytes[10]!
        const at = 44 + bytes[43]!
        const size = (bytes[at]! << 8) | bytes[at + 1]!
        let suite: number | undefined
        for (let i = at + 2; i < at + 2 + size; i += 2) {
          const id = (bytes[i]! << 8) | bytes[i + 1]!
          if (OLD_SUITES.includes(id)) suite ??= id
        }
        const random = new Uint8Array(32)
        if (asks !== Math.max(...versions)) random.set(latin1Bytes(mark), 24)
        const hello = [3, asks, ...random, 0, (suite ?? 0) >> 8, (suite ?? 0) & 255, 0]
        const takes = suite !== undefined && versions.includes(asks)
        const answer = takes
          ? [22, 3, asks, 0, 4 + hello.length, 2, 0, 0, hello.length, ...hello]
          : [21, 3, 1, 0, 2, 2, 70]
        stream.write([Uint8Array.from(answer)])
      }),
    )
  const markOf = async (versions: readonly number[], mark = 'DOWNGRD\0') => {
    const { report } = await asked(await speaking(versions, mark), { families: ['versions'] })
    return report.observed.versions?.downgradeMark
  }
  test('is asked for the mark of what is below TLS 1.2, where it knows TLS 1.2 (RFC 9846 4.2.3)', async () => {
    expect(await markOf([2, 3])).toBe(true)
    expect(await markOf([2, 3], 'nothing ')).toBe(false)
    expect(await markOf([1, 2])).toEqual({ unasked: 'pointless' })
    expect(await markOf([3])).toEqual({ unasked: 'pointless' })
  })
})

describe('nobody is waited for for ever', () => {
  test('a server that says nothing is given up after two questions', async () => {
    const began = clock.now()
    expect(await codeOf(asked(await rude((_, heard) => heard(() => {}))))).toBe('net/handshake-timeout')
    expect(clock.now() - began).toBeLessThan(61_000)
  })

  test('one that speaks something else is told at once', async () => {
    const world = await rude((stream, heard) =>
      heard(() => stream.write([latin1Bytes('HTTP/1.1 400 Bad Request\r\n\r\n')])),
    )
    expect(await codeOf(asked(world))).toBe('tls/not-tls')
  })

  test.each([
    ['warnings', Uint8Array.of(21, 3, 3, 0, 2, 1, 112)],
    ['empty records', Uint8Array.of(22, 3, 3, 0, 0)],
    ['a message that never ends', Uint8Array.of(22, 3, 3, 0, 4, 2, 1, 0xff, 0xff)],
  ])('nor is one that sends %s without an end', async (_, record) => {
    let sent = 0
    const flood = new Uint8Array(record.length * 1_000).map((_, i) => record[i % record.length]!)
    const world = await rude((stream, heard) => {
      let open = true
      heard(() => {
        stream.handler = {
          data() {},
          end() {},
          drain: () => pump(),
          closed() {
            open = false
          },
        }
        pump()
      })
      const pump = (): void => {
        while (open && sent < 50_000_000 && stream.write([flood])) sent += flood.length
      }
    })
    expect(await codeOf(asked(world))).toBe('tls/not-tls')
    expect(sent).toBeLessThan(5_000_000)
  })

  test('one that cuts each second connection is asked one by one, and nothing is taken for a no', async () => {
    const { report } = await asked(await ours({}, { cut: n => n % 2 === 0 }), { families: ['versions', 'suites'] })
    expect(report.unsteady).toBe(true)
    expect(report.observed.versions?.versions).toMatchObject({
      'TLS 1.0': { offered: false, by: 'alert 70' },
      'TLS 1.2': { offered: true },
      'TLS 1.3': { offered: true },
    })
    expect(report.observed.suites?.[1]?.suites).toHaveLength(3)
    expect(findingsIn(report).map(({ code }) => code)).toContain('unsteady')
  })

  test('one that falls silent before its groups are asked for has not said that it has none', async () => {
    const { report: before } = await asked(await ours(), { families: ['versions'] })
    const world = await ours({}, { cut: n => n > before.connections })
    const { report } = await asked(world, { families: ['versions', 'groups'] })
    expect(report.observed.groups).toMatchObject({ tls13: { unasked: expect.any(String) } })
  })

  test('one that cuts all after twenty is left alone, and what was not answered is said', async () => {
    const { report } = await asked(await ours({}, { cut: n => n > 20 }))
    expect(report.connections).toBeLessThan(80)
    const { suites, robustness } = report.observed
    expect(JSON.stringify(suites) + JSON.stringify(robustness)).toContain('"unasked":"stopped"')
    expect(Object.values(robustness!).some(one => 'offered' in one && !one.offered)).toBe(false)
    expect(findingsIn(report).at(-1)?.code).toBe('unanswered')
  })

  test('the time and the number of connections that were given are the end of it', async () => {
    const few = await asked(await ours(), { most: 15 })
    expect(few.report.connections).toBe(15)
    expect(JSON.stringify(few.report.observed)).toContain('"unasked":"bound"')
    // Five hundred milliseconds of the clock of the test, in which nobody waits.
    const { report } = await asked(await ours({}, { deaf: n => n > 20 }), { maxTime: 500 })
    expect(report.took).toBeGreaterThan(400)
    expect(report.took).toBeLessThanOrEqual(500)
    expect(report.connections).toBeGreaterThan(20)
    const { suites, robustness } = report.observed
    expect(JSON.stringify(suites) + JSON.stringify(robustness)).toContain('"unasked":"late"')
    // What was cut short says nothing about the server.
    expect(JSON.stringify(report.observed)).not.toContain('"by":"silent"')
  })

  test('whoever gives up is heard', async () => {
    const stop = new AbortController()
    const world = await rude((_, heard) => heard(() => stop.abort(new Error('enough'))))
    expect(await codeOf(asked(world, { signal: stop.signal }))).toBe('Error: enough')
  })
})

test('of a name with ten addresses one is asked, and the others are named', async () => {
  const world = await ours()
  const addresses = Array.from({ length: 10 }, (_, i) => `192.0.2.${i + 1}`)
  const gone = new Map<string, number>()
  const transport: Transport = {
    ...world.transport,
    lookUp: async () => addresses,
    async connect(to) {
      gone.set(to.host, (gone.get(to.host) ?? 0) + 1)
      const stream = await world.transport.connect(to)
      return Object.defineProperty(stream, 'remote', { value: { address: to.host, port: to.port } })
    },
  }
  const { report } = await asked({ ...world, transport }, { families: ['versions'] })
  expect(report.others).toHaveLength(9)
  expect(gone.size).toBe(1)
})

describe('what the first answer says', () => {
  const hello = Uint8Array.of(
    ...[22, 3, 3, 0, 48, 2, 0, 0, 44, 3, 3],
    ...new Array<number>(32).fill(7),
    ...[0, 0xc0, 0x2b, 0, 0, 4, 0xff, 1, 0, 0],
  )
  test('is read whole, torn and byte by byte', () => {
    for (const size of [1, 3, 5, 53]) {
      const flight = new FirstFlight('hello')
      let reply: ReturnType<FirstFlight['push']>
      for (let at = 0; at < hello.length; at += size) reply ??= flight.push(hello.subarray(at, at + size))
      expect(reply).toMatchObject({ kind: 'flight', version: 0x0303, hello: { cipherSuite: 0xc02b }, isRetry: false })
    }
  })
  test('is read out of records of two octets, and an alert is none that has three', () => {
    const flight = new FirstFlight('hello')
    let reply: ReturnType<FirstFlight['push']>
    for (let at = 5; at < hello.length; at += 2)
      reply ??= flight.push(
        concat(Uint8Array.of(22, 3, 3, 0, Math.min(2, hello.length - at)), hello.subarray(at, at + 2)),
      )
    expect(reply).toMatchObject({ kind: 'flight', hello: { cipherSuite: 0xc02b } })
    expect(new FirstFlight('hello').push(Uint8Array.of(21, 3, 1, 0, 3, 2, 70, 0))).toMatchObject({ kind: 'nonsense' })
  })
  test('is an alert, nonsense, SSL 2.0, or nothing yet', () => {
    expect(new FirstFlight('hello').push(Uint8Array.of(21, 3, 1, 0, 2, 2, 70))).toEqual({ kind: 'alert', alert: 70 })
    expect(new FirstFlight('hello').push(latin1Bytes('SSH-2.0-x\r\n'))).toMatchObject({ kind: 'nonsense' })
    expect(new FirstFlight('hello').push(Uint8Array.of(0x80, 0x30, 4, 0, 1))).toEqual({ kind: 'ssl2' })
    expect(new FirstFlight('hello').push(Uint8Array.of(22, 3))).toBeUndefined()
    // Neither the highest bit nor the 4 alone is of SSL 2.0.
    expect(new FirstFlight('hello').push(Uint8Array.of(0x80, 0x30, 5, 0, 1))).toMatchObject({ kind: 'nonsense' })
    expect(new FirstFlight('hello').push(Uint8Array.of(21, 3, 4, 0, 2, 2, 70))).toEqual({ kind: 'alert', alert: 70 })
  })
  test('is read up to 256 KiB', () => {
    const warnings = new Uint8Array(256 * 1024).map((_, i) => [21, 3, 3, 0, 2, 1, 112][i % 7]!)
    const flight = new FirstFlight('hello')
    expect(flight.push(warnings)).toBeUndefined()
    expect(flight.push(Uint8Array.of(0))).toEqual({ kind: 'nonsense', got: 'more than 262144 bytes' })
  })
  test('no bytes make it throw', () => {
    const random = nodeWorld().crypto.random
    for (let i = 0; i < 2_000; i++) {
      const bent = hello.slice()
      const [at = 0, value = 0, until = 0] = random.bytes(3)
      bent[at % bent.length] = value
      const flight = new FirstFlight(until % 2 === 0 ? 'flight' : 'exchange')
      flight.push(bent) ?? flight.push(random.bytes(40)) ?? flight.ended()
    }
    expect(helloBytes({ version: 0x0300, suites: [5] }, { bytes: n => new Uint8Array(n) })).toHaveLength(52)
  })
  test('the hello of SSL 2.0 names its seven kinds of cipher', () => {
    const kinds = '010080 020080 030080 040080 050080 060040 0700c0'.replaceAll(' ', '')
    const hello = Buffer.from(ssl2Hello({ bytes: n => new Uint8Array(n) })).toString('hex')
    expect(hello).toBe(`802e010002001500000010${kinds}${'00'.repeat(16)}`)
  })
})
