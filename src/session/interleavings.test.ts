/**
 * Two and three requests of one visitor at once, in every order in which their operations can reach the store, without
 * and with one operation that fails before it was done or whose answer is lost. A run is described by the choices made,
 * and printed when a rule does not hold.
 */
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Hash } from '../crypto/provider.ts'
import { FailureError } from '../failures/index.ts'
import { seeded } from '../random.ts'
import { type SessionManager, sessionManager } from './manager.ts'
import { type MemoryStore, memoryStore } from './memory-store.ts'
import type { Visit } from './types.ts'

type Fate = 'done' | 'fails' | 'answer lost'
interface Step {
  readonly visit: number
  readonly fate: Fate
}

/** Holds every operation until it is let go, and knows whose it is. */
class Gate {
  /** By visit: it makes one call at a time. */
  readonly #waiting = new Map<number, (fate: Fate) => void>()
  /** Visits that are neither at the gate nor at their end. */
  running = 0

  storeOf<S extends object>(store: S, visit: number): S {
    return new Proxy(store, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as unknown
        if (typeof method !== 'function') return method
        return async (...given: unknown[]): Promise<unknown> => {
          const fate = await this.#pass(visit)
          if (fate === 'fails') throw new Error('the store failed')
          const answer: unknown = await Reflect.apply(method, target, given)
          if (fate === 'answer lost') throw new Error('the answer was lost')
          return answer
        }
      },
    })
  }
  #pass(visit: number): Promise<Fate> {
    this.running--
    return new Promise(resolve => this.#waiting.set(visit, resolve))
  }
  /** Everybody has come as far as a gate or to the end. */
  async settled(): Promise<readonly number[]> {
    while (this.running > 0) await null
    return [...this.#waiting.keys()].sort()
  }
  let(visit: number, fate: Fate): void {
    const resolve = this.#waiting.get(visit)!
    this.#waiting.delete(visit)
    this.running++
    resolve(fate)
  }
}

/** What a request does between `open` and `finish`; `who` tells the visits of one run apart. */
const kinds = {
  reads: () => {},
  writes: (visit: Visit, who: number) => visit.session().set(`by${who}`, who),
  counts: (visit: Visit) => visit.session('existing')?.change('count', before => Number(before ?? 0) + 1),
  'logs in': (visit: Visit, who: number) => {
    visit.session().set(`by${who}`, who)
    visit.session().changeId()
    visit.session().set('user', who)
  },
  'changes the id': (visit: Visit) => visit.session('existing')?.changeId(),
  'logs out': (visit: Visit) => visit.session().invalidate(),
} satisfies Record<string, (visit: Visit, who: number) => void>
type Kind = keyof typeof kinds

interface Outcome {
  readonly kind: Kind
  readonly who: number
  /** It knew the visitor. */
  readonly knew: boolean
  /** What `finish` gave, or the code it was rejected with. */
  readonly cookies: readonly string[] | undefined
  readonly code: string | undefined
}
interface Run {
  readonly store: MemoryStore
  readonly manager: SessionManager
  readonly old: string
  /** An operation was done whose answer was lost. */
  readonly lost: boolean
  readonly outcomes: readonly Outcome[]
}

const hash = (name: string): Hash => createHash(name) as unknown as Hash
const cookieOf = (set: string): string => set.split(';')[0]!
const DELETED = '__Host-sid='

/** Plays `kinds` at once. `choose` picks the next step out of those that are possible. */
const play = async (what: readonly Kind[], faults: number, choose: (steps: readonly Step[]) => Step): Promise<Run> => {
  const date = () => Date.UTC(2026, 10, 20)
  const store = memoryStore({ date })
  const random = seeded(7)
  const managerOn = (on: MemoryStore) => sessionManager({ store: on, crypto: { random, hash }, date })
  const manager = managerOn(store)
  const first = await manager.open(undefined)
  first.session().set('before', 1)
  const old = cookieOf((await first.finish())[0]!)
  const gate = new Gate()
  const request = async (kind: Kind, who: number): Promise<Outcome> => {
    const again = async <T>(task: () => Promise<T>): Promise<T> => {
      try {
        return await task()
      } catch (error) {
        if (error instanceof FailureError) throw error
        return task()
      }
    }
    const on = managerOn(gate.storeOf(store, who))
    const visit = await again(() => on.open(old))
    const knew = visit.session('existing') !== undefined
    kinds[kind](visit, who)
    try {
      return { kind, who, knew, cookies: (await again(() => visit.finish())).map(cookieOf), code: undefined }
    } catch (error) {
      if (!(error instanceof FailureError)) throw error
      return { kind, who, knew, cookies: undefined, code: error.code }
    }
  }
  gate.running = what.length
  const requests = what.map((kind, who) => request(kind, who).finally(() => gate.running--))
  let left = faults
  let lost = false
  for (let waiting = await gate.settled(); waiting.length > 0; waiting = await gate.settled()) {
    const fates: readonly Fate[] = left > 0 ? ['done', 'fails', 'answer lost'] : ['done']
    const step = choose(waiting.flatMap(visit => fates.map(fate => ({ visit, fate }))))
    if (step.fate !== 'done') left--
    lost ||= step.fate === 'answer lost'
    gate.let(step.visit, step.fate)
  }
  return { store, manager, old, lost, outcomes: await Promise.all(requests) }
}

/** Plays every run of `what`: the tree of choices, walked from its leftmost leaf to its rightmost. */
const everyRun = async (what: readonly Kind[], faults: number): Promise<number> => {
  let path: number[] = []
  for (let runs = 1; ; runs++) {
    const widths: number[] = []
    const taken: string[] = []
    const run = await play(what, faults, steps => {
      const at = widths.length
      widths.push(steps.length)
      path[at] ??= 0
      const step = steps[path[at]]!
      taken.push(`${step.visit} ${what[step.visit]}: ${step.fate}`)
      return step
    })
    const rules = await broken(run)
    if (rules.length > 0) throw new Error([...rules, ...taken, JSON.stringify(run.outcomes)].join('\n'))
    let last = widths.length - 1
    while (last >= 0 && path[last]! + 1 >= widths[last]!) last--
    if (last < 0) return runs
    path = [...path.slice(0, last), path[last]! + 1]
  }
}

const permutations = <T>(all: readonly T[]): readonly (readonly T[])[] =>
  all.length < 2
    ? [all]
    : all.flatMap((one, i) => permutations(all.filter((_, at) => at !== i)).map(rest => [one, ...rest]))

type Seen = Readonly<Record<string, unknown>> | undefined
/** What somebody is shown by each of `cookies`. */
const seenWith = async ({ manager }: Run, cookies: Iterable<string>): Promise<(cookie: string) => Seen> => {
  const all = new Map<string, Seen>()
  for (const cookie of cookies) {
    const session = (await manager.open(cookie)).session('existing')
    const shown = session?.names().map(name => [name, session.get(name)] as const)
    all.set(cookie, shown && Object.fromEntries(shown))
  }
  return cookie => all.get(cookie)
}

const isSet = (cookie: string): boolean => cookie !== DELETED
const setsOne = ({ cookies }: Outcome): boolean => cookies?.some(isSet) === true

/** The rules that `run` breaks. It began with one session; others may only be begun by who was nobody. */
const broken = async (run: Run): Promise<readonly string[]> => {
  const { outcomes, store, old } = run
  const given = outcomes.flatMap(({ cookies }) => cookies ?? []).filter(isSet)
  const seenBy = await seenWith(run, new Set([old, ...given]))
  const loggedOut = outcomes.some(({ kind }) => kind === 'logs out')
  const changed = outcomes.filter(outcome => outcome.knew && setsOne(outcome))
  const begun = outcomes.filter(outcome => !outcome.knew && setsOne(outcome))
  const seen = seenBy(changed[0]?.cookies?.[0] ?? old)
  const rules: [string, boolean][] = [
    ['a session that was ended stays ended', (seen === undefined) === loggedOut],
    ['a session has one id', changed.length <= 1 && store.size === begun.length + (loggedOut ? 0 : 1)],
    ['the id from before a change is dead', changed.length === 0 || seenBy(old) === undefined],
  ]
  for (const { kind, who, knew, cookies, code } of outcomes) {
    const kept = seen?.before === 1 && seen[`by${who}`] === who
    const wrote = (kind === 'writes' || kind === 'logs in') && knew && cookies !== undefined
    rules.push(['what was told to be written is there', !wrote || loggedOut || kept])
    const setsNone = cookies?.length === 0 || kind === 'logs in'
    rules.push(['after a change of id only a login sets a cookie', knew || loggedOut || setsNone])
    const overtaken = kind === 'logs in' && code === 'session/conflict' && (loggedOut || changed.length === 1)
    rules.push(['only a login that was overtaken is refused', code === undefined || overtaken])
    const foreign = [old, ...given.filter(cookie => cookies?.includes(cookie) !== true)]
    const isIn = foreign.some(cookie => seenBy(cookie)?.[`by${who}`] === who)
    rules.push(['nobody else has the cookie of a session that somebody logged in to', kind !== 'logs in' || !isIn])
  }
  const counted = outcomes.filter(({ kind, knew }) => kind === 'counts' && knew).length
  const count = seen?.count ?? 0
  // What was counted may count twice when it was asked for again.
  rules.push(['everybody counts', loggedOut || count === counted || (run.lost && count === counted + 1)])
  if (!loggedOut) rules.push(...rulesOfAnswers(run, changed[0], seenBy))
  return rules.filter(([, holds]) => !holds).map(([rule]) => rule)
}

/**
 * In whatever order the answers arrive, the cookie that the browser keeps is one of a session that is alive, and of a
 * login that was told to have worked. A login that began as nobody, after another request had changed the id without
 * logging in, is the one case where the order counts: its answer has to come after the one that was sent before it.
 */
const rulesOfAnswers = (run: Run, change: Outcome | undefined, seenBy: (cookie: string) => Seen) => {
  const loggedIn = run.outcomes.some(({ kind, cookies }) => kind === 'logs in' && cookies !== undefined)
  return permutations(run.outcomes).flatMap((order): [string, boolean][] => {
    const login = order.findLastIndex(({ kind, knew }) => kind === 'logs in' && !knew)
    const isLate = change?.kind === 'changes the id' && login >= 0 && login < order.indexOf(change)
    const shown = seenBy(order.flatMap(({ cookies }) => cookies ?? []).at(-1) ?? run.old)
    const after = `after answers ${order.map(({ who }) => who).join()}`
    return [
      [`the cookie is one of a session that is alive, ${after}`, shown !== undefined],
      [`the cookie is that of the login, ${after}`, !loggedIn || isLate || shown?.user !== undefined],
    ]
  })
}

const names = Object.keys(kinds) as Kind[]
/** Every choice of `count` kinds, without regard to their order. */
const choices = (count: number, from: readonly Kind[] = names): readonly (readonly Kind[])[] =>
  count === 0 ? [[]] : from.flatMap((kind, i) => choices(count - 1, from.slice(i)).map(rest => [kind, ...rest]))

for (const what of choices(2)) {
  test(`a request that ${what.join(' and one that ')}: the rules hold in every order, also when the store fails`, async () => {
    expect(await everyRun(what, 0)).toBeGreaterThanOrEqual(2)
    expect(await everyRun(what, 1)).toBeGreaterThan(6)
  })
}

test('three requests of every kind: the rules hold in every order', async () => {
  let runs = 0
  for (const what of choices(3)) runs += await everyRun(what, 0)
  expect(runs).toBeGreaterThan(2000)
})

for (const what of [
  ['writes', 'logs in', 'logs out'],
  ['counts', 'counts', 'changes the id'],
  ['logs in', 'logs in', 'changes the id'],
] as const) {
  test(`three requests (${what.join(', ')}): the rules hold in every order, also when the store fails`, async () => {
    expect(await everyRun(what, 1)).toBeGreaterThan(500)
  })
}
