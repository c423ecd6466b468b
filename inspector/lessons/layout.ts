/**
 * A ladder on paper. Down is time, but not in one measure: what happens at one moment is parted so that it can be read,
 * and long waits are cut short (and marked). All in pixels of a drawing `width` wide.
 */
import type { Millis } from '../../src/engine.ts'
import type { LadderDrawing } from './drawings.ts'
import type { Arrow, Ladder } from './ladder.ts'

export interface Point {
  readonly x: number
  readonly y: number
}

export interface ArrowLine {
  readonly id: number
  readonly text: string
  readonly look: Arrow<string>['look']
  readonly note: string | undefined
  readonly side: Ladder['lifelines'][number]['side']
  /** From corner to corner; more than two where it was held up. */
  readonly points: readonly Point[]
  /** Both ends of the part along which its words stand. */
  readonly words: readonly [Point, Point]
  readonly end: 'arrives' | 'lost' | 'waits'
  readonly fresh: boolean
}

export interface BracketLine {
  readonly lifeline: number
  readonly state: string
  readonly x: number
  readonly from: number
  readonly to: number
  /** The words stand left (-1) or right of it. */
  readonly turn: -1 | 1
  readonly live: boolean
}

export interface LadderLayout {
  readonly width: number
  readonly height: number
  readonly lifelines: readonly {
    readonly x: number
    readonly host: string
    readonly side: Arrow<string>['look'] | string
  }[]
  readonly ticks: readonly { readonly y: number; readonly at: Millis }[]
  /** Where time was cut short. */
  readonly cuts: readonly { readonly from: number; readonly to: number }[]
  readonly arrows: readonly ArrowLine[]
  readonly brackets: readonly BracketLine[]
}

const TOP = 54
const BOTTOM = 14
/** From one message to the next that leaves at the same moment. */
const STACK = 21
/** What a flight from one machine to the next goes down. */
const FLIGHT = 34
const LEAST = 14
/** What any arrow goes down at least. */
const SLOPE = 24
const MOST = 76
/** Room for the names of states beside the outer lifelines, and without any. */
const BESIDE = { wide: 152, narrow: 106 }
const PLAIN = { wide: 74, narrow: 40 }
export const NARROW = 480

export const layoutOf = (drawing: LadderDrawing<string>, width: number): LadderLayout => {
  const { ladder, now, drawn, fresh, measure = ladder } = drawing
  const size = width < NARROW ? 'narrow' : 'wide'
  const margin = (ladder.brackets.length > 0 ? BESIDE : PLAIN)[size]
  const between = (width - 2 * margin) / Math.max(1, ladder.lifelines.length - 1)
  const xOf = (place: number): number => margin + place * between
  const paper = paperOf(measure)
  const arrows = ladder.arrows
    .filter(arrow => drawn.includes(arrow.id))
    .map(arrow => lineOf(arrow, ladder, { paper, xOf, now, fresh: fresh.includes(arrow.id) }))
  const last = ladder.lifelines.length - 1
  const brackets = ladder.brackets
    .filter(({ from }) => from <= now)
    .map(({ lifeline, state, from, to }): BracketLine => {
      const turn = lifeline === last ? 1 : -1
      const live = now < to || to === ladder.to
      return {
        lifeline,
        state,
        x: xOf(lifeline) + turn * 12,
        from: paper.y(from),
        to: paper.y(Math.min(to, now)),
        turn,
        live,
      }
    })
  return {
    width,
    height: paper.height,
    lifelines: ladder.lifelines.map(({ host, side }, place) => ({ host, side, x: xOf(place) })),
    ticks: size === 'narrow' && ladder.brackets.length > 0 ? [] : paper.ticks,
    cuts: paper.cuts,
    arrows,
    brackets,
  }
}

/** The measure of time. */
interface Paper {
  readonly height: number
  y(at: Millis): number
  /** Of the message that is the `nth` to leave or arrive here at this moment. */
  placeOf(id: number, end: 'sent' | 'arrived'): number
  readonly ticks: LadderLayout['ticks']
  readonly cuts: LadderLayout['cuts']
}

/** What leaves and arrives at one moment at one machine lies below one another, what arrives first. */
const paperOf = ({ arrows: unsorted, brackets, from, to }: Ladder): Paper => {
  const arrows = unsorted.toSorted((a, b) => a.id - b.id)
  const flights = arrows.flatMap(({ sent, arrived = sent }) => (arrived > sent ? [arrived - sent] : []))
  const flight = flights.length === 0 ? 1 : Math.min(...flights)
  const moments = new Map<Millis, Map<number, number>>()
  const places = new Map<string, number>()
  const momentOf = (at: Millis): Map<number, number> => {
    const moment = moments.get(at) ?? new Map<number, number>()
    moments.set(at, moment)
    return moment
  }
  const arrivals = new Map<string, number>()
  for (const { id, to, arrived } of arrows) {
    if (arrived === undefined) continue
    const nth = momentOf(arrived).get(to) ?? 0
    places.set(`arrived ${id}`, nth)
    momentOf(arrived).set(to, nth + 1)
    arrivals.set(`${arrived} ${to}`, nth + 1)
  }
  const leaving = new Map<string, number>()
  for (const { id, from, sent } of arrows) {
    const key = `${sent} ${from}`
    const nth = Math.max(0, (arrivals.get(key) ?? 0) - 1) + (leaving.get(key) ?? 0)
    places.set(`sent ${id}`, nth)
    leaving.set(key, (leaving.get(key) ?? 0) + 1)
    momentOf(sent).set(from, Math.max(momentOf(sent).get(from) ?? 0, nth + 1))
  }
  for (const at of [from, to, ...brackets.map(bracket => bracket.from)]) momentOf(at)
  const offset = (when: 'sent' | 'arrived', id: number): number => STACK * (places.get(`${when} ${id}`) ?? 0)
  const { ys, cuts, end } = measured(moments, flight, (at, ys) =>
    arrows
      .filter(({ arrived, sent }) => arrived === at && sent < at)
      .map(({ id, sent }) => ys.get(sent)! + offset('sent', id) + SLOPE - offset('arrived', id)),
  )
  const times = [...ys.keys()]
  return {
    height: end + BOTTOM,
    y: at => yAt(at, times, ys, end),
    placeOf: (id, when) => offset(when, id),
    ticks: ticksOf(times, ys),
    cuts,
  }
}

/** Where each moment lies: as far below the one before as time says within bounds, and below all that a machine said before. */
const measured = (
  moments: ReadonlyMap<Millis, ReadonlyMap<number, number>>,
  flight: Millis,
  /** What a moment must lie below so that nothing arrives above where it left. */
  below: (at: Millis, ys: ReadonlyMap<Millis, number>) => readonly number[],
) => {
  const ys = new Map<Millis, number>()
  const cuts: { from: number; to: number }[] = []
  /** How far down each machine's last message lies. */
  const lowest = new Map<number, number>()
  let y = TOP
  let before: Millis | undefined
  for (const at of [...moments.keys()].sort((a, b) => a - b)) {
    if (before !== undefined) {
      const wanted = ((at - before) / flight) * FLIGHT
      const gap = Math.min(MOST, Math.max(LEAST, wanted))
      if (wanted > MOST) cuts.push({ from: y + gap * 0.35, to: y + gap * 0.65 })
      const here = [...moments.get(at)!.keys()].map(machine => (lowest.get(machine) ?? 0) + LEAST)
      y = Math.max(y + gap, ...here, ...below(at, ys))
    }
    ys.set(at, y)
    for (const [machine, count] of moments.get(at)!) lowest.set(machine, y + STACK * (count - 1))
    before = at
  }
  return { ys, cuts, end: Math.max(y, ...lowest.values()) }
}

const yAt = (at: Millis, times: readonly Millis[], ys: ReadonlyMap<Millis, number>, end: number): number => {
  const known = ys.get(at)
  if (known !== undefined) return known
  const later = times.find(time => time > at)
  const earlier = times.findLast(time => time < at)
  if (later === undefined) return end
  if (earlier === undefined) return TOP
  const [above, below] = [ys.get(earlier)!, ys.get(later)!]
  return above + ((at - earlier) / (later - earlier)) * (below - above)
}

/** Times whose words do not lie on those above. */
const ticksOf = (times: readonly Millis[], ys: ReadonlyMap<Millis, number>): { y: number; at: Millis }[] => {
  const ticks: { y: number; at: Millis }[] = []
  for (const at of times) {
    const y = ys.get(at)!
    if (ticks.length === 0 || y - ticks.at(-1)!.y >= 15) ticks.push({ y, at })
  }
  return ticks
}

interface Drawn {
  readonly paper: Paper
  readonly xOf: (place: number) => number
  readonly now: Millis
  readonly fresh: boolean
}

const lineOf = (arrow: Arrow<string>, ladder: Ladder, { paper, xOf, now, fresh }: Drawn): ArrowLine => {
  const { id, text, look, note, from, to, sent, arrived } = arrow
  const start = { x: xOf(from), y: paper.y(sent) + paper.placeOf(id, 'sent') }
  const far = xOf(to)
  const shared = { id, text, look, note, side: ladder.lifelines[from]!.side, fresh }
  const part = (share: number, y: number): Point => ({ x: start.x + (far - start.x) * share, y })
  if (look === 'old') {
    const end = { x: far, y: paper.y(sent) }
    const points = [part(0.42, end.y - 62), end] as const
    return { ...shared, points, words: points, end: 'arrives' }
  }
  if (arrived === undefined) {
    const points = [start, part(0.58, start.y + 0.58 * FLIGHT)] as const
    return { ...shared, points, words: points, end: 'lost' }
  }
  const end = { x: far, y: paper.y(arrived) + paper.placeOf(id, 'arrived') }
  // Words do not lie on a lifeline that the arrow passes over: they stand behind the last one, far from what came before.
  const share = 1 - 1 / Math.abs(to - from)
  const passed = part(share, start.y + (end.y - start.y) * share)
  if (look !== 'held') return { ...shared, points: [start, end], words: [passed, end], end: 'arrives' }
  // It comes so far, lies there, and goes on.
  const held = part(0.4, start.y + 0.4 * FLIGHT)
  if (now < arrived) return { ...shared, points: [start, held], words: [start, held], end: 'waits' }
  const on = part(0.4, end.y - 0.6 * FLIGHT)
  return { ...shared, points: [start, held, on, end], words: [start, held], end: 'arrives' }
}
