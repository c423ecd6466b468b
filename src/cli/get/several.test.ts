/** Several at once (`-Z`), several times (`--retry`), and slowly (`--limit-rate`). */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { peer, served, soon } from '../../../test/support/net.ts'
import { captured } from '../../../test/support/peers-io.ts'
import { fail } from '../../failures/index.ts'
import { virtualClock } from '../../lab/clock.ts'
import { main } from '../main.ts'
import { inParallel, Turns } from './parallel.ts'
import { mayPass, rest, waitBefore } from './retry.ts'
import { Throttle } from './throttle.ts'

const folders: string[] = []
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'barewire-several-'))
  folders.push(made)
  return made
}
afterEach(() => {
  for (const each of folders.splice(0)) rmSync(each, { recursive: true, force: true })
})

const run = async (...words: string[]) => {
  const io = captured()
  const code = await main(['get', ...words], io)
  return { code, out: io.stdout(), err: io.stderr() }
}
const eventsOf = (out: string, type: string) =>
  out
    .trimEnd()
    .split('\n')
    .map(text => JSON.parse(text) as Record<string, unknown>)
    .filter(event => event.type === type)

test('-Z asks for several at once, as many as are allowed, and prints bodies in the order of the URLs', async () => {
  let open = 0
  let most = 0
  const waiting = new Map<string, () => void>()
  const { url } = await served(async request => {
    most = Math.max(most, ++open)
    const { pathname } = new URL(request.url)
    // The first is answered last of the three.
    await new Promise<void>(resolve => {
      waiting.set(pathname, resolve)
      if (waiting.size >= 3 || pathname === '/3') for (const name of ['/2', '/1', '/0', '/3']) waiting.get(name)?.()
    })
    open--
    return new Response(`${pathname}\n`)
  })
  const urls = ['/0', '/1', '/2', '/3'].map(path => `${url}${path}`)
  expect(await run('-Z', '--parallel-max', '3', ...urls)).toMatchObject({ code: 0, out: '/0\n/1\n/2\n/3\n', err: '' })
  expect(most).toBe(3)
})

test('-Z goes on when one of them fails, shares the jar, and says the exit code of the first that did', async () => {
  const { url } = await served(
    request => new Response('x', { headers: { 'set-cookie': `c${new URL(request.url).pathname.slice(1)}=1` } }),
  )
  const [jar, one, two] = [join(folder(), 'jar'), join(folder(), 'one'), join(folder(), 'two')]
  const { code, err } = await run(
    '-Z',
    '-c',
    jar,
    `${url}/1`,
    'http://127.0.0.1:1/',
    `${url}/2`,
    '-o',
    one,
    '-o',
    '/dev/null',
    '-o',
    two,
  )
  expect(code).toBe(3)
  expect(err).toContain('tcp/refused')
  expect([one, two].map(path => readFileSync(path, 'utf8'))).toEqual(['x', 'x'])
  expect(readFileSync(jar, 'latin1').match(/\tc[12]\t1$/gm)).toHaveLength(2)
  expect((await run('--parallel-max', '3', url)).err).toContain('--parallel-max goes with -Z')
  expect((await run('-Z', '--parallel-max', '0', url)).err).toContain('a number from 1 to 300')
})

test('what runs at once starts in order, stops to start when something is thrown, and lets the others end', async () => {
  const seen: string[] = []
  const work = inParallel([5, 1, 2, 9], 2, async item => {
    seen.push(`+${item}`)
    await soon(item)
    seen.push(`-${item}`)
    if (item === 1) throw new Error('one')
  })
  await expect(work).rejects.toThrow('one')
  expect(seen).toEqual(['+5', '+1', '-1', '-5'])
  const turns = new Turns(3)
  const order: number[] = []
  const each = [2, 1, 0].map(i => turns.turn(i).then(() => order.push(i) && turns.over(i)))
  await Promise.all(each)
  expect(order).toEqual([0, 1, 2])
})

test('--retry asks again for what says "later", as often as it may, and delivers the last answer', async () => {
  let requests = 0
  const { url } = await served(() => new Response(`${++requests}\n`, { status: requests < 3 ? 503 : 200 }))
  const { code, out, err } = await run('--retry', '5', '--retry-delay', '1ms', url)
  expect({ code, out, requests }).toEqual({ code: 0, out: '3\n', requests: 3 })
  expect(err).toBe(
    '  503 Service Unavailable: again in 1 ms (1 of 5)\n  503 Service Unavailable: again in 1 ms (2 of 5)\n',
  )
  const always = await served(() => new Response('later\n', { status: 503, headers: { 'retry-after': '0' } }))
  expect(await run('--retry', '2', always.url)).toMatchObject({ code: 0, out: 'later\n' })
  expect((await run('--retry', '2', '--fail', always.url)).code).toBe(8)
  const told = await run('--json', '--retry', '1', always.url)
  expect(eventsOf(told.out, 'retry')).toEqual([
    { v: 1, type: 'retry', url: `${always.url}/`, because: '503 Service Unavailable', after: 0, next: 1, of: 1 },
  ])
  expect(eventsOf(told.out, 'answer')).toHaveLength(2)
})

test('--retry repeats nothing that does something, unless nobody can have heard it', async () => {
  let requests = 0
  const { url } = await served(() => new Response(`${++requests}\n`, { status: 503 }))
  expect(await run('--retry', '5', '--retry-delay', '1ms', '-d', 'x', url)).toMatchObject({ code: 0, out: '1\n' })
  const nobody = await run('--retry', '2', '--retry-delay', '1ms', '-d', 'x', 'http://127.0.0.1:1/')
  expect(nobody.code).toBe(3)
  expect(nobody.err.match(/tcp\/refused: again in 1 ms/g)).toHaveLength(2)
  let met = 0
  const rude = await peer(socket => {
    socket.on('data', () => {
      met++
      socket.resetAndDestroy()
    })
  })
  expect((await run('--retry', '2', '--retry-delay', '1ms', '-d', 'x', rude)).code).toBe(3)
  expect(met).toBe(1)
  met = 0
  expect((await run('--retry', '2', '--retry-delay', '1ms', rude)).code).toBe(3)
  expect(met).toBe(3)
})

test('--retry goes on with a download where it broke off, and never prints a beginning twice', async () => {
  const whole = 'The whole, from its first byte to its last.'
  const seen: string[] = []
  const url = await peer(socket => {
    socket.on('data', piece => {
      const head = piece.toString('latin1')
      const from = Number(/^range: bytes=(\d+)-/im.exec(head)?.[1] ?? 0)
      seen.push(/^if-range: (.*)\r$/im.exec(head)?.[1] ?? 'none')
      const status =
        from > 0 ? `206 Rest\r\nContent-Range: bytes ${from}-${whole.length - 1}/${whole.length}` : '200 OK'
      const length = `Content-Length: ${whole.length - from}`
      socket.end(`HTTP/1.1 ${status}\r\nETag: "v"\r\n${length}\r\n\r\n${whole.slice(from, from + 20)}`)
    })
  })
  const path = join(folder(), 'file')
  const { code, err } = await run('--retry', '5', '--retry-delay', '1ms', '-o', path, url)
  expect({ code, seen }).toEqual({ code: 0, seen: ['none', '"v"', '"v"'] })
  expect(readFileSync(path, 'utf8')).toBe(whole)
  expect(err).toContain('http/body-cut-short: again in 1 ms (1 of 5)')
  expect(existsSync(`${path}.part`)).toBe(false)
  const printed = await run('--retry', '5', '--retry-delay', '1ms', url)
  expect(printed).toMatchObject({ code: 6, out: whole.slice(0, 20) })
})

test('a wait that the server asks for is kept, one that is far too long is not, and both are said', async () => {
  const { url } = await served(() => new Response('x', { status: 429, headers: { 'retry-after': '86400' } }))
  const { code, out, err } = await run('--retry', '3', url)
  expect({ code, out }).toEqual({ code: 0, out: 'x' })
  expect(err).toBe('  429 Too Many Requests, and Retry-After says 86400: nobody waits that long here\n')
  const date = Date.UTC(2026, 10, 20, 12)
  const wait = (after: string | null, next = 1) => waitBefore(next, { delay: undefined }, after, date)
  expect([1, 2, 3, 10, 30].map(next => wait(null, next))).toEqual([1_000, 2_000, 4_000, 512_000, 600_000])
  expect(wait('7')).toBe(7_000)
  expect(wait('Fri, 20 Nov 2026 12:00:30 GMT')).toBe(30_000)
  expect(wait('Fri, 20 Nov 2026 11:00:00 GMT')).toBe(0)
  expect(wait('601')).toBe('too long')
  expect(wait('Fri, 20 Nov 2026 13:00:00 GMT')).toBe('too long')
  for (const odd of ['', '-1', '1.5', 'soon', '9999999999']) expect([odd, wait(odd)]).toEqual([odd, 1_000])
  expect(waitBefore(4, { delay: 50 }, null, date)).toBe(50)
})

test('what may pass: names, connections and silence; not what is wrong here, nor what was understood', () => {
  for (const [code, idempotent, other] of [
    ['dns/timeout', true, true],
    ['tcp/refused', true, true],
    ['tcp/silence', true, true],
    ['tcp/reset', true, false],
    ['http/no-answer', true, false],
    ['http/body-cut-short', true, false],
    ['http/head-timeout', true, false],
    ['tls/certificate-expired', false, false],
    ['http/two-lengths', false, false],
    ['cli/time-up', false, false],
    ['net/pool-waits', false, false],
    ['cli/file', false, false],
  ] as const)
    expect([code, mayPass(fail(code), true), mayPass(fail(code), false)]).toEqual([code, idempotent, other])
})

test('a rest ends at its time, or with its signal, and leaves no timer', async () => {
  const clock = virtualClock()
  const stop = new AbortController()
  const stopped = rest(clock, 1_000, stop.signal)
  stop.abort(new Error('enough'))
  await expect(stopped).rejects.toThrow('enough')
  expect(clock.waiting).toBe(0)
  await expect(rest(clock, 1_000, stop.signal)).rejects.toThrow('enough')
  expect(clock.waiting).toBe(0)
})

test('--limit-rate passes on no more bytes a second than that, in even pieces, and makes up for nothing', async () => {
  const clock = virtualClock({ turn: () => soon(0) })
  const throttle = new Throttle(16_384, clock, new AbortController().signal)
  const taken: number[] = []
  for await (const piece of throttle.pieces(new Uint8Array(40_000))) {
    expect(piece.length).toBeLessThanOrEqual(16_384)
    taken.push(Math.round(clock.now()))
  }
  expect(taken).toEqual([1_000, 2_000, 2_441])
  await new Promise<void>(resolve => void clock.later(100_000, resolve))
  for await (const _ of throttle.pieces(new Uint8Array(16_384))) taken.push(Math.round(clock.now()))
  expect(taken.at(-1)).toBe(101_000)
})

test('--limit-rate leaves bodies as they are, both ways', async () => {
  const { url } = await served(async request => new Response(`${(await request.text()).length}`))
  const file = join(folder(), 'up')
  writeFileSync(file, 'x'.repeat(50_000))
  expect((await run('--limit-rate', '50M', '-d', `@${file}`, url)).out).toBe('50000')
  expect((await run('--limit-rate', '50M', '-F', `f=@${file}`, url)).out).toMatch(/^50\d\d\d$/)
  const { url: large } = await served(() => new Response('y'.repeat(100_000)))
  expect((await run('--limit-rate', '50M', large)).out).toBe('y'.repeat(100_000))
  for (const odd of ['0', 'fast', '-1', '1x'])
    expect((await run('--limit-rate', odd, url)).err).toContain('--limit-rate wants bytes a second')
})
