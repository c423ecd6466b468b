/** What commands show in every width, with and without colours, in both languages. Whose words are which is in `explain/zh/screen.table.ts`. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { captured as exchange } from '../../test/support/compared.ts'
import { captured } from '../../test/support/peers-io.ts'
import { onScreen } from '../explain/zh/screen.ts'
import { columnsOf } from '../inspect/shown.ts'
import { attacks } from '../lab/attacks/index.ts'
import { main } from './main.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-screen-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => join(folder, name)
const env = { XDG_STATE_HOME: at('state'), XDG_DATA_HOME: at('data'), LC_ALL: 'C.UTF-8' }
const good = at('good.pcapng')
const bad = at('bad.pcapng')
const leaf = at('shop.test.pem')

beforeAll(async () => {
  writeFileSync(good, await exchange({}))
  writeFileSync(bad, await exchange({ url: 'https://10.0.0.3/' }))
  writeFileSync(at('torn.pcapng'), readFileSync(good).subarray(0, -30))
  await main(['demo', '--pcapng', at('demo.pcapng'), '--seed', '1'], captured({ env }))
  await main(['ca', 'issue', 'shop.test', '--out', folder], captured({ env }))
}, 60_000)

/** Every command that needs no network, as its examples have it, with what makes it say most. */
const COMMANDS = (): readonly (readonly string[])[] => [
  ['demo', '--pcapng', at('again.pcapng'), '--seed', '1'],
  ['demo', '--pcapng', at('again.pcapng'), '--seed', '1', '-v'],
  ['inspect'],
  ['inspect', '@1'],
  ['inspect', good],
  ['inspect', bad],
  ['inspect', at('torn.pcapng')],
  ['inspect', good, '--filter', 'tls'],
  ...['frames', 'packets', 'segments', 'records', 'messages', 'requests'].map(grain => [
    'inspect',
    good,
    '4',
    '--layer',
    grain,
  ]),
  ['inspect', good, '4', '-vvv'],
  ['inspect', good, '4', '--filter', 'http'],
  ['inspect', good, '4', '--filter', 'dns'],
  ['inspect', bad, '2'],
  ['inspect', good, '4', '--message', '14'],
  ['inspect', good, '9'],
  ['inspect', good, '4', '--message', '9999'],
  ['inspect', good, '-o', at(`annotated-${Math.random()}.pcapng`)],
  ['explain', good],
  ['explain', bad],
  ['explain', 'tls/certificate-expired'],
  ['explain', 'error:0A000086:SSL routines::certificate verify failed'],
  ['diff', good, bad],
  ['keys', good],
  ['decode', '16030100050100000100'],
  ['decode', '160301000501000001000000', '-vvv'],
  ['decode', 'ffffffffff'],
  ['decode', '--as', 'list'],
  ['get', 'https://example.com/', '--explain', '--resolve', 'example.com:443:127.0.0.1'],
  ['get', 'http://127.0.0.1:1/', '--no-keep', '-v'],
  ['serve', folder, '--explain'],
  ['cert', 'show', leaf],
  ['cert', 'verify', leaf],
  ['cert', 'verify', leaf, '--name', 'other.test'],
  ['cert', 'explain', leaf, '--at', '2099-01-01'],
  ['cert', 'lint', leaf],
  ['help', 'tls'],
  ['help', 'inspect'],
]

const said = async (words: readonly string[], width: number, ...more: readonly string[]): Promise<string> => {
  const io = captured({ terminal: width, env })
  await main([...words, ...more], io)
  return io.stdout() + io.stderr()
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: what colours a terminal
const COLOUR = /\u001b\[\d+m/g
/** Copied whole, and so never cut: names of files, commands, URLs; a terminal breaks them where it has to. */
const WHOLE = /^ *(?:wireshark|barewire|npm|openssl|curl|cp|.*(?:https?:\/\/|\/tmp\/|\/var\/|barewire))/

test.each([60, 80, 100, 140])(
  'in %d columns no line of a command is wider, in either language',
  async width => {
    for (const words of COMMANDS())
      for (const language of ['en', 'zh']) {
        const text = await said(words, width, '--lang', language, '--color', 'never')
        expect(text, `${words.join(' ')} says nothing`).not.toBe('')
        for (const line of text.split('\n'))
          if (!WHOLE.test(line))
            expect(columnsOf(line), `${words.join(' ')}, ${language}: ${line}`).toBeLessThanOrEqual(width)
      }
  },
  120_000,
)

test('colours change nothing but colours, and NO_COLOR and pipes have none', async () => {
  for (const words of [
    ['inspect', good, '4'],
    ['inspect', bad],
    ['explain', bad],
    ['keys', good],
  ]) {
    const coloured = await said(words, 80, '--color', 'always')
    const plain = await said(words, 80, '--color', 'never')
    expect(coloured).toMatch(COLOUR)
    expect(coloured.replace(COLOUR, '')).toBe(plain)
    const quiet = captured({ terminal: 80, env: { ...env, NO_COLOR: '1' } })
    await main(words, quiet)
    expect(quiet.stdout()).toBe(plain)
    const piped = captured({ env: { ...env, COLUMNS: '80' } })
    await main(words, piped)
    expect(piped.stdout()).toBe(plain)
  }
})

/** Two words of English beside each other; names of protocols and what peers say have none such in these commands. */
const ENGLISH = /(?<![\w/.-])[a-z]{2,} [a-z]{2,}(?![\w/-])/

/** Commands to copy, bytes, names of formats, passwords and pages of the demo, words of OpenSSL. */
const THEIRS =
  /barewire [^，。）]*|“[^”]*”|[\da-f]{4} {2}(?:[\da-f]{2} ){8}.*|(?: [\da-f]{2}){8,}.*|TLS (?:[\d.]+ )?(?:handshake message|record)|correct horse battery staple|You are ada.*|certificate verify failed|SSL routines|behind it/g

test('in Chinese no command has a sentence of English, besides what is typed and what peers say', async () => {
  const found: string[] = []
  for (const words of COMMANDS().filter(([name, as]) => name !== 'help' && as !== '--as')) {
    const text = await said(words, 100, '--lang', 'zh', '--color', 'never')
    for (const line of text.split('\n'))
      if (ENGLISH.test(line.replace(THEIRS, ''))) found.push(`${words.slice(0, 2).join(' ')}: ${line}`)
  }
  expect(found).toEqual([])
})

/** What `say` is given in the source: a text, or one with holes; one that is glued together is found above. */
const SAID = /\b(?:say|inWords)\(\s*(?:this\.#)?style,\s*(?:'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`)/g
const GLUED = /\w\$\{|\}\$\{|\}\w/

test('every text that is given to be said in the language of whoever reads has its Chinese', () => {
  const src = fileURLToPath(new URL('../', import.meta.url))
  const files = (readdirSync(src, { recursive: true }) as string[]).filter(name =>
    /^(?:cli|inspect)\/.*(?<!\.test)\.ts$/.test(name),
  )
  const given = files.flatMap(name =>
    [...readFileSync(`${src}${name}`, 'utf8').matchAll(SAID)].map(([, text, template]) => text ?? template!),
  )
  const texts = given.filter(text => /[a-z]{3,}/.test(text) && !GLUED.test(text))
  expect(texts.length).toBeGreaterThan(50)
  const filled = (text: string): readonly string[] =>
    ['7', '7 kB', 'shop', 'text', 'listens'].map(hole => text.replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, hole))
  expect(texts.filter(text => filled(text).every(each => onScreen(each) === each))).toEqual([])
})

test('so has all that a third machine does', () => {
  const does = attacks.map(attack => `it ${attack.does}`)
  expect(does.filter(text => onScreen(text) === text)).toEqual([])
})
