import { readFileSync } from 'node:fs'
import { createServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { connect, createServer as createRelay, type Server } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { type Capture, captureSink } from '../../src/capture/index.ts'
import { labWorld } from '../../src/lab/world.ts'
import { client, serve } from '../../src/net/index.ts'
import { nodePlatform } from '../../src/node/lab.ts'
import { recorder, tee } from '../../src/trace/recorder.ts'
import type { TraceSink } from '../../src/trace/types.ts'
import { ascii, concat } from '../support/bytes.ts'
import { temporaryFolder, testAuthority } from '../support/peers-chain.ts'
import { capturedExchange } from './exchange-capture.ts'
import { tshark, tsharkComplaints, tsharkFields, tsharkMissing } from './tshark.ts'

const missing = tsharkMissing ? ' (skipped: no tshark here)' : ''
const clock = { now: () => performance.now(), date: () => performance.timeOrigin + performance.now() }
const folder = temporaryFolder('tshark')
afterAll(() => folder.remove())

/** A capture in memory. */
const file = () => {
  const pieces: Uint8Array[] = []
  const capture = captureSink(bytes => void pieces.push(bytes), clock, { application: 'barewire test' })
  return { capture, bytes: () => concat(...pieces) }
}

const port = (server: Server): number => (server.address() as AddressInfo).port
const listening = (server: Server) => new Promise<void>(done => server.listen(0, '127.0.0.1', done))

/** Tells `sink` of a stream that the kernel carries, as the streams of `net` do. */
const telling = (sink: TraceSink, flow: string) => {
  const offsets = { in: 0, out: 0 }
  return {
    state: (to: string) => sink.state({ layer: 'tcp', flow, host: 'client', from: '', to, at: clock.now() }),
    moved(direction: 'in' | 'out', bytes: Uint8Array) {
      const start = offsets[direction]
      offsets[direction] += bytes.length
      const payload = { start, end: offsets[direction], at: 0 }
      const about = { id: sink.nextId(), layer: 'tcp', flow, host: 'client', direction, at: clock.now() } as const
      sink.message({ ...about, name: 'bytes', format: undefined, bytes: bytes.slice(), payload })
    },
  }
}

/** One HTTPS exchange of Node with itself through a relay that tells `capture` what passes. */
const exchange = async (capture: Capture, version: 'TLSv1.2' | 'TLSv1.3'): Promise<string> => {
  const leaf = testAuthority('ecdsa', folder.path).issue({ names: ['localhost'] })
  const server = createServer({ key: readFileSync(leaf.key), cert: readFileSync(leaf.chain) }, (_, response) =>
    response.end('the answer is 42'),
  )
  await listening(server)
  const relay = createRelay(client => {
    const upstream = connect(port(server), '127.0.0.1')
    const story = telling(capture, `127.0.0.1:${client.remotePort}-127.0.0.1:${port(server)}`)
    story.state('SYN-SENT')
    story.state('ESTABLISHED')
    client.on('data', data => {
      story.moved('out', data)
      upstream.write(data)
    })
    upstream.on('data', data => {
      story.moved('in', data)
      client.write(data)
    })
    client.on('end', () => {
      story.state('FIN-WAIT')
      upstream.end()
    })
    upstream.on('end', () => {
      story.state('CLOSE-WAIT')
      client.end()
    })
  })
  await listening(relay)
  const body = await new Promise<string>((resolve, reject) => {
    const ask = request(
      {
        host: '127.0.0.1',
        port: port(relay),
        path: '/question',
        rejectUnauthorized: false,
        minVersion: version,
        maxVersion: version,
        agent: false,
      },
      answer => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', chunk => {
          text += chunk
        })
        answer.on('end', () => resolve(text))
      },
    )
    ask.on('socket', socket =>
      socket.on('keylog', (line: Buffer) => {
        const [label = '', random = '', secret = ''] = line.toString('latin1').trim().split(' ')
        const bytes = (digits: string) => Uint8Array.from(Buffer.from(digits, 'hex'))
        const record = { label, clientRandom: bytes(random), secret: bytes(secret) }
        capture.secret({ flow: '', host: 'client', ...record })
      }),
    )
    ask.on('error', reject)
    ask.end()
  })
  await new Promise<void>(done => relay.close(() => server.close(() => done())))
  return body
}

test.skipIf(tsharkMissing)(`tshark decrypts a synthetic capture without any extra key${missing}`, async () => {
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const { capture, bytes } = file()
    expect(await exchange(capture, version)).toBe('the answer is 42')
    capture.finish()
    const tlsPort = tsharkFields(bytes(), ['tcp.dstport'], '-c', '1')[0]![0]!
    const http = tsharkFields(
      bytes(),
      ['http.request.uri', 'http.response.code', 'http.file_data'],
      '-d',
      `tcp.port==${tlsPort},tls`,
      '-Y',
      'http',
    )
    expect(http[0]?.[0], version).toBe('/question')
    expect(http[1]?.[1], version).toBe('200')
    expect(tsharkComplaints(bytes())).toEqual([])
  }
})

test.skipIf(tsharkMissing)(`tshark finds nothing wrong with a long download in one direction${missing}`, () => {
  const { capture, bytes } = file()
  const story = telling(capture, '127.0.0.1:40000-127.0.0.1:8080')
  story.state('SYN-SENT')
  story.state('ESTABLISHED')
  story.moved('out', ascii('GET / HTTP/1.1\r\nHost: a\r\n\r\n'))
  story.moved('in', ascii('HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n'))
  for (let i = 0; i < 30; i++) story.moved('in', new Uint8Array(100_000).fill(i))
  story.state('CLOSE-WAIT')
  story.state('FIN-WAIT')
  capture.finish()
  expect(tsharkComplaints(bytes())).toEqual([])
  const http = tsharkFields(bytes(), ['http.response.code', 'http.content_length'], '-Y', 'http.response')
  expect(http).toEqual([['200', '3000000']])
})

test.skipIf(tsharkMissing)(`tshark shows times, directions, comments, names and interfaces as given${missing}`, () => {
  const { capture, bytes } = file()
  const story = telling(tee(capture, recorder()), '10.1.2.3:40000-10.1.2.4:80')
  story.state('SYN-SENT')
  story.state('ESTABLISHED')
  capture.frame(new Uint8Array(60), { date: 1_795_000_000_123.456, comment: 'a frame of zeros', direction: 'in' })
  capture.finish()
  const names = ['frame.time_epoch', 'frame.packet_flags_direction', 'frame.comment', 'frame.interface_name']
  const rows = tsharkFields(bytes(), names)
  expect(rows.map(r => r[3])).toEqual(['kernel', 'kernel', 'kernel', 'wire'])
  expect(rows[0]?.[2]).toMatch(/^Synthetic frames/)
  expect(rows[3]?.[0]).toBe('1795000000.123456000')
  expect(rows.map(r => Number(r[1]))).toEqual([2, 1, 2, 1])
  expect(rows[3]?.[2]).toBe('a frame of zeros')
  expect(tshark(bytes(), '-T', 'fields', '-e', 'tcp.checksum.status', '-Y', 'tcp').trim().split('\n')).toEqual([
    '1',
    '1',
    '1',
  ])
})

test.skipIf(tsharkMissing)(
  `tshark reads the exchange of the demo whole, with the secrets in the file${missing}`,
  async () => {
    for (const seed of [1, 2, 3]) {
      const { file, frames, exchange } = await capturedExchange(seed)
      expect(tsharkComplaints(file), `seed ${seed}`).toEqual([])
      const http = tsharkFields(
        file,
        ['http.request.method', 'http.request.uri', 'http.response.code', 'http.cookie'],
        '-Y',
        'http',
      )
      expect(http.map(row => row.slice(0, 3))).toEqual([
        ['POST', '/login', ''],
        ['', '', '200'],
        ['GET', '/account', ''],
        ['', '', '200'],
      ])
      expect(http[2]?.[3]).toContain('__Host-sid=')
      // Every connection ends with FIN on both sides, and what the thread says of the cookie is where tshark sees it.
      expect(tsharkFields(file, ['frame.number'], '-Y', 'tcp.flags.fin == 1').length).toBe(2)
      const place = exchange.cookie?.crumbs.at(-1)?.places[0]
      const cookieFrame = tsharkFields(file, ['frame.number'], '-Y', 'http.cookie')[0]?.[0]
      expect(place?.message.bytes).toEqual(frames[Number(cookieFrame) - 1])
    }
  },
)

test.skipIf(tsharkMissing)(
  `tshark reads and decrypts what a lab world has captured at any moment${missing}`,
  async () => {
    const pieces: Uint8Array[] = []
    const world = labWorld(nodePlatform({ seed: 1 }), { seed: 1, loss: 0.3, capture: piece => void pieces.push(piece) })
    const [near, far] = [world.machine('client'), world.machine('server')]
    await serve(() => new Response('the answer is 42'), {
      world: far.world,
      host: far.host.address.text,
      port: 443,
      tls: world.certified(['server']),
    })
    const browser = client({ world: near.world })
    for (let requests = 1; requests <= 3; requests++) {
      await (await browser.fetch('https://server/')).text()
      const sofar = concat(...pieces)
      expect(tsharkFields(sofar, ['frame.number'])).toHaveLength(world.network.counts.passed)
      expect(new Set(tsharkFields(sofar, ['http.response.code'], '-Y', 'http.response').map(String))).toEqual(
        new Set(['200']),
      )
    }
    browser.close()
    world.close()
    expect(tsharkFields(concat(...pieces), ['frame.number'])).toHaveLength(world.network.counts.passed)
  },
)
