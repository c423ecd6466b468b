import { readFileSync } from 'node:fs'

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }

/** Of this package; `src/cli` and `dist/cli` are equally deep. */
export const VERSION: string = manifest.version
