/** Compiles `src/` to `dist/` and makes the command executable. */
import { spawnSync } from 'node:child_process'
import { chmodSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
rmSync(`${root}/dist`, { recursive: true, force: true })
const compiler = [`${root}/node_modules/typescript/bin/tsc`, '-p', `${root}/tsconfig.build.json`]
const { status } = spawnSync(process.execPath, compiler, { stdio: 'inherit' })
if (status === 0) chmodSync(`${root}/dist/cli/bin.js`, 0o755)
process.exitCode = status ?? 1
