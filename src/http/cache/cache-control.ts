/**
 * Cache-Control (RFC 9111 5.2), read as strangers write it: what cannot be understood never makes an answer live longer. A
 * directive with white space or anything else in the wrong place keeps its name and has an argument that counts for none.
 */

/** Names in small letters; an argument without its quotes, undefined where there is none. */
export type Directives = ReadonlyMap<string, string | undefined>

/** RFC 9111 1.2.2: what is greater counts as this many seconds, 68 years. */
export const LONGEST = 2 ** 31

const NAME = /^[\w!#$%&'*+.^`|~-]+/
const QUOTED = /"((?:[^"\\]|\\.)*)"/y

/** Of a directive that is there twice the first counts (RFC 9111 4.2.1). */
export const parseCacheControl = (value: string | undefined): Directives => {
  const directives = new Map<string, string | undefined>()
  for (const member of value === undefined ? [] : splitOutsideQuotes(value)) {
    const name = NAME.exec(member)?.[0]
    if (name === undefined || directives.has(name.toLowerCase())) continue
    const rest = member.slice(name.length)
    directives.set(name.toLowerCase(), rest === '' ? undefined : argumentOf(rest))
  }
  return directives
}

/** What follows the name; of `= 5`, ` =5` and the like all of it, which is no argument of anything. */
const argumentOf = (rest: string): string => {
  if (!rest.startsWith('=')) return rest
  const given = rest.slice(1)
  QUOTED.lastIndex = 0
  const quoted = QUOTED.exec(given)
  return quoted !== null && quoted[0].length === given.length ? quoted[1]!.replace(/\\(.)/g, '$1') : given
}

/** Members without the white space around them. A quote that is never closed hides no comma. */
const splitOutsideQuotes = (value: string): string[] => {
  const found: string[] = []
  let open = 0
  let quotes = true
  const close = (end: number): void => {
    found.push(value.slice(open, end).replace(/^[\t ]+|[\t ]+$/g, ''))
    open = end + 1
  }
  for (let at = 0; at < value.length; at++) {
    if (value[at] === ',') close(at)
    else if (quotes && value[at] === '"') {
      QUOTED.lastIndex = at
      if (QUOTED.test(value)) at = QUOTED.lastIndex - 1
      // Nor does any quote behind it: so each octet is looked at twice at most.
      else quotes = false
    }
  }
  close(value.length)
  return found
}

/** The seconds that a directive gives; `bad` where it has no such argument, undefined where it is not there. */
export const secondsOf = (directives: Directives, name: string): number | 'bad' | undefined => {
  if (!directives.has(name)) return undefined
  return deltaSeconds(directives.get(name)) ?? 'bad'
}

/** RFC 9111 1.2.2. */
export const deltaSeconds = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+$/.test(text) ? Math.min(Number(text), LONGEST) : undefined
