/** The tabs by name: one stop for the Tab key, arrows go between them (WAI-ARIA tabs). */
import type { FunctionComponent } from 'preact'
import type { TabName } from './place.ts'
import type { RegionProps } from './state.ts'
import { tabs } from './tabs/index.ts'

export const TabList: FunctionComponent<RegionProps & { readonly chosen: TabName }> = ({ chosen, ...props }) => {
  const { state, words } = props
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = tabs.findIndex(({ name }) => name === chosen)
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    const { name } = tabs[(to + tabs.length) % tabs.length]!
    state.go({ tab: name })
    document.getElementById(`tab-${name}`)?.focus()
  }
  return (
    <div class="tabs" role="tablist" aria-label={words.page.tabList} onKeyDown={onKeyDown}>
      {tabs.map(({ name, badge }) => (
        <button
          type="button"
          key={name}
          id={`tab-${name}`}
          class={name === 'try' ? 'try' : undefined}
          role="tab"
          aria-selected={name === chosen}
          aria-controls="panel"
          tabIndex={name === chosen ? 0 : -1}
          onClick={() => state.go({ tab: name })}
        >
          {words.page.tabs[name]} <span class="badge">{badge?.(props)}</span>
        </button>
      ))}
    </div>
  )
}
