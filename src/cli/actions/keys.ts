/** `barewire keys FILE|@N`: the secrets of a key log, or of a capture, by connection, as the key schedule that they are of. */
import { statSync } from 'node:fs'
import { openPackets, PcapngPackets } from '../../capture/read/index.ts'
import { openCapture } from '../../dissect/capture.ts'
import { KeyLogs } from '../../dissect/secrets.ts'
import { type Finding, streamReader } from '../../dissect/stream/index.ts'
import type { Source } from '../../dissect/types.ts'
import { FailureError, fail, isFailure } from '../../failures/index.ts'
import { line, lines, mark, type Shown, type Style } from '../../inspect/index.ts'
import { type KeyLog, type LoggedSession, readKeyLog } from '../../inspect/keys/key-log.ts'
import { isWrong, jsonOfSession, type Seen, scheduleLines } from '../../inspect/keys/schedule.ts'
import { say } from '../../inspect/style.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { fileSource } from '../../node/file-source.ts'
import { sinkOf } from '../../trace/recorder.ts'
import { hexText, latin1Text } from '../../wire/bytes.ts'
import { type CommonOptions, privacyOf } from '../command.ts'
import { fileContents } from '../demands.ts'
import type { Io } from '../io.ts'
import { jsonLine } from '../json.ts'
import { styleFor } from '../story/style.ts'
import { runNamed } from './inspect/target.ts'

export interface KeysOptions extends CommonOptions {
  readonly capture?: string | undefined
}

/** 300,000 connections of TLS 1.3. */
const MOST_BYTES = 256 * 1024 * 1024
/** Connections that are drawn for people; of more the number is told. */
const MOST_DRAWN = 50

export const keys = async (path: string, options: KeysOptions, io: Io): Promise<number> => {
  const file = runNamed(path, io.env)?.path ?? path
  const inside = secretsInside(file)
  const text = inside ?? latin1Text(bounded(file))
  const log = readKeyLog(text)
  if (log.sessions.length === 0 && log.malformedCount === 0)
    throw new FailureError(
      fail('decode/no-secrets', { where: path, ...(inside === undefined ? {} : { got: 'a capture' }) }),
    )
  const crypto = nodeCrypto()
  const tryOn = options.capture ?? (inside === undefined ? undefined : file)
  const seen = tryOn === undefined ? undefined : seenIn(runNamed(tryOn, io.env)?.path ?? tryOn, text)
  const secrets = privacyOf(options)
  const style = styleFor(io.out, io.env, options)
  const drawn = options.json ? log.sessions : log.sessions.slice(0, MOST_DRAWN)
  for (const session of drawn) {
    const how = { crypto, secrets, seen: seen?.get(session.clientRandom) }
    await io.out.write(
      options.json
        ? jsonLine(jsonOfSession(session, how))
        : lines([...scheduleLines(session, { ...how, style }), line(style)]),
    )
  }
  await io.out.write(options.json ? jsonEnd(log) : lines(endLines(log, seen, style)))
  const wrong = log.sessions.some(session => isWrong(session, crypto, seen?.get(session.clientRandom)))
  return wrong || log.malformedCount > 0 ? EXIT_WRONG : 0
}

const EXIT_WRONG = 9

/** The key logs in a capture; undefined for what is none. Throws `cli/file`. */
const secretsInside = (path: string): string | undefined => {
  // A pipe can be read once.
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined
  const source = fileSource(path)
  try {
    const packets = openPackets(source)
    if (isFailure(packets)) return undefined
    while (packets.next());
    return packets instanceof PcapngPackets ? packets.keyLogs.join('\n') : ''
  } finally {
    source.close()
  }
}

const bounded = (path: string): Uint8Array => {
  // What is no file of its own (a pipe) says 0, and is read as it is.
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size > MOST_BYTES) throw new FailureError(fail('decode/too-long', { where: path, number: MOST_BYTES }))
  return fileContents(path)
}

type SeenBySession = ReadonlyMap<string, ReadonlyMap<string, Seen>>

/** What became of each secret when the capture was read with them. */
const seenIn = (path: string, keyLog: string): SeenBySession => {
  const source = fileSource(path)
  try {
    return tried(source, new KeyLogs([keyLog]), path)
  } finally {
    source.close()
  }
}

const tried = (source: Source, log: KeyLogs, path: string): SeenBySession => {
  const seen = new Map<string, Map<string, Seen>>()
  const crypto = nodeCrypto()
  const capture = openCapture(source)
  const [damage] = capture.damage
  if (damage !== undefined && capture.conversations.length === 0) throw new FailureError(damage.with({ where: path }))
  const tell = (finding: Finding): void => {
    if (finding.about !== 'secret') return
    const random = hexText(finding.clientRandom)
    seen.set(random, (seen.get(random) ?? new Map<string, Seen>()).set(finding.label, finding.state))
  }
  for (const { id, kind } of capture.conversations) {
    if (kind !== 'TCP') continue
    // Not by the secrets that the capture has itself: it is the log that is tried.
    capture.dissect(
      id,
      sinkOf(() => {}),
      context => streamReader({ ...context, crypto, tell, secrets: log }),
    )
  }
  return seen
}

const endLines = (log: KeyLog, seen: SeenBySession | undefined, style: Style): Shown[] => {
  const { sessions, malformed, malformedCount, repeated } = log
  const told = malformed.map(({ line: number, why }) =>
    line(
      style,
      { text: `${mark(style, '✗')} `, tint: 'bad' },
      { text: `${say(style, `line ${number}`)}: ${say(style, why)}`, tint: 'bad' },
    ),
  )
  const more = malformedCount - malformed.length
  const unlogged =
    seen === undefined ? [] : [...seen.keys()].filter(random => !sessions.some(each => each.clientRandom === random))
  return [
    ...told,
    ...(more > 0 ? [line(style, { text: `  ${say(style, `and ${more} more`)}` })] : []),
    ...unlogged
      .slice(0, MOST_DRAWN)
      .map(random =>
        line(
          style,
          { text: `${mark(style, '✗')} `, tint: 'bad' },
          { text: `${say(style, 'not in the log: client random')} ${random}` },
        ),
      ),
    ...(sessions.length > MOST_DRAWN
      ? [
          line(style, {
            text: ` ${say(style, `and ${sessions.length - MOST_DRAWN} connections more: --json tells all`)}`,
          }),
        ]
      : []),
    line(style, { text: ` ${say(style, summary(log))}`, tint: 'quiet' }),
    ...(repeated > 0
      ? [line(style, { text: ` ${say(style, `${repeated} lines stand there twice`)}`, tint: 'quiet' })]
      : []),
  ]
}

const summary = ({ sessions, malformedCount, left }: KeyLog): string => {
  const secrets = sessions.reduce((sum, session: LoggedSession) => sum + session.secrets.size, 0)
  const parts = [`connections: ${sessions.length}`, `secrets: ${secrets}`, `broken lines: ${malformedCount}`]
  return [...parts, ...(left > 0 ? [`not read: ${left}`] : [])].join(', ')
}

const jsonEnd = ({ malformed, malformedCount, repeated, left }: KeyLog): Shown =>
  jsonLine({ type: 'keylog', malformed: malformed.map(each => ({ ...each })), malformedCount, repeated, left })
