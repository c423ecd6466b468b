/** Bodies that two readers read: both get all of it, and the slower one holds no more than it may. */
import { describe, expect, test } from 'vitest'
import { codeOf, served } from '../../test/support/net.ts'
import { FailureError, fetch } from '../index.ts'
import { branches } from './branches.ts'

const MB = 1024 * 1024

/** `pieces` of a megabyte, each when it is asked for. */
const source = (pieces: number) => {
  const seen = { pulled: 0, cancelled: undefined as unknown }
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (seen.pulled === pieces) controller.close()
        else controller.enqueue(new Uint8Array(MB).fill(seen.pulled++))
      },
      cancel(reason) {
        seen.cancelled = reason
      },
    },
    { highWaterMark: 0 },
  )
  return { seen, stream }
}
const told = (failure: ConstructorParameters<typeof FailureError>[0]) => new FailureError(failure)
const whole = async (stream: ReadableStream<Uint8Array>): Promise<number> => {
  let bytes = 0
  for await (const piece of stream) bytes += piece.length
  return bytes
}

describe('two branches of a body', () => {
  test('have all of it, read side by side, and nothing is read before somebody asks', async () => {
    const { seen, stream } = source(100)
    const [one, other] = branches(stream, told)
    expect(seen.pulled).toBe(0)
    expect(await Promise.all([whole(one), whole(other)])).toEqual([100 * MB, 100 * MB])
  })
  test('hold 16 MB for the slower one, and not a piece more', async () => {
    const { stream } = source(16)
    const [one, other] = branches(stream, told)
    expect(await whole(one)).toBe(16 * MB)
    expect(await whole(other)).toBe(16 * MB)
    const long = source(40)
    const [first, second] = branches(long.stream, told)
    expect(await whole(second)).toBe(40 * MB)
    expect(await codeOf(whole(first))).toBe('net/clone-behind')
  })
  test('have bytes of their own: what one does to them the other does not see', async () => {
    const [one, other] = branches(source(1).stream, told).map(each => each.getReader())
    const { value } = await one!.read()
    value!.fill(0xff)
    expect((await other!.read()).value![0]).toBe(0)
  })
  test('cancel their source when neither is wanted, and not before', async () => {
    const { seen, stream } = source(5)
    const [one, other] = branches(stream, told)
    await one.cancel('one')
    expect(seen.cancelled).toBeUndefined()
    const reader = other.getReader()
    await reader.read()
    await reader.cancel('other')
    expect([seen.cancelled, seen.pulled]).toEqual(['other', 1])
    const slow = source(40)
    const [left, right] = branches(slow.stream, told)
    const reading = right.getReader()
    for (let i = 0; i < 18; i++) await reading.read()
    expect(await codeOf(whole(left))).toBe('net/clone-behind')
    await reading.cancel('enough')
    expect(slow.seen.cancelled).toBe('enough')
  })
  test('both fail as their source does', async () => {
    const failing = new ReadableStream<Uint8Array>({ pull: controller => controller.error(new Error('gone')) })
    for (const branch of branches(failing, told)) await expect(whole(branch)).rejects.toThrow('gone')
  })
})

describe('a clone', () => {
  test('of a request: handlers read both, and the one left behind says so', async () => {
    const { url } = await served(async request => {
      request.headers.set('x-own', 'changed')
      const clone = request.clone()
      const again = clone.clone()
      if (new URL(request.url).pathname === '/behind') {
        const bytes = await whole(clone.body!)
        return new Response(`${bytes} ${await codeOf(request.text())} ${await codeOf(again.arrayBuffer())}`)
      }
      const texts = [await clone.text(), await request.text(), await again.text()]
      const same = clone.headers.get('x-own') === 'changed' && clone.method === request.method
      return new Response(
        `${texts.join()} ${same} ${clone.url === request.url} ${await codeOf(Promise.resolve().then(() => request.clone()))}`,
      )
    })
    expect(await (await fetch(url, { method: 'POST', body: 'abc' })).text()).toMatch(/^abc,abc,abc true true TypeError/)
    const body = new Blob([new Uint8Array(40 * MB)])
    const answer = await fetch(`${url}/behind`, { method: 'POST', body })
    expect(await answer.text()).toBe(`${40 * MB} net/clone-behind net/clone-behind`)
  })
  test('of a response: programs read both, and the one left behind says so', async () => {
    const { url } = await served(
      ({ url: asked }) => new Response(asked.endsWith('/long') ? new Blob([new Uint8Array(40 * MB)]) : 'abc'),
    )
    const short = await fetch(url)
    short.headers.set('x-own', 'changed')
    const clone = short.clone()
    const again = clone.clone()
    expect([await clone.text(), await short.text(), await again.text()]).toEqual(['abc', 'abc', 'abc'])
    expect([clone.headers.get('x-own'), short.headers.get('x-own'), clone.url]).toEqual([
      'changed',
      'changed',
      `${url}/`,
    ])
    expect((clone as typeof short).connection).toBe(short.connection)
    expect(() => short.clone()).toThrow(TypeError)
    const long = await fetch(`${url}/long`)
    const other = long.clone()
    expect((await long.arrayBuffer()).byteLength).toBe(40 * MB)
    expect(await codeOf(other.arrayBuffer())).toBe('net/clone-behind')
  })
})
