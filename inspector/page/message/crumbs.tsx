/** The breadcrumb: the chosen field in its message, in a record, a segment, a packet, a frame. Each step opens that wrapping. */
import type { FunctionComponent } from 'preact'
import { Fragment } from 'preact'
import type { Grain } from '../../../src/inspect/ladder.ts'
import type { Layer, MessageRecord, Range } from '../../../src/trace/types.ts'
import { type Node, rangeText, stepsDown } from '../../model/pane.ts'
import { titleIn } from '../../model/rows.ts'
import type { Scene } from '../../model/scene.ts'
import type { Words } from '../../words/index.ts'
import type { State } from '../state.ts'
import { fieldLabel } from './field-text.ts'

export interface CrumbsProps {
  readonly scene: Scene
  readonly state: State
  readonly words: Words
  readonly message: MessageRecord
  readonly node: Node
  readonly meant: Range | undefined
}

/** At which grain a layer's messages have rows of their own. */
const GRAIN: Readonly<Partial<Record<Layer, Grain>>> = {
  record: 'records',
  tcp: 'segments',
  udp: 'segments',
  ip: 'packets',
  ethernet: 'frames',
}

export const Crumbs: FunctionComponent<CrumbsProps> = ({ scene, state, words, message, node, meant }) => {
  const { page } = words
  const range = meant ?? node.field
  const steps = stepsDown(scene, message, range)
  if (steps.length === 0) return null
  const title = page.title(titleIn(scene, message, state.place.layer))
  return (
    <nav aria-label={page.layers} class="crumbs">
      {node.depth === 0 ? null : (
        <>
          <span class="here field">{fieldLabel(node.field)}</span>
          <Separator />
        </>
      )}
      <span class="here" aria-current="true">
        {title}
      </span>
      {steps.map(({ layer, message: lower, range: place, more }) => (
        <Fragment key={lower.id}>
          <Separator />
          <button
            type="button"
            class="link"
            onClick={() =>
              state.go({
                layer: GRAIN[layer] ?? state.place.layer,
                sel: lower.id,
                field: undefined,
                at: rangeText(place),
                to: undefined,
                filter: '',
              })
            }
          >
            {page.title({ kind: 'number', layer, number: scene.threads.number(lower) ?? 0 })}
            {more === 0 ? '' : page.more(more)}
          </button>
        </Fragment>
      ))}
    </nav>
  )
}

const Separator: FunctionComponent = () => <span class="separator"> ⊂ </span>
