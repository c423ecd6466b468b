/** Two lists laid beside each other: the longest sequence that both have in order, and what only one has in between. */
export type Aligned<T> =
  | { readonly kind: 'both'; readonly before: T; readonly after: T }
  | { readonly kind: 'gone'; readonly before: T }
  | { readonly kind: 'new'; readonly after: T }

/** Rows of one list that are compared with each of the other: four million steps. What comes behind is taken as it is. */
const MOST = 2_000

/** Rows with the same key are the same. Where one goes and another comes, what goes stands first. */
export const aligned = <T>(
  before: readonly T[],
  after: readonly T[],
  keyOf: (row: T) => string,
): readonly Aligned<T>[] => {
  const [a, b] = [before.map(keyOf), after.map(keyOf)]
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let [endA, endB] = [a.length, b.length]
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA--
    endB--
  }
  const both = (i: number, j: number): Aligned<T> => ({ kind: 'both', before: before[i]!, after: after[j]! })
  const head = Array.from({ length: start }, (_, i) => both(i, i))
  const tail = Array.from({ length: a.length - endA }, (_, i) => both(endA + i, endB + i))
  const middle = walked(a.slice(start, endA), b.slice(start, endB)).map(([i, j]): Aligned<T> => {
    if (i !== undefined && j !== undefined) return both(start + i, start + j)
    return i === undefined ? { kind: 'new', after: after[start + j!]! } : { kind: 'gone', before: before[start + i]! }
  })
  return [...head, ...middle, ...tail]
}

type Step = readonly [before: number | undefined, after: number | undefined]

const walked = (a: readonly string[], b: readonly string[]): readonly Step[] => {
  const [n, m] = [Math.min(a.length, MOST), Math.min(b.length, MOST)]
  const width = m + 1
  // How many are common from here on.
  const common = new Uint16Array((n + 1) * width)
  for (let i = n - 1; i >= 0; i--)
    for (let j = m - 1; j >= 0; j--)
      common[i * width + j] =
        a[i] === b[j]
          ? common[(i + 1) * width + j + 1]! + 1
          : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!)
  const steps: Step[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    const inTable = i < n && j < m
    if (inTable && a[i] === b[j]) steps.push([i++, j++])
    else if (i < a.length && (!inTable || common[(i + 1) * width + j]! >= common[i * width + j + 1]!))
      steps.push([i++, undefined])
    else steps.push([undefined, j++])
  }
  return steps
}
