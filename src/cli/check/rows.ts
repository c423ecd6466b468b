/** What was found of a server, a row for each subject: what there is, with a mark where something was thought of it. */
import { clip, line, mark, type Piece, type Shown, type Style, type Tint, widthOf } from '../../inspect/index.ts'
import { columnsOf } from '../../inspect/shown.ts'
import { say } from '../../inspect/style.ts'
import { isEndingSoon } from '../../net/check/findings.ts'
import { groupIsOld, weaknessesIn } from '../../net/check/traits.ts'
import {
  type Because,
  type Certificates,
  type ChainSeen,
  type Extensions,
  type Groups,
  type HttpSeen,
  isUnasked,
  type Known,
  type Observed,
  type Robustness,
  type Schemes,
  type Sessions,
  type StartTlsSeen,
  type SuitesOf,
  TRIALS,
  VERSION_NAMES,
  type Versions,
} from '../../net/check/types.ts'
import { startTlsProtocols } from '../../net/stream/starttls/protocols.table.ts'

/** A word of a row; `ok` and `no` are marks before it. */
interface Word {
  readonly text: string
  readonly is?: 'ok' | 'look' | 'bad' | 'quiet' | undefined
}
interface Row {
  readonly label: string
  readonly words: readonly Word[]
}

const LABEL = 14

const BECAUSE: Readonly<Record<Because, string>> = {
  silent: 'no answer in time',
  cut: 'could not be asked: cut off',
  nonsense: 'could not be asked: no TLS came back',
  unsteady: 'could not be asked: it leaves at random',
  stopped: 'could not be asked: it stopped answering',
  bound: 'not asked: enough connections were made',
  late: 'not asked: the time was up',
  unable: 'could not be asked: our own TLS does not go so far with it',
  'not-asked': 'not asked: there is no harmless question',
  pointless: 'says nothing here',
}

export const renderChecked = (observed: Observed, style: Style): Shown[] =>
  rowsOf(observed).flatMap(row => rowLines(row, style))

const rowsOf = (observed: Observed): readonly Row[] => {
  const { versions, suites, groups, schemes, certificates, extensions, sessions, http, robustness, starttls } = observed
  return [
    ...(versions === undefined ? [] : versionRows(versions)),
    ...(suites === undefined ? [] : suites.map(suiteRow)),
    ...(groups === undefined ? [] : groupRows(groups)),
    ...(schemes === undefined ? [] : schemeRows(schemes)),
    ...(certificates === undefined ? [] : certificateRows(certificates)),
    ...(extensions === undefined ? [] : extensionRows(extensions)),
    ...(sessions === undefined ? [] : [sessionRow(sessions)]),
    ...(http === undefined ? [] : [httpRow(http)]),
    ...(robustness === undefined ? [] : [robustRow(robustness)]),
    ...(starttls === undefined ? [] : [startTlsRow(starttls)]),
  ].filter(({ words }) => words.length > 0)
}

/** The words of an answer; one that says why there is none. What would say nothing is left out. */
const told = <T>(value: Known<T>, words: (value: T) => readonly Word[], what = ''): readonly Word[] => {
  if (!isUnasked(value)) return words(value as T)
  if (value.unasked === 'pointless') return []
  const code = value.code === undefined ? '' : ` (${value.code})`
  return [{ text: `${what === '' ? '' : `${what}: `}${BECAUSE[value.unasked]}${code}`, is: 'look' }]
}

const yesNo = (value: Known<boolean>, what: string, good: 'yes' | 'no'): readonly Word[] =>
  told(value, is => [{ text: `${what} ${is ? 'yes' : 'no'}`, is: is === (good === 'yes') ? 'ok' : 'look' }], what)

const versionRows = ({ versions, fallbackSignal, downgradeMark }: Versions): readonly Row[] => {
  const words = [...VERSION_NAMES].reverse().flatMap(name =>
    told(
      versions[name],
      ({ offered, by }) => {
        const isNew = name === 'TLS 1.3' || name === 'TLS 1.2'
        const how = by === undefined ? '' : ` (${by})`
        if (!isNew) return [{ text: `${name} ${offered ? 'OFFERED' : `refused${how}`}`, is: offered ? 'bad' : 'ok' }]
        return [{ text: offered ? name : `no ${name}${how}`, is: offered ? 'ok' : 'look' }]
      },
      name,
    ),
  )
  const beside = [
    ...yesNo(fallbackSignal, 'fallback signal heard:', 'yes'),
    ...yesNo(downgradeMark, 'downgrade marked:', 'yes'),
  ]
  return [
    { label: 'protocol', words },
    { label: '', words: beside },
  ]
}

const suiteRow = ({ version, suites, order, more }: SuitesOf): Row => {
  const names = told(suites, list =>
    list.map(name => {
      const weak = weaknessesIn(name)
      const isBad = weak.some(each => ['null', 'anonymous', 'export', 'des', 'rc4'].includes(each))
      return { text: shortSuite(name), is: isBad ? ('bad' as const) : weak.length > 0 ? ('look' as const) : undefined }
    }),
  )
  const whose = told(order, who => [
    { text: `${who === 'server' ? "the server's" : "the client's"} order`, is: 'quiet' as const },
  ])
  const rest = more === undefined ? [] : told(more, () => [], 'more')
  return { label: `suites ${version.slice(4)}`, words: [...names, ...rest, ...(isUnasked(suites) ? [] : whose)] }
}

/** `ECDHE-RSA-AES_128_GCM_SHA256`: what all have in common is left out. */
const shortSuite = (name: string): string => name.replace(/^TLS_/, '').replace('_WITH_', '-')

const groupRows = ({ tls13, tls12, order }: Groups): readonly Row[] => {
  const words = (list: readonly string[]): readonly Word[] =>
    list.map(text => ({
      text,
      is: groupIsOld(text) ? ('look' as const) : text.includes('MLKEM') ? ('ok' as const) : undefined,
    }))
  const new13 = told(tls13, words)
  const hasHybrid = isUnasked(tls13) || tls13.some(name => name.includes('MLKEM'))
  const whose = told(order, who => [{ text: `the ${who}'s order`, is: 'quiet' as const }])
  return [
    {
      label: 'groups 1.3',
      words: [...new13, ...(hasHybrid ? [] : [{ text: 'no X25519MLKEM768', is: 'look' as const }]), ...whose],
    },
    { label: 'groups 1.2', words: told(tls12, words) },
  ]
}

const schemeRows = ({ tls13, tls12 }: Schemes): readonly Row[] => {
  const words = (list: readonly string[]): readonly Word[] =>
    list.map(text => ({ text, is: /sha1$|md5$/.test(text) ? ('look' as const) : undefined }))
  return [
    { label: 'signs in 1.3', words: told(tls13, words) },
    { label: 'signs in 1.2', words: told(tls12, words) },
  ]
}

const certificateRows = ({ rsa, ecdsa, ed25519, clientCertificate }: Certificates): readonly Row[] => [
  ...[rsa, ecdsa, ed25519].map(
    (each): Row => ({ label: 'certificate', words: told<ChainSeen | 'none'>(each, chainWords) }),
  ),
  {
    label: '',
    words: told(clientCertificate, is => (is ? [{ text: 'asks who the client is' }] : []), 'client certificate'),
  },
]

const chainWords = (chain: ChainSeen | 'none'): readonly Word[] => {
  if (chain === 'none') return []
  const { key, signature, daysLeft, names, certificates, trusted, anchor, failure, stapled, timestamps } = chain
  return [
    { text: trusted ? `believed (${anchor ?? '?'})` : `NOT believed: ${failure}`, is: trusted ? 'ok' : 'bad' },
    { text: key },
    { text: signature },
    { text: `${daysLeft} days left`, is: isEndingSoon(chain) ? 'look' : undefined },
    { text: `for ${names.slice(0, 3).join(' ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}` },
    { text: `${certificates} in the chain` },
    { text: `OCSP stapled: ${stapled ? 'yes' : 'no'}`, is: chain.mustStaple && !stapled ? 'bad' : undefined },
    { text: `timestamps: ${timestamps}` },
  ]
}

const extensionRows = (extensions: Extensions): readonly Row[] => [
  {
    label: 'speaks',
    words: told(extensions.alpn, list => (list.length === 0 ? [{ text: 'no ALPN' }] : list.map(text => ({ text })))),
  },
  {
    label: 'handshake',
    words: [
      ...yesNo(extensions.extendedMasterSecret, 'extended master secret', 'yes'),
      ...yesNo(extensions.encryptThenMac, 'encrypt-then-mac', 'yes'),
      ...yesNo(extensions.secureRenegotiation, 'secure renegotiation', 'yes'),
      ...yesNo(extensions.compression, 'compression', 'no'),
      ...yesNo(extensions.heartbeat, 'heartbeat', 'no'),
    ],
  },
]

const sessionRow = ({ tls12, tls13 }: Sessions): Row => ({
  label: 'resumption',
  words: [
    ...told(
      tls13,
      ({ tickets, resumed, reused, lifetime, earlyData }) =>
        tickets === 0
          ? [{ text: '1.3: no tickets', is: 'look' as const }]
          : [
              {
                text: `1.3: ${tickets} ticket${tickets === 1 ? '' : 's'} for ${duration(lifetime)}, ${resumed ? 'taken' : 'NOT taken'}`,
                is: resumed ? ('ok' as const) : ('look' as const),
              },
              { text: reused ? 'one of them twice' : 'each once' },
              {
                text: earlyData > 0 ? `0-RTT: ${earlyData} bytes` : 'no 0-RTT',
                is: earlyData > 0 ? ('look' as const) : undefined,
              },
            ],
      '1.3',
    ),
    ...told(
      tls12,
      ({ ids, tickets }) => [{ text: `1.2: ids ${ids ? 'yes' : 'no'}, tickets ${tickets ? 'yes' : 'no'}` }],
      '1.2',
    ),
  ],
})

const duration = (seconds: number): string =>
  seconds >= 86_400
    ? `${+(seconds / 86_400).toFixed(1)} d`
    : seconds >= 3_600
      ? `${+(seconds / 3_600).toFixed(1)} h`
      : `${seconds} s`

const httpRow = ({ https, plain, closeNotify }: HttpSeen): Row => ({
  label: 'http',
  words: [
    ...told(https, ({ status, hsts, csp, cookies, server, encoding }): readonly Word[] => [
      { text: `status ${status}` },
      hsts === undefined ? { text: 'no HSTS', is: 'look' } : { text: `HSTS ${duration(hsts.maxAge)}`, is: 'ok' },
      { text: csp ? 'CSP' : 'no CSP', is: csp ? 'ok' : 'look' },
      ...cookies.map((cookie): Word => {
        const { name, secure, httpOnly, sameSite } = cookie
        const flags = [
          secure ? 'Secure' : 'no Secure',
          httpOnly ? 'HttpOnly' : 'no HttpOnly',
          sameSite ?? 'no SameSite',
        ]
        return { text: `cookie ${name} (${flags.join(', ')})`, is: secure ? 'ok' : 'look' }
      }),
      ...(server === undefined ? [] : [{ text: `Server: ${server}` }]),
      ...(encoding === undefined ? [] : [{ text: encoding }]),
    ]),
    ...told(plain, what => [PLAIN[what]], 'by http'),
    ...yesNo(closeNotify, 'says goodbye:', 'yes'),
  ],
})

const PLAIN = {
  https: { text: 'http leads to https', is: 'ok' },
  elsewhere: { text: 'http leads elsewhere', is: 'look' },
  page: { text: 'http has a page', is: 'look' },
  nobody: { text: 'no http' },
} as const

const robustRow = (robustness: Robustness): Row => ({
  label: 'robust',
  words: TRIALS.flatMap(trial =>
    told(
      robustness[trial],
      ({ offered, by }) => [
        {
          text: `${trial.replaceAll('-', ' ')}${offered ? '' : ` refused (${by})`}`,
          is: offered ? ('ok' as const) : ('look' as const),
        },
      ],
      trial.replaceAll('-', ' '),
    ),
  ),
})

const startTlsRow = ({ protocol, injection }: StartTlsSeen): Row => ({
  label: 'starttls',
  words: [
    { text: startTlsProtocols[protocol].name, is: 'ok' },
    ...told(injection, is => [
      is ? { text: 'carries out what stood in clear', is: 'bad' } : { text: 'forgets what stood in clear', is: 'ok' },
    ]),
  ],
})

const MARKS = { ok: ['✓', 'good'], look: ['!', 'secret'], bad: ['✗', 'bad'] } as const

/** Words beside each other with two spaces between, on as many lines as it takes. */
const rowLines = ({ label, words }: Row, style: Style): Shown[] => {
  const width = widthOf(style)
  const lines: Shown[] = []
  let pieces: Piece[] = [{ text: ` ${say(style, label)}`, tint: 'quiet' }]
  let used = LABEL
  for (const { text, is } of words) {
    const said = clip(style, say(style, text), width - LABEL - 2)
    const sign = is === undefined || is === 'quiet' ? undefined : MARKS[is]
    const columns = columnsOf(said) + (sign === undefined ? 0 : columnsOf(mark(style, sign[0])) + 1)
    if (used > LABEL && used + 2 + columns > width) {
      lines.push(line(style, ...pieces))
      pieces = []
      used = LABEL
    }
    const column = used === LABEL ? LABEL : used + 2
    const tint: Tint | undefined = is === 'bad' ? 'bad' : is === 'quiet' ? 'quiet' : undefined
    if (sign === undefined) pieces.push({ text: said, tint, column })
    else pieces.push({ text: mark(style, sign[0]), tint: sign[1], column }, { text: ` ${said}`, tint })
    used = column + columns
  }
  return [...lines, line(style, ...pieces)]
}
