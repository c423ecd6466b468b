/** What two exchanges have in common and in what they differ. */
import type { Opened } from '../conversations/opened.ts'
import { courseOf, isUnread, partingOf } from './course.ts'
import { partsOf } from './parts.ts'
import type { Cell, ComparedPart, Comparison, Difference, Each, Fact, Part } from './types.ts'

/** Of these only the order is compared; their values are fields of their own. */
const ORDER_ONLY: ReadonlySet<string> = new Set(['extensions', 'fields'])
/** Values that are shown whole beside each other; of longer lists only what one side alone has. */
const FEW = 4

export interface Compared {
  readonly opened: Opened
  /** What DNS was asked before. */
  readonly lookups: readonly string[]
}

export const compare = (both: Each<Compared>, privacy: 'starred' | 'shown'): Comparison => {
  const own = {
    A: partsOf(both.A.opened, { privacy, lookups: both.A.lookups }),
    B: partsOf(both.B.opened, { privacy, lookups: both.B.lookups }),
  }
  const parts: ComparedPart[] = []
  const differences: Difference[] = []
  const reordered: string[] = []
  for (const a of own.A) {
    const b = own.B.find(({ name }) => name === a.name)
    // What only one has is told with how they went on: the other did not come so far.
    if (b === undefined) continue
    const found = differencesOf(a, b)
    differences.push(...found)
    parts.push({ name: a.name, differs: found.length, of: new Set([...a.facts.keys(), ...b.facts.keys()]).size })
    reordered.push(...reorderedIn(a, b))
  }
  // What one could not be read of says nothing about the other.
  const sight = isUnread(both.A.opened) || isUnread(both.B.opened) ? 'inTheClear' : 'all'
  const courses = { A: courseOf(both.A.opened, sight), B: courseOf(both.B.opened, sight) }
  return { parts, differences, reordered, parting: partingOf(courses) }
}

/** Whether something differs that counts. */
export const differs = ({ differences, parting }: Comparison): boolean =>
  differences.length > 0 || parting !== undefined

const differencesOf = (a: Part, b: Part): readonly Difference[] =>
  [...new Set([...a.facts.keys(), ...b.facts.keys()])].flatMap(field => {
    if (ORDER_ONLY.has(field)) return []
    const [one, other] = [a.facts.get(field), b.facts.get(field)]
    if (one !== undefined && other !== undefined && isSame(one, other)) return []
    return [{ part: a.name, field, cells: { A: cellOf(one, other), B: cellOf(other, one) } }]
  })

const sorted = (values: readonly string[]): string => JSON.stringify(values.toSorted())

const isSame = (a: Fact, b: Fact): boolean => sorted(a.values) === sorted(b.values)

const cellOf = (own: Fact | undefined, other: Fact | undefined): Cell => {
  if (own === undefined) return undefined
  if (other === undefined || Math.max(own.values.length, other.values.length) <= FEW)
    return { texts: own.texts, shared: 0 }
  const there = new Set(other.values)
  const alone = own.texts.filter((_, i) => !there.has(own.values[i]!))
  return { texts: alone, shared: own.texts.length - alone.length }
}

const reorderedIn = (a: Part, b: Part): readonly string[] =>
  [...a.facts].flatMap(([field, fact]) => {
    const other = b.facts.get(field)
    if (other === undefined) return []
    const [mine, theirs] = ORDER_ONLY.has(field) ? common(fact, other) : [fact.values, other.values]
    const isOther = mine.length > 1 && JSON.stringify(mine) !== JSON.stringify(theirs)
    return isOther && sorted(mine) === sorted(theirs) ? [`${a.name}.${field}`] : []
  })

const common = (a: Fact, b: Fact): readonly [readonly string[], readonly string[]] => {
  const [inA, inB] = [new Set(a.values), new Set(b.values)]
  return [a.values.filter(value => inB.has(value)), b.values.filter(value => inA.has(value))]
}
