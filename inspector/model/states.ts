/**
 * The state machines that the engines follow, drawn from their tables, with the way that this run took through them: the
 * steps in order, each with the message that caused it.
 */
import { requestStates, responseStates } from '../../src/http/connection/exchange.table.ts'
import type { Move, States } from '../../src/machine.ts'
import { tcpStates } from '../../src/tcp/states.table.ts'
import { clientStates, serverStates } from '../../src/tls/roles.table.ts'
import type { TraceRecord } from '../../src/trace/recorder.ts'
import type { StateRecord } from '../../src/trace/types.ts'
import { drawn, type EdgeToPlace, type Gaps, type PlacedEdge } from './layout.ts'

export type MachineName = 'tcp' | 'tls' | 'request' | 'response'
export const MACHINES: readonly MachineName[] = ['tcp', 'tls', 'request', 'response']

/** One machine of one party in one connection, and its way. */
export interface Course {
  readonly machine: MachineName
  readonly host: string
  readonly flow: string
  readonly states: States
  /** In order. */
  readonly steps: readonly Step[]
  /** Those behind the most that are kept. */
  readonly more: number
}

export interface Step {
  /** From 1. */
  readonly number: number
  readonly from: string
  readonly to: string
  readonly at: number
  /** What the table has for this move: several where the trace does not say which it was. */
  readonly moves: readonly Move[]
  /** The message that caused it. */
  readonly because: number | undefined
}

/** Steps of one course that are listed; a connection that is kept makes four for each request. */
const MOST_STEPS = 200
/** Courses of one run: each is a choice in a list. */
const MOST_COURSES = 400

/** Every course that the records tell of, in the order in which they begin. */
export const coursesOf = (records: readonly TraceRecord[]): readonly Course[] => {
  const steps = new Map<string, { readonly of: Omit<Course, 'steps' | 'more'>; readonly all: StateRecord[] }>()
  for (const entry of records) {
    if (entry.type !== 'state') continue
    const { host, flow, layer } = entry.record
    // A failure ends it in a state of no table.
    const found = machineOf(entry.record) ?? steps.get(`${layer} ${host} ${flow}`)?.of
    if (found === undefined) continue
    const { machine, states } = found
    const key = `${machine} ${host} ${flow}`
    const course = steps.get(key)
    if (course !== undefined) course.all.push(entry.record)
    else if (steps.size < MOST_COURSES) steps.set(key, { of: { machine, states, host, flow }, all: [entry.record] })
  }
  return [...steps.values()].map(({ of, all }) => ({
    ...of,
    steps: all.slice(0, MOST_STEPS).map((record, i) => stepOf(of.states, record, i + 1)),
    more: Math.max(0, all.length - MOST_STEPS),
  }))
}

const OTHERS: readonly (readonly [layer: StateRecord['layer'], MachineName, States])[] = [
  ['tcp', 'tcp', tcpStates],
  ['http', 'request', requestStates],
  ['http', 'response', responseStates],
]

/** By the first step of a course. */
const machineOf = ({ layer, from, to }: StateRecord): Pick<Course, 'machine' | 'states'> | undefined => {
  if (layer === 'tls') {
    // Both sides share names; where each begins they do not.
    const begins = [clientStates, serverStates].find(({ states }) => states[0] === to)
    const goesOn = [clientStates, serverStates].find(table =>
      table.moves.some(move => move[0] === from && move[2] === to),
    )
    const states = begins ?? goesOn
    return states && { machine: 'tls', states }
  }
  const found = OTHERS.find(([of, , { states }]) => of === layer && states.includes(from) && states.includes(to))
  return found && { machine: found[1], states: found[2] }
}

const stepOf = ({ moves }: States, { from, to, at, because }: StateRecord, number: number): Step => ({
  number,
  from,
  to,
  at,
  because,
  moves: moves.filter(move => move[0] === from && move[2] === to),
})

/** How much of a machine is drawn: the way that was taken with what it passed by, or every state. */
export type Scope = 'near' | 'all'

export interface DiagramState {
  readonly name: string
  readonly passed: boolean
  readonly x: number
  readonly y: number
  readonly width: number
}

export interface DiagramMove {
  readonly from: string
  readonly to: string
  /** What leads there: inputs, and what goes out with them. */
  readonly inputs: readonly string[]
  /** Steps that took it. */
  readonly taken: readonly number[]
  readonly points: PlacedEdge['points']
  readonly label: PlacedEdge['label']
}

export interface Diagram {
  readonly width: number
  readonly height: number
  readonly states: readonly DiagramState[]
  readonly moves: readonly DiagramMove[]
  /** Moves that lead to one state from nearly everywhere and are left out, by their inputs. */
  readonly everywhere: { readonly count: number; readonly inputs: readonly string[]; readonly to: readonly string[] }
  /** States of the table that are not drawn. */
  readonly left: number
}

/** A move that as many states have as this says nothing about any of them. */
const EVERYWHERE = 4
/** Of what leads from one state to another; the rest is counted. */
const MOST_INPUTS = 2
/** Numbers on one arrow. */
export const MOST_NUMBERS = 3

export const STATE_HEIGHT = 30
/** Of a character of the labels, which are in the letters of the page. */
const LETTER = 7.4
const BOLD = 8.2
const DISC = 22
const GAPS: Gaps = { beside: 22, between: 18 }

export const diagramOf = ({ states: table, steps }: Course, scope: Scope): Diagram => {
  const passed = new Set(steps.flatMap(({ from, to }) => [from, to]))
  const outside = [...passed].filter(state => !table.states.includes(state))
  const near = new Set([...passed, ...table.moves.flatMap(([from, , to]) => (passed.has(from) ? [to] : []))])
  const inTable = table.states.filter(state => scope === 'all' || near.has(state))
  // What is in no table stands where the way had it: in front of everything, or behind.
  const names = [
    ...outside.filter(state => steps[0]?.from === state),
    ...inTable,
    ...outside.filter(state => steps[0]?.from !== state),
  ]
  const { kept, everywhere } = toDraw(table, steps)
  const pairs = pairsOf(kept, steps, new Set(names))
  const drawing = drawn(
    names.map(id => ({ id, width: widthOf(id, passed.has(id)), height: STATE_HEIGHT })),
    pairs.map(edgeOf),
    GAPS,
  )
  return {
    width: drawing.width,
    height: drawing.height,
    states: names.map(name => ({
      name,
      passed: passed.has(name),
      width: widthOf(name, passed.has(name)),
      ...drawing.nodes.get(name)!,
    })),
    moves: drawing.edges.map((edge, i) => ({ ...pairs[i]!, points: edge.points, label: edge.label })),
    everywhere,
    left: table.states.length - inTable.length,
  }
}

const widthOf = (name: string, bold: boolean): number =>
  Math.max(64, Math.ceil(name.length * (LETTER + (bold ? 1.2 : 0.4))) + 20)

/** Without moves that nearly every state has, but for those that were taken and for the only way on. */
const toDraw = (
  { moves }: States,
  steps: readonly Step[],
): { readonly kept: readonly Move[]; readonly everywhere: Diagram['everywhere'] } => {
  const sources = new Map<string, number>()
  for (const [, input, to] of moves) sources.set(`${input} > ${to}`, (sources.get(`${input} > ${to}`) ?? 0) + 1)
  const isCommon = ([, input, to]: Move): boolean => sources.get(`${input} > ${to}`)! >= EVERYWHERE
  const isTaken = ([from, , to]: Move): boolean => steps.some(step => step.from === from && step.to === to)
  const onlyWay = (move: Move): boolean => {
    const own = moves.filter(([from, , to]) => from === move[0] && to !== from)
    return own.every(isCommon) && own[0] === move
  }
  const isKept = (move: Move): boolean => !isCommon(move) || isTaken(move) || onlyWay(move)
  const left = moves.filter(move => !isKept(move))
  return {
    kept: moves.filter(isKept),
    everywhere: {
      count: left.length,
      inputs: [...new Set(left.map(([, input]) => input))],
      to: [...new Set(left.map(([, , to]) => to))],
    },
  }
}

type Pair = Omit<DiagramMove, 'points' | 'label'>

/** One arrow for all that leads from one state to another. */
const pairsOf = (kept: readonly Move[], steps: readonly Step[], shown: ReadonlySet<string>): readonly Pair[] => {
  const pairs = new Map<string, { from: string; to: string; inputs: string[]; taken: number[] }>()
  const pairOf = (from: string, to: string) => {
    const key = `${from} > ${to}`
    const known = pairs.get(key) ?? { from, to, inputs: [], taken: [] }
    pairs.set(key, known)
    return known
  }
  for (const [from, input, to, , sends] of kept) {
    if (from === to || !shown.has(from) || !shown.has(to)) continue
    pairOf(from, to).inputs.push(sends === undefined ? input : `${input} / ${sends}`)
  }
  for (const { from, to, number } of steps) if (from !== to) pairOf(from, to).taken.push(number)
  return [...pairs.values()]
}

/** What stands on an arrow. */
export const wordsOn = ({ inputs }: Pick<DiagramMove, 'inputs'>): string => {
  const more = inputs.length - MOST_INPUTS
  return inputs.slice(0, MOST_INPUTS).join(', ') + (more > 0 ? `, +${more}` : '')
}

/** How wide words are with so many numbers in front of them: those are bold. */
export const roomFor = (words: string, numbers: number): number =>
  words === '' && numbers === 0 ? 0 : Math.ceil(words.length * (numbers > 0 ? BOLD : LETTER)) + numbers * DISC + 6

const edgeOf = (pair: Pair): EdgeToPlace => {
  const { from, to, taken } = pair
  const numbers = Math.min(taken.length, MOST_NUMBERS)
  const words = `${wordsOn(pair)}${taken.length > numbers ? ` (${taken.length}×)` : ''}`
  return {
    from,
    to,
    label: { width: roomFor(words, numbers), height: 20 },
    weight: taken.length > 0 ? 4 : 1,
  }
}
