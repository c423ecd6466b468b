import { inChinese } from './facts.ts'
import { spaced } from './spaced.ts'

/** Chinese text with facts in it. What engines say in words of ours is said in Chinese; names and numbers stay. */
export const text = (parts: TemplateStringsArray, ...facts: readonly (string | number)[]): string =>
  spaced(parts.flatMap((part, i) => (i === 0 ? [part] : [inChinese(`${facts[i - 1]!}`), part])))
