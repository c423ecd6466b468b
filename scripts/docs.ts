/**
 * Writes `docs/generated/` from the code: every failure, every place that cites an RFC, every demand of HTTP, every state machine. With
 * `--check` nothing is written, and the exit code is 1 when a page is out of date.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { elsewhere } from '../src/explain/elsewhere.table.ts'
import { english } from '../src/explain/en/index.ts'
import { stepsFor } from '../src/explain/steps.ts'
import { chinese } from '../src/explain/zh/index.ts'
import {
  entryOf,
  type Facts,
  type Failure,
  type FailureCode,
  fail,
  failures,
  type RequestContext,
} from '../src/failures/index.ts'
import type { States } from '../src/machine.ts'
import { MUSTS } from '../test/http/musts.table.ts'
import { machines } from '../test/support/machines.ts'
import { filesShowing } from '../test/support/shown.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Families in the order in which an exchange can meet them, each with what is known in the examples of its page. */
const FAMILIES: readonly (readonly [family: RegExp, title: string, facts: Facts])[] = [
  [/^cli\//, 'The command line', { where: 'barewire get' }],
  [/^dns\//, 'Names', { where: 'shop.test' }],
  [/^(link|ip)\//, 'Link and IP', {}],
  [/^(tcp)\//, 'TCP', { where: 'localhost:8443', number: 5000 }],
  [/^tls\/(?!certificate-|chain-)/, 'TLS', {}],
  [/^tls\//, 'Certificates', {}],
  [/^ca\//, 'The local authority', { where: 'ca/key.pem', expected: 'ca' }],
  [/^http\//, 'HTTP', { number: 1000 }],
  [/^cookie\//, 'Cookies', { got: 'shop.test' }],
  [/^session\//, 'Sessions', {}],
  [/^net\//, 'Around a request', { number: 1000 }],
]
const ASKED: RequestContext = { url: 'https://shop.test:8443/cart', host: 'shop.test', port: 8443 }

const failurePage = (): string => {
  const codes = Object.keys(failures) as FailureCode[]
  const lines = [
    '# Failures',
    '',
    `Every code that Barewire reports: ${codes.length}. Codes never change. Families stand in the order in which a request can meet`,
    'them, codes in the order in which they can happen. Commands are for a request to `https://shop.test:8443/cart`.',
    '',
  ]
  const left = new Set(codes)
  for (const [family, title, facts] of FAMILIES) {
    lines.push(`## ${title}`, '')
    for (const code of codes.filter(each => left.has(each) && family.test(each))) {
      left.delete(code)
      // What a sentence of TCP says of this machine needs no other host.
      const failure = code.startsWith('tcp/') ? fail(code, facts) : fail(code, facts).within(ASKED)
      lines.push(...failureLines(failure))
    }
  }
  if (left.size > 0) throw new Error(`no family for ${[...left].join(', ')}`)
  return lines.join('\n')
}

const failureLines = (failure: Failure): string[] => {
  const { fault, exit, alert, status, rule } = entryOf(failure)
  const facts = [
    `fault: ${fault}`,
    `exit ${exit}`,
    ...(alert === undefined ? [] : [`TLS alert ${alert}`]),
    ...(status === undefined ? [] : [`HTTP ${status}`]),
    ...(rule === undefined ? [] : [rule]),
  ]
  const lines = [
    `### ${failure.code}`,
    '',
    `**${english.title(failure)}** ${chinese.title(failure)}  `,
    facts.join(' · '),
    '',
  ]
  const because = english.because(fail(failure.code))
  if (because.length > 0) lines.push('Because, perhaps:', '', ...because.map(each => `- ${each}`), '')
  const said = english.tryThis(failure)
  const tries = stepsFor(failure).map(({ command }, i) =>
    command === undefined ? `- ${said[i]}` : `- \`${command}\`${said[i]!.slice(command.length).replace(/^ +# /, ' ')}`,
  )
  if (tries.length > 0) lines.push('Try:', '', ...tries, '')
  const others = Object.entries(elsewhere(failure))
  if (others.length > 0) lines.push(`Elsewhere: ${others.map(([tool, name]) => `${tool} ${name}`).join(', ')}.`, '')
  return lines
}

/** Section to the places that cite it. */
const rfcPage = (): string => {
  const places = new Map<string, Set<string>>()
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter(f => f.endsWith('.ts'))
    .sort()
  for (const file of files) {
    for (const text of readFileSync(join(root, 'src', file), 'utf8').split('\n')) {
      for (const [, number, section = ''] of text.matchAll(/RFC (\d{3,5})(?: (?:section )?(\d+(?:\.\d+)*))?/g)) {
        const key = `${number} ${section}`.trim()
        places.set(key, (places.get(key) ?? new Set()).add(`src/${file}`))
      }
    }
  }
  const order = (key: string): number[] => key.split(/[ .]/).map(Number)
  const sorted = [...places].sort(([a], [b]) => {
    const [x, y] = [order(a), order(b)]
    for (let i = 0; i < Math.max(x.length, y.length); i++)
      if ((x[i] ?? -1) !== (y[i] ?? -1)) return (x[i] ?? -1) - (y[i] ?? -1)
    return 0
  })
  const rows = sorted.map(
    ([key, where]) => `| RFC ${key} | ${[...where].map(f => `[${f.slice(4)}](../../${f})`).join(', ')} |`,
  )
  return ['# Where each RFC section is obeyed', '', '| section | files |', '| --- | --- |', ...rows, ''].join('\n')
}

/** Octets that the language of the diagrams uses itself. */
const SPELLED: Readonly<Record<string, string>> = { ';': 'semicolon', '=': 'equals', '"': 'quote', '\\': 'backslash' }

const stateMachine = ({ title, moves, states }: States): string[] => {
  const id = (state: string) => state.replaceAll('-', '_')
  const labels = new Map<string, string[]>()
  for (const [from, input, to, , sends] of moves) {
    const arrow = `  ${id(from)} --> ${id(to)}`
    const label = `${SPELLED[input] ?? input}${sends === undefined ? '' : ` / ${sends}`}`
    labels.set(arrow, [...(labels.get(arrow) ?? []), label])
  }
  return [
    `## ${title}`,
    '',
    '```mermaid',
    'stateDiagram-v2',
    `  [*] --> ${id(states[0]!)}`,
    ...[...labels].map(([arrow, inputs]) => `${arrow}: ${inputs.join(', ')}`),
    '```',
    '',
    '| state | input | next | sends | rule |',
    '| --- | --- | --- | --- | --- |',
    ...moves.map(([from, input, to, rule, sends = '']) => `| ${from} | \`${input}\` | ${to} | ${sends} | ${rule} |`),
    '',
  ]
}

const statesPage = (): string =>
  [
    '# State machines',
    '',
    'Drawn from the tables that the engines follow.',
    '',
    ...machines.flatMap(stateMachine),
  ].join('\n')

/** What HTTP demands, and the tests that show it. */
const mustsPage = (): string => {
  const rows = MUSTS.map(({ rfc, section, role, rule, shown }) => {
    const files = shown === undefined ? [] : filesShowing(shown)
    const links = files.map(file => `[${file}](../../${file})`).join(', ')
    return `| RFC ${rfc} ${section} | ${role} | ${rule} | ${shown === undefined ? '**none**' : `${shown.replaceAll('|', '\\|')} (${links})`} |`
  })
  const without = MUSTS.filter(({ shown }) => shown === undefined).length
  return [
    '# What HTTP demands, and the tests that show it',
    '',
    `The MUST and MUST NOT of RFC 9110 and RFC 9112 for servers, clients, senders and recipients, in our own words: ${MUSTS.length},`,
    `of which ${without} have no test.`,
    '',
    '| section | role | demand | test |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}

const pages: Readonly<Record<string, string>> = {
  'failures.md': failurePage(),
  'http-musts.md': mustsPage(),
  'rfc-index.md': rfcPage(),
  'states.md': statesPage(),
}
const folder = join(root, 'docs', 'generated')
mkdirSync(folder, { recursive: true })
let stale = 0
for (const [name, text] of Object.entries(pages)) {
  const path = join(folder, name)
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue
  stale++
  if (process.argv.includes('--check')) console.error(`docs/generated/${name} is out of date: npm run docs`)
  else writeFileSync(path, text)
}
process.exit(process.argv.includes('--check') && stale > 0 ? 1 : 0)
