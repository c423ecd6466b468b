/** The engines of TLS: a script between a live peer and the tested side, and what must hold whatever the script does. */
import { seeded } from '../../../src/random.ts'
import { ascii, concat } from '../../support/bytes.ts'
import { recordsOf } from '../../support/tls.ts'
import type { Look, Target } from '../target.ts'
import { beliefOf, Duel, type Side, tested } from '../tls/duel.ts'
import { type Player, type Step, TEARINGS, torn } from '../tls/player.ts'
import { describeScript, giving, operation, parts, readScript, type Script } from '../tls/script.ts'

/** What a side may say besides what it was told to write: a flight with a chain, answers to requests, an alert. */
const MOST_SENT = 16_384

export const tlsEngine = (side: Side): Target => ({
  name: `tls/${side}`,
  longest: 1_024,
  parts,
  seeds: () => seeds,
  describe: describeScript,
  run: (input, look) => check(side, readScript(input), look),
})

const check = (side: Side, script: Script, look: Look): void => {
  const duel = new Duel(side, script)
  const { own } = duel
  for (const place of own.places) look.reached(place)
  const { sent } = own.told
  if (!sameBytes(concat(...recordsOf(sent)), sent)) throw new Error('what it sends are not records')
  const wrote = duel.tape.reduce((sum, step) => sum + (step.do === 'write' ? step.bytes.length : 0), 0)
  if (sent.length > MOST_SENT + 2 * wrote) throw new Error(`${sent.length} bytes were sent`)
  if (beliefOf(script) === 'careful') honest(duel)
  repeated(side, script, duel, look)
}

/** What a side that checks everything may be told, whatever is between it and its peer. */
const honest = ({ own, peer, written, peerClosed }: Duel): void => {
  const whole = concat(...written)
  const came = concat(...own.data)
  if (!sameBytes(came, whole.subarray(0, came.length))) throw new Error('data were altered')
  if (own.peerClosed && !peerClosed) throw new Error('an end that the peer did not send')
  if (own.peerClosed && came.length < whole.length) throw new Error('data were cut off')
  if (own.established === undefined || peer.established === undefined) return
  const { peerChain: _, ...mine } = own.established
  const { peerChain: __, ...theirs } = peer.established
  if (JSON.stringify(mine) !== JSON.stringify(theirs))
    throw new Error(`agreed on ${JSON.stringify(mine)} and on ${JSON.stringify(theirs)}`)
}

/** The same bytes in other pieces give the same, and so do they once more. */
const repeated = (side: Side, script: Script, { own, tape }: Duel, look: Look): void => {
  const expected = own.told
  for (const how of look.depth === 'quick' ? TEARINGS.slice(0, 2) : TEARINGS) {
    const player = tested(side, script, look.depth === 'quick' ? 'bare' : 'checked')
    const again = play(player, torn(tape, how, seeded(script.seed).number)).told
    if (again.words !== expected.words) throw new Error(`${how} it is\n${again.words}\nbut\n${expected.words}`)
    if (!sameBytes(again.sent, expected.sent)) throw new Error(`${how} it sends something else`)
    if (!sameBytes(again.data, expected.data)) throw new Error(`${how} other data come out`)
  }
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

const play = (player: Player, tape: readonly Step[]): Player => {
  player.drain()
  for (const step of tape) player.do(step)
  return player
}

const start = (settings: number, own = 0, theirs = 0): Uint8Array => Uint8Array.of(settings, own, theirs, 1)
const ordinary = [
  operation('go'),
  giving('peer writes', ascii('hello')),
  giving('write', ascii('hi')),
  operation('go'),
  operation('peer closes'),
  operation('go'),
  operation('end'),
]

const seeds: readonly Uint8Array[] = [
  ...[0, 1, 2, 3, 4, 6].map(settings => concat(start(settings), ...ordinary)),
  ...[1, 2, 4, 8, 16, 32, 64, 128].map(bits => concat(start(0, bits, bits), ...ordinary)),
  concat(
    start(0),
    operation('manner', 0, 1),
    operation('manner', 0, 1),
    operation('go'),
    operation('reply'),
    operation('go'),
    operation('reply'),
    operation('go'),
  ),
  ...[2, 3, 4].map(manner => concat(start(0), operation('manner', 0, manner), ...ordinary)),
  concat(start(1), operation('go'), giving('sealed', Uint8Array.of(0, 0, 0, 0), 0x0816)),
  concat(start(1), ...Array.from({ length: 8 }, () => operation('deliver')), operation('go')),
  concat(start(0), operation('go'), operation('close'), operation('go')),
  concat(start(0), operation('go'), operation('peer writes much', 17_000, 7), operation('go')),
]
