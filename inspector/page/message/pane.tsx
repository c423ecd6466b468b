/** One message: where it lies, what the chosen field means, its fields and its bytes, which select each other. */
import type { FunctionComponent } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { MessageRecord, Range } from '../../../src/trace/types.ts'
import { interestOf, type Node, nodeAt, nodeOver, pathText, rangeIn, treeOf, wireBytesOf } from '../../model/pane.ts'
import { isSealedIn, titleIn } from '../../model/rows.ts'
import type { Scene } from '../../model/scene.ts'
import type { Words } from '../../words/index.ts'
import { Lock } from '../icons.tsx'
import type { State } from '../state.ts'
import { Hexes, type Side } from './bytes.tsx'
import { Crumbs } from './crumbs.tsx'
import { Meaning } from './meaning.tsx'
import { Strip } from './strip.tsx'
import { Tree } from './tree.tsx'

export interface PaneProps {
  readonly scene: Scene
  readonly state: State
  readonly words: Words
  readonly message: MessageRecord
  /** Whoever looks has no keys. */
  readonly blind: boolean
  /** Bytes that are meant as long as nobody has chosen any. */
  readonly atFirst: Range | undefined
}

export const Pane: FunctionComponent<PaneProps> = ({ scene, state, words, message, blind, atFirst }) => {
  const { page } = words
  const { place, go } = state
  const [side, setSide] = useState<Side>('plain')
  const [pointed, setPointed] = useState<Range>()
  const root = useMemo(() => treeOf(message), [message])
  const wire = useMemo(() => wireBytesOf(scene, message), [scene, message])
  const isSealed = useMemo(() => isSealedIn(scene, message), [scene, message])
  const meant = rangeIn(place.at, message) ?? (place.field === undefined ? atFirst : undefined)
  const node = useMemo(
    () => chosenNode(root, message, place.field, meant),
    [root, message, place.field, meant?.start, meant?.end],
  )
  const range = meant ?? (node === root && place.field === undefined ? undefined : node.field)
  const choose = (next: Node): void => {
    go({ sel: message.id, field: pathText(next), at: undefined }, 'replace')
    state.say(`${next.field.name}, ${page.range(next.field.start, next.field.end)}`)
  }
  const { client, server } = scene.run.parties
  const isOut = (message.direction === 'out') === (message.host !== server.host)
  const [from, to] = isOut ? [client.name, server.name] : [server.name, client.name]
  const shut = blind && isSealed
  const title = page.title(titleIn(scene, message, place.layer))
  return (
    <div class="pane">
      <button
        type="button"
        class="plain only-narrow"
        onClick={() => go({ sel: undefined, field: undefined, at: undefined })}
      >
        ‹ {page.back}
      </button>
      <div class="pane-head">
        <h2 id="message-title" tabIndex={-1}>
          {title}
        </h2>
        <span class="quiet">
          {`${page.to(from, to)} · ${page.milliseconds(message.at - scene.start)} · ${page.octets(message.bytes.length)}`}
        </span>
        {isSealed ? (
          <span class="secret label">
            <Lock open={!shut} /> {shut ? page.sealedShut : page.sealedOpen}
          </span>
        ) : null}
      </div>
      <Crumbs {...{ scene, state, words, message, node, meant }} />
      <Strip {...{ scene, words, message }} />
      {shut ? null : <Meaning {...{ state, words, message, node, root, meant, title }} />}
      {shut || wire === undefined ? null : (
        <fieldset class="only-narrow sides" aria-label={page.bytesTitle}>
          {(['plain', 'wire'] as const).map(each => (
            <button type="button" key={each} class="plain" aria-pressed={side === each} onClick={() => setSide(each)}>
              {page[each]}
            </button>
          ))}
        </fieldset>
      )}
      <div class={shut ? 'split alone' : 'split'}>
        {shut ? null : (
          <div>
            <span class="sub" id="fields-label">
              {page.fields}
            </span>
            {root.children.length === 0 ? (
              <p class="quiet">{page.noFields}</p>
            ) : (
              <Tree key={message.id} {...{ root, chosen: node, words, title, onChoose: choose, onPoint: setPointed }} />
            )}
            {root.field.note === undefined ? null : <p class="bad">✗ {page.fieldsEnd(root.field.note)}</p>}
          </div>
        )}
        <div>
          <span class="sub">{`${page.bytesTitle}${page.comma}${String(message.bytes.length)}`}</span>
          <Hexes
            key={message.id}
            {...{ message, words, root, range, pointed, side }}
            bytes={shut ? undefined : message.bytes}
            wire={wire}
            onChoose={at => choose(nodeOver(root, at))}
          />
        </div>
      </div>
    </div>
  )
}

const chosenNode = (root: Node, message: MessageRecord, field: string | undefined, meant: Range | undefined): Node => {
  if (field !== undefined) return nodeAt(root, field)
  return meant === undefined ? interestOf(root, message) : innermostAround(root, meant)
}

/** The smallest field that holds all of a range. */
const innermostAround = (root: Node, range: Range): Node => {
  const inner = root.children.find(({ field }) => field.start <= range.start && field.end >= range.end)
  return inner === undefined ? root : innermostAround(inner, range)
}
