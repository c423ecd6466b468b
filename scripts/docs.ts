/**
 * Writes `docs/generated/` from the code: every failure in both languages, every place that cites an RFC, every demand of HTTP, every state machine. With
 * `--check` nothing is written, and the exit code is 1 when a page is out of date.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { exampleOf } from '../src/explain/examples.table.ts'
import { wordsOf } from '../src/explain/languages.ts'
import { bytesOf, namesElsewhere, pageWordsOf, relatedTo } from '../src/explain/page.ts'
import type { Language } from '../src/explain/words.ts'
import { entryOf, type FailureCode, fail, failures } from '../src/failures/index.ts'
import type { States } from '../src/machine.ts'
import { alertText } from '../src/tls/alerts.table.ts'
import { MUSTS } from '../test/http/musts.table.ts'
import { machines } from '../test/support/machines.ts'
import { filesShowing } from '../test/support/shown.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Families in the order in which an exchange can meet them, with the title of each in both languages. */
const FAMILIES: readonly (readonly [family: RegExp, en: string, zh: string])[] = [
  [/^cli\//, 'The command line', '命令行'],
  [/^capture\//, 'Capture files', '抓包文件'],
  [/^inspect\//, 'Looking into runs and captures', '查看运行记录和抓包'],
  [/^decode\//, 'Pasted bytes and keys', '粘贴的字节和密钥'],
  [/^dns\//, 'Names', '域名'],
  [/^(link|ip)\//, 'Link and IP', '链路和 IP'],
  [/^(tcp)\//, 'TCP', 'TCP'],
  [/^tls\/(?!certificate-|chain-)/, 'TLS', 'TLS'],
  [/^tls\//, 'Certificates', '证书'],
  [/^file\//, 'Files of certificates and keys', '证书和密钥的文件'],
  [/^ca\//, 'The local authority', '本地证书颁发机构'],
  [/^acme\//, 'Another authority, asked by ACME', '通过 ACME 请求的其他颁发机构'],
  [/^http\//, 'HTTP', 'HTTP'],
  [/^cookie\//, 'Cookies', 'Cookie'],
  [/^session\//, 'Sessions', '会话'],
  [/^net\//, 'Around a request', '请求前后'],
]

/** What stands around the codes, in each language. */
const AROUND = {
  en: {
    title: 'Failures',
    other: '[中文](failures.zh-CN.md)',
    intro: (count: number) => [
      `Every code that Barewire reports: ${count}. Codes never change. Families stand in the order in which a request can meet`,
      'them, codes in the order in which they can happen. Sentences and commands are for a request to',
      '`https://shop.test:8443/cart`. `barewire explain CODE` shows the same.',
    ],
    label: (label: string) => `${label[0]!.toUpperCase()}${label.slice(1)}: `,
  },
  zh: {
    title: '失败代码',
    other: '[English](failures.md)',
    intro: (count: number) => [
      `Barewire 报告的全部代码：${count} 个。代码永不改变。各类按请求可能遇到它们的顺序排列，各代码按可能发生的顺序排列。`,
      '句子和命令以对 `https://shop.test:8443/cart` 的请求为例。`barewire explain CODE --lang zh` 显示同样的内容。',
    ],
    label: (label: string) => `${label}：`,
  },
} as const

const failurePage = (language: Language): string => {
  const codes = Object.keys(failures) as FailureCode[]
  const { title, other, intro } = AROUND[language]
  const lines = [`# ${title}`, '', other, '', ...intro(codes.length), '']
  const left = new Set(codes)
  for (const [family, en, zh] of FAMILIES) {
    lines.push(`## ${{ en, zh }[language]}`, '')
    for (const code of codes.filter(each => left.has(each) && family.test(each))) {
      left.delete(code)
      lines.push(...failureLines(code, language))
    }
  }
  if (left.size > 0) throw new Error(`no family for ${[...left].join(', ')}`)
  return lines.join('\n')
}

/** What `barewire explain CODE` says, as Markdown. */
const failureLines = (code: FailureCode, language: Language): string[] => {
  const words = wordsOf(language)
  const { card } = words
  const page = pageWordsOf(language)
  const { label } = AROUND[language]
  const example = exampleOf(code)
  const { fault, exit, alert, status, rule } = entryOf({ code })
  const facts = [
    `${label(card.side)}${card.sides[fault]}`,
    `${page.exit} ${exit}`,
    ...(alert === undefined ? [] : [`TLS ${page.alert} ${alertText(alert)}`]),
    ...(status === undefined ? [] : [`HTTP ${status}`]),
    ...(rule === undefined ? [] : [rule]),
  ]
  const list = (name: string, items: readonly string[]): string[] =>
    items.length === 0 ? [] : [label(name).trimEnd(), '', ...items.map(item => `- ${item}`), '']
  const tries = words
    .steps(example)
    .map(({ command, note }) => [command && `\`${command}\``, note && escaped(note)].filter(Boolean).join(' '))
  const related = relatedTo(code).map(other => `[${other}](#${other.replace('/', '')})`)
  const others = namesElsewhere(fail(code))
  return [
    `### ${code}`,
    '',
    `**${escaped(words.title(example))}** ${escaped(words.says(example))}  `,
    facts.join(' · '),
    '',
    `${label(page.bytes)}${escaped(bytesOf(code, page))}`,
    '',
    ...list(card.because, words.because(example).map(escaped)),
    ...list(card.tryThis, tries),
    ...(others.length === 0 ? [] : [`${label(card.elsewhere)}${others.join(', ')}`, '']),
    ...(related.length === 0 ? [] : [`${label(page.related)}${related.join(', ')}`, '']),
  ]
}

/** What Markdown would take for its own. */
const escaped = (text: string): string => text.replace(/[*<>[\]\\]/g, '\\$&')

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
    `The MUST and MUST NOT of RFC 9110, RFC 9112 and RFC 9111 for servers, clients, gateways, senders, recipients and private
caches, in our own words: ${MUSTS.length},`,
    `of which ${without} have no test.`,
    '',
    '| section | role | demand | test |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}

const pages: Readonly<Record<string, string>> = {
  'failures.md': failurePage('en'),
  'failures.zh-CN.md': failurePage('zh'),
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
