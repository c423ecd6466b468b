/** How long lists of a peer appear in failures. */

const MOST_LISTED = 8

/** A list for people: the first few, each once. */
export const listed = (names: readonly string[]): string => {
  const each = [...new Set(names)]
  const more = each.length - MOST_LISTED
  return more <= 0 ? each.join(', ') : `${each.slice(0, MOST_LISTED).join(', ')} and ${more} more`
}
