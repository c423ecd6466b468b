/**
 * Run by the runner beside each file of tests. Many files share a process (`vitest.config.ts`): each finds the platform
 * as it was, whatever a server of another one put in its place.
 */
import { afterEach } from 'vitest'
import { closing } from './closing.ts'

afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const ORIGINALS = Symbol.for('barewire tests: originals')
const kept = globalThis as { [ORIGINALS]?: object }
kept[ORIGINALS] ??= { fetch, Request, Response }
Object.assign(globalThis, kept[ORIGINALS])
