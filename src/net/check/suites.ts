/** Which suites each version takes, and whose order counts: the one that was chosen is left out of the next question. */
import { CipherSuite } from '../../tls/messages/registries.table.ts'
import { type Asking, flightIn, helloFor, numberOf, refusalIn, suitesOf, whyNot } from './asking.ts'
import { isNumbers } from './traits.ts'
import { isUnasked, type Known, type SuitesOf, type Unasked, unasked, type VersionName } from './types.ts'

type Modern = Exclude<VersionName, 'SSL 2.0'>

export const askSuites = async (asking: Asking): Promise<readonly SuitesOf[]> => {
  const versions = asking.spoken.filter((version): version is Modern => version !== 'SSL 2.0')
  return await Promise.all([...versions].reverse().map(version => suitesIn(version, asking)))
}

/** What of a list is taken, in the order in which the server chooses. */
interface Taken {
  readonly ids: readonly number[]
  readonly unoffered?: number | undefined
  readonly why?: Unasked | undefined
}

const suitesIn = async (version: Modern, asking: Asking): Promise<SuitesOf> => {
  const lists = await Promise.all(suitesOf(version).map(list => taken(version, list, asking)))
  const found = [...new Set(lists.flatMap(({ ids }) => ids))]
  const more = lists.find(({ why }) => why !== undefined)?.why
  const unoffered = [...new Set(lists.map(each => each.unoffered).filter(id => id !== undefined))]
  const names = (ids: readonly number[]): readonly string[] => ids.map(CipherSuite.nameOf)
  if (found.length === 0 && more !== undefined) return { version, suites: more, order: more }
  const order = await orderOf(version, found, asking)
  const first: First = async suites =>
    flightIn(await asking.asker.hello(helloFor(version, asking, suites)))?.hello.cipherSuite
  const runs = lists.map(({ ids }) => ids)
  const sorted = order === 'server' ? await merged(runs, first) : undefined
  return {
    version,
    suites: names(sorted ?? found),
    order,
    ...(more === undefined ? {} : { more }),
    ...(unoffered.length === 0 ? {} : { unoffered: names(unoffered) }),
    dhBits: await smallestPrime(version, found, asking),
  }
}

const taken = async (version: Modern, list: readonly number[], asking: Asking): Promise<Taken> => {
  const ids: number[] = []
  let left = list
  while (left.length > 0) {
    const reply = await asking.asker.hello(helloFor(version, asking, left))
    const flight = flightIn(reply)
    if (flight === undefined) return refusalIn(reply) === undefined ? { ids, why: whyNot(reply) } : { ids }
    if (flight.version !== numberOf[version]) return { ids }
    const { cipherSuite } = flight.hello
    const wasOffered = left.includes(cipherSuite)
    if (!ids.includes(cipherSuite)) ids.push(cipherSuite)
    // Whoever chooses what was not offered does so for ever.
    if (!wasOffered) return { ids, unoffered: cipherSuite }
    left = left.filter(id => id !== cipherSuite)
  }
  return { ids }
}

/** Which of these suites the server chooses; undefined where it does not answer. */
type First = (suites: readonly number[]) => Promise<number | undefined>

/** Suites of the longest list at which the others are cut, so that what lies between is ordered at the same time. */
const CUTS = 5
/** Fewer suites between two of them are not worth it. */
const BETWEEN = 8

/** Lists that are each in the order of the server, as one; undefined where it does not answer. */
const merged = async (lists: readonly (readonly number[])[], first: First): Promise<readonly number[] | undefined> => {
  const runs = lists.filter(run => run.length > 0).sort((a, b) => b.length - a.length)
  const [longest = [], ...others] = runs
  const count = others.length === 0 ? 0 : Math.min(CUTS, Math.floor(longest.length / BETWEEN))
  const at = Array.from({ length: count }, (_, i) => Math.floor(((i + 1) * longest.length) / (count + 1)))
  const cuts = await Promise.all(others.map(run => Promise.all(at.map(i => ahead(run, longest[i]!, first)))))
  const between = (run: readonly number[], places: readonly number[], i: number): readonly number[] =>
    run.slice(places[i - 1] ?? 0, places[i])
  const pieces = await Promise.all(
    Array.from({ length: count + 1 }, (_, i) =>
      inTurn([between(longest, at, i), ...others.map((run, k) => between(run, cuts[k]!, i))], first),
    ),
  )
  const all = pieces.flatMap(piece => piece ?? [])
  // Whoever answers by lot cuts anywhere.
  return pieces.includes(undefined) || new Set(all).size !== new Set(runs.flat()).size ? undefined : all
}

/** How many suites of a list the server prefers to `suite`. */
const ahead = async (run: readonly number[], suite: number, first: First): Promise<number> => {
  let [from, to] = [0, run.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if ((await first([suite, run[middle]!])) === suite) to = middle
    else from = middle + 1
  }
  return from
}

/** Of all lists the suite that is chosen from their first ones, again and again. */
const inTurn = async (lists: readonly (readonly number[])[], first: First): Promise<readonly number[] | undefined> => {
  const ids: number[] = []
  let left = lists.filter(run => run.length > 0)
  while (left.length > 1) {
    const chosen = await first(left.map(run => run[0]!))
    if (chosen === undefined || !left.some(run => run[0] === chosen)) return undefined
    ids.push(chosen)
    left = left.map(run => (run[0] === chosen ? run.slice(1) : run)).filter(run => run.length > 0)
  }
  return [...ids, ...left.flat()]
}

/** The same list forwards and backwards: who has an order of its own chooses the same. */
const orderOf = async (
  version: Modern,
  found: readonly number[],
  asking: Asking,
): Promise<Known<'server' | 'client'>> => {
  if (found.length < 2) return unasked('pointless')
  const [forwards, backwards] = await Promise.all(
    [found, [...found].reverse()].map(list => asking.asker.hello(helloFor(version, asking, list))),
  )
  const [first, second] = [flightIn(forwards!), flightIn(backwards!)]
  if (first === undefined) return whyNot(forwards!)
  if (second === undefined) return whyNot(backwards!)
  return first.hello.cipherSuite === second.hello.cipherSuite ? 'server' : 'client'
}

/** Of an export suite and of another: they have primes of their own. */
const smallestPrime = async (
  version: Modern,
  found: readonly number[],
  asking: Asking,
): Promise<number | undefined> => {
  const numbers = found.filter(isNumbers)
  const isExport = (id: number): boolean => CipherSuite.nameOf(id).includes('EXPORT')
  const asked = [numbers.find(isExport), numbers.find(id => !isExport(id))].filter(id => id !== undefined)
  const replies = await Promise.all(asked.map(id => asking.asker.hello(helloFor(version, asking, [id]), 'exchange')))
  const bits = replies.map(reply => flightIn(reply)?.dhBits).filter(each => each !== undefined)
  return bits.length === 0 || replies.some(isUnasked) ? undefined : Math.min(...bits)
}
