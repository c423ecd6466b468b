/**
 * What a switch knows (IEEE 802.1D 7): behind which port each card spoke last. What it does not know goes to everybody,
 * also when it has forgotten, and also when its table is full. A third machine on the same switch looks at what reaches it.
 */
import type { Millis } from '../../../src/engine.ts'
import { network } from '../../../src/lab/network.ts'
import type { Network } from '../../../src/lab/network-types.ts'
import { EthernetHeader, MINIMUM_FRAME, macAt } from '../../../src/link/ethernet.ts'
import { recorder } from '../../../src/trace/recorder.ts'
import { macText } from '../../../src/wire/address.ts'
import type { Row, TableDrawing } from '../drawings.ts'
import { arpIn, arpText, arrowsOfFrames, isOfFrames, type PassedFrame, watchFrames } from '../frames.ts'
import { type Ladder, ladderSteps, type Said } from '../ladder.ts'
import type { Lesson, Scene } from '../lesson.ts'
import { code, plain } from '../rows.ts'
import { addresses, card, type Dice, dice, found, LAPTOP, MALLORY, SHOP, since, THREE } from '../stage.ts'

export interface SwitchingNames {
  readonly step: 'asks' | 'answers' | 'echo' | 'back' | 'flooded' | 'full' | 'everything'
  readonly change: 'learns' | 'forgotten' | 'full'
  readonly choice: 'nothing' | 'one' | 'all'
  readonly label: 'copy' | 'machine' | 'card' | 'goes' | 'everybody' | 'laptopCard' | 'shopCard' | 'malloryCard'
}
type Label = SwitchingNames['label']
type Change = SwitchingNames['change']

interface Lan {
  readonly net: Network
  readonly random: Dice
  readonly cards: Readonly<Record<string, Uint8Array>>
}

const lanOf = (seed: number, trace: ReturnType<typeof recorder>): Lan => {
  const random = dice(seed, 'switching')
  const at = addresses(random)
  const net = network({ seed, delay: random.delay(0.3, 1.9), trace })
  const cards = { [LAPTOP]: card(random), [SHOP]: card(random), [MALLORY]: card(random) }
  net.host(LAPTOP, { address: at.laptop, hardwareAddress: cards[LAPTOP] })
  net.host(SHOP, { address: at.shop, hardwareAddress: cards[SHOP] })
  net.host(MALLORY, { address: at.third, hardwareAddress: cards[MALLORY] })
  return { net, random, cards }
}

/** A frame, and whom the switch had heard of when it handed it on. */
type Passed = PassedFrame<readonly string[]>

const play = (seed: number, change: Change): Scene<SwitchingNames> => {
  const trace = recorder()
  const lan = lanOf(seed, trace)
  const { net, random } = lan
  const made = random.between(8200, 8900)
  if (change === 'full') fill(lan, made)
  if (change === 'forgotten') {
    ping(net)
    net.clock.run(FORGETS + random.between(1_000, 30_000))
  }
  const begin = net.clock.now()
  const frames = watchFrames(net, THREE, () =>
    Object.keys(lan.cards).filter(name => net.behind(lan.cards[name]!) !== undefined),
  )
  ping(net)
  net.clock.run(begin + SOON)
  net.close()
  return sceneOf(lan, { frames, records: since(trace.records, begin), made, change })
}

/** Longer than the switch remembers (IEEE 802.1D 7.9.2). */
const FORGETS: Millis = 300_000
/** Before anybody is asked for again. */
const SOON: Millis = 500

const ping = (net: Network): void => net.host(LAPTOP).ping(net.host(SHOP).address, () => {})

/** Mallory says something from `count` cards that do not exist, to its own: so the switch hears it, and nobody else. */
const fill = ({ net, random, cards }: Lan, count: number): void => {
  const cable = net.intercept(MALLORY, { frame: bytes => [bytes] })
  const bytes = new Uint8Array(MINIMUM_FRAME)
  const header = new EthernetHeader.View(bytes, 0)
  header.destination = cards[MALLORY]!
  header.source = cards[MALLORY]!
  cable.inject(bytes, 'out')
  for (let i = 0; i < count; i++) {
    header.source = Uint8Array.of(2, 1, i >> 8, i, random.between(0, 255), random.between(0, 255))
    cable.inject(bytes, 'out')
  }
  cable.remove()
  net.clock.run()
}

interface Seen {
  readonly frames: readonly Passed[]
  readonly records: Scene['records']
  readonly made: number
  readonly change: Change
}

const sceneOf = (lan: Lan, { frames, records, made, change }: Seen): Scene<SwitchingNames> => {
  const { net, cards } = lan
  const arrows = arrowsOfFrames(frames, THREE, (frame, host) => saidOf(frame, host, cards))
  const to = Math.max(...arrows.map(({ arrived }) => arrived!))
  const ladder: Ladder<Label> = { lifelines: THREE, arrows, brackets: [], from: 0, to }
  const plan = stepsOf(frames, change)
  const ladders = ladderSteps(
    ladder,
    plan.map(({ name, fresh }) => {
      const shown = arrows.filter(arrow => isOfFrames(arrow, fresh))
      const [at = 0] = shown.map(({ sent }) => sent)
      return { name, at, now: Math.max(0, ...shown.map(({ arrived }) => arrived!)), fresh: shown.map(({ id }) => id) }
    }),
  )
  const last = found(frames.at(-1)?.arrivals[0], 'answer').at
  return {
    records,
    facts: {
      laptop: net.host(LAPTOP).address.text,
      shop: net.host(SHOP).address.text,
      laptopCard: macText(cards[LAPTOP]!),
      shopCard: macText(cards[SHOP]!),
      back: last,
      ...(change === 'full' ? { made } : {}),
    },
    fixed: {
      frames: frames.length,
      copies: frames.filter(({ arrivals }) => arrivals.some(({ host }) => host === MALLORY)).length,
    },
    steps: ladders.map((step, i) => ({
      ...step,
      drawings: [...(plan[i]!.fresh.length === 0 ? [] : step.drawings), tableOf(lan, plan[i]!.fresh.at(-1))],
    })),
  }
}

const saidOf = ({ bytes }: Passed, host: string, cards: Lan['cards']): Said<Label> => {
  if (host === MALLORY && !macAt(bytes, 0, cards[MALLORY]!)) return { text: '', look: 'bad', note: 'copy' }
  const arp = arpIn(bytes)
  return { text: arp === undefined ? 'ICMP echo' : arpText(bytes, arp) }
}

/** Which frames each step speaks of. */
const stepsOf = (
  frames: readonly Passed[],
  change: Change,
): readonly { readonly name: SwitchingNames['step']; readonly fresh: readonly Passed[] }[] => {
  const by = (host: string): readonly Passed[] => frames.filter(({ from }) => from === host)
  const [asks, echo] = by(LAPTOP)
  const [answers, back] = by(SHOP)
  if (change === 'forgotten')
    return [
      { name: 'flooded', fresh: by(LAPTOP) },
      { name: 'back', fresh: by(SHOP) },
    ]
  const first = { name: 'asks', fresh: [asks!] } as const
  if (change === 'full')
    return [{ name: 'full', fresh: [] }, first, { name: 'everything', fresh: [answers!, echo!, back!] }]
  return [
    first,
    { name: 'answers', fresh: [answers!] },
    { name: 'echo', fresh: [echo!] },
    { name: 'back', fresh: [back!] },
  ]
}

const CARDS = { [LAPTOP]: 'laptopCard', [SHOP]: 'shopCard', [MALLORY]: 'malloryCard' } as const

/** What the switch knew when it handed a frame on; before any frame, nothing of these three. */
const tableOf = ({ cards }: Lan, frame: Passed | undefined): TableDrawing<Label> => {
  const rows = Object.entries(CARDS).map(([host, label]): Row<Label> => {
    const known = frame?.seen?.includes(host) === true
    return {
      cells: [
        { label },
        code(macText(cards[host]!)),
        known ? plain(host, host === LAPTOP ? 'client' : host === SHOP ? 'server' : 'third') : { label: 'everybody' },
      ],
      fresh: frame?.from === host && known,
    }
  })
  return { kind: 'table', head: ['machine', 'card', 'goes'], rows }
}

const copiesIn = ({ fixed }: Scene): number => Number(fixed?.copies)

export const switching: Lesson<SwitchingNames> = {
  id: 'switching',
  changes: ['learns', 'forgotten', 'full'],
  question: {
    kind: 'choosing',
    about: 'full',
    choices: [
      { name: 'nothing', change: 'full', see: 'asks', holds: scene => copiesIn(scene) === 0 },
      { name: 'one', change: 'full', see: 'everything', holds: scene => copiesIn(scene) === 1 },
      {
        name: 'all',
        change: 'full',
        see: 'everything',
        holds: scene => copiesIn(scene) === Number(scene.fixed?.frames),
      },
    ],
  },
  play: async (_, { seed, change }) => play(seed, change),
}
