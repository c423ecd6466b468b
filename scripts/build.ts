/** Compiles `src/` to `dist/`, makes the command executable, and builds the page into `dist/inspector`. */
import { spawnSync } from 'node:child_process'
import { chmodSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { configOf } from '../inspector/vite.config.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
rmSync(`${root}/dist`, { recursive: true, force: true })
const compiler = [`${root}/node_modules/typescript/bin/tsc`, '-p', `${root}/tsconfig.build.json`]
const { status } = spawnSync(process.execPath, compiler, { stdio: 'inherit' })
if (status === 0) {
  chmodSync(`${root}/dist/cli/bin.js`, 0o755)
  for (const form of ['folder', 'one file'] as const) await build({ ...configOf(form), logLevel: 'warn' })
}
process.exitCode = status ?? 1
