import { expect, test } from 'vitest'
import { requestStates, responseStates } from '../../src/http/connection/exchange.table.ts'
import type { States } from '../../src/machine.ts'
import { tcpStates } from '../../src/tcp/states.table.ts'
import { clientStates, serverStates } from '../../src/tls/roles.table.ts'
import { type Drawing, drawn, type EdgeToPlace, type NodeToPlace } from './layout.ts'

const GAPS = { beside: 10, between: 10 }
const node = (id: string): NodeToPlace => ({ id, width: 100, height: 30 })

const edgesOf = ({ moves }: States): EdgeToPlace[] =>
  [...new Set(moves.map(([from, , to]) => `${from} ${to}`))].map(key => {
    const [from = '', to = ''] = key.split(' ')
    return { from, to, label: { width: 80, height: 20 } }
  })

interface Box {
  readonly name: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const boxes = ({ nodes, edges }: Drawing): Box[] => [
  ...[...nodes].map(([name, at]) => ({ name, ...at, width: 100, height: 30 })),
  ...edges.flatMap(({ from, to, label }) =>
    label === undefined ? [] : [{ name: `${from} > ${to}`, ...label, width: 80, height: 20 }],
  ),
]

const meeting = (drawing: Drawing): string[] => {
  const all = boxes(drawing)
  return all.flatMap((a, i) =>
    all
      .slice(i + 1)
      .filter(b => Math.abs(a.x - b.x) * 2 < a.width + b.width && Math.abs(a.y - b.y) * 2 < a.height + b.height)
      .map(b => `${a.name} and ${b.name}`),
  )
}

test.each([tcpStates, clientStates, serverStates, requestStates, responseStates])(
  '$title: every state and every word has a place of its own, inside of the drawing',
  table => {
    const drawing = drawn(table.states.map(node), edgesOf(table), GAPS)
    expect([...drawing.nodes.keys()]).toEqual(table.states)
    expect(meeting(drawing)).toEqual([])
    for (const { x, y, width, height } of boxes(drawing)) {
      expect(x - width / 2).toBeGreaterThanOrEqual(-0.001)
      expect(x + width / 2).toBeLessThanOrEqual(drawing.width + 0.001)
      expect(y - height / 2).toBeGreaterThanOrEqual(-0.001)
      expect(y + height / 2).toBeLessThanOrEqual(drawing.height + 0.001)
    }
  },
)

test.each([tcpStates, clientStates, serverStates])(
  '$title: no arrow runs through a state that it does not belong to',
  table => {
    const drawing = drawn(table.states.map(node), edgesOf(table), GAPS)
    const through = drawing.edges.flatMap(({ from, to, points }) =>
      points
        .slice(1, -1)
        .flatMap(({ x, y }) =>
          [...drawing.nodes]
            .filter(([name, at]) => name !== from && name !== to && Math.abs(at.x - x) < 50 && Math.abs(at.y - y) < 15)
            .map(([name]) => `${from} > ${to} through ${name}`),
        ),
    )
    expect(through).toEqual([])
  },
)

test('an arrow begins at the border of the one and ends at the border of the other, also upwards', () => {
  const edges = [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'c' },
    { from: 'c', to: 'a' },
  ]
  const {
    nodes,
    edges: [down, , up],
  } = drawn(['a', 'b', 'c'].map(node), edges, GAPS)
  const [a, b, c] = ['a', 'b', 'c'].map(id => nodes.get(id)!.y)
  expect(a! < b! && b! < c!).toBe(true)
  expect([down!.points[0]!.y, down!.points.at(-1)!.y]).toEqual([a! + 15, b! - 15])
  expect([up!.points[0]!.y, up!.points.at(-1)!.y]).toEqual([c! - 15, a! + 15])
})

test('what nothing leads to stands right above what it leads to', () => {
  const edges = [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'c' },
    { from: 'late', to: 'c' },
  ]
  const { nodes } = drawn(['a', 'b', 'c', 'late'].map(node), edges, GAPS)
  expect(nodes.get('late')!.y).toBe(nodes.get('b')!.y)
})

test('the same graph gives the same drawing, and arrows to oneself or to nowhere are left out', () => {
  const edges = [
    { from: 'a', to: 'b' },
    { from: 'a', to: 'a' },
    { from: 'a', to: 'nowhere' },
  ]
  const twice = [0, 1].map(() => drawn(['a', 'b'].map(node), edges, GAPS))
  expect(twice[0]).toEqual(twice[1])
  expect(twice[0]!.edges.length).toBe(1)
  expect(drawn([], [], GAPS)).toEqual({ width: 0, height: 0, nodes: new Map(), edges: [] })
})
