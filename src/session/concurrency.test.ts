/** Requests of one visitor at once, one named case after the other. Every order of them is in `interleavings.test.ts`. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Hash } from '../crypto/provider.ts'
import { FailureError } from '../failures/index.ts'
import { seeded } from '../random.ts'
import { sessionManager } from './manager.ts'
import { memoryStore } from './memory-store.ts'
import type { Visit } from './types.ts'

const hash = (name: string): Hash => createHash(name) as unknown as Hash

/** A store in memory, every call of which first passes `before`. */
const world = (before: (operation: string) => Promise<void> = async () => {}) => {
  const time = { now: Date.UTC(2026, 10, 20) }
  const date = () => time.now
  const memory = memoryStore({ date })
  const store = new Proxy(memory, {
    get: (target, name) => {
      const found = Reflect.get(target, name) as unknown
      if (typeof found !== 'function') return found
      return async (...given: unknown[]): Promise<unknown> => {
        await before(String(name))
        return Reflect.apply(found, target, given) as unknown
      }
    },
  })
  const manager = sessionManager({ store, crypto: { random: seeded(6), hash }, date })
  const finished = async (visit: Visit, before: string | undefined): Promise<string | undefined> =>
    (await visit.finish())[0]?.split(';')[0] ?? before
  /** A visitor with `{ cart: 0 }`. */
  const visitor = async (): Promise<string> => {
    const visit = await manager.open(undefined)
    visit.session().set('cart', 0)
    return (await finished(visit, undefined))!
  }
  const seen = async (cookie: string | undefined) => {
    const session = (await manager.open(cookie)).session('existing')
    return session && Object.fromEntries(session.names().map(name => [name, session.get(name)] as const))
  }
  return { time, store, memory, manager, finished, visitor, seen }
}
const codeOf = async (task: () => unknown): Promise<string> => {
  try {
    await task()
  } catch (error) {
    if (error instanceof FailureError) return error.code
    throw error
  }
  return 'nothing thrown'
}

describe('a login', () => {
  test('keeps what another request wrote between its beginning and its end', async () => {
    const { manager, visitor, finished, seen } = world()
    const cookie = await visitor()
    const [login, shopping] = [await manager.open(cookie), await manager.open(cookie)]
    shopping.session().set('cart', 5)
    await shopping.finish()
    login.session().set('user', 'ada')
    login.session().changeId()
    expect(await seen(await finished(login, cookie))).toEqual({ cart: 5, user: 'ada' })
  })
  test('keeps what a request that began before it writes after it', async () => {
    const { manager, visitor, finished, seen } = world()
    const cookie = await visitor()
    const [login, shopping] = [await manager.open(cookie), await manager.open(cookie)]
    login.session().set('user', 'ada')
    login.session().changeId()
    const after = await finished(login, cookie)
    shopping.session().set('cart', 5)
    expect(await shopping.finish()).toEqual([])
    expect(await seen(after)).toEqual({ cart: 5, user: 'ada' })
  })
  test('is not undone by a request on its way with the old cookie: it sees nobody and sets no cookie', async () => {
    const { manager, memory, visitor, finished, seen } = world()
    const cookie = await visitor()
    const login = await manager.open(cookie)
    login.session().changeId()
    const after = await finished(login, cookie)
    const late = await manager.open(cookie)
    expect(late.session('existing')).toBeUndefined()
    late.session().set('cart', 9)
    expect(await late.finish()).toEqual([])
    expect(await seen(after)).toEqual({ cart: 0 })
    expect(memory.size).toBe(1)
  })
  test('with the old cookie, because the answer with the new one was lost, begins a session of its own', async () => {
    const { manager, visitor, finished, seen } = world()
    const cookie = await visitor()
    for (let i = 0; i < 2; i++) {
      const login = await manager.open(cookie)
      login.session().set('user', i)
      login.session().changeId()
      const after = await finished(login, cookie)
      expect(after).not.toBe(cookie)
      expect(await seen(after)).toEqual(i === 0 ? { cart: 0, user: 0 } : { user: 1 })
    }
  })
  test('is remembered for 30 seconds under the old id; then its cookie is a stranger’s like any other', async () => {
    const { manager, visitor, finished, time } = world()
    const cookie = await visitor()
    const login = await manager.open(cookie)
    login.session().changeId()
    await finished(login, cookie)
    const stranger = async () => {
      const visit = await manager.open(cookie)
      visit.session().set('cart', 1)
      return visit.finish()
    }
    time.now += 29_999
    expect(await stranger()).toEqual([])
    time.now += 1
    expect(await stranger()).toHaveLength(1)
  })
  test('that another request overtook is session/conflict, and in no session that the other was given', async () => {
    const { manager, visitor, finished, seen } = world()
    const cookie = await visitor()
    const [other, login, logout] = [await manager.open(cookie), await manager.open(cookie), await manager.open(cookie)]
    other.session().changeId()
    const others = await finished(other, cookie)
    login.session().set('user', 'ada')
    login.session().changeId()
    await expect(login.finish()).rejects.toMatchObject({ code: 'session/conflict', failure: { got: 'changed its id' } })
    expect(await seen(others)).toEqual({ cart: 0 })
    logout.session().invalidate()
    await logout.finish()
    await expect(login.finish()).rejects.toMatchObject({ code: 'session/conflict' })
  })
  test('that a logout overtook is session/conflict, and brings nothing back', async () => {
    const { manager, visitor, memory } = world()
    const cookie = await visitor()
    const [login, logout] = [await manager.open(cookie), await manager.open(cookie)]
    logout.session().invalidate()
    await logout.finish()
    login.session().set('user', 'ada')
    login.session().changeId()
    await expect(login.finish()).rejects.toMatchObject({ code: 'session/conflict', failure: { got: 'ended it' } })
    expect(memory.size).toBe(0)
  })
  test('that cannot be written leaves the old session alive', async () => {
    const fails = { on: '' }
    const { manager, visitor, seen } = world(async operation => {
      if (operation === fails.on) throw new Error('no connection to the store')
    })
    const cookie = await visitor()
    const big = await manager.open(cookie)
    big.session().changeId()
    big.session().set('much', 'x'.repeat(20_000))
    expect(await codeOf(() => big.finish())).toBe('session/too-big')
    expect(await seen(cookie)).toEqual({ cart: 0 })
    fails.on = 'move'
    const unlucky = await manager.open(cookie)
    unlucky.session().changeId()
    await expect(unlucky.finish()).rejects.toThrow('no connection to the store')
    expect(await seen(cookie)).toEqual({ cart: 0 })
    // And may be tried again.
    fails.on = ''
    expect(await seen((await unlucky.finish())[0])).toEqual({ cart: 0 })
  })
})

describe('a logout', () => {
  test('ends the session although another request gave it another id, before or after', async () => {
    for (const first of ['logout', 'change']) {
      const { manager, visitor, memory } = world()
      const cookie = await visitor()
      const [logout, change] = [await manager.open(cookie), await manager.open(cookie)]
      logout.session().invalidate()
      change.session().changeId()
      for (const visit of first === 'logout' ? [logout, change] : [change, logout]) await visit.finish()
      expect(memory.size).toBe(0)
    }
  })
  test('ends it through two changes of the id', async () => {
    const { manager, visitor, finished, memory } = world()
    let cookie = await visitor()
    const logout = await manager.open(cookie)
    for (let i = 0; i < 2; i++) {
      const change = await manager.open(cookie)
      change.session().changeId()
      cookie = (await finished(change, cookie))!
    }
    expect(memory.size).toBe(1)
    logout.session().invalidate()
    await logout.finish()
    expect(memory.size).toBe(0)
  })
  test('sent with the cookie from before a login ends that login, and may begin something new', async () => {
    const { manager, visitor, finished, seen } = world()
    const cookie = await visitor()
    const login = await manager.open(cookie)
    login.session().changeId()
    const after = await finished(login, cookie)
    const logout = await manager.open(cookie)
    logout.session().invalidate()
    logout.session().set('language', 'en')
    const fresh = await finished(logout, undefined)
    expect(await seen(after)).toBeUndefined()
    expect(await seen(fresh)).toEqual({ language: 'en' })
  })
})

test('who only sets attributes asks the store once, whoever else writes meanwhile', async () => {
  const operations: string[] = []
  const { manager, visitor } = world(async operation => void operations.push(operation))
  const cookie = await visitor()
  const both = [await manager.open(cookie), await manager.open(cookie)]
  for (const visit of both) visit.session().set('cart', 1)
  for (const visit of both) await visit.finish()
  expect(operations).toEqual(['create', 'read', 'read', 'update', 'update'])
})

test('of two changes of the id at once one counts, and only it sets a cookie', async () => {
  const { manager, visitor, memory } = world()
  const cookie = await visitor()
  const both = [await manager.open(cookie), await manager.open(cookie)]
  for (const visit of both) visit.session().changeId()
  const cookies = await Promise.all(both.map(visit => visit.finish()))
  expect(cookies.flat()).toHaveLength(1)
  expect(memory.size).toBe(1)
})

describe('50 requests at once that each write an attribute lose none', () => {
  const random = seeded(50)
  const shortly = () => new Promise<void>(resolve => setTimeout(resolve, random.below(6)))
  const stores: Readonly<Record<string, () => Promise<void>>> = {
    'in a store that answers at once': async () => {},
    'in a store that takes 0 to 5 ms': shortly,
    'in a store that also fails now and then, when they try again': async () => {
      await shortly()
      if (random.number() < 0.3) throw new Error('no connection to the store')
    },
  }
  const untilDone = async <T>(task: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await task()
      } catch (error) {
        if (!(error instanceof Error) || error.message !== 'no connection to the store') throw error
      }
    }
  }
  for (const [name, before] of Object.entries(stores)) {
    test(name, async () => {
      const gate = { before: async () => {} }
      const { manager, visitor, seen } = world(() => gate.before())
      const cookie = await visitor()
      gate.before = before
      const visits = await Promise.all(Array.from({ length: 50 }, () => untilDone(() => manager.open(cookie))))
      for (const [i, visit] of visits.entries()) visit.session().set(`by${i}`, i)
      await Promise.all(visits.map(visit => untilDone(() => visit.finish())))
      gate.before = async () => {}
      expect(Object.keys((await seen(cookie))!)).toHaveLength(51)
    })
  }
})

describe('a value made from the one before', () => {
  const more = (before: unknown) => [...((before as readonly number[] | undefined) ?? []), 1]
  test('counts every one of 50 requests at once, in a store that takes 0 to 5 ms', async () => {
    const random = seeded(51)
    const { manager, visitor, seen } = world(() => new Promise(resolve => setTimeout(resolve, random.below(6))))
    const cookie = await visitor()
    const visits = await Promise.all(Array.from({ length: 50 }, () => manager.open(cookie)))
    for (const visit of visits) {
      visit.session().change('count', before => Number(before ?? 0) + 1)
      visit.session().change('cart', before => Number(before) + 10)
      expect(visit.session().get('cart')).toBe(10)
    }
    await Promise.all(visits.map(visit => visit.finish()))
    expect(await seen(cookie)).toEqual({ cart: 500, count: 50 })
  })
  test('is made again through a login, from what the other request left', async () => {
    for (const first of ['login', 'other']) {
      const { manager, visitor, finished, seen } = world()
      const cookie = await visitor()
      const [login, other] = [await manager.open(cookie), await manager.open(cookie)]
      login.session().changeId()
      for (const visit of [login, other]) {
        visit.session().change('list', more)
        visit.session().change('list', more)
      }
      if (first === 'other') await other.finish()
      const after = await finished(login, cookie)
      await other.finish()
      expect(await seen(after)).toEqual({ cart: 0, list: [1, 1, 1, 1] })
    }
  })
  test('that this request set or deleted itself needs nobody else’s', async () => {
    const { manager, visitor, seen } = world()
    const cookie = await visitor()
    const [one, two] = [await manager.open(cookie), await manager.open(cookie)]
    two.session().set('cart', 100)
    two.session().set('gone', 1)
    one.session().set('cart', 5)
    one.session().change('cart', before => Number(before) + 1)
    one.session().change('fresh', more)
    one.session().set('fresh', 'set')
    one.session().change('passing', more)
    one.session().delete('passing')
    one.session().change('gone', () => undefined)
    await two.finish()
    await one.finish()
    expect(await seen(cookie)).toEqual({ cart: 6, fresh: 'set' })
  })
  test('begins a session where there is none, and is refused where it cannot be kept', async () => {
    const { manager, finished, seen } = world()
    const visit = await manager.open(undefined)
    visit.session().change('list', more)
    expect(await codeOf(() => visit.session().change('bad', () => Number.NaN))).toBe('session/bad-value')
    expect(await seen(await finished(visit, undefined))).toEqual({ list: [1] })
    expect(await codeOf(() => visit.session().change('list', more))).toBe('session/over')
  })
  test('that others overtake a thousand times is session/conflict', async () => {
    const { visitor, store } = world()
    const cookie = await visitor()
    let asked = 0
    const never = new Proxy(store, {
      get: (target, name) =>
        name !== 'update'
          ? Reflect.get(target, name)
          : async (key: string) => {
              asked++
              return { is: 'overtaken', record: await target.read(key) }
            },
    })
    const unlucky = sessionManager({
      store: never,
      crypto: { random: seeded(1), hash },
      date: () => Date.UTC(2026, 10, 20),
    })
    const visit = await unlucky.open(cookie)
    visit.session().change('cart', before => Number(before) + 1)
    await expect(visit.finish()).rejects.toMatchObject({
      code: 'session/conflict',
      failure: { got: 'wrote it 1000 times' },
    })
    expect(asked).toBe(1000)
  })
})

describe('after finish', () => {
  test('every change is session/over: it would be lost', async () => {
    const { manager, visitor } = world()
    for (const cookie of [await visitor(), undefined]) {
      const visit = await manager.open(cookie)
      const session = visit.session()
      await visit.finish()
      const changes = [
        () => session.set('cart', 1),
        () => visit.session().set('cart', 1),
        () => session.delete('cart'),
        () => session.changeId(),
        () => session.invalidate(),
      ]
      for (const change of changes) expect(await codeOf(change)).toBe('session/over')
      expect(session.get('cart')).toBe(cookie === undefined ? undefined : 0)
    }
  })
  test('it says where, and that the request was finished or the session ended', async () => {
    const { manager, visitor } = world()
    const visit = await manager.open(await visitor())
    const ended = visit.session()
    ended.invalidate()
    ended.invalidate()
    ended.changeId()
    ended.delete('cart')
    expect(() => ended.set('cart', 1)).toThrow('where cart, got its session was ended')
    await visit.finish()
    expect(() => visit.session().set('cart', 1)).toThrow('where cart, got the request was finished')
  })
  test('a second finish writes nothing and gives the same cookies', async () => {
    const operations: string[] = []
    const { manager } = world(async operation => void operations.push(operation))
    const visit = await manager.open(undefined)
    visit.session().set('cart', 1)
    const [one, two] = await Promise.all([visit.finish(), visit.finish()])
    expect(two).toEqual(one)
    expect(await visit.finish()).toEqual(one)
    expect(operations).toEqual(['create'])
  })
})
