/** What of TLS cannot be read: secrets that nobody has, bytes that nobody captured. */
import { describe, expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import {
  bytewise,
  type Heard,
  heard,
  secretsOf,
  sessionIn,
  type TalkOptions,
  type Tapped,
  talkBetween,
  told,
  verdictsOf,
} from '../../../test/support/streams.ts'
import { identity } from '../../../test/support/tls.ts'
import { nodeCrypto } from '../../node/crypto.ts'

const crypto = nodeCrypto()
const who = identity(crypto, 'p-256')
const talk = (options: Partial<TalkOptions> = {}) => talkBetween({ crypto, who, ...options })
const IN_ALL = ['record', 'tls', 'http']

describe('what cannot be read, and why', () => {
  const run = talk({ versions: ['TLS 1.3'] })
  const old = talk({ versions: ['TLS 1.2'] })
  const ends = secretsOf(run.ends.records)
  const labelled = (result: Heard) =>
    result.findings.flatMap(found => (found.about === 'secret' ? [`${found.label} ${found.state}`] : []))

  test('nobody wrote the secrets down', () => {
    const result = heard(crypto, run.tap)
    expect(labelled(result).sort()).toEqual([
      'CLIENT_HANDSHAKE_TRAFFIC_SECRET missing',
      'CLIENT_TRAFFIC_SECRET_0 missing',
      'SERVER_HANDSHAKE_TRAFFIC_SECRET missing',
      'SERVER_TRAFFIC_SECRET_0 missing',
    ])
    const sent = (side: string) => run.tap.reduce((sum, [from, bytes]) => (from === side ? sum + bytes.length : sum), 0)
    const unread = result.findings.flatMap(found => (found.about === 'unread' ? [found] : []))
    expect(unread).toMatchObject([
      { from: 'client', why: 'no-secrets' },
      { from: 'server', why: 'no-secrets' },
    ])
    for (const { from, at, bytes } of unread) expect(at + bytes).toBe(sent(from))
    expect(sessionIn(result)).toMatchObject({ version: 'TLS 1.3', finished: { client: undefined, server: undefined } })
    expect(labelled(heard(crypto, old.tap))).toEqual(['CLIENT_RANDOM missing'])
  })

  test('only those of the application were written down', () => {
    const find: typeof ends.find = (label, random) =>
      label.includes('HANDSHAKE') ? undefined : ends.find(label, random)
    const result = heard(crypto, run.tap, { secrets: { find } })
    expect(told(result.trace.records, ['http']).length).toBe(2)
    expect(labelled(result)).toContain('SERVER_HANDSHAKE_TRAFFIC_SECRET missing')
    expect(labelled(result)).toContain('SERVER_TRAFFIC_SECRET_0 used')
    const why = new Set(result.findings.flatMap(found => (found.about === 'unread' ? [found.why] : [])))
    expect([...why]).toEqual(['no-secrets'])
  })

  test('they have another length than they need', () => {
    const find: typeof ends.find = (label, random) => ends.find(label, random)?.subarray(1)
    expect(new Set(labelled(heard(crypto, run.tap, { secrets: { find } })).map(each => each.split(' ')[1]))).toEqual(
      new Set(['malformed']),
    )
  })

  test('they are of another session', () => {
    for (const { tap } of [run, old]) {
      const find: typeof ends.find = label => new Uint8Array(label === 'CLIENT_RANDOM' ? 48 : 32).fill(7)
      const result = heard(crypto, tap, { secrets: { find } })
      expect(labelled(result).filter(each => each.endsWith('unfit')).length).toBeGreaterThan(0)
      expect(labelled(result).filter(each => each.endsWith('used'))).toEqual([])
      expect(result.findings).toContainEqual(expect.objectContaining({ about: 'unread', why: 'unfit-secrets' }))
      expect(result.trace.records.filter(({ type }) => type === 'secret')).toEqual([])
    }
  })

  test('the hellos were not captured', () => {
    const late: Tapped = run.tap.slice(-4)
    expect(heard(crypto, late, { secrets: ends }).findings).toContainEqual(
      expect.objectContaining({ about: 'unread', why: 'no-hello' }),
    )
  })
})

describe('bytes that were never captured', () => {
  /** Answers of so many records each, under whatever the suite is. */
  const LINES = 40
  const long = (suite: string): ReturnType<typeof talk> =>
    talk({
      versions: [suite.includes('_WITH_') ? 'TLS 1.2' : 'TLS 1.3'],
      client: { suites: [suite as never] },
      server: { suites: [suite as never] },
      before: ({ both, carry }) => {
        both.client.tls.write(ascii('GET /long HTTP/1.1\r\nHost: shop.test\r\n\r\n'), 0)
        carry()
        both.server.tls.write(ascii(`HTTP/1.1 200 OK\r\nContent-Length: ${LINES * 100}\r\n\r\n`), 0)
        for (let i = 0; i < LINES; i++) both.server.tls.write(new Uint8Array(100).fill(i), 0)
        carry()
      },
    })
  /** `length` bytes of the server's flight behind its head are missing. */
  const holed = (tap: Tapped, at: number, length: number): Tapped =>
    tap.flatMap(([from, bytes]): Tapped => {
      if (from !== 'server' || typeof bytes === 'number' || bytes.length < LINES * 100) return [[from, bytes]]
      return [
        [from, bytes.slice(0, at)],
        [from, length],
        [from, bytes.slice(at + length)],
      ]
    })
  const bodyOf = ({ findings }: Heard) => {
    for (const found of findings) if (found.about === 'exchange') return found.response?.body
    return undefined
  }
  const SUITES = [
    'TLS_AES_128_GCM_SHA256',
    'TLS_CHACHA20_POLY1305_SHA256',
    'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
    'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256',
  ]
  for (const suite of SUITES) {
    const run = long(suite)
    const context = { secrets: secretsOf(run.ends.records) }
    test(`${suite}: whole records and halves of them are missing, and those behind open with their numbers`, () => {
      const tap = holed(run.tap, 1_000, 1_500)
      const result = heard(crypto, tap, context)
      const unread = result.findings.flatMap(found => (found.about === 'unread' ? [found.why] : []))
      expect(unread).not.toContain('out-of-step')
      expect(unread).toContain('lost')
      expect(told(result.trace.records, ['http'])).toContainEqual(expect.objectContaining({ name: 'GET /cart' }))
      const torn = heard(crypto, bytewise(tap), context)
      expect(told(torn.trace.records, IN_ALL)).toEqual(told(result.trace.records, IN_ALL))
      expect(torn.findings).toEqual(result.findings)
      // What is told of records lies where it lay.
      const whole = told(run.ends.records, ['record']).filter(message => (message as { payload?: object }).payload)
      const wanted = new Set(whole.map(message => JSON.stringify((message as { stream: object }).stream)))
      for (const message of told(result.trace.records, ['record']).filter(
        each => (each as { payload?: object }).payload,
      ))
        expect(wanted).toContain(JSON.stringify((message as { stream: object }).stream))
    })
  }

  test('a hole inside of one record leaves the body at its length', () => {
    const run = long('TLS_AES_128_GCM_SHA256')
    const result = heard(crypto, holed(run.tap, 1_010, 20), { secrets: secretsOf(run.ends.records) })
    expect(bodyOf(result)).toMatchObject({ complete: false, length: LINES * 100 - 100 })
    expect(told(result.trace.records, ['http']).map(each => (each as { name: string }).name)).toEqual([
      'GET /long',
      '200 OK',
      'GET /cart',
      '200 OK',
    ])
  })

  test('a record that was altered is told as damaged, and the next one opens', () => {
    const run = long('TLS_AES_128_GCM_SHA256')
    const tap: Tapped = run.tap.map(([from, bytes]) => {
      const changed = bytes.slice()
      if (from === 'server' && bytes.length >= LINES * 100) changed[1_010]! ^= 1
      return [from, changed]
    })
    const result = heard(crypto, tap, { secrets: secretsOf(run.ends.records) })
    expect(result.findings).toContainEqual(expect.objectContaining({ about: 'unread', why: 'damaged', records: 1 }))
    expect(verdictsOf(result.trace, 'tls')).toContain('record failed')
    expect(told(result.trace.records, ['http']).length).toBeGreaterThan(2)
  })
})
