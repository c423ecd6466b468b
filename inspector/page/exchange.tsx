/** One run: what came of it, and the tabs below. */
import type { FunctionComponent } from 'preact'
import { outcomeOf } from '../model/outcome.ts'
import { sceneOf } from '../model/scene.ts'
import { OriginLine } from './captures/origin-line.tsx'
import { Help } from './help.tsx'
import { useKeys } from './keyboard.ts'
import { TABS } from './place.ts'
import type { RegionProps } from './state.ts'
import { TabList } from './tab-list.tsx'
import { tabs } from './tabs/index.ts'
import { Verdict } from './verdict/verdict.tsx'

export const Exchange: FunctionComponent<RegionProps> = props => {
  const { run, state, words } = props
  const tab = tabs.find(({ name }) => name === state.place.tab) ?? tabs[0]!
  const { Component } = tab
  const scene = sceneOf(run)
  // The messages have keys of their own, these among them.
  const keys = TABS.map((name, i) => [String(i + 1), () => state.go({ tab: name })] as const)
  useKeys(tab.name === 'messages' ? {} : Object.fromEntries(keys), state.place.own)
  const isFailed = outcomeOf(scene).kind === 'failed'
  const isOpened = tab.name === 'messages' && state.place.sel !== undefined
  const classes = [tab.name === 'messages' ? 'on-messages' : '', isFailed ? 'has-failed' : '', isOpened ? 'opened' : '']
  return (
    <main class={classes.filter(Boolean).join(' ')}>
      <OriginLine {...props} />
      {/* What came of a change stands beside the changes. */}
      {tab.name === 'try' ? null : <Verdict {...props} scene={scene} deep={tab.name !== 'messages'} />}
      <TabList {...props} chosen={tab.name} />
      <div id="panel" role="tabpanel" aria-labelledby={`tab-${tab.name}`} tabIndex={-1}>
        <Component key={run.id} {...props} />
      </div>
      <Help state={state} words={words} />
    </main>
  )
}
