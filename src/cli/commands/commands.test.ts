import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { installed, missing } from '../../../test/support/peers.ts'
import { temporaryFolder } from '../../../test/support/peers-chain.ts'
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
  expect(commandNames()).toMatch(/^demo, get, serve, .*, explain or completion$/)
})

test('an option of another tool is answered with what does the same here, never with a wrong guess', async () => {
  for (const [typed, hint] of [
    [['-k'], 'There is no -k here: there is no switch that believes everybody: --accept CODE'],
    [['-kL'], 'There is no -k here'],
    [['--insecure'], '--trust FILE'],
    [['--socks5', 'a:1'], 'There is no --socks5 here: it is -x socks5://'],
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

/** What each shell makes of the last word when it is asked to complete it: one word that was meant, else what is offered. */
const CASES: readonly (readonly [typed: string, meant: string])[] = [
  ['g', 'get'],
  ['help certif', 'certificates'],
  ['explain tls/certificate-exp', 'tls/certificate-expired'],
  ['ca iss', 'issue'],
  ['ca path --js', '--json'],
  ['cert verify --profile w', 'webpki'],
  ['get --max-t', '--max-time'],
  ['get --color alw', 'always'],
  ['get --accept tls/certificate-exp', 'tls/certificate-expired'],
  ['completion f', 'fish'],
  ['serve /us', '/usr'],
  ['inspect package.js', 'package.json'],
  ['inspect package.json --as-test cl', 'client'],
  ['get --pcapng package.js', 'package.json'],
]

const scriptFor = async (shell: string): Promise<string> => {
  const io = captured()
  expect(await main(['completion', shell], io)).toBe(0)
  return io.stdout()
}

const runBy = (shell: string, ...words: readonly string[]): string =>
  execFileSync(shell, words, { timeout: 60_000, env: { ...process.env, TERM: 'dumb', LC_ALL: 'C.UTF-8' } }).toString()

/** What bash offers for the last of `words`. */
const offered = (script: string, ...words: string[]): string[] =>
  runBy(
    'bash',
    '-c',
    `${script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _barewire; printf '%s\\n' "\${COMPREPLY[@]}"`,
    'bash',
    'barewire',
    ...words,
  )
    .split('\n')
    .filter(line => line !== '')

test('completion offers commands, options and their values in bash', async () => {
  const script = await scriptFor('bash')
  for (const [typed, meant] of CASES) expect(offered(script, ...typed.split(' ')), typed).toEqual([meant])
  expect(offered(script, 'help', 'ce')).toEqual(['cert', 'certificates'])
  expect(offered(script, 'ca', '')).toContain('path')
  expect(offered(script, 'cert', '')).toEqual(['show', 'lint', 'verify', 'explain'])
  expect(offered(script, 'get', '--color', 'a')).toEqual(['auto', 'always'])
})

test.skipIf(!installed('fish'))(`fish offers the same, and nothing of other commands${missing('fish')}`, async () => {
  const script = await scriptFor('fish')
  const asked = [
    'ca issue pa',
    'cert explain tls/certificate-exp',
    'get --color a',
    'cert ',
    ...CASES.map(each => each[0]),
  ]
  const questions = asked.map(typed => `echo '>'; complete -C 'barewire ${typed}'`)
  const told = runBy('fish', '--no-config', '-c', `${script}\n${questions.join('\n')}`)
    .split('>\n')
    .slice(1)
  const words = told.map(text => text.split('\n').flatMap(each => each.split('\t')[0]!.replace(/\/$/, '') || []))
  expect(words.slice(0, 4)).toEqual([[], [], ['always', 'auto'], ['explain', 'lint', 'show', 'verify']])
  expect(words.slice(4)).toEqual(CASES.map(([, meant]) => [meant]))
})

test.skipIf(!installed('zsh'))(`zsh completes the same at a terminal${missing('zsh')}`, async () => {
  const folder = temporaryFolder('completion')
  try {
    const path = join(folder.path, 'barewire.zsh')
    writeFileSync(path, await scriptFor('zsh'))
    // The line that is complete is run: it says what its last word is.
    const begin = `PS1=; autoload -U compinit && compinit -D -u; source ${path}; barewire() { printf "\\074%s\\076\\n" "\${@[-1]}" }; print begun`
    const lines = CASES.map(
      ([typed]) => `zpty -w z $'barewire ${typed}\\t'; zpty -r -m z line '*<*>*'; print -r -- "$line"`,
    )
    const script = ['zmodload zsh/zpty; zpty z "zsh -f -i"', `zpty -w z '${begin}'`, ...lines, 'zpty -d z'].join('\n')
    const told = [...runBy('zsh', '-f', '-c', script).matchAll(/<(.+?)\/?>/g)].map(([, word]) => word)
    expect(told).toEqual(CASES.map(([, meant]) => meant))
  } finally {
    folder.remove()
  }
})

test('completion knows no other shell', async () => {
  const io = captured()
  expect(await main(['completion', 'tcsh'], io)).toBe(1)
  expect(io.stderr()).toContain('bash, zsh, fish')
})
