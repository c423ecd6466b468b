/** What a server says before the client's Finished has come (RFC 9846 4.5.4), which is off unless it is allowed. */
import { expect, test } from 'vitest'
import { ascii, concat } from '../../../test/support/bytes.ts'
import { answersOf, identity, type Pair, type PairOptions, pair, recordsOf } from '../../../test/support/tls.ts'
import { FailureError } from '../../failures/index.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { ExternalKey } from '../session/external-key.ts'

const crypto = nodeCrypto()
const who = identity(crypto, 'p-256')
const about = { identity: ascii('device'), key: ascii('0123456789abcdef') }
const key = (role: 'client' | 'server') => ExternalKey.of({ ...about, role })

/** A server that has answered a hello, and nothing more has come. */
const answered = (options: Partial<PairOptions> = {}): Pair & { readonly flight: Uint8Array } => {
  const both = pair({
    crypto,
    who,
    versions: ['TLS 1.3'],
    ...options,
    server: { halfRtt: 'allowed', ...options.server },
  })
  const flight = concat(...both.server.touch(concat(...both.client.touch())))
  return { ...both, flight }
}
const codeOf = (task: () => unknown): string => {
  try {
    task()
  } catch (error) {
    if (error instanceof FailureError) return error.code
    throw error
  }
  return 'nothing thrown'
}

test.each([
  ['shown a certificate', {}],
  [
    'known by a key',
    {
      client: { psk: [key('client')] },
      server: { psk: 'asked', halfRtt: 'allowed' },
      serverAnswers: question => (question.about === 'psk' ? key('server') : answersOf(crypto, who)(question)),
    },
  ],
] as const satisfies readonly (readonly [string, Partial<PairOptions>])[])(
  'to a client that is %s it reaches it with the flight, and the client is established before',
  (_, options) => {
    const { client, server, flight } = answered(options)
    expect(server.has('writable')).toBe(true)
    expect(server.established).toBeUndefined()
    server.tls.write(ascii('welcome'), 0)
    const finished = concat(...client.touch(concat(flight, ...server.touch())))
    expect(client.data).toEqual(ascii('welcome'))
    expect(client.established).toBeDefined()
    server.touch(finished)
    expect(server.established).toBeDefined()
    server.tls.write(ascii(' back'), 0)
    client.touch(concat(...server.touch()))
    expect(client.data).toEqual(ascii('welcome back'))
    expect([client.failure, server.failure]).toEqual([undefined, undefined])
  },
)

test('is off: without the option, and where a client is to say who it is', () => {
  for (const server of [
    { halfRtt: undefined },
    { clientCertificate: 'asked' },
    { clientCertificate: 'required' },
  ] as const) {
    const both = answered({ server })
    expect(both.server.has('writable')).toBe(false)
    expect(codeOf(() => both.server.tls.write(ascii('secret'), 0))).toBe('tls/write-too-early')
  }
})

test('tells nothing of who the client is, exports nothing, and takes nothing from it', () => {
  const { server, client, flight } = answered()
  expect(server.events.filter(event => event.type === 'writable')).toEqual([
    { type: 'writable', about: expect.objectContaining({ version: 'TLS 1.3', peerChain: [], trusted: undefined }) },
  ])
  expect(codeOf(() => server.tls.exportKeyingMaterial('EXPERIMENTAL x', undefined, 16))).toBe('tls/no-exporter')
  client.touch(flight)
  client.tls.write(ascii('data'), 0)
  // The client's data without its Finished before them.
  const [, ...data] = recordsOf(concat(...client.touch()))
  server.touch(concat(...data))
  expect(server.data).toHaveLength(0)
})

test('a client whose Finished is wrong has heard what was said, and no more is taken or said', () => {
  const { server, flight } = answered()
  server.tls.write(ascii('welcome'), 0)
  expect(flight.length + concat(...server.touch()).length).toBeGreaterThan(flight.length)
  server.touch(Uint8Array.of(23, 3, 3, 0, 40, ...new Uint8Array(40)))
  expect(server.failure).toMatchObject({ code: 'tls/record-damaged', alert: 20 })
  expect(server.established).toBeUndefined()
  const said = concat(...server.touch()).length
  server.tls.write(ascii('more'), 0)
  expect(concat(...server.touch())).toHaveLength(0)
  expect(said).toBe(0)
})
