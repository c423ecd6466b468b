import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { captured } from '../../../test/support/peers-io.ts'
import { FOREIGN } from '../foreign.table.ts'
import { main } from '../main.ts'
import { commandIn, commandNames, commands } from './index.ts'

test('each command has its own name, and every example begins with one that exists', () => {
  const names = commands.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  for (const { name, examples } of commands) {
    expect(examples.length, name).toBeGreaterThan(0)
    for (const [text] of examples) {
      for (const [, words] of text.matchAll(/barewire ([^|)]+)/g))
        expect(commandIn(words!.trim().split(' '))?.name, text).toBeDefined()
    }
  }
  expect(commandNames()).toBe('demo, get, serve, ca or completion')
})

test('an option of another tool is answered with what does the same here, never with a wrong guess', async () => {
  for (const [typed, hint] of [
    [['-k'], 'There is no -k here: there is no switch that believes everybody: --accept CODE'],
    [['-kL'], 'There is no -k here'],
    [['--insecure'], '--trust FILE'],
    [['-U', 'a:b'], 'There is no -U here: it is in the URL: -x'],
    [['-E', 'me.pem'], 'There is no -E here: it is --cert FILE'],
    [['--ciphers', 'HIGH'], 'There is no --ciphers here: it is --suites'],
    [['-s'], 'There is no -s here'],
    [['--no-such'], 'There is no option --no-such.'],
  ] as const) {
    const io = captured()
    expect(await main(['get', ...typed, 'https://localhost/'], io)).toBe(1)
    expect(io.stderr()).toContain(hint)
    expect(io.stderr()).not.toContain('Did you mean')
  }
})

test('no option that exists here is called foreign', () => {
  const ours = commands
    .find(({ name }) => name === 'get')!
    .options.flatMap(({ flags }) => flags.match(/--?[\w-]+/g) ?? [])
  expect(Object.keys(FOREIGN).filter(flag => ours.includes(flag))).toEqual([])
})

/** What bash offers for the last of `words`. */
const offered = (script: string, ...words: string[]): string[] =>
  execFileSync('bash', [
    '-c',
    `${script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _barewire; printf '%s\\n' "\${COMPREPLY[@]}"`,
    'bash',
    'barewire',
    ...words,
  ])
    .toString()
    .split('\n')
    .filter(line => line !== '')

test('completion offers commands, options and their values in bash', async () => {
  const io = captured()
  expect(await main(['completion', 'bash'], io)).toBe(0)
  const script = io.stdout()
  expect(offered(script, 'g')).toEqual(['get'])
  expect(offered(script, 'ca', '')).toEqual(['path'])
  expect(offered(script, 'ca', 'path', '--js')).toEqual(['--json'])
  expect(offered(script, 'get', '--max')).toEqual(['--max-time'])
  expect(offered(script, 'get', '--color', 'a')).toEqual(['auto', 'always'])
  expect(offered(script, 'get', '--accept', 'tls/certificate-exp')).toEqual(['tls/certificate-expired'])
  expect(offered(script, 'completion', 'f')).toEqual(['fish'])
  expect(offered(script, 'serve', '/us')).toEqual(['/usr'])
})

test('completion knows zsh and fish, and no other shell', async () => {
  for (const shell of ['zsh', 'fish']) {
    const io = captured()
    expect(await main(['completion', shell], io)).toBe(0)
    expect(io.stdout()).toContain('max-time')
  }
  const io = captured()
  expect(await main(['completion', 'tcsh'], io)).toBe(1)
  expect(io.stderr()).toContain('bash, zsh, fish')
})
