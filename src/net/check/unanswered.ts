/** Which questions had no answer though there is one: `versions TLS 1.0`, `http plain`. */
import { type Because, isUnasked, type Observed } from './types.ts'

/** What nobody could have answered is no loss. */
const NO_LOSS: ReadonlySet<Because> = new Set(['pointless', 'not-asked'])

export const unansweredIn = (observed: Observed): readonly (readonly [path: string, because: Because])[] => {
  const found: [string, Because][] = []
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return
    if (isUnasked(value)) {
      if (!NO_LOSS.has(value.unasked)) found.push([path, value.unasked])
      return
    }
    for (const [key, inner] of Object.entries(value)) {
      const name = Array.isArray(value) ? ((inner as { readonly version?: string }).version ?? key) : key
      walk(inner, path === '' ? name : `${path} ${name}`)
    }
  }
  walk(observed, '')
  return found
}
