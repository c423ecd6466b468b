import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { memoryStore } from './memory-store.ts'
import { packed, type SessionRecord, type Terms, unpacked } from './store.ts'

const START = Date.UTC(2026, 10, 20)
const world = (more: { sessions?: number; bytes?: number } = {}) => {
  const time = { now: START }
  const store = memoryStore({ date: () => time.now, ...more })
  const terms = (expires = time.now + 60_000): Terms => ({ lastUsed: time.now, expires, most: 100_000 })
  const record = (attributes: Record<string, string>, known: boolean): SessionRecord => ({
    created: time.now,
    lastUsed: time.now,
    ends: time.now + 3_600_000,
    version: 1,
    known,
    attributes: new Map(Object.entries(attributes)),
  })
  const anonymous = (key: string, attributes: Record<string, string> = {}) =>
    store.create(key, record(attributes, false), terms())
  const known = (key: string, attributes: Record<string, string> = {}) =>
    store.create(key, record(attributes, true), terms())
  const alive = async (keys: readonly string[]) => {
    const found = await Promise.all(keys.map(key => store.read(key)))
    return keys.filter((_, i) => found[i] !== undefined)
  }
  return { time, store, terms, anonymous, known, alive }
}
const set = (changes: Record<string, string | undefined>) => new Map(Object.entries(changes))
const named = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`)

describe('update and move', () => {
  test('merge by attribute and count versions', async () => {
    const { store, terms, anonymous } = world()
    await anonymous('a', { x: '1', y: '2' })
    expect(await store.update('a', set({ y: undefined, z: '3' }), terms())).toEqual({ is: 'written' })
    expect(await store.read('a')).toMatchObject({ version: 2, known: false, attributes: set({ x: '1', z: '3' }) })
    expect(await store.move('a', 'b', set({ x: '4' }), terms(), START + 10)).toEqual({ is: 'written' })
    expect(await store.read('b')).toMatchObject({ version: 3, known: true, attributes: set({ x: '4', z: '3' }) })
  })
  test('without changes an update moves the times on, never back, and makes no version', async () => {
    const { store, time, terms, anonymous } = world()
    await anonymous('a', { x: '1' })
    time.now += 5000
    const later = terms()
    await store.update('a', set({}), later)
    await store.update('a', set({}), { ...later, lastUsed: START, expires: START + 1 })
    expect(await store.read('a')).toMatchObject({ version: 1, lastUsed: START + 5000, attributes: set({ x: '1' }) })
    time.now = START + 64_999
    expect(await store.read('a')).toBeDefined()
    time.now = START + 65_000
    expect(await store.read('a')).toBeUndefined()
  })
  test('a moved key leads on for writes and for the end, and tells a reader only that it was moved', async () => {
    const { store, terms, anonymous } = world()
    await anonymous('a')
    await store.move('a', 'b', set({}), terms(), START + 10)
    await store.move('b', 'c', set({}), terms(), START + 10)
    expect(await store.read('a')).toBe('moved')
    expect(await store.read('b')).toBe('moved')
    expect(await store.update('a', set({ x: '1' }), terms())).toEqual({ is: 'written' })
    expect(await store.read('c')).toMatchObject({ attributes: set({ x: '1' }) })
    expect(await store.move('a', 'd', set({}), terms(), START + 10)).toEqual({ is: 'moved' })
    await store.remove('a')
    expect(await store.read('c')).toBeUndefined()
    expect(store.size).toBe(0)
  })
  test('a moved key is forgotten when its time is over', async () => {
    const { store, time, terms, anonymous } = world()
    await anonymous('a')
    await store.move('a', 'b', set({}), terms(), START + 10)
    time.now += 9
    expect(await store.read('a')).toBe('moved')
    time.now += 1
    expect(await store.read('a')).toBeUndefined()
    expect(await store.update('a', set({ x: '1' }), terms())).toEqual({ is: 'gone' })
    expect(await store.read('b')).toBeDefined()
  })
  test('the same move again is the same move: its answer may have been lost', async () => {
    const { store, terms, anonymous } = world()
    await anonymous('a')
    for (let i = 0; i < 2; i++)
      expect(await store.move('a', 'b', set({ x: '1' }), terms(), START + 10)).toEqual({ is: 'written' })
    expect(store.size).toBe(1)
    expect(await store.read('b')).toMatchObject({ attributes: set({ x: '1' }) })
  })
  test('over another version than the one that was asked for is not written, and gives what is there', async () => {
    const { store, terms, anonymous } = world()
    await anonymous('a', { x: '1' })
    const first = { ...terms(), version: 1 }
    expect(await store.update('a', set({ x: '2' }), first)).toEqual({ is: 'written' })
    const record = await store.read('a')
    expect(record).toMatchObject({ version: 2, attributes: set({ x: '2' }) })
    expect(await store.update('a', set({ x: '3' }), first)).toEqual({ is: 'overtaken', record })
    expect(await store.move('a', 'b', set({ x: '3' }), first, START + 10)).toEqual({ is: 'overtaken', record })
    expect(await store.read('a')).toEqual(record)
    expect(await store.move('a', 'b', set({ x: '3' }), { ...first, version: 2 }, START + 10)).toEqual({ is: 'written' })
    expect(await store.update('a', set({ x: '4' }), { ...first, version: 2 })).toMatchObject({
      is: 'overtaken',
      record: { version: 3, attributes: set({ x: '3' }) },
    })
  })
  test('what is not there is gone', async () => {
    const { store, terms } = world()
    expect(await store.update('a', set({ x: '1' }), terms())).toEqual({ is: 'gone' })
    expect(await store.move('a', 'b', set({ x: '1' }), terms(), START + 10)).toEqual({ is: 'gone' })
    await store.remove('a')
    expect(store.size).toBe(0)
  })
  test('what would be too big is not written, and the session stays as it was', async () => {
    const { store, terms, anonymous } = world()
    await anonymous('a', { x: '1' })
    const small = { ...terms(), most: 10 }
    const much = set({ y: '1234567' })
    // "x", "y" and their values on four lines.
    expect(await store.update('a', much, small)).toEqual({ is: 'too-big', size: 17 })
    expect(await store.move('a', 'b', much, small, START + 10)).toEqual({ is: 'too-big', size: 17 })
    expect(await store.read('a')).toMatchObject({ version: 1, known: false, attributes: set({ x: '1' }) })
    expect(await store.read('b')).toBeUndefined()
    expect(await store.update('a', much, { ...small, most: 17 })).toEqual({ is: 'written' })
  })
})

describe('time', () => {
  test('a session is gone when its expiry is reached, whatever its end', async () => {
    const { store, time, terms, anonymous } = world()
    await anonymous('a')
    time.now += 59_999
    expect(await store.read('a')).toBeDefined()
    time.now += 1
    expect(await store.read('a')).toBeUndefined()
    await anonymous('b')
    time.now += 60_000
    expect(await store.update('b', set({ x: '1' }), terms())).toEqual({ is: 'gone' })
  })
  test('what has expired makes room before anybody who is alive goes', async () => {
    const { store, time, terms, anonymous, known, alive } = world({ sessions: 4 })
    await known('old', {})
    await known('older', {})
    time.now += 60_000
    await anonymous('b')
    expect(store.size).toBe(1)
    expect(store.bytes).toBeLessThan(1500)
    await anonymous('c')
    await store.move('c', 'd', set({}), terms(), time.now + 10)
    time.now += 10
    const before = store.bytes
    await store.update('b', set({}), terms())
    expect(store.bytes, 'without the moved key').toBeLessThan(before)
    expect(await alive(['b', 'd'])).toEqual(['b', 'd'])
  })
})

describe('room', () => {
  test('visitors without a login go first, the one that was not used for longest before the others', async () => {
    const { store, anonymous, known, alive, terms } = world({ sessions: 4 })
    await known('ada')
    await anonymous('a')
    await anonymous('b')
    await anonymous('c')
    await store.update('a', set({}), terms())
    await anonymous('d')
    expect(await alive(['ada', 'a', 'b', 'c', 'd'])).toEqual(['ada', 'a', 'c', 'd'])
    for (const key of named('x', 100)) await anonymous(key)
    expect(await alive(['ada', 'a', 'c', 'd', 'x96', 'x97', 'x98', 'x99'])).toEqual(['ada', 'x97', 'x98', 'x99'])
  })
  test('a changed id is a login', async () => {
    const { store, anonymous, alive, terms } = world({ sessions: 4 })
    await anonymous('a')
    await store.move('a', 'ada', set({}), terms(), START + 10)
    for (const key of named('x', 100)) await anonymous(key)
    expect(await alive(['ada'])).toEqual(['ada'])
  })
  test('a sixteenth of the places stays for visitors who have yet to log in', async () => {
    const { anonymous, known, alive } = world({ sessions: 32 })
    for (const key of named('k', 32)) await known(key)
    for (const key of named('x', 50)) await anonymous(key)
    expect(await alive(named('k', 32))).toEqual(named('k', 32).slice(2))
    expect(await alive(named('x', 50))).toEqual(['x48', 'x49'])
    for (const key of named('l', 50)) await known(key)
    expect(await alive(named('x', 50))).toEqual(['x48', 'x49'])
  })
  test('of logged-in visitors the one that was not used for longest goes', async () => {
    const { store, terms, known, alive } = world({ sessions: 3 })
    for (const key of ['a', 'b', 'c']) await known(key)
    await store.update('a', set({}), terms())
    await known('d')
    expect(await alive(['a', 'b', 'c', 'd'])).toEqual(['a', 'c', 'd'])
  })
  test('moved keys are bounded, and push nobody out', async () => {
    const { store, terms, anonymous, known, alive } = world({ sessions: 8 })
    await known('ada')
    await anonymous('a')
    await known('k0')
    for (let i = 0; i < 100; i++) await store.move(`k${i}`, `k${i + 1}`, set({}), terms(), START + 30_000)
    expect(await alive(['ada', 'a', 'k100'])).toEqual(['ada', 'a', 'k100'])
    expect(await alive(named('k', 100))).toEqual(named('k', 100).slice(92))
    expect(store.size).toBe(3)
  })
  test('bytes are bounded as numbers are: anonymous visitors, then moved keys, then others', async () => {
    const { store, terms, anonymous, known, alive } = world({ sessions: 100, bytes: 96_000 })
    const big = { x: `"${'x'.repeat(9000)}"` }
    await known('ada', big)
    for (const key of named('x', 50)) await anonymous(key, big)
    expect(store.bytes).toBeLessThanOrEqual(96_000)
    expect(await alive(['ada'])).toEqual(['ada'])
    expect(store.size).toBe(5)
    await known('k0', big)
    await store.move('k0', 'k1', set({}), terms(), START + 30_000)
    for (const key of named('l', 2)) await known(key, big)
    expect(await alive(['k0', 'k1', 'ada', 'x49'])).toEqual(['k0', 'k1', 'ada'])
    await known('l2', big)
    expect(await alive(['k0', 'k1', 'ada'])).toEqual(['k1', 'ada'])
    for (const key of named('m', 50)) await known(key, big)
    expect(await alive(['ada'])).toEqual([])
    expect(store.bytes).toBeLessThanOrEqual(96_000)
  })
  test('and what is gone takes none', async () => {
    const { store, terms, anonymous } = world()
    for (const key of named('x', 10)) await anonymous(key, { x: '1' })
    const ten = store.bytes
    await store.update('x0', set({ y: '"ü"' }), terms())
    // Three lines and four characters in UTF-16.
    expect(store.bytes - ten).toBe(2 * 8)
    for (const key of named('x', 10)) await store.remove(key)
    expect([store.size, store.bytes]).toEqual([0, 0])
  })
  test('one that is bigger than all room is not kept', async () => {
    const { store, anonymous } = world({ bytes: 1000 })
    await anonymous('a', { x: `"${'x'.repeat(1000)}"` })
    expect([store.size, store.bytes]).toEqual([0, 0])
  })
})

test('the bytes that it says are those of the heap or more', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const held = () => {
    collect()
    return process.memoryUsage().heapUsed
  }
  const shapes: Readonly<Record<string, () => Record<string, string>>> = {
    empty: () => ({}),
    'many objects': () => ({ x: JSON.stringify(Array.from({ length: 5400 }, () => ({}))) }),
    'many attributes': () => Object.fromEntries(named('', 1500).map(name => [name, '1'])),
    'beyond Latin-1': () => ({ x: JSON.stringify('€'.repeat(16_000)) }),
  }
  for (const [name, attributes] of Object.entries(shapes)) {
    const { store, anonymous } = world()
    const count = 1000
    const before = held()
    for (let i = 0; i < count; i++) await anonymous(`${i}`.padStart(52, '.'), attributes())
    const took = held() - before
    expect(store.size).toBe(count)
    // A tenth for what else the process allocates meanwhile.
    expect(took, name).toBeLessThan(1.1 * store.bytes)
  }
})

test('attributes as text are read back as they were', () => {
  for (const all of [{}, { '': '""' }, { '\n': '"\\n"', __proto__x: '1' }, { a: '{}', b: 'null' }]) {
    const attributes = new Map(Object.entries(all))
    expect(unpacked(packed(attributes))).toEqual(attributes)
  }
  expect(
    packed(
      new Map([
        ['a', '1'],
        ['b', '"x"'],
      ]),
    ),
  ).toBe('"a"\n1\n"b"\n"x"')
})
