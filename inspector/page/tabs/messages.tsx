/** What was said, message by message, as each of those on the wire has it; and beside it the chosen message. */
import type { FunctionComponent } from 'preact'
import { useMemo } from 'preact/hooks'
import { type Scene, sceneOf } from '../../model/scene.ts'
import { chosenAtFirst, filtered, type Ladder as LadderModel, ladderOf, rowAround } from '../../model/shown.ts'
import { Choose } from '../choose.tsx'
import { showHelp } from '../help.tsx'
import { useKeys } from '../keyboard.ts'
import { Ladder } from '../ladder/ladder.tsx'
import { Pane } from '../message/pane.tsx'
import { GRAINS, TABS, VIEWS, type View } from '../place.ts'
import type { Region, RegionProps, State } from '../state.ts'
import { HeardPanel } from '../views/heard.tsx'
import { MiddlePanel } from '../views/middle.tsx'

export const Messages: Region = props => {
  const { run, state, words } = props
  const { place, go } = state
  const scene = sceneOf(run)
  const isBlind = place.view === 'ear' || place.view === 'middle'
  const ladder = useLadder(scene, props)
  const first = place.sel === undefined && !isBlind ? chosenAtFirst(scene) : undefined
  const sel = place.sel ?? first?.id
  const message = sel === undefined ? undefined : scene.byId.get(sel)
  const chosen = message === undefined ? -1 : rowAround(ladder, message)
  const open = (index: number, how: 'push' | 'replace'): void => {
    const row = ladder.list[index]
    if (row === undefined) return
    go({ sel: row.id, field: undefined, at: undefined }, how)
    state.say(words.page.open(words.page.title(row.title), row.bytes))
  }
  useKeys(keysOf(state, ladder, chosen, open), place.own)
  const { client, server, third } = run.parties
  return (
    <div class="work" data-open={place.sel === undefined ? undefined : ''} data-view={place.view}>
      <section class="left" aria-label={words.page.tabs.messages}>
        <Tools {...props} />
        <Ladder
          rows={ladder.list}
          notes={notesOf(ladder, props)}
          chosen={chosen}
          label={words.page.grains[place.layer]}
          words={words}
          ends={[client.name, server.name]}
          blind={
            isBlind
              ? {
                  title: words.page.views[place.view === 'middle' ? 'middle' : 'ear'],
                  ends: [
                    client.address ?? client.name,
                    place.view === 'middle' && third !== undefined ? third.name : (server.address ?? server.name),
                  ],
                }
              : undefined
          }
          onChoose={index => open(index, 'push')}
        />
      </section>
      <section class="right" aria-label={words.page.fields}>
        {message !== undefined ? (
          <Pane
            key={message.id}
            scene={scene}
            state={state}
            words={words}
            message={message}
            blind={isBlind}
            atFirst={first?.range}
          />
        ) : place.view === 'ear' ? (
          <HeardPanel scene={scene} words={words} title={words.views.heard.title} />
        ) : place.view === 'middle' && third !== undefined ? (
          <HeardPanel scene={scene} words={words} title={words.tryIt.inMiddle} />
        ) : place.view === 'middle' ? (
          <MiddlePanel run={run} words={words} />
        ) : (
          <p class="note">{words.page.pick}</p>
        )}
      </section>
    </div>
  )
}

const useLadder = (scene: Scene, { state, words }: RegionProps): LadderModel => {
  const { layer, view, to, filter } = state.place
  const whole = ladderOf(scene, { grain: layer, view })
  return useMemo(() => {
    const { page } = words
    // A number that is gone to filters nothing.
    const text = /^#\d*$/.test(filter) ? '' : filter
    return filtered(whole, { to, text }, row => {
      const said = page.says[row.says.what] as (of: unknown) => string
      return `${page.title(row.title)} ${said(row.says.of)}`
    })
  }, [whole, to, filter, words])
}

const notesOf = ({ later, leftOut }: LadderModel, { run, words: { page } }: RegionProps): readonly string[] => [
  ...(later === 0 ? [] : [page.later(later)]),
  ...(leftOut === 0 ? [] : [page.filtered(leftOut)]),
  ...(run.dropped === undefined || run.dropped === 0 ? [] : [page.dropped(run.dropped)]),
]

/** Whose eyes, and how finely. */
const Tools: FunctionComponent<RegionProps> = ({ run, state, words }) => {
  const { place, go } = state
  const { page } = words
  const { client, server } = run.parties
  const views = VIEWS.filter(view => view !== 'server' || server.host !== undefined)
  const nameOf = (view: View): string =>
    view === 'client' ? client.name : view === 'server' ? server.name : page.views[view]
  return (
    <div class="tools">
      <Choose
        name="view"
        legend={page.seenBy}
        options={views.map(view => [view, nameOf(view)])}
        value={place.view}
        onChoose={value =>
          go({ view: VIEWS.find(each => each === value) ?? 'client', sel: undefined, field: undefined, at: undefined })
        }
      />
      <Choose
        name="layer"
        legend={page.show}
        options={GRAINS.map(grain => [grain, page.grains[grain]])}
        value={place.layer}
        onChoose={value => go({ layer: GRAINS.find(each => each === value) ?? 'messages' })}
      />
    </div>
  )
}

type Open = (index: number, how: 'push' | 'replace') => void

const keysOf = ({ place, go }: State, ladder: LadderModel, chosen: number, open: Open) => {
  const move = (by: number) => (): void => {
    open(Math.max(0, Math.min(ladder.list.length - 1, chosen + by)), 'replace')
    focusRow()
  }
  const problem = (by: 1 | -1) => (): void => {
    for (let at = chosen + by; at >= 0 && at < ladder.list.length; at += by)
      if (ladder.list[at]!.problem) {
        open(at, 'replace')
        focusRow()
        return
      }
  }
  const next = <T,>(list: readonly T[], of: T): T => list[(list.indexOf(of) + 1) % list.length]!
  return {
    ArrowDown: move(1),
    ArrowUp: move(-1),
    j: move(1),
    k: move(-1),
    n: problem(1),
    p: problem(-1),
    b: () => focusIn('#bytes [tabindex="0"]'),
    e: () => go({ view: next(VIEWS, place.view), sel: undefined, field: undefined, at: undefined }),
    l: () => go({ layer: next(GRAINS, place.layer) }),
    '/': () => focusIn('#filter'),
    '?': showHelp,
    g: () => {
      go({ filter: '#' }, 'replace')
      focusIn('#filter')
    },
    c: () => document.getElementById('copy')?.click(),
    Escape: () => focusIn('.rows [tabindex="0"]'),
    ...(document.activeElement?.classList.contains('message-row') === true
      ? { Enter: () => focusIn('#tree [tabindex="0"]') }
      : {}),
    ...Object.fromEntries(TABS.map((tab, i) => [String(i + 1), () => go({ tab })])),
  }
}

const focusIn = (selector: string): void => document.querySelector<HTMLElement>(selector)?.focus()
/** When the row is drawn. */
const focusRow = (): void => void requestAnimationFrame(() => focusIn('.rows [aria-current=true]'))
