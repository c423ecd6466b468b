/** The field tree (WAI-ARIA tree): one stop for the Tab key, arrows move, fold and unfold. */
import type { FunctionComponent } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Range } from '../../../src/trace/types.ts'
import { type Node, pathText, waysTo } from '../../model/pane.ts'
import type { Words } from '../../words/index.ts'
import { evenHeights, reveal, useWindow, WHOLE } from '../window-list.ts'
import { fieldLabel, fieldValue } from './field-text.ts'

export interface TreeProps {
  readonly root: Node
  readonly chosen: Node
  readonly words: Words
  /** Of the message. */
  readonly title: string
  readonly onChoose: (node: Node) => void
  readonly onPoint: (range: Range | undefined) => void
}

export const Tree: FunctionComponent<TreeProps> = ({ root, chosen, words, title, onChoose, onPoint }) => {
  const [open, setOpen] = useState(() => openAtFirst(root))
  const box = useRef<HTMLDivElement>(null)
  // What is chosen elsewhere, by a byte or an address, is unfolded.
  const ways = useMemo(() => waysTo(root, chosen).slice(0, -1), [root, chosen])
  const visible = useMemo(() => visibleIn(root, new Set([...open, ...ways.map(pathText)])), [root, open, ways])
  const height = useRowHeight(box)
  const heights = useMemo(() => evenHeights(visible.length, height), [visible.length, height])
  const { first, last } = useWindow(box, heights)
  const at = visible.findIndex(({ node }) => node === chosen)
  useEffect(() => {
    if (box.current !== null && at >= 0) reveal(box.current, heights, at)
  }, [at, heights])
  const choose = (next: Node | undefined): void => {
    if (next === undefined) return
    onChoose(next)
    requestAnimationFrame(() =>
      box.current?.querySelector<HTMLElement>('[aria-selected=true]')?.focus({ preventScroll: true }),
    )
  }
  const fold = (node: Node, how: 'open' | 'shut'): void => {
    const next = new Set([...open, ...ways.map(pathText)])
    if (how === 'open') next.add(pathText(node))
    else next.delete(pathText(node))
    setOpen(next)
  }
  const onKeyDown = (event: KeyboardEvent): void => treeKey(event, { root, visible, at, choose, fold })
  const isWhole = visible.length <= WHOLE
  const drawn = visible.slice(first, last)
  return (
    <div class="tree-box">
      <div
        class={isWhole ? 'tree' : 'tree windowed'}
        role="tree"
        id="tree"
        aria-labelledby="fields-label"
        ref={box}
        onKeyDown={onKeyDown}
        onPointerLeave={() => onPoint(undefined)}
        style={isWhole ? undefined : { height: `${String(heights.at(visible.length))}px` }}
      >
        {drawn.map(({ node, isOpen, place, of }, i) => (
          <TreeItem
            key={pathText(node)}
            {...{ node, isOpen, place, of, words }}
            name={node === root ? title : fieldLabel(node.field)}
            isChosen={node === chosen}
            stop={at < 0 ? first + i === 0 : node === chosen}
            top={isWhole ? undefined : heights.at(first + i)}
            onPoint={onPoint}
            onPick={() => {
              if (node.children.length > 0 && (node === chosen || !isOpen)) fold(node, isOpen ? 'shut' : 'open')
              choose(node)
            }}
          />
        ))}
      </div>
    </div>
  )
}

interface Keys {
  readonly root: Node
  readonly visible: readonly Item[]
  readonly at: number
  choose(node: Node | undefined): void
  fold(node: Node, how: 'open' | 'shut'): void
}

const treeKey = (event: KeyboardEvent, { root, visible, at, choose, fold }: Keys): void => {
  const item = visible[at]
  if (item === undefined || event.ctrlKey || event.metaKey || event.altKey) return
  const { node, isOpen } = item
  const isFolder = node.children.length > 0
  const moves: Readonly<Record<string, () => void>> = {
    ArrowDown: () => choose(visible[at + 1]?.node),
    ArrowUp: () => choose(visible[at - 1]?.node),
    Home: () => choose(root),
    End: () => choose(visible.at(-1)?.node),
    Enter: () => choose(node),
    ArrowRight: () => (isOpen ? choose(node.children[0]) : isFolder ? fold(node, 'open') : undefined),
    ArrowLeft: () => (isOpen ? fold(node, 'shut') : choose(waysTo(root, node).at(-2))),
  }
  if (!Object.hasOwn(moves, event.key)) return
  event.preventDefault()
  event.stopPropagation()
  moves[event.key]!()
}

interface Item {
  readonly node: Node
  readonly isOpen: boolean
  /** Among its siblings, from 1. */
  readonly place: number
  readonly of: number
}

interface ItemProps extends Item {
  readonly name: string
  readonly words: Words
  readonly isChosen: boolean
  readonly stop: boolean
  readonly top: number | undefined
  readonly onPoint: (range: Range) => void
  readonly onPick: () => void
}

const TreeItem: FunctionComponent<ItemProps> = ({
  node,
  name,
  isOpen,
  place,
  of,
  words,
  isChosen,
  stop,
  top,
  onPoint,
  onPick,
}) => {
  const { field, depth, children } = node
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree takes the keys for all of its items
    <div
      role="treeitem"
      aria-level={depth + 1}
      aria-setsize={of}
      aria-posinset={place}
      aria-expanded={children.length === 0 ? undefined : isOpen}
      aria-selected={isChosen}
      tabIndex={stop ? 0 : -1}
      style={{
        '--depth': String(Math.min(depth, DEEPEST_DRAWN)),
        ...(top === undefined ? {} : { '--top': `${String(top)}px` }),
      }}
      onClick={onPick}
      onPointerEnter={() => onPoint(field)}
    >
      <span class="field-name">{name}</span>
      <span class="field-value">{fieldValue(field, words.page.octets)}</span>
      <span class="field-range">{`${String(field.start)}–${String(field.end)}`}</span>
    </div>
  )
}

/** Behind this nothing moves further to the right. */
const DEEPEST_DRAWN = 12
/** Levels that stand open at first, and fields of one level. */
const OPEN_DEPTH = 2
const MOST_OPEN = 16
/** Lists of numbers that say little until they are asked for. */
const SHUT: ReadonlySet<string> = new Set([
  'cipherSuites',
  'compressionMethods',
  'legacyCompressionMethods',
  'sessionId',
])

const openAtFirst = (root: Node): ReadonlySet<string> => {
  const isHead = root.children.some(({ field }) => field.name === 'requestLine' || field.name === 'statusLine')
  const open = new Set<string>()
  const walk = (node: Node): void => {
    const { field, depth, children } = node
    if (depth >= (isHead ? 1 : OPEN_DEPTH) || (depth > 0 && children.length > MOST_OPEN) || SHUT.has(field.name)) return
    open.add(pathText(node))
    for (const child of children) walk(child)
  }
  walk(root)
  return open
}

const visibleIn = (root: Node, open: ReadonlySet<string>): readonly Item[] => {
  const found: Item[] = []
  const walk = (node: Node, place: number, of: number): void => {
    const isOpen = node.children.length > 0 && open.has(pathText(node))
    found.push({ node, isOpen, place, of })
    if (isOpen) for (const [i, child] of node.children.entries()) walk(child, i + 1, node.children.length)
  }
  walk(root, 1, 1)
  return found
}

/** Of one item; letters may be larger than at first. */
const useRowHeight = (box: { readonly current: HTMLElement | null }): number => {
  const [height, setHeight] = useState(26)
  useEffect(() => {
    const found = box.current?.querySelector<HTMLElement>('[role=treeitem]')?.offsetHeight
    if (found !== undefined && found !== height) setHeight(found)
  })
  return height
}
