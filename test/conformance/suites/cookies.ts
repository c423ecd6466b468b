/** abarth/http-state: what a user agent keeps of Set-Cookie and sends back, and the dates that it understands. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseCookieDate } from '../../../src/http/cookies/date.ts'
import { cookieJar } from '../../../src/http/cookies/index.ts'
import type { CaseResult, Suite } from '../suite.ts'

const HOST = 'home.example.org'

/** What is sent where the set wants nothing. */
const NAMELESS: Readonly<Record<string, string>> = {
  '0004': 'foo',
  '0025': 'foo',
  '0026': 'foo',
  '0027': 'bar',
  chromium0009: 'BLAHHH',
  chromium0010: '"BLA\\"HHH"',
  mozilla0012: 'test="fubar! = foo; five',
  mozilla0015: 'seven',
  name0023: 'foo',
  name0025: '==a=bar',
  name0032: '"foo\\"bar',
  name0033: 'aaa',
}

/** One case: a response with Set-Cookie lines, then a request to Location, or to where the cases send everybody. */
const runCase = (folder: string, id: string): CaseResult => {
  const test = readFileSync(join(folder, `${id}-test`), 'latin1')
  const expected = readFileSync(join(folder, `${id}-expected`), 'latin1')
    .replace(/^Cookie: /, '')
    .replace(/[\r\n]+$/, '')
  const jar = cookieJar({ isPublicSuffix: domain => !domain.includes('.'), date: () => Date.UTC(2011, 5, 1) })
  let to = { host: HOST, path: `/cookie-parser-result?${id}` }
  for (const line of test.split(/\r?\n/)) {
    const cookie = /^Set-Cookie: ?(.*)$/is.exec(line)
    if (cookie !== null) jar.receive(cookie[1]!, { host: HOST, path: `/cookie-parser?${id}`, secure: false })
    const location = /^Location: (.*)$/i.exec(line)
    if (location !== null) {
      const url = new URL(location[1]!, `http://${HOST}:8888/`)
      to = { host: url.hostname, path: url.pathname }
    }
  }
  const got = jar.header({ ...to, secure: false }) ?? ''
  return got === expected
    ? { id, outcome: 'passed' }
    : { id, outcome: 'failed', got, detail: `expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}` }
}

interface DateCase {
  readonly test: string
  readonly expected: string | null
}

const runDate = ({ test, expected }: DateCase): CaseResult => {
  const at = parseCookieDate(test)
  const got = at === undefined ? null : new Date(at).toUTCString()
  const id = `date ${test}`
  return got === expected
    ? { id, outcome: 'passed' }
    : { id, outcome: 'failed', detail: `expected ${expected}, got ${got}` }
}

const DISABLED = 'switched off in the set itself'

export const suite: Suite = {
  name: 'cookies',
  listed: {
    ...Object.fromEntries(
      Object.entries(NAMELESS).map(([id, got]) => [
        id,
        { because: 'RFC 6265bis 5.6 keeps a cookie without a name and sends its value; RFC 6265 dropped it.', got },
      ]),
    ),
    'optional-domain0042': {
      because: 'RFC 6265bis 5.6.3: the last Domain counts, and an empty one means this host alone.',
      got: 'foo=bar',
    },
  },
  skips: { [DISABLED]: 3 },
  async run(data) {
    const folder = join(data, 'cookies')
    if (!existsSync(folder)) return undefined
    const ids = readdirSync(join(folder, 'cases'))
      .filter(file => file.endsWith('-test'))
      .map(file => file.slice(0, -'-test'.length))
    const dates = JSON.parse(readFileSync(join(folder, 'dates.json'), 'utf8')) as DateCase[]
    return [
      ...ids.map(id =>
        // The set itself switches these off: browsers did not agree on them.
        id.startsWith('disabled-')
          ? { id, outcome: 'skipped' as const, detail: DISABLED }
          : runCase(join(folder, 'cases'), id),
      ),
      ...dates.map(runDate),
    ]
  },
}
