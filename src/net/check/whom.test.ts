/** Who is asked, for what name, with which families, and when there is nobody to ask. */
import { describe, expect, test } from 'vitest'
import { asked, clock, issued, ours, rude } from '../../../test/support/checking.ts'
import { codeOf } from '../../../test/support/net.ts'
import { latin1Bytes } from '../../wire/bytes.ts'
import type { ByteStream, Transport } from '../stream/types.ts'
import { suitesOf } from './asking.ts'
import type { Progress } from './check.ts'
import { FAMILIES, VERSION_NAMES } from './types.ts'

const NO = Uint8Array.of(21, 3, 3, 0, 2, 2, 40)
const isOf13 = (bytes: Uint8Array): boolean => bytes.length > 43 && bytes[43] === 32
/** Does this to whoever asks for TLS 1.3, and that to all others. */
const doing = (to13: (stream: ByteStream) => void, toOthers = to13) =>
  rude((stream, heard) => heard(bytes => (isOf13(bytes) ? to13 : toOthers)(stream)))
const says = (stream: ByteStream) => void stream.write([NO])
const nothing = () => {}

describe('nobody is there', () => {
  test.each([
    ['tcp/reset-in-handshake', doing(stream => stream.reset())],
    ['tcp/reset-in-handshake', doing(stream => stream.end())],
    ['tcp/reset-in-handshake', doing(says, stream => stream.reset())],
    ['net/handshake-timeout', doing(nothing)],
    ['net/handshake-timeout', doing(nothing, says)],
    ['net/handshake-timeout', doing(says, nothing)],
    ['tls/not-tls', doing(nothing, stream => void stream.write([latin1Bytes('SSH-2.0-x\r\n')]))],
  ])('%s', async (code, server) => {
    expect(await codeOf(asked(await server))).toBe(code)
  })
  test('at a port where nobody listens, and for a name that TLS cannot ask for', async () => {
    const world = await ours()
    expect(await codeOf(asked(world, { port: 444 }))).toBe('tcp/refused')
    const connect: Transport['connect'] = () => Promise.reject(new Error('asked'))
    const mute = { ...world, transport: { ...world.transport, connect } }
    expect(await codeOf(asked(mute))).toBe('Error: asked')
    expect(await codeOf(asked(mute, { sni: 'a b' }))).not.toBe('Error: asked')
  })
  test('that goes over to TLS', async () => {
    const world = await ours({}, { before: stream => void stream.write([latin1Bytes('554 go away\r\n')]) })
    expect(await codeOf(asked(world, { starttls: 'smtp' }))).toBe('net/starttls-refused')
  })
  test('is said with the time that was waited, for two versions', async () => {
    const began = clock.now()
    const error: unknown = await asked(await doing(nothing), { timeout: 100 }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ failure: { where: 'shop.test:443', number: 100 } })
    // TLS 1.3 without a share and with two, TLS 1.2 with each list of suites; all of them twice.
    expect(clock.now() - began).toBe(200 * (2 + suitesOf('TLS 1.2').length))
  })
})

test('whoever refuses all of it is there, and has nothing', async () => {
  const { report, failures } = await asked(await doing(says))
  const { versions, suites, robustness, certificates, http } = report.observed
  const refused = { offered: false, by: 'alert 40' }
  expect(versions?.versions).toEqual(Object.fromEntries(VERSION_NAMES.map(name => [name, refused])))
  expect([suites, failures, new Set(Object.values(robustness!).map(one => JSON.stringify(one))).size]).toEqual([
    [],
    [],
    1,
  ])
  expect([certificates?.rsa, http?.https]).toEqual(['none', { unasked: 'unable' }])
})

test('the name that was given is asked for and checked, at the address that was given', async () => {
  const other = issued({ names: ['other.test'] })
  const names = new Set<string | undefined>()
  const certificateFor = ((name, hello) => {
    names.add(name)
    return other.certificateFor!(name, hello)
  }) satisfies typeof other.certificateFor
  const world = await ours({ certificateFor })
  const hosts = new Set<string>()
  const transport: Transport = {
    ...world.transport,
    lookUp: () => Promise.reject(new Error('looked up')),
    async connect(to) {
      hosts.add(to.host)
      return Object.defineProperty(await world.transport.connect(to), 'remote', {
        value: { address: to.host, port: to.port },
      })
    },
  }
  const options = { sni: 'other.test', address: '192.0.2.9', families: ['certificates', 'http'] } as const
  const { report, failures } = await asked({ ...world, transport }, options)
  expect(report.observed.certificates).toMatchObject({ ecdsa: { trusted: true } })
  expect(report.observed.http).toMatchObject({ https: { status: 200 } })
  expect([failures, [...hosts], [...names]]).toEqual([
    [],
    ['192.0.2.9'],
    // SSL 3.0 knows no names.
    ['other.test', undefined],
  ])
  expect(report).toMatchObject({ host: 'shop.test', others: [] })
})

test('each family can be asked for alone, and only what is wanted is told', async () => {
  const world = await ours(issued({ names: ['other.test'] }))
  for (const family of FAMILIES.filter(name => name !== 'starttls')) {
    const { report, failures } = await asked(world, { families: [family] })
    expect(Object.entries(report.observed).flatMap(([name, of]) => (of === undefined ? [] : [name]))).toEqual([family])
    expect(failures.map(({ code }) => code)).toEqual(family === 'certificates' ? ['tls/certificate-name'] : [])
  }
})

test('what is under way is told with each connection, of which no more are open than was said', async () => {
  const steps: Progress[] = []
  const world = await ours()
  let [open, most] = [0, 0]
  const connect: Transport['connect'] = async to => {
    most = Math.max(most, ++open)
    const stream = await world.transport.connect(to)
    const reset = () => {
      open--
      Object.getPrototypeOf(stream).reset.call(stream)
    }
    return Object.defineProperty(stream, 'reset', { value: reset })
  }
  const { report } = await asked(
    { ...world, transport: { ...world.transport, connect } },
    { families: ['versions', 'groups', 'schemes'], lanes: 2, progress: step => steps.push(step) },
  )
  expect(steps.map(({ connections }) => connections)).toEqual(
    Array.from({ length: report.connections - 1 }, (_, i) => i + 2),
  )
  expect(new Set(steps.map(({ families }) => families.join()))).toEqual(
    new Set(['', 'versions', 'groups,schemes', ...steps.slice(-1).map(({ families }) => families.join())]),
  )
  expect(most).toBe(2)
})
