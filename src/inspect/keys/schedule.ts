/** The secrets of a connection drawn as what they come from and what they open: the key schedule (RFC 9846 7.1, RFC 5246 8.1). */
import type { CryptoProvider } from '../../crypto/provider.ts'
import { MASTER } from '../../dissect/key-log.ts'
import { hexText } from '../../wire/bytes.ts'
import type { JsonObject } from '../json.ts'
import type { Shown } from '../shown.ts'
import { line, mark, type Piece, type Style, say, type Tint, widthOf, wrap } from '../style.ts'
import { follows, type LoggedSecret, type LoggedSession } from './key-log.ts'

/** What became of a secret in a capture. */
export type Seen = 'used' | 'missing' | 'malformed' | 'unfit'

export interface ScheduleOptions {
  readonly style: Style
  readonly crypto: CryptoProvider
  readonly secrets: 'starred' | 'shown'
  /** By label; undefined where no capture is at hand. */
  readonly seen?: ReadonlyMap<string, Seen> | undefined
}

/** A secret of the schedule that logs have, and what it opens. */
interface Node {
  readonly label: string
  readonly name: string
  readonly opens: string
  /** Only where it was asked for: its absence says nothing. */
  readonly seldom?: true
}
interface Stage {
  readonly from: string
  readonly name: string
  readonly nodes: readonly Node[]
}

const STAGES: readonly Stage[] = [
  {
    from: 'PSK or zeros',
    name: 'early secret',
    nodes: [
      { label: 'CLIENT_EARLY_TRAFFIC_SECRET', name: 'client early traffic', opens: 'early data', seldom: true },
      { label: 'EARLY_EXPORTER_SECRET', name: 'early exporter', opens: 'keys for other protocols', seldom: true },
    ],
  },
  {
    from: 'key exchange',
    name: 'handshake secret',
    nodes: [
      {
        label: 'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
        name: 'client handshake traffic',
        opens: "the client's Certificate and Finished",
      },
      {
        label: 'SERVER_HANDSHAKE_TRAFFIC_SECRET',
        name: 'server handshake traffic',
        opens: 'EncryptedExtensions, Certificate, Finished',
      },
    ],
  },
  {
    from: 'zeros',
    name: 'main secret',
    nodes: [
      { label: 'CLIENT_TRAFFIC_SECRET_0', name: 'client traffic 0', opens: 'what the client sends' },
      { label: 'SERVER_TRAFFIC_SECRET_0', name: 'server traffic 0', opens: 'what the server sends, tickets' },
      { label: 'EXPORTER_SECRET', name: 'exporter', opens: 'keys for other protocols', seldom: true },
    ],
  },
]

/** Lines for one connection. */
export const scheduleLines = (session: LoggedSession, options: ScheduleOptions): Shown[] => {
  const { style } = options
  const head = line(
    style,
    { text: ` ${session.version}`, tint: 'you' },
    { text: `  ${say(style, 'client random')} ${session.clientRandom}` },
  )
  return [
    head,
    ...(session.version === 'TLS 1.2'
      ? masterLines(session, options)
      : STAGES.flatMap(stage => stageLines(stage, session, options))),
  ]
}

const masterLines = (session: LoggedSession, options: ScheduleOptions): Shown[] => {
  const { style } = options
  const logged = session.secrets.get(MASTER)!
  return [
    line(style, {
      text: `  ${say(style, 'premaster secret')} ${mark(style, '▶')} ${say(style, 'master secret')}`,
      tint: 'quiet',
    }),
    ...nodeLines(
      { label: MASTER, name: 'master secret', opens: 'everything both sides send' },
      logged,
      session,
      options,
    ),
  ]
}

const stageLines = ({ from, name, nodes }: Stage, session: LoggedSession, options: ScheduleOptions): Shown[] => {
  const { style } = options
  const all = name === 'main secret' ? [...nodes, ...updates(session)] : nodes
  return [
    line(style, { text: `  ${say(style, from)} ${mark(style, '▶')} ${say(style, name)}`, tint: 'quiet' }),
    ...all.flatMap(node => nodeLines(node, session.secrets.get(node.label), session, options)),
  ]
}

/** Secrets after a KeyUpdate. */
const updates = ({ secrets }: LoggedSession): Node[] =>
  [...secrets.keys()].flatMap(label => {
    const [, side, number] = /^(CLIENT|SERVER)_TRAFFIC_SECRET_([1-9]\d*)$/.exec(label) ?? []
    return side === undefined
      ? []
      : [{ label, name: `${side.toLowerCase()} traffic ${number}`, opens: `after KeyUpdate ${number}` }]
  })

const NAME = 8
const WHERE = 35

const nodeLines = (
  { name, opens, seldom, label }: Node,
  logged: LoggedSecret | undefined,
  session: LoggedSession,
  options: ScheduleOptions,
): Shown[] => {
  const { style, secrets, seen } = options
  const state = stateOf(logged, seldom === true, seen?.get(label), followed(session, logged, options))
  const pieces: Piece[] = [
    { text: `${mark(style, '│')} `, column: 4, tint: 'quiet' },
    { text: mark(style, state.mark), column: 6, tint: state.tint },
    { text: say(style, name), column: NAME, tint: logged === undefined ? 'quiet' : undefined },
  ]
  const digits =
    logged === undefined || secrets === 'starred' ? [] : chunks(hexText(logged.secret), widthOf(style) - NAME)
  const tint = state.tint === 'bad' ? 'bad' : 'quiet'
  const said = [state.text, opens].filter(part => part !== '').map(part => say(style, part))
  const [first = '', ...more] = wrap(said.join(say(style, ': ')), widthOf(style) - WHERE)
  return [
    line(style, ...pieces, { text: first, column: WHERE, tint }),
    ...more.map(text =>
      line(style, { text: mark(style, '│'), column: 4, tint: 'quiet' }, { text, column: WHERE, tint }),
    ),
    ...digits.map(text => line(style, { text, column: NAME, tint: 'secret' })),
  ]
}

const chunks = (text: string, room: number): string[] => text.match(new RegExp(`.{1,${Math.max(16, room)}}`, 'g')) ?? []

const followed = (session: LoggedSession, logged: LoggedSecret | undefined, { crypto }: ScheduleOptions) =>
  logged === undefined ? undefined : follows(session, logged, crypto)

interface State {
  readonly mark: string
  readonly tint: Tint
  readonly text: string
}

const stateOf = (
  logged: LoggedSecret | undefined,
  seldom: boolean,
  seen: Seen | undefined,
  follow: ReturnType<typeof follows>,
): State => {
  if (logged === undefined) {
    if (seen === 'missing') return { mark: '✗', tint: 'bad', text: 'missing, and the capture needs it' }
    return seldom ? { mark: '·', tint: 'quiet', text: 'not logged' } : { mark: '✗', tint: 'bad', text: 'missing' }
  }
  const where = `line ${logged.line}`
  if (follow?.ok === false) return { mark: '✗', tint: 'bad', text: `${where}, does not follow from the one before` }
  if (seen === 'unfit' || seen === 'malformed') return { mark: '✗', tint: 'bad', text: `${where}, opens nothing here` }
  const checked = seen === 'used' ? ', opens the capture' : follow === undefined ? '' : ', follows'
  return { mark: '✓', tint: 'good', text: `${where}${checked}` }
}

/** Whether something about it is wrong. */
export const isWrong = (session: LoggedSession, crypto: CryptoProvider, seen?: ReadonlyMap<string, Seen>): boolean =>
  [...session.secrets.values()].some(
    logged =>
      follows(session, logged, crypto)?.ok === false || ['unfit', 'malformed'].includes(seen?.get(logged.label) ?? ''),
  ) || [...(seen?.values() ?? [])].includes('missing')

/** The labels that a connection of this version has and this log does not. */
const missingOf = ({ version, secrets }: LoggedSession): string[] =>
  version === 'TLS 1.2'
    ? []
    : STAGES.flatMap(({ nodes }) =>
        nodes.filter(({ seldom, label }) => seldom !== true && !secrets.has(label)).map(({ label }) => label),
      )

/** The same for programs. */
export const jsonOfSession = (
  session: LoggedSession,
  { crypto, secrets, seen }: Omit<ScheduleOptions, 'style'>,
): JsonObject => ({
  type: 'keys',
  clientRandom: session.clientRandom,
  version: session.version,
  secrets: [...session.secrets.values()].map(logged => {
    const follow = follows(session, logged, crypto)
    const state = seen?.get(logged.label)
    return {
      label: logged.label,
      line: logged.line,
      length: logged.secret.length,
      ...(follow === undefined ? {} : { follows: follow.ok }),
      ...(state === undefined ? {} : { capture: state }),
      ...(secrets === 'starred' ? {} : { secret: hexText(logged.secret) }),
    }
  }),
  missing: missingOf(session),
})
