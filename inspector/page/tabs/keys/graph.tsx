/** The key schedule drawn from above downwards: what comes from what. Nodes are buttons; the lines only show what the panel says. */
import type { FunctionComponent } from 'preact'
import { useMemo } from 'preact/hooks'
import { type KeyGraph, type KeyNode, keyOf } from '../../../model/keys/index.ts'
import { type Drawing, drawn } from '../../../model/layout.ts'
import type { Words } from '../../../words/index.ts'
import { bend, rem } from '../drawing.ts'
import { nameOf, shortValue } from './names.ts'

interface GraphProps {
  readonly graph: KeyGraph
  readonly chosen: string
  readonly secrets: 'starred' | 'shown'
  readonly words: Words
  readonly onChoose: (key: string) => void
}

const NODE = { width: 112, height: 78 }
const GAPS = { beside: 8, between: 30 }

/** Pixels; a drawing that is wider does not fit beside the panel of a node. */
const WIDE = 640

export const Graph: FunctionComponent<GraphProps> = ({ graph, chosen, secrets, words, onChoose }) => {
  const drawing = useMemo(() => drawingOf(graph), [graph])
  const { keys } = words.tabs
  const order = [...graph.nodes].sort(
    (a, b) => placeIn(drawing, a).y - placeIn(drawing, b).y || placeIn(drawing, a).x - placeIn(drawing, b).x,
  )
  return (
    <fieldset class="key-graph" aria-label={keys.title}>
      <div
        class={drawing.width > WIDE ? 'canvas wide' : 'canvas'}
        style={{ '--width': rem(drawing.width), '--height': rem(drawing.height) }}
      >
        <svg viewBox={`0 0 ${drawing.width} ${drawing.height}`} aria-hidden="true">
          {drawing.edges.map(({ from, to, points }) => (
            <path
              key={`${from} ${to}`}
              class={from === chosen || to === chosen ? 'edge lit' : 'edge'}
              d={bend(points)}
            />
          ))}
        </svg>
        {order.map(node => {
          const key = keyOf(node.id)
          const { x, y } = placeIn(drawing, node)
          return (
            <button
              type="button"
              key={key}
              class={`key-node kind-${node.kind}`}
              aria-pressed={key === chosen}
              onClick={() => onChoose(key)}
              style={{ '--x': rem(x - NODE.width / 2), '--y': rem(y - NODE.height / 2) }}
            >
              <b>{nameOf(node.id, words)}</b>
              <span class="unseen">, {keys.kinds[node.kind]}</span>
              {node.values.length === 0 ? null : (
                <span class="short" aria-hidden="true">
                  {shortValue(node, secrets)}
                </span>
              )}
            </button>
          )
        })}
      </div>
    </fieldset>
  )
}

const drawingOf = ({ nodes }: KeyGraph): Drawing =>
  drawn(
    nodes.map(({ id }) => ({ id: keyOf(id), ...NODE })),
    nodes.flatMap(({ id, inputs }) => inputs.map(input => ({ from: keyOf(input), to: keyOf(id) }))),
    GAPS,
  )

const placeIn = ({ nodes }: Drawing, { id }: KeyNode) => nodes.get(keyOf(id)) ?? { x: 0, y: 0 }
