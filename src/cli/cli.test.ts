import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { captured } from '../../test/support/peers-io.ts'
import { dataWord, readWords } from './get/data.ts'
import { main } from './main.ts'
import { parseDuration, parseHeader, parseHost, parseResolve, parseUrl } from './options.ts'
import { styleFor } from './story/style.ts'
import { joinVerbosity, parseVerbosity } from './verbosity.ts'

test('help of every command begins with examples and goes to standard output', async () => {
  for (const words of [['--help'], ['get', '--help'], ['serve', '--help'], ['demo', '-h'], ['ca', 'path', '--help']]) {
    const io = captured()
    expect(await main(words, io)).toBe(0)
    expect(io.stdout()).toMatch(/^Examples:\n/)
    expect(io.stderr()).toBe('')
    for (const line of io.stdout().split('\n')) expect(line.length).toBeLessThanOrEqual(100)
  }
})

test('a wrong command line is cli/usage: exit 1, told on standard error, with the help to read', async () => {
  for (const words of [
    [],
    ['gte'],
    ['get'],
    ['get', '--foo', 'x'],
    ['get', 'ftp://x'],
    ['get', 'a', 'b'],
    ['ca'],
    ['help', 'nope'],
  ]) {
    const io = captured()
    expect(await main(words, io)).toBe(1)
    expect(io.stdout()).toBe('')
    expect(io.stderr()).toContain('cli/usage')
    expect(io.stderr()).toMatch(/try +barewire.* --help/)
    expect(io.stderr()).not.toContain('    at ')
  }
})

test('in a clone, started by npm, every command that is offered is one that can be typed there', async () => {
  const env = { npm_lifecycle_event: 'start' }
  for (const words of [
    ['--help'],
    ['get', '--help'],
    ['serve', '--help'],
    ['demo', '-h'],
    ['ca', 'path', '-h'],
    ['gte'],
  ]) {
    for (const terminal of [60, 100]) {
      const io = captured({ env, terminal })
      await main(words, io)
      const text = io.stdout() + io.stderr()
      expect(text).toContain('npm start -- ')
      expect(text).not.toMatch(/(^|[($]|\s{2})barewire (get|serve|demo|ca)/m)
      for (const line of io.stdout().split('\n'))
        if (!/^ {2}(npm|curl|export)/.test(line)) expect(line.length).toBeLessThanOrEqual(terminal)
    }
  }
})

test('with --json a failure is one object on standard output', async () => {
  const io = captured()
  expect(await main(['get', '--json', '--timeout', 'soon', 'https://localhost/'], io)).toBe(1)
  expect(io.stderr()).toBe('')
  expect(JSON.parse(io.stdout())).toMatchObject({
    v: 1,
    type: 'failure',
    code: 'cli/usage',
    exit: 1,
    where: 'barewire get',
  })
})

test('a file that cannot be read is cli/file', async () => {
  const io = captured()
  expect(await main(['get', '-d', '@/no/such/file', 'https://localhost:1/'], io)).toBe(1)
  expect(io.stderr()).toContain('cli/file')
  expect(io.stderr()).toContain('/no/such/file: there is no such file or folder')
})

test('a reader that goes away ends the command quietly', async () => {
  const io = captured({ gone: true })
  expect(await main(['--help'], io)).toBe(0)
  expect(await main(['get', '--json', 'ftp://x'], io)).toBe(1)
  expect(io.stderr()).toBe('')
})

test('-v takes layers only when the next word names some', () => {
  expect(joinVerbosity(['get', '-v', 'https://x'])).toEqual(['get', 'https://x', '--verbose=1:'])
  expect(joinVerbosity(['get', '-vv', 'tcp,dns', 'x'])).toEqual(['get', 'x', '--verbose=2:tcp,dns'])
  expect(joinVerbosity(['get', '-v', '-v', '-v', '-v', 'x'])).toEqual(['get', 'x', '--verbose=3:'])
  expect(joinVerbosity(['get', '--verbose=tls', 'x'])).toEqual(['get', 'x', '--verbose=1:tls'])
  expect(joinVerbosity(['get', '--', '-v'])).toEqual(['get', '--', '-v'])
  expect(parseVerbosity('1:')).toEqual({ level: 1, layers: ['dns', 'tls', 'http'] })
  expect(parseVerbosity('3:tcp')).toEqual({ level: 3, layers: ['tcp'] })
  expect(() => parseVerbosity('1:tcp,quic')).toThrow('no layer "quic"')
})

test('a word behind -v that is no layer is named, whichever way it is taken', async () => {
  for (const words of [
    ['get', 'https://localhost:1/', '-v', 'nope'],
    ['get', '-v', 'nope', 'https://localhost:1/'],
    ['get', '-v', 'tcp,nope', 'https://localhost:1/'],
  ]) {
    const io = captured()
    expect(await main(words, io)).toBe(1)
    expect(io.stderr().replace(/\s+/g, ' ')).toContain('-v knows no layer "nope"; there are ethernet, arp')
  }
  expect(joinVerbosity(['get', '-v', 'TCP', 'x'])).toEqual(['get', 'x', '--verbose=1:TCP'])
  expect(parseVerbosity('1:TCP')).toEqual({ level: 1, layers: ['tcp'] })
})

test('a capture does not go to standard output, nor into a file of the name "-"', async () => {
  for (const command of [['get', 'https://localhost:1/'], ['serve', '.'], ['demo']]) {
    const io = captured()
    expect(await main([...command, '--pcapng', '-'], io)).toBe(1)
    expect(io.stderr()).toContain('--pcapng wants the name of a file')
  }
})

test('options are read or refused in words', async () => {
  expect(parseDuration('2.5s')).toBe(2500)
  expect(parseDuration('10')).toBe(10_000)
  expect(parseDuration('500ms')).toBe(500)
  for (const wrong of ['', '0', '-1', '1h', 'abc']) expect(() => parseDuration(wrong)).toThrow('A time looks like')
  expect(parseHeader('X-A:  b c ')).toEqual(['X-A', 'b c'])
  expect(() => parseHeader('no colon')).toThrow('-H wants')
  expect(parseResolve('Shop.test:443:[::1]')).toEqual({ host: 'shop.test', port: 443, address: '::1' })
  expect(parseResolve('Bücher.test:443:127.0.0.1').host).toBe('xn--bcher-kva.test')
  expect(() => parseResolve('shop.test:443')).toThrow('--resolve wants')
  expect(parseUrl('localhost:8443/a').href).toBe('https://localhost:8443/a')
  for (const wrong of ['', '/etc/hosts', './x', '?q', '#f', 'https://', 'a b', 'https://a:65536/'])
    expect(() => parseUrl(wrong)).toThrow('This is not a URL')
  expect(() => parseUrl('file:///etc/hosts')).toThrow('not file')
  expect(() => parseUrl('https://a:0/')).toThrow('Port 0')
  expect(() => parseUrl('https://ada:hunter2@a/')).toThrow(/^(?!.*hunter2).*has no place in a URL/s)
  expect(parseHost('[::1]')).toBe('::1')
  expect(parseHost('bücher.localhost')).toBe('xn--bcher-kva.localhost')
  for (const wrong of ['', ' ', 'a b', '127.0.0.1/8', 'ü b']) expect(() => parseHost(wrong)).toThrow('--host wants')
  expect(String.fromCharCode(...(await readWords([dataWord('data')('@-')], captured({ input: 'abc' }))))).toBe('abc')
})

test('colour: only on a terminal, never with NO_COLOR, always with --color always', () => {
  const { out: terminal } = captured({ terminal: 120 })
  const { out: pipe } = captured()
  const coloured = (sink: typeof pipe, env: Record<string, string>, choice: 'auto' | 'always' | 'never') =>
    styleFor(sink, env, { color: choice }).colour.bad('x') !== 'x'
  expect(coloured(terminal, {}, 'auto')).toBe(true)
  expect(coloured(terminal, { NO_COLOR: '1' }, 'auto')).toBe(false)
  expect(coloured(terminal, { NO_COLOR: '' }, 'auto')).toBe(true)
  expect(coloured(terminal, { TERM: 'dumb' }, 'auto')).toBe(false)
  expect(coloured(pipe, {}, 'auto')).toBe(false)
  expect(coloured(pipe, { NO_COLOR: '1' }, 'always')).toBe(true)
  expect(coloured(terminal, {}, 'never')).toBe(false)
})

test('text is at most 100 columns wide, and ASCII where the locale is not UTF-8', async () => {
  expect(styleFor(captured({ terminal: 220 }).err, {}, { color: 'auto' }).width).toBe(100)
  expect(styleFor(captured({ terminal: 80 }).err, {}, { color: 'auto' }).width).toBe(80)
  expect(styleFor(captured().err, { LANG: 'C' }, { color: 'auto' }).unicode).toBe(false)
  expect(styleFor(captured().err, { LANG: 'de_DE.UTF-8' }, { color: 'auto' }).unicode).toBe(true)
  expect(styleFor(captured().err, { LC_ALL: 'POSIX', LANG: 'de_DE.UTF-8' }, { color: 'auto' }).unicode).toBe(false)
  const io = captured({ env: { LC_ALL: 'C' } })
  await main(['gte'], io)
  expect(io.stderr()).toMatch(/^[\n\x20-\x7e]+$/)
})

test('ca path prints the path of a certificate that it makes on the first use, and nothing else', async () => {
  const home = mkdtempSync(join(tmpdir(), 'barewire-ca-'))
  const before = process.env.BAREWIRE_HOME
  process.env.BAREWIRE_HOME = home
  try {
    const [first, second, json] = [captured(), captured(), captured()]
    expect(await main(['ca', 'path'], first)).toBe(0)
    expect(first.stdout()).toBe(`${join(home, 'ca', 'root.pem')}\n`)
    expect(first.stderr()).toContain('made just now')
    expect(readFileSync(first.stdout().trim(), 'latin1')).toContain('-----BEGIN CERTIFICATE-----')
    expect(await main(['ca', 'path'], second)).toBe(0)
    expect({ out: second.stdout(), err: second.stderr() }).toEqual({ out: first.stdout(), err: '' })
    const capture = join(home, 'x.pcapng')
    expect(await main(['ca', 'path', '--json', '--pcapng', capture], json)).toBe(0)
    expect(JSON.parse(json.stdout())).toMatchObject({
      v: 1,
      type: 'ca',
      path: first.stdout().trim(),
      made: false,
      renewed: false,
    })
    expect(readFileSync(capture).readUInt32BE(0)).toBe(0x0a0d0d0a)
  } finally {
    if (before === undefined) delete process.env.BAREWIRE_HOME
    else process.env.BAREWIRE_HOME = before
    rmSync(home, { recursive: true, force: true })
  }
})
