/** `Request.cache` (fetch standard, 2.2.5): which there are, and what of them other caches hear. */
import { FailureError, fail } from '../../failures/index.ts'
import type { Mode } from '../../http/cache/decide.ts'

/** The standard's enumeration; a platform without caches may have none, or others. */
export const modeOf = (given: string | undefined): Mode | undefined => {
  if (given === undefined || MODES.has(given)) return given as Mode | undefined
  throw new FailureError(fail('net/bad-request', { where: 'cache', got: given }))
}

const MODES: ReadonlySet<string> = new Set<Mode>([
  'default',
  'no-store',
  'reload',
  'no-cache',
  'force-cache',
  'only-if-cached',
])

/** Fetch standard, 4.6: other caches on the way are told too, unless the caller says something else. */
export const sayMode = (headers: Headers, mode: Mode | undefined): void => {
  const said = headers.has('cache-control')
  if (mode === 'no-cache' && !said) headers.set('cache-control', 'max-age=0')
  if (mode !== 'no-store' && mode !== 'reload') return
  if (!headers.has('pragma')) headers.set('pragma', 'no-cache')
  if (!said) headers.set('cache-control', 'no-cache')
}
