/** How lists of a peer appear in failures. */

const MOST_LISTED = 8

/** A list for people: the first few, each once. Stops where it has enough; a peer decides how long the list is. */
export const listed = <T>(values: Iterable<T>, nameOf: (value: T) => string): string => {
  const each = new Set<T>()
  for (const value of values) {
    if (each.size === MOST_LISTED && !each.has(value)) return `${namesOf(each, nameOf)} and more`
    each.add(value)
  }
  return namesOf(each, nameOf)
}

const namesOf = <T>(values: Iterable<T>, nameOf: (value: T) => string): string => Array.from(values, nameOf).join(', ')
