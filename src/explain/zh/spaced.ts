/** Parts of a Chinese text in one. Between a Han character and what is not Chinese stands a space, and nowhere else. */
export const spaced = (parts: readonly string[]): string => {
  let out = ''
  for (const next of parts) out += needsSpace(out, next) ? ` ${next}` : next
  return out
}

const needsSpace = (before: string, after: string): boolean => {
  const [last, first] = [[...before].at(-1), [...after][0]]
  if (last === undefined || first === undefined) return false
  return (HAN.test(last) && !CLOSE.test(first)) || (HAN.test(first) && !CLOSE.test(last))
}

const HAN = /\p{sc=Han}/u
/** What stands beside a Han character without a space: another one, full-width punctuation, white space. */
const CLOSE = /[\p{sc=Han}\u3000-\u303f\uff00-\uffef“”‘’…—\s]/u
