import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type CapturedIo, captured } from '../../../test/support/peers-io.ts'
import { main } from '../main.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-decode-'))
afterAll(() => rmSync(folder, { recursive: true }))

const run = async (words: readonly string[], input = ''): Promise<CapturedIo & { readonly code: number }> => {
  const io = captured({ input })
  const code = await main(['decode', ...words], io)
  return { ...io, code }
}
const ALERT = '15 03 03 00 02 02 28'

test('an alert, typed: what it is, how sure, and each field with its place and its rule', async () => {
  const { code, stdout } = await run([ALERT])
  expect(code).toBe(0)
  expect(stdout()).toBe(
    [
      ' looks like: TLS record (alert), TLS alert (100 %)                                          hex, 7 B',
      '  0..7 TLS record: alert                                                              RFC 5246 6.2.1',
      '  0..1   type      alert',
      '  1..3   version   TLS 1.2',
      '  3..7   fragment',
      '  3..5     length  2',
      '  5..7     data',
      '  5..7       TLS alert                                                                  RFC 5246 7.2',
      '  5..6         level        fatal',
      '  6..7         description  handshake_failure',
      '',
    ].join('\n'),
  )
})

test('a file, standard input and a text give the same; -vv has the bytes beside, -vvv below', async () => {
  const path = join(folder, 'alert.bin')
  writeFileSync(path, Buffer.from(ALERT.replaceAll(' ', ''), 'hex'))
  const typed = (await run([ALERT])).stdout()
  expect((await run([path])).stdout().replace('raw bytes,', '      hex,')).toBe(typed)
  expect((await run(['-'], ALERT)).stdout()).toBe(typed)
  expect((await run([], `${ALERT}\n`)).stdout()).toBe(typed)
  expect((await run(['-vv', ALERT])).stdout()).toMatch(/description {2}handshake_failure +28\n/)
  expect((await run(['-vvv', ALERT])).stdout()).toMatch(/ 0000 {2}15 03 03 00 02 02 28 +\.{6}\(\n$/)
})

test('bytes that break a rule: the place is marked, and the exit code says so', async () => {
  const { code, stdout } = await run(['1503030002022800'])
  expect(code).toBe(9)
  expect(stdout()).toContain('1 byte is left over behind its end')
  expect(stdout().split('\n').at(-2)).toMatch(/^✗ 7\.\.8 1 byte is left over behind its end +wire\/trailing$/)
})

test('a head that is cut short is known by what there is of it', async () => {
  for (const [digits, type] of [
    ['160301', 'handshake'],
    ['15030300', 'alert'],
  ]) {
    const { code, stdout } = await run([digits!])
    expect(code).toBe(9)
    expect(stdout()).toContain(`looks like: TLS record (${type})`)
    expect(stdout()).toContain('the bytes end in the middle of it')
  }
})

test('bytes of no format are a failure, and so is what is longer than anything', async () => {
  const noise = await run(['e7d1a09b33'])
  expect([noise.code, noise.stdout()]).toEqual([9, ''])
  expect(noise.stderr()).toContain('decode/unknown')
  expect(noise.stderr()).toContain('None of the formats fits 5 bytes, read as hex.')
  const long = await run(['--json', '-'], '41'.repeat(5 * 1024 * 1024))
  expect(long.code).toBe(1)
  expect(JSON.parse(long.stdout())).toMatchObject({ code: 'decode/too-long', number: 8_388_608 })
  const binary = await run(['-'], '30'.repeat(1_200_000))
  expect(binary.stderr()).toContain('more than 1048576 bytes')
})

test('standard input that never ends is left when it is too long', async () => {
  let asked = 0
  const io = {
    ...captured(),
    input: (async function* () {
      for (;;) {
        asked++
        yield new Uint8Array(1 << 20)
      }
    })(),
  }
  expect(await main(['decode'], io)).toBe(1)
  expect(asked).toBe(9)
})

test('--as: a name that nobody guesses, the list of names, and a name that is none', async () => {
  const ports = await run(['--as', 'udp.header', '0035003500080000'])
  expect(ports.stdout()).toMatch(/^ UDP header +hex, 8 B\n/)
  expect(ports.stdout()).toMatch(/sourcePort +53\n/)
  expect((await run(['--as', 'list'])).stdout()).toMatch(/^tls13\.Certificate +body of Certificate of TLS 1\.3$/m)
  const wrong = await run(['--as', 'tls.nothing', '00'])
  expect([wrong.code, wrong.stderr()]).toEqual([1, expect.stringContaining('There is no format "tls.nothing"')])
})

test('--json and --emit are the way there and back', async () => {
  const json = await run(['--json', ALERT])
  expect(JSON.parse(json.stdout())).toMatchObject({
    v: 1,
    type: 'decoded',
    notation: 'hex',
    confidence: 1,
    format: 'tls.record',
    value: { type: 21, version: 0x303, fragment: { inside: 0 } },
    inside: [{ format: 'tls.alert', range: [5, 7], value: { level: 2, description: 40 } }],
  })
  expect((await run(['--emit', 'hex'], json.stdout())).stdout()).toBe('15030300020228\n')
  expect((await run(['--emit', 'base64'], json.stdout())).stdout()).toBe('FQMDAAICKA==\n')
  expect(Buffer.from((await run(['--emit', 'raw'], json.stdout().repeat(2))).bytes()).toString('hex')).toBe(
    '15030300020228'.repeat(2),
  )
  const wrong = await run(['--emit', 'hex'], '{"format":"tls.alert","value":{"level":2,"description":999}}')
  expect([wrong.code, wrong.stderr()]).toEqual([1, expect.stringContaining('decode/not-written')])
  expect((await run(['--emit', 'hex'], '{}\nnonsense')).stderr()).toContain('line 2')
  expect((await run(['--emit', 'octal'], '')).code).toBe(1)
})

test('a capture is known, and who reads it is named', async () => {
  const path = join(folder, 'x.pcapng')
  expect(await main(['demo', '--pcapng', path], captured())).toBe(0)
  const { code, stdout } = await run([path])
  expect(code).toBe(0)
  expect(stdout()).toContain('pcapng file')
  expect(stdout()).toContain('barewire inspect FILE')
})

// biome-ignore lint/suspicious/noControlCharactersInRegex: none of these may stand in what is written
const COMMANDS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200f\u202e]/

test('what stands in the bytes commands no terminal', async () => {
  const texts = ['GET /\x9b31m HTTP/1.1\r\nHost: \u202ex\r\n\r\n', 'Cookie: a\u200f=\u009d0;x\u009c', '\x1b]0;x\x07']
  const inHex = Buffer.from('HTTP/1.1 200 \x1b[2J\r\n\x1b]0;a: b\x07\r\n\r\n').toString('hex')
  const label = '=> Send \u202edata, 2 bytes (0x2)\n0000: 61 61                     aa\n'
  for (const text of [...texts, inHex, label])
    for (const words of [[], ['--json'], ['-vvv'], ['--show-secrets', '-vvv']]) {
      const { stdout, stderr } = await run([...words, '-'], text)
      expect(stdout() + stderr(), JSON.stringify(text)).not.toMatch(COMMANDS)
    }
})

test('a private key is shown without its numbers, and whole to who asks for them', async () => {
  const key = execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519'], { encoding: 'utf8' })
  const secret = Buffer.from(key.split('\n')[1]!, 'base64').subarray(16).toString('hex')
  for (const words of [['-vvv'], ['--json']]) {
    const hidden = await run([...words, '-'], key)
    expect(hidden.code).toBe(0)
    expect(hidden.stdout().replaceAll(' ', '')).not.toContain(secret.slice(0, 16))
  }
  expect((await run(['--json', '--show-secrets'], key)).stdout()).toContain(secret)
  const starred = await run(['--emit', 'hex'], (await run(['--json'], key)).stdout())
  expect(starred.stderr()).toContain('--show-secrets')
})
