/** What `docs/manual/inspect.md` shows is what the command says, line by line; `…` stands for any lines. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { captured } from './support/compared.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'barewire-manual-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** As typed into a shell in that folder, on a terminal of 100 columns. Exit code 9 says that something was found. */
const typed = (command: string): string =>
  execFileSync('sh', ['-c', `${command.replace(/^barewire /, '"$NODE" --import "$TSX" "$BIN" ')} || test $? = 9`], {
    cwd: folder,
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      NODE: process.execPath,
      TSX: import.meta.resolve('tsx'),
      BIN: join(root, 'src/cli/bin.ts'),
      TSX_TSCONFIG_PATH: join(root, 'tsconfig.json'),
      COLUMNS: '100',
      LC_ALL: 'C.UTF-8',
    },
  })

test('each example of the page is what the command says', async () => {
  const page = readFileSync(join(root, 'docs/manual/inspect.md'), 'utf8')
  const examples = [...page.matchAll(/```\n\$ (barewire .*)\n([\s\S]*?)```/g)]
  expect(examples.length).toBeGreaterThan(5)
  typed('barewire demo --seed 7')
  writeFileSync(join(folder, 'good.pcapng'), await captured({}))
  writeFileSync(join(folder, 'bad.pcapng'), await captured({ url: 'https://10.0.0.3/' }))
  for (const [, command = '', shown = ''] of examples) {
    const said = typed(command).split('\n')
    for (const part of shown.trimEnd().split(/^…\n?/m)) {
      const lines = part.replace(/\n$/, '').split('\n')
      const at = said.findIndex((_, i) => lines.every((text, j) => said[i + j] === text))
      expect(at, `${command}:\n${part}\n\nbut it said\n\n${said.join('\n')}`).toBeGreaterThanOrEqual(0)
      said.splice(0, at + lines.length)
    }
  }
}, 120_000)
