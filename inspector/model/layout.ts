/**
 * A drawing in layers for any graph with a direction: arrows go down as far as they can, every node and every word has a
 * place of its own, and nothing is placed by hand. After Sugiyama: loops are turned, nodes get layers, long arrows get a
 * place in each layer that they pass, layers are sorted so that arrows cross little, and are then moved so that they run
 * straight. The same graph gives the same drawing.
 */

export interface NodeToPlace {
  readonly id: string
  readonly width: number
  readonly height: number
}

export interface EdgeToPlace {
  readonly from: string
  readonly to: string
  /** Room for words in the middle of it. */
  readonly label?: { readonly width: number; readonly height: number } | undefined
  /** How much straighter than others it is to be; 1 where undefined. */
  readonly weight?: number | undefined
}

export interface Point {
  readonly x: number
  readonly y: number
}

/** Centres; `points` go from the border of the first node to that of the last. */
export interface PlacedEdge {
  readonly from: string
  readonly to: string
  readonly points: readonly Point[]
  readonly label: Point | undefined
}

export interface Drawing {
  readonly width: number
  readonly height: number
  readonly nodes: ReadonlyMap<string, Point>
  /** In the order in which they were given; arrows from a node to itself are not drawn. */
  readonly edges: readonly PlacedEdge[]
}

export interface Gaps {
  /** Between neighbours in a layer. */
  readonly beside: number
  /** Between layers. */
  readonly between: number
}

/** A node of the graph, a bend of a long arrow, or the words on one. */
interface Cell {
  readonly key: string
  readonly width: number
  readonly height: number
  readonly weight: number
  rank: number
  x: number
  readonly above: Cell[]
  readonly below: Cell[]
}

interface Route {
  readonly edge: EdgeToPlace
  /** From the upper to the lower end, bends between them. */
  readonly cells: readonly Cell[]
  readonly label: Cell | undefined
  readonly turned: boolean
}

/** Sweeps over the layers: no graph of ours gets better after ten. */
const SWEEPS = 16
/** A long arrow that bends is worse than a node that is not in the middle. */
const BEND_WEIGHT = 3

export const drawn = (nodes: readonly NodeToPlace[], edges: readonly EdgeToPlace[], gaps: Gaps): Drawing => {
  const known = new Map<string, Cell>(nodes.map(({ id, width, height }) => [id, cellOf(id, width, height, 1)]))
  const kept = edges.filter(({ from, to }) => from !== to && known.has(from) && known.has(to))
  const directed = withoutLoops(
    nodes.map(({ id }) => id),
    kept,
  )
  rank(known, directed)
  const routes = directed.map(({ edge, turned }, i) => routeOf(edge, turned, known, i))
  const layers = sorted(layersOf(known, routes))
  place(layers, gaps.beside)
  const heights = layerTops(layers, gaps.between)
  const left = Math.min(...layers.flat().map(cell => cell.x - cell.width / 2), 0)
  const at = (cell: Cell): Point => ({ x: cell.x - left, y: heights.middle[cell.rank]! })
  return {
    width: Math.max(...layers.flat().map(cell => cell.x + cell.width / 2), 0) - left,
    height: heights.total,
    nodes: new Map([...known].map(([id, cell]) => [id, at(cell)])),
    edges: routes.map(route => placed(route, at)),
  }
}

const cellOf = (key: string, width: number, height: number, weight: number, rank = 0): Cell => ({
  key,
  width,
  height,
  weight,
  rank,
  x: 0,
  above: [],
  below: [],
})

interface Directed {
  readonly edge: EdgeToPlace
  /** Drawn upwards: it closes a loop. */
  readonly turned: boolean
}

/** Walks from the first node on: an arrow back to where the walk still is closes a loop. */
const withoutLoops = (ids: readonly string[], edges: readonly EdgeToPlace[]): readonly Directed[] => {
  const out = new Map<string, number[]>(ids.map(id => [id, []]))
  edges.forEach(({ from }, i) => void out.get(from)!.push(i))
  const state = new Map<string, 'on the way' | 'done'>()
  const turned = new Set<number>()
  const walk = (id: string): void => {
    state.set(id, 'on the way')
    for (const i of out.get(id)!) {
      const { to } = edges[i]!
      if (state.get(to) === 'on the way') turned.add(i)
      else if (state.get(to) === undefined) walk(to)
    }
    state.set(id, 'done')
  }
  for (const id of ids) if (state.get(id) === undefined) walk(id)
  return edges.map((edge, i) => ({ edge, turned: turned.has(i) }))
}

const endsOf = ({ edge: { from, to }, turned }: Directed): readonly [upper: string, lower: string] =>
  turned ? [to, from] : [from, to]

/** Words stand in a layer between two others. */
const spanOf = ({ label }: EdgeToPlace): number => (label === undefined ? 1 : 2)

/** Each node as far up as what leads to it allows; one that nothing leads to as far down as what it leads to allows. */
const rank = (cells: ReadonlyMap<string, Cell>, edges: readonly Directed[]): void => {
  for (let moved = true; moved; ) {
    moved = false
    for (const directed of edges) {
      const [upper, lower] = endsOf(directed).map(id => cells.get(id)!) as [Cell, Cell]
      if (lower.rank >= upper.rank + spanOf(directed.edge)) continue
      lower.rank = upper.rank + spanOf(directed.edge)
      moved = true
    }
  }
  for (const [id, cell] of cells) {
    if (edges.some(directed => endsOf(directed)[1] === id)) continue
    const below = edges.filter(directed => endsOf(directed)[0] === id)
    if (below.length > 0)
      cell.rank = Math.min(...below.map(directed => cells.get(endsOf(directed)[1])!.rank - spanOf(directed.edge)))
  }
}

const routeOf = (edge: EdgeToPlace, turned: boolean, cells: ReadonlyMap<string, Cell>, number: number): Route => {
  const [upper, lower] = endsOf({ edge, turned }).map(id => cells.get(id)!) as [Cell, Cell]
  const { label, weight = 1 } = edge
  const wordsAt = upper.rank + Math.max(1, Math.floor((lower.rank - upper.rank) / 2))
  const bends = Array.from({ length: lower.rank - upper.rank - 1 }, (_, i) => {
    const at = upper.rank + i + 1
    const words = label !== undefined && at === wordsAt ? label : { width: 0, height: 0 }
    return cellOf(`${number}:${at}`, words.width, words.height, BEND_WEIGHT * weight, at)
  })
  const path = [upper, ...bends, lower]
  for (let i = 1; i < path.length; i++) {
    path[i]!.above.push(path[i - 1]!)
    path[i - 1]!.below.push(path[i]!)
  }
  return { edge, cells: path, label: label && bends[wordsAt - upper.rank - 1], turned }
}

const layersOf = (cells: ReadonlyMap<string, Cell>, routes: readonly Route[]): Cell[][] => {
  const layers: Cell[][] = []
  const seen = new Set<Cell>()
  const put = (cell: Cell): void => {
    if (seen.has(cell)) return
    seen.add(cell)
    ;(layers[cell.rank] ??= []).push(cell)
  }
  for (const cell of cells.values()) put(cell)
  for (const { cells: path } of routes) for (const cell of path) put(cell)
  return Array.from(layers, layer => layer ?? [])
}

/** Down and up again, each layer by the middle of its neighbours; the order with the fewest crossings is kept. */
const sorted = (layers: Cell[][]): Cell[][] => {
  let best = layers.map(layer => [...layer])
  let fewest = crossings(best)
  let now = best
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
    const down = sweep % 2 === 0
    now = now.map(layer => [...layer])
    for (let i = 1; i < now.length; i++) {
      const at = down ? i : now.length - 1 - i
      const places = placesIn(now[down ? at - 1 : at + 1]!)
      now[at] = byMiddle(now[at]!, cell => (down ? cell.above : cell.below), places)
    }
    const count = crossings(now)
    if (count < fewest) {
      fewest = count
      best = now
    }
  }
  return best
}

const placesIn = (layer: readonly Cell[]): ReadonlyMap<Cell, number> => new Map(layer.map((cell, i) => [cell, i]))

const byMiddle = (
  layer: readonly Cell[],
  neighbours: (cell: Cell) => readonly Cell[],
  places: ReadonlyMap<Cell, number>,
): Cell[] => {
  const own = placesIn(layer)
  const middle = new Map(
    layer.map(cell => {
      const around = neighbours(cell).flatMap(each => places.get(each) ?? [])
      return [cell, around.length === 0 ? own.get(cell)! : around.reduce((sum, i) => sum + i, 0) / around.length]
    }),
  )
  return [...layer].sort((a, b) => middle.get(a)! - middle.get(b)! || own.get(a)! - own.get(b)!)
}

const crossings = (layers: readonly (readonly Cell[])[]): number => {
  let count = 0
  for (let i = 1; i < layers.length; i++) {
    const places = placesIn(layers[i]!)
    const ends = layers[i - 1]!.flatMap(cell =>
      cell.below.flatMap(each => places.get(each) ?? []).sort((a, b) => a - b),
    )
    for (let a = 0; a < ends.length; a++) for (let b = a + 1; b < ends.length; b++) if (ends[a]! > ends[b]!) count++
  }
  return count
}

/** Each layer as near to its neighbours as the room between its cells allows, down and up again. */
const place = (layers: readonly (readonly Cell[])[], gap: number): void => {
  for (const layer of layers)
    settle(
      layer,
      layer.map(() => 0),
      gap,
    )
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const order = sweep % 2 === 0 ? layers : [...layers].reverse()
    const towards = (cell: Cell): readonly Cell[] =>
      sweep >= SWEEPS - 2 ? [...cell.above, ...cell.below] : sweep % 2 === 0 ? cell.above : cell.below
    for (const layer of order) {
      const wanted = layer.map(cell => {
        const around = towards(cell)
        const weights = around.reduce((sum, { weight }) => sum + weight, 0)
        return around.length === 0 ? cell.x : around.reduce((sum, { x, weight }) => sum + x * weight, 0) / weights
      })
      settle(layer, wanted, gap)
    }
  }
}

/** The places nearest to those wanted that keep the order and the gaps: neighbours that would meet move as one. */
const settle = (layer: readonly Cell[], wanted: readonly number[], gap: number): void => {
  const blocks: { sum: number; weight: number; count: number }[] = []
  const offsets: number[] = []
  layer.forEach((cell, i) => {
    const before = layer[i - 1]
    offsets.push(before === undefined ? 0 : offsets[i - 1]! + (before.width + cell.width) / 2 + gap)
    blocks.push({ sum: (wanted[i]! - offsets[i]!) * cell.weight, weight: cell.weight, count: 1 })
    while (blocks.length > 1 && mean(blocks.at(-2)!) > mean(blocks.at(-1)!)) {
      const last = blocks.pop()!
      const into = blocks.at(-1)!
      into.sum += last.sum
      into.weight += last.weight
      into.count += last.count
    }
  })
  let i = 0
  for (const block of blocks) for (let j = 0; j < block.count; j++, i++) layer[i]!.x = mean(block) + offsets[i]!
}

const mean = ({ sum, weight }: { readonly sum: number; readonly weight: number }): number => sum / weight

const layerTops = (layers: readonly (readonly Cell[])[], gap: number): { middle: number[]; total: number } => {
  const middle: number[] = []
  let top = 0
  for (const layer of layers) {
    const height = Math.max(0, ...layer.map(cell => cell.height))
    middle.push(top + height / 2)
    top += height + gap
  }
  return { middle, total: Math.max(0, top - gap) }
}

const placed = ({ edge, cells, label, turned }: Route, at: (cell: Cell) => Point): PlacedEdge => {
  const points = cells.map((cell, i) => {
    const { x, y } = at(cell)
    const shift = i === 0 ? cell.height / 2 : i === cells.length - 1 ? -cell.height / 2 : 0
    return { x, y: y + shift }
  })
  return {
    from: edge.from,
    to: edge.to,
    points: turned ? points.reverse() : points,
    label: label && at(label),
  }
}
