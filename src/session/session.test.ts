import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Hash } from '../crypto/provider.ts'
import { FailureError } from '../failures/index.ts'
import { seeded } from '../random.ts'
import { sinkOf } from '../trace/recorder.ts'
import type { VerdictRecord } from '../trace/types.ts'
import { sessionManager } from './manager.ts'
import { memoryStore } from './memory-store.ts'
import type { SessionStore } from './store.ts'
import type { SessionValue } from './types.ts'

const hash = (name: string): Hash => createHash(name) as unknown as Hash
const world = (more: { idle?: number; absolute?: number; transport?: 'plain'; sessions?: number } = {}) => {
  const time = { now: Date.UTC(2026, 10, 20) }
  const date = () => time.now
  const store = memoryStore({ date, ...(more.sessions === undefined ? {} : { sessions: more.sessions }) })
  const keys: string[] = []
  const spied: SessionStore = {
    ...store,
    read: key => {
      keys.push(key)
      return store.read(key)
    },
  }
  const { sessions: _, ...rest } = more
  const manager = sessionManager({ store: spied, crypto: { random: seeded(6), hash }, date, ...rest })
  /** One request: runs `work` and returns the cookie that the visitor has afterwards. */
  const visit = async (cookie: string | undefined, work: (get: Awaited<ReturnType<typeof manager.open>>) => void) => {
    const opened = await manager.open(cookie)
    work(opened)
    const set = await opened.finish()
    return { set, cookie: set[0] === undefined ? cookie : set[0].split(';')[0]! }
  }
  return { time, store, keys, manager, visit }
}
const codeOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise
  } catch (error) {
    if (error instanceof FailureError) return error.code
    throw error
  }
  return 'nothing thrown'
}

test('deleting what is not there changes nothing: nobody is stored for it', async () => {
  const { visit, store } = world()
  const { set } = await visit(undefined, opened => opened.session().delete('nothing'))
  expect([set, store.size]).toEqual([[], 0])
})

describe('a visitor', () => {
  test('who is only looked at costs nothing: no cookie, nothing stored', async () => {
    const { visit, store } = world()
    const { set } = await visit(undefined, opened => {
      expect(opened.session('existing')).toBeUndefined()
      expect(opened.session().isNew).toBe(true)
      expect(opened.session().get('user')).toBeUndefined()
    })
    expect(set).toEqual([])
    expect(store.size).toBe(0)
  })
  test('is known again by a __Host- cookie that is Secure, HttpOnly and SameSite=Lax', async () => {
    const { visit } = world()
    const first = await visit(undefined, opened => opened.session().set('user', 'alice'))
    expect(first.set[0]).toMatch(/^__Host-sid=[A-Za-z0-9_-]{32}; Path=\/; Secure; HttpOnly; SameSite=Lax$/)
    const second = await visit(`other=1; ${first.cookie}`, opened => {
      expect(opened.session('existing')?.get('user')).toBe('alice')
      expect(opened.session().isNew).toBe(false)
      expect(opened.session().names()).toEqual(['user'])
    })
    expect(second.set).toEqual([])
  })
  test('who makes an id up is a stranger, and gets another id', async () => {
    const { visit } = world()
    const made = `__Host-sid=${'A'.repeat(32)}`
    const { cookie } = await visit(made, opened => {
      expect(opened.session('existing')).toBeUndefined()
      opened.session().set('a', 1)
    })
    expect(cookie).not.toBe(made)
  })
  test('has an id that the store never sees, and only well-formed ids are looked up', async () => {
    const { visit, keys, store, time } = world()
    const { cookie } = await visit(undefined, opened => opened.session().set('a', 1))
    const id = cookie!.split('=')[1]!
    await visit(cookie, () => {})
    expect(keys).toHaveLength(1)
    expect(keys[0]).toMatch(/^[A-Za-z0-9_-]{8}\.[A-Za-z0-9_-]{43}$/)
    expect(keys[0]).not.toContain(id.slice(8))
    expect(await store.read(keys[0]!)).toMatchObject({ version: 1, known: false, lastUsed: time.now })
    await visit('__Host-sid=short', () => {})
    await visit(`__Host-sid=${'!'.repeat(32)}`, () => {})
    expect(keys).toHaveLength(1)
  })
  test('with several cookies of our name is known by the first two of them, no more are looked up', async () => {
    const { visit, keys } = world()
    const { cookie } = await visit(undefined, opened => opened.session().set('a', 1))
    const tossed = ['A', 'B'].map(letter => `__Host-sid=${letter.repeat(32)}`)
    const known = async (cookies: readonly (string | undefined)[]) => {
      keys.length = 0
      let is = false
      await visit(cookies.join('; '), opened => void (is = opened.session('existing') !== undefined))
      return [is, keys.length]
    }
    expect(await known([cookie, ...tossed])).toEqual([true, 1])
    expect(await known([tossed[0], cookie, tossed[1]])).toEqual([true, 2])
    expect(await known([...tossed, cookie])).toEqual([false, 2])
  })
  test('beside a cookie from before the change of id is known by the one from after it', async () => {
    const { visit } = world()
    const before = await visit(undefined, opened => opened.session().set('cart', 1))
    const after = await visit(before.cookie, opened => opened.session().changeId())
    const { set } = await visit(`${before.cookie}; ${after.cookie}`, opened => {
      expect(opened.session('existing')?.get('cart')).toBe(1)
      opened.session().invalidate()
      opened.session().set('cart', 2)
    })
    expect(set).toHaveLength(1)
  })
  test('is not known by an id from a plain connection on a protected one, nor the other way round', async () => {
    const { store, time, visit } = world()
    const plain = sessionManager({
      store,
      crypto: { random: seeded(9), hash },
      date: () => time.now,
      transport: 'plain',
    })
    const begun = await plain.open(undefined)
    begun.session().set('user', 'eve')
    const id = (await begun.finish())[0]!.split(';')[0]!.split('=')[1]!
    await visit(`__Host-sid=${id}`, opened => expect(opened.session('existing')).toBeUndefined())
    const { cookie } = await visit(undefined, opened => opened.session().set('user', 'ada'))
    expect((await plain.open(`sid=${cookie!.split('=')[1]}`)).session('existing')).toBeUndefined()
    expect((await plain.open(`sid=${id}`)).session('existing')?.get('user')).toBe('eve')
  })
  test('over plain HTTP has a cookie that says so by what it lacks', async () => {
    const { visit } = world({ transport: 'plain' })
    const { set } = await visit(undefined, opened => opened.session().set('a', 1))
    expect(set[0]).toMatch(/^sid=[A-Za-z0-9_-]{32}; Path=\/; HttpOnly; SameSite=Lax$/)
  })
})

describe('login and logout', () => {
  test('changeId keeps what is known and kills the old id (session fixation)', async () => {
    const { visit } = world()
    const before = await visit(undefined, opened => opened.session().set('cart', ['tea']))
    const after = await visit(before.cookie, opened => {
      opened.session().changeId()
      opened.session().set('user', 'alice')
    })
    expect(after.cookie).not.toBe(before.cookie)
    await visit(before.cookie, opened => expect(opened.session('existing')).toBeUndefined())
    await visit(after.cookie, opened => {
      expect(opened.session().get('user')).toBe('alice')
      expect(opened.session().get('cart')).toEqual(['tea'])
    })
  })
  test('invalidate ends it and takes the cookie back', async () => {
    const { visit, store } = world()
    const { cookie } = await visit(undefined, opened => opened.session().set('a', 1))
    const { set } = await visit(cookie, opened => {
      const session = opened.session()
      session.invalidate()
      expect(session.get('a')).toBeUndefined()
      expect(session.names()).toEqual([])
      expect(() => session.set('a', 2)).toThrow(FailureError)
    })
    expect(set).toEqual(['__Host-sid=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax'])
    expect(store.size).toBe(0)
    await visit(cookie, opened => expect(opened.session('existing')).toBeUndefined())
  })
})

describe('time', () => {
  test('idle: every visit moves the end on, until one comes too late', async () => {
    const { visit, time } = world({ idle: 60_000 })
    const { cookie } = await visit(undefined, opened => opened.session().set('a', 1))
    for (let i = 0; i < 5; i++) {
      time.now += 59_999
      await visit(cookie, opened => expect(opened.session('existing')).toBeDefined())
    }
    time.now += 60_000
    await visit(cookie, opened => expect(opened.session('existing')).toBeUndefined())
  })
  test('absolute: however often somebody comes, it ends', async () => {
    const { visit, time } = world({ idle: 60_000, absolute: 100_000 })
    const { cookie } = await visit(undefined, opened => opened.session().set('a', 1))
    time.now += 50_000
    const after = await visit(cookie, opened => opened.session().changeId())
    time.now += 49_999
    await visit(after.cookie, opened => expect(opened.session('existing')).toBeDefined())
    time.now += 1
    await visit(after.cookie, opened => expect(opened.session('existing')).toBeUndefined())
  })
  test('a visit within a second of the last use does not touch the store', async () => {
    const { visit, time, store } = world({})
    const { cookie } = await visit(undefined, opened => opened.session().set('a', 1))
    const lastUsed = async () => {
      let at = 0
      await visit(cookie, opened => void (at = opened.session().lastUsed))
      return at
    }
    const began = time.now
    time.now += 999
    expect([await lastUsed(), await lastUsed()]).toEqual([began, began])
    time.now += 1
    expect([await lastUsed(), await lastUsed()]).toEqual([began, began + 1000])
    expect(store.size).toBe(1)
  })
})

describe('what is kept', () => {
  test('is a frozen copy of what JSON can say; the rest is session/bad-value', async () => {
    const { visit } = world()
    const list = [{ id: 1 }]
    await visit(undefined, opened => {
      opened.session().set('list', list)
      list[0]!.id = 2
      expect(opened.session().get('list')).toEqual([{ id: 1 }])
      expect(Object.isFrozen(opened.session().get('list'))).toBe(true)
    })
    const loop: SessionValue[] = []
    loop.push(loop)
    const bad = [undefined, Number.NaN, () => 1, new Map(), new Date(0), Symbol('x'), 1n, loop]
    for (const value of bad) {
      const set = visit(undefined, opened => opened.session().set('a', value as SessionValue))
      expect(await codeOf(set)).toBe('session/bad-value')
    }
  })
  test('has at most 32 levels of arrays and objects', async () => {
    const { visit } = world()
    const levels = (count: number): SessionValue =>
      Array.from({ length: count }).reduce<SessionValue>((inner, _, i) => (i % 2 === 0 ? [inner] : { inner }), 1)
    const { cookie } = await visit(undefined, opened => opened.session().set('a', levels(32)))
    await visit(cookie, opened => expect(opened.session().get('a')).toEqual(levels(32)))
    const deeper = visit(cookie, opened => opened.session().set('a', levels(33)))
    await expect(deeper).rejects.toMatchObject({
      code: 'session/bad-value',
      failure: { got: 'more than 32 levels deep' },
    })
  })
  test('cannot pollute a prototype', async () => {
    const { visit } = world()
    const { cookie } = await visit(undefined, opened => {
      opened.session().set('__proto__', { polluted: true })
      opened.session().set('a', JSON.parse('{"__proto__": {"polluted": true}}') as SessionValue)
    })
    await visit(cookie, opened => {
      expect(opened.session().names()).toEqual(['__proto__', 'a'])
      expect(opened.session().get('toString')).toBeUndefined()
      expect(opened.session().get('constructor')).toBeUndefined()
    })
    await visit(cookie, opened => {
      expect(opened.session().get('__proto__')).toEqual({ polluted: true })
      expect(Object.keys(opened.session().get('a') as object)).toEqual(['__proto__'])
    })
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })
  test('is bounded: session/too-big', async () => {
    const { visit } = world()
    expect(await codeOf(visit(undefined, opened => opened.session().set('a', 'x'.repeat(20_000))))).toBe(
      'session/too-big',
    )
  })
  test('is bounded to 16,384 characters of names and JSON', async () => {
    const { visit, store } = world()
    // "a", a line feed, the quotes of the value.
    const most = 16_384 - 6
    await visit(undefined, opened => opened.session().set('a', 'x'.repeat(most)))
    expect(store.size).toBe(1)
    const more = visit(undefined, opened => opened.session().set('a', 'x'.repeat(most + 1)))
    await expect(more).rejects.toMatchObject({ code: 'session/too-big', failure: { got: '16385', number: 16_384 } })
  })
  test('counts together: two requests at once do not make it bigger than one may', async () => {
    const { manager, visit } = world()
    const { cookie } = await visit(undefined, opened => opened.session().set('a', 1))
    const both = [await manager.open(cookie), await manager.open(cookie)]
    for (const [i, opened] of both.entries()) opened.session().set(`by${i}`, 'x'.repeat(10_000))
    await both[0]!.finish()
    expect(await codeOf(both[1]!.finish())).toBe('session/too-big')
    await visit(cookie, opened => expect(opened.session().names()).toEqual(['a', 'by0']))
  })
  test('is what JSON made of it, frozen, at the next visit too', async () => {
    const { visit } = world()
    const value = { list: [1, { deep: 'ü€😀' }], nothing: null, 'a\nb': '\n\u0000\ud800' }
    const { cookie } = await visit(undefined, opened => opened.session().set('line\nfeed', value))
    await visit(cookie, opened => {
      const got = opened.session().get('line\nfeed')
      expect(got).toEqual(value)
      expect(Object.isFrozen(got)).toBe(true)
      expect(opened.session().get('line\nfeed')).toBe(got)
      expect(opened.session().names()).toEqual(['line\nfeed'])
    })
  })
  test('by two requests at once is merged attribute by attribute', async () => {
    const { manager, visit } = world()
    const { cookie } = await visit(undefined, opened => opened.session().set('count', 0))
    const [one, two] = [await manager.open(cookie), await manager.open(cookie)]
    one.session().set('one', 1)
    two.session().set('two', 2)
    two.session().delete('count')
    await Promise.all([one.finish(), two.finish()])
    await visit(cookie, opened => expect([...opened.session().names()].sort()).toEqual(['one', 'two']))
  })
  test('is not brought back by a request that was under way when it ended', async () => {
    const { manager, visit, store } = world()
    const { cookie } = await visit(undefined, opened => opened.session().set('a', 1))
    const late = await manager.open(cookie)
    await visit(cookie, opened => opened.session().invalidate())
    late.session().set('a', 2)
    await late.finish()
    expect(store.size).toBe(0)
  })
  test('in memory is bounded: the session that was not used for longest goes first', async () => {
    const { visit, store, time } = world({ sessions: 3 })
    const cookies: (string | undefined)[] = []
    for (let i = 0; i < 3; i++) cookies.push((await visit(undefined, opened => opened.session().set('i', i))).cookie)
    time.now += 2000
    await visit(cookies[0], () => {})
    await visit(undefined, opened => opened.session().set('i', 3))
    expect(store.size).toBe(3)
    await visit(cookies[0], opened => expect(opened.session('existing')).toBeDefined())
    await visit(cookies[1], opened => expect(opened.session('existing')).toBeUndefined())
  })
})

test('2000 ids differ, and all 64 characters occur in them', async () => {
  const { visit } = world({ sessions: 1 })
  const ids = new Set<string>()
  const characters = new Set<string>()
  for (let i = 0; i < 2000; i++) {
    const { cookie } = await visit(undefined, opened => opened.session().set('a', 1))
    const id = cookie!.split('=')[1]!
    ids.add(id)
    for (const character of id) characters.add(character)
  }
  expect(ids.size).toBe(2000)
  expect(characters.size).toBe(64)
})

test('whether the visitor is known is a verdict in the trace', async () => {
  const { manager } = world()
  const verdicts: VerdictRecord[] = []
  const sink = sinkOf(entry => void (entry.type === 'verdict' && verdicts.push(entry.record)))
  await manager.open(`__Host-sid=${'A'.repeat(32)}`, { sink, flow: 'f', host: 'h' }, 12.5)
  // On the clock of the engines, as everything else in a trace; not a date.
  expect(verdicts).toMatchObject([{ layer: 'session', check: 'session', ok: false, at: 12.5 }])
})

test('a change of id keeps the tag that a store places by, and nothing else of the id', async () => {
  const { visit } = world()
  const before = await visit(undefined, opened => opened.session().set('a', 1))
  const after = await visit(before.cookie, opened => opened.session().changeId())
  const [old, fresh] = [before, after].map(({ cookie }) => cookie!.split('=')[1]!)
  expect(fresh!.slice(0, 8)).toBe(old!.slice(0, 8))
  for (let i = 8; i + 4 <= 32; i++) expect(fresh).not.toContain(old!.slice(i, i + 4))
})

test('a cookie from before a change of id is a verdict of its own in the trace', async () => {
  const { manager, visit } = world()
  const { cookie } = await visit(undefined, opened => opened.session().set('a', 1))
  await visit(cookie, opened => opened.session().changeId())
  const verdicts: VerdictRecord[] = []
  const sink = sinkOf(entry => void (entry.type === 'verdict' && verdicts.push(entry.record)))
  await manager.open(cookie, { sink, flow: 'f', host: 'h' })
  expect(verdicts).toMatchObject([{ ok: false, about: 'the cookie is from before a change of id: ignored' }])
})
