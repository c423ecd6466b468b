/** `ca issue` and `ca renew`, killed before their n-th deed on files: `killed-at.ts N issue FOLDER`, `N renew FILE`. */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const [at, what, where = ''] = process.argv.slice(2)
let deeds = 0
for (const name of ['writeFileSync', 'linkSync', 'renameSync', 'rmSync'] as const) {
  const deed = fs[name] as (...about: unknown[]) => unknown
  Object.assign(fs, {
    [name]: (...about: unknown[]) => {
      if (++deeds === Number(at)) process.kill(process.pid, 'SIGKILL')
      return deed(...about)
    },
  })
}
syncBuiltinESMExports()
const [{ caIssue, caRenew }, { processIo }] = await Promise.all([
  import('../../src/cli/actions/ca/issue.ts'),
  import('../../src/cli/io.ts'),
])
if (what === 'issue') await caIssue(['a.test'], { out: where, color: 'never' }, processIo())
else await caRenew(where, { color: 'never' }, processIo())
