import { describe, expect, test } from 'vitest'
import { closing, codeOf, peer } from '../../../test/support/net.ts'
import { nodeWorld } from '../../node/world.ts'
import { type Client, client } from './client.ts'
import type { ResumeOptions, Resumption } from './resume.ts'

const TEXT = Array.from({ length: 1_000 }, (_, i) => `line ${i}`).join('\n')

interface Asked {
  readonly range: string | undefined
  readonly ifRange: string | undefined
  readonly from: number
  readonly turn: number
}

/** A server whose answers are written out in full; a connection ends behind each. */
const house = async (answer: (asked: Asked) => string | 'gone', resume: ResumeOptions | true = { wait: 1 }) => {
  const asked: Asked[] = []
  const url = await peer(socket => {
    socket.once('data', data => {
      const head = data.toString('latin1')
      const field = (name: string): string | undefined => new RegExp(`^${name}: (.*?)\r$`, 'im').exec(head)?.[1]
      const range = field('range')
      const one = { range, ifRange: field('if-range'), from: Number(/\d+/.exec(range ?? '0')?.[0]), turn: asked.length }
      asked.push(one)
      const said = answer(one)
      if (said === 'gone') socket.destroy()
      else socket.end(said, 'latin1')
    })
  })
  const told: Resumption[] = []
  const options = resume === true ? resume : { ...resume, told: (each: Resumption) => void told.push(each) }
  const own: Client = client({ resume: options, world: nodeWorld() })
  closing.push(() => own.close())
  const text = async (init: Parameters<Client['fetch']>[1] = {}) => (await own.fetch(url, init)).text()
  return { url, own, asked, told, text }
}

const TAG = 'ETag: "v1"\r\n'
/** The whole of it, of which `sent` octets come. */
const whole = (sent = TEXT.length, fields = TAG): string =>
  `HTTP/1.1 200 OK\r\n${fields}Content-Length: ${TEXT.length}\r\n\r\n${TEXT.slice(0, sent)}`
/** From `from` on, of which `sent` octets come. */
const rest = (from: number, sent = TEXT.length, fields = TAG, size: number | '*' = TEXT.length): string =>
  `HTTP/1.1 206 Partial Content\r\n${fields}Content-Range: bytes ${from}-${TEXT.length - 1}/${size}\r\nContent-Length: ${TEXT.length - from}\r\n\r\n${TEXT.slice(from, from + sent)}`

test('a body that breaks off is gone on with, as often as need be, and each time is told', async () => {
  const { text, asked, told, url } = await house(({ from, turn }) =>
    turn === 0 ? whole(100) : rest(from, turn < 3 ? 200 : undefined),
  )
  expect(await text()).toBe(TEXT)
  expect(asked.map(({ range, ifRange }) => [range, ifRange])).toEqual([
    [undefined, undefined],
    ['bytes=100-', '"v1"'],
    ['bytes=300-', '"v1"'],
    ['bytes=500-', '"v1"'],
  ])
  expect(told.map(({ bytes, total, because }) => [bytes, total, because?.code])).toEqual([
    [100, TEXT.length, 'http/body-cut-short'],
    [300, TEXT.length, 'http/body-cut-short'],
    [500, TEXT.length, 'http/body-cut-short'],
  ])
  expect(told[0]!.url).toBe(url)
})

test('without the option it fails as before', async () => {
  const { url } = await house(() => whole(100))
  const own = client({ world: nodeWorld() })
  closing.push(() => own.close())
  expect(await codeOf(own.fetch(url).then(response => response.text()))).toBe('http/body-cut-short')
})

test('a chunked body too, whose length the first part says', async () => {
  const broken = `HTTP/1.1 200 OK\r\n${TAG}Transfer-Encoding: chunked\r\n\r\n32\r\n${TEXT.slice(0, 50)}\r\n`
  const { text } = await house(({ from, turn }) => (turn === 0 ? broken : rest(from, turn === 1 ? 10 : undefined)))
  expect(await text()).toBe(TEXT)
  const grown = await house(({ from, turn }) =>
    turn === 0 ? broken : turn === 1 ? rest(from, 10) : rest(from, undefined, TAG, TEXT.length + 1),
  )
  expect(await codeOf(grown.text())).toBe('http/body-cut-short')
})

test('a server that sends less than it was asked for is asked for the rest', async () => {
  const { text, told } = await house(({ from, turn }) => {
    if (turn === 0) return whole(100)
    const end = Math.min(from + 3_000, TEXT.length)
    return `HTTP/1.1 206 Partial Content\r\n${TAG}Content-Range: bytes ${from}-${end - 1}/${TEXT.length}\r\nContent-Length: ${end - from}\r\n\r\n${TEXT.slice(from, end)}`
  })
  expect(await text()).toBe(TEXT)
  expect(told.map(({ because }) => because?.code)).toEqual([
    'http/body-cut-short',
    ...told.slice(1).map(() => undefined),
  ])
  expect(told.length).toBeGreaterThan(2)
})

test('RFC 9110 13.1.5: a date is strong enough where the answer was made a minute later', async () => {
  const dated = 'Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\nDate: Sun, 06 Nov 1994 08:50:37 GMT\r\n'
  const good = await house(({ from, turn }) => (turn === 0 ? whole(100, dated) : rest(from, undefined, dated)))
  expect(await good.text()).toBe(TEXT)
  expect(good.asked[1]!.ifRange).toBe('Sun, 06 Nov 1994 08:49:37 GMT')
})

describe('nothing is asked for again', () => {
  const once = async (first: string, init = {}) => {
    const { text, asked } = await house(({ from, turn }) => (turn === 0 ? first : rest(from)))
    return [await codeOf(text(init)), asked.length]
  }

  test('RFC 9110 13.1.5: without a strong validator', async () => {
    for (const fields of [
      '',
      'ETag: W/"v1"\r\n',
      'ETag: v1\r\n',
      'Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n',
      'Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\nDate: Sun, 06 Nov 1994 08:49:38 GMT\r\n',
      // A weak tag is not made good by a date.
      'ETag: W/"v1"\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\nDate: Sun, 06 Nov 1994 18:49:38 GMT\r\n',
    ]) {
      expect([fields, ...(await once(whole(100, fields)))]).toEqual([fields, 'http/body-cut-short', 1])
    }
  })

  test('of what is no download: another method, another status, a part, a server that sends none', async () => {
    expect(await once(whole(100), { method: 'POST', body: 'x' })).toEqual(['http/body-cut-short', 1])
    expect(await once(whole(100).replace('200 OK', '404 Not Found'))).toEqual(['http/body-cut-short', 1])
    expect(await once(rest(5, 100), { headers: { range: 'bytes=5-' } })).toEqual(['http/body-cut-short', 1])
    expect(await once(whole(100, `${TAG}Accept-Ranges: none\r\n`))).toEqual(['http/body-cut-short', 1])
  })

  test('of what is wrong and not broken off', async () => {
    expect(await once(`HTTP/1.1 200 OK\r\n${TAG}Transfer-Encoding: chunked\r\n\r\nzz\r\n`)).toEqual([
      'http/bad-chunk',
      1,
    ])
  })
})

describe('never two representations in one', () => {
  const mixed = async (second: (from: number) => string) => {
    const { text, asked } = await house(({ from, turn }) => (turn === 0 ? whole(100) : second(from)))
    return [await codeOf(text()), asked.length]
  }
  const failed = ['http/body-cut-short', 2]

  test('the whole, because it has changed', async () => {
    expect(await mixed(() => whole(undefined, 'ETag: "v2"\r\n'))).toEqual(failed)
    expect(await mixed(() => whole())).toEqual(failed)
  })

  test('a part with another tag, another date, of another length, at another place, otherwise coded, or of no known place', async () => {
    expect(await mixed(from => rest(from, undefined, 'ETag: "v2"\r\n'))).toEqual(failed)
    expect(await mixed(from => rest(from, undefined, 'ETag: W/"v1"\r\n'))).toEqual(failed)
    expect(
      await mixed(from => rest(from, undefined, `${TAG}Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n`)),
    ).toEqual(failed)
    expect(await mixed(from => rest(from, undefined, TAG, TEXT.length + 1))).toEqual(failed)
    expect(await mixed(from => rest(from - 1))).toEqual(failed)
    expect(await mixed(from => rest(from + 1))).toEqual(failed)
    expect(await mixed(from => rest(from, undefined, `${TAG}Content-Encoding: gzip\r\n`))).toEqual(failed)
    expect(await mixed(from => rest(from).replace(/Content-Range.*\r\n/, ''))).toEqual(failed)
    expect(await mixed(from => rest(from).replace(/Content-Range: bytes/, 'Content-Range: lines'))).toEqual(failed)
    expect(await mixed(() => 'HTTP/1.1 416 No\r\nContent-Length: 0\r\n\r\n')).toEqual(failed)
    expect(await mixed(() => 'HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n')).toEqual(failed)
  })

  test('a part that does not say of how many is taken, if it is the next', async () => {
    const { text } = await house(({ from, turn }) => (turn === 0 ? whole(100) : rest(from, undefined, TAG, '*')))
    expect(await text()).toBe(TEXT)
  })
})

describe('not for ever', () => {
  test('as often as `tries` says, whether or not something comes', async () => {
    const little = await house(({ from, turn }) => (turn === 0 ? whole(1) : rest(from, 1)), { tries: 3, wait: 1 })
    expect([await codeOf(little.text()), little.asked.length]).toEqual(['http/body-cut-short', 4])
    const gone = await house(({ turn }) => (turn === 0 ? whole(1) : 'gone'), { tries: 3, wait: 1 })
    expect([await codeOf(gone.text()), gone.asked.length]).toEqual(['http/body-cut-short', 4])
    const none = await house(() => whole(1), { tries: 0 })
    expect([await codeOf(none.text()), none.asked.length]).toEqual(['http/body-cut-short', 1])
  })

  test('ten times where nobody says how often', async () => {
    const { text, asked } = await house(({ from, turn }) => (turn === 0 ? whole(1) : rest(from, 1)), true)
    expect([await codeOf(text()), asked.length]).toEqual(['http/body-cut-short', 11])
  })

  test('an abort ends it, also while it waits, and so does a reader who leaves', async () => {
    const abort = new AbortController()
    const waiting = await house(({ turn }) => (turn === 0 ? whole(1) : 'gone'), { wait: 60_000 })
    const failed = waiting.text({ signal: abort.signal }).catch((error: unknown) => error)
    while (waiting.asked.length < 2) await new Promise(resolve => setImmediate(resolve))
    abort.abort(new Error('enough'))
    expect(await failed).toMatchObject({ message: 'enough' })
    expect(waiting.asked.length).toBe(2)

    const left = await house(({ turn }) => (turn === 0 ? whole(100) : 'gone'), { wait: 60_000 })
    const reader = (await left.own.fetch(left.url)).body!.getReader()
    await reader.read()
    await reader.cancel()
    expect(left.asked.length).toBe(1)
  })
})

test('a coded body is gone on with as it is coded', async () => {
  const { gzipSync } = await import('node:zlib')
  const packed = gzipSync(TEXT).toString('latin1')
  const fields = `${TAG}Content-Encoding: gzip\r\n`
  const { text, asked } = await house(({ from, turn }) =>
    turn === 0
      ? `HTTP/1.1 200 OK\r\n${fields}Content-Length: ${packed.length}\r\n\r\n${packed.slice(0, 99)}`
      : `HTTP/1.1 206 Partial Content\r\n${fields}Content-Range: bytes ${from}-${packed.length - 1}/${packed.length}\r\nContent-Length: ${packed.length - from}\r\n\r\n${packed.slice(from)}`,
  )
  expect(await text()).toBe(TEXT)
  expect(asked[1]!.range).toBe('bytes=99-')
})

test('what was gone on with is kept whole by a cache', async () => {
  const { url, asked } = await house(({ from, turn }) =>
    turn === 0 ? whole(100, `${TAG}Cache-Control: max-age=60\r\n`) : rest(from),
  )
  const own = client({ cache: true, resume: { wait: 1 }, world: nodeWorld() })
  closing.push(() => own.close())
  const text = async () => (await own.fetch(url)).text()
  expect([(await text()) === TEXT, (await text()) === TEXT, asked.length]).toEqual([true, true, 2])
})
