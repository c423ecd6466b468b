/** `barewire capture` on loopback, with programs that are not ours; what it wrote is read by us and by tshark. */
import { createSocket } from 'node:dgram'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { certificateAuthority } from '../../src/ca/authority.ts'
import { main } from '../../src/cli/main.ts'
import { nodeWorld } from '../../src/node/world.ts'
import { certifiedKey } from '../../src/tls/certificate/certified-key.ts'
import { cannotCapture } from '../support/capture-right.ts'
import { served, soon } from '../support/net.ts'
import { packetsOf, typesOf } from '../support/pcapng.ts'
import { installed, missing } from '../support/peers.ts'
import { temporaryFolder } from '../support/peers-chain.ts'
import { type CapturedIo, captured } from '../support/peers-io.ts'
import { tshark, tsharkMissing } from './tshark.ts'

const cannot = await cannotCapture()
const skipped = cannot === undefined ? '' : ` (skipped: ${cannot})`
const folder = temporaryFolder('capture-live')
afterAll(folder.remove)
afterEach(() => vi.unstubAllEnvs())
const file = (name: string): string => join(folder.path, name)
const PATIENCE = 60_000

const key = certifiedKey(
  certificateAuthority({ crypto: nodeWorld().crypto, now: () => Date.now(), name: 'test root' }).issue({
    names: ['localhost'],
  }),
)
const server = () => served(() => new Response('the answer is 42'), { tls: { certificateFor: () => key } })

const environment = (): Record<string, string> =>
  Object.fromEntries(Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined))

interface Captured {
  readonly exit: number
  readonly events: readonly Readonly<Record<string, unknown>>[]
  readonly bytes: Uint8Array
}

const eventsOf = (io: CapturedIo): Captured['events'] =>
  io
    .stdout()
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Readonly<Record<string, unknown>>)

/** Runs a program while what passes `port` is captured. */
const capturing = async (name: string, port: string, program: readonly string[]): Promise<Captured> => {
  const io = captured({ env: environment() })
  const words = ['capture', '-i', 'lo', '--port', port, '-o', file(name), '--json', '--', ...program]
  const exit = await main(words, io)
  return { exit, events: eventsOf(io), bytes: new Uint8Array(readFileSync(file(name))) }
}

const NODE = (url: string): string =>
  `process.removeAllListeners('warning');require('node:https').get('${url}',{rejectUnauthorized:false},r=>r.resume())`
const PYTHON = (url: string): string =>
  `import ssl,urllib.request as u;u.urlopen('${url}',context=ssl._create_unverified_context()).read()`

const programs: readonly (readonly [name: string, needed: string, words: (url: string) => readonly string[]])[] = [
  ['curl', 'curl', url => ['curl', '-sk', '-o', '/dev/null', url]],
  ['Node', 'node', url => [process.execPath, '-e', NODE(url)]],
  ['Python', 'python3', url => ['python3', '-c', PYTHON(url)]],
]

describe.skipIf(cannot !== undefined)(`a program and its keys${skipped}`, () => {
  for (const [name, needed, words] of programs)
    test.skipIf(!installed(needed))(
      `${name}: what it said is read by inspect, with the secrets in front of it${missing(needed)}`,
      async () => {
        const { url } = await server()
        const { port } = new URL(url)
        const path = `${needed}.pcapng`
        const { exit, events, bytes } = await capturing(path, port, words(`https://localhost:${port}/asked`))
        expect(exit).toBe(0)
        expect(events[0]).toMatchObject({ type: 'capturing', interface: 'lo', port: Number(port), program: true })
        expect(events[1]).toMatchObject({ type: 'captured', interfaces: ['lo'], dropped: 0, ended: 'program', exit: 0 })
        expect(events[1]!.frames).toBe(packetsOf(bytes).length)
        expect((statSync(file(path)).mode & 0o777).toString(8)).toBe('600')
        // Section, interface, secrets; whatever comes then.
        expect(typesOf(bytes).slice(0, 3)).toEqual([0x0a0d0d0a, 1, 10])
        expect(typesOf(bytes).at(-1)).toBe(5)
        const io = captured()
        expect(await main(['inspect', file(path)], io)).toBe(0)
        expect(io.stdout()).toMatch(/ 1 ✓ [^✓]* GET \/asked → 200, [^✓]*decrypted\n/)
      },
      PATIENCE,
    )

  test.skipIf(tsharkMissing || !installed('curl'))(
    `tshark decrypts what we wrote${tsharkMissing ? ' (skipped: tshark not installed)' : missing('curl')}`,
    async () => {
      const { url } = await server()
      const { port } = new URL(url)
      const asking = ['curl', '-sk', '-o', '/dev/null', `https://localhost:${port}/asked`]
      const { exit, bytes } = await capturing('tshark.pcapng', port, asking)
      expect(exit).toBe(0)
      const fields = ['-T', 'fields', '-e', 'http.request.uri', '-e', 'http.response.code']
      expect(
        tshark(bytes, '-Y', 'http', ...fields)
          .trim()
          .split(/\s+/),
      ).toEqual(['/asked', '200'])
    },
    PATIENCE,
  )

  test(
    'its exit code is ours, and its keys are gone',
    async () => {
      // A folder of its own: other tests make temporary files in the common one.
      mkdirSync(file('temporary'), { recursive: true })
      vi.stubEnv('TMPDIR', file('temporary'))
      const program = [
        process.execPath,
        '-e',
        'process.exit(require("node:fs").readdirSync(process.env.TMPDIR).length + 6)',
      ]
      const { exit, events } = await capturing('exit.pcapng', '9', program)
      expect(exit).toBe(7)
      expect(events[1]).toMatchObject({ type: 'captured', ended: 'program', exit: 7, secrets: 0, frames: 0 })
      expect(readdirSync(file('temporary'))).toEqual([])
    },
    PATIENCE,
  )

  test(
    'a signal is passed on, and the file is ended',
    async () => {
      const io = captured({ env: environment() })
      const program = [process.execPath, '-e', 'setInterval(() => {}, 1000)']
      const running = main(
        ['capture', '-i', 'lo', '--port', '9', '-o', file('killed.pcapng'), '--json', '--', ...program],
        io,
      )
      while (!io.stdout().includes('capturing')) await soon()
      io.interrupt('SIGTERM')
      expect(await running).toBe(143)
      expect(eventsOf(io)[1]).toMatchObject({ type: 'captured', ended: 'program', exit: 143 })
    },
    PATIENCE,
  )

  test(
    'a program that is not there is said, leaves no file, and an older one as it was',
    async () => {
      const io = captured({ env: environment() })
      expect(await main(['capture', '-i', 'lo', '-o', file('none.pcapng'), '--', 'no-such-program'], io)).toBe(1)
      expect(io.stderr()).toContain('no-such-program')
      expect(existsSync(file('none.pcapng'))).toBe(false)
      writeFileSync(file('older'), 'what was captured before')
      const words = ['capture', '-i', 'lo', '-o', file('older'), '--force', '--', 'no-such-program']
      expect(await main(words, captured({ env: environment() }))).toBe(1)
      expect(readFileSync(file('older'), 'utf8')).toBe('what was captured before')
    },
    PATIENCE,
  )
})

/** A datagram to ourselves, once it has come. */
const datagram = async (text: string): Promise<void> => {
  const [from, to] = [createSocket('udp4'), createSocket('udp4')]
  await new Promise<void>(resolve => to.bind(0, '127.0.0.1', resolve))
  const came = new Promise(resolve => to.once('message', resolve))
  from.send(text, to.address().port, '127.0.0.1')
  await came
  from.close()
  to.close()
}

const texts = (path: string): string[] =>
  packetsOf(new Uint8Array(readFileSync(path))).map(packet => Buffer.from(packet.body.data).toString('latin1'))

describe.skipIf(cannot !== undefined)(`an interface${skipped}`, () => {
  test(
    'each frame is there once, and Ctrl-C ends the file with its statistics',
    async () => {
      const io = captured()
      const running = main(['capture', '-i', 'lo', '-o', file('lo.pcapng')], io)
      while (!io.stderr().includes('capturing lo')) await soon()
      await datagram('seen-while-we-looked')
      io.interrupt()
      expect(await running).toBe(0)
      expect(texts(file('lo.pcapng')).filter(text => text.endsWith('seen-while-we-looked'))).toHaveLength(1)
      expect(typesOf(new Uint8Array(readFileSync(file('lo.pcapng')))).at(-1)).toBe(5)
      expect(io.stderr()).toMatch(/captured \d+ frames, .* on lo\n/)
      expect(io.stderr()).toContain(`see it: barewire inspect ${file('lo.pcapng')}  or barewire explain`)
    },
    PATIENCE,
  )

  test(
    '--most ends it in front of the frame that would be too much',
    async () => {
      const io = captured()
      const running = main(['capture', '-o', file('most.pcapng'), '--most', '1', '--json'], io)
      while (!io.stdout().includes('capturing')) await soon()
      await datagram('too long')
      expect(await running).toBe(0)
      expect(eventsOf(io)[1]).toMatchObject({ type: 'captured', ended: 'most', frames: 0, bytes: 0 })
    },
    PATIENCE,
  )

  test(
    '--seconds ends it',
    async () => {
      const io = captured()
      expect(
        await main(['capture', '-i', 'lo', '--port', '9', '--seconds', '1', '-o', file('short.pcapng'), '--json'], io),
      ).toBe(0)
      expect(eventsOf(io)[1]).toMatchObject({ type: 'captured', ended: 'seconds', exit: null })
    },
    PATIENCE,
  )

  test(
    'a file that is there is not replaced, unless that is asked for',
    async () => {
      writeFileSync(file('mine'), 'mine', { mode: 0o644 })
      const words = ['capture', '-i', 'lo', '--port', '9', '--seconds', '1', '-o', file('mine')]
      const io = captured()
      expect(await main(words, io)).toBe(1)
      expect(io.stderr()).toContain('it is there already')
      expect(readFileSync(file('mine'), 'utf8')).toBe('mine')
      expect(await main([...words, '--force'], captured())).toBe(0)
      expect(typesOf(new Uint8Array(readFileSync(file('mine'))))[0]).toBe(0x0a0d0d0a)
      expect((statSync(file('mine')).mode & 0o777).toString(8)).toBe('600')
    },
    PATIENCE,
  )
})
