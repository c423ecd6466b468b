/** The tabs that there are, in their order. One without a component is not here. */
import { countsOf } from '../../model/checks/counts.ts'
import type { Tab } from '../state.ts'
import { later } from './later.tsx'
import { Messages } from './messages.tsx'

export const tabs: readonly Tab[] = [
  { name: 'messages', Component: Messages },
  { name: 'keys', Component: later(() => import('./keys/keys.tsx').then(({ Keys }) => Keys)) },
  {
    name: 'checks',
    Component: later(() => import('./checks/checks.tsx').then(({ Checks }) => Checks)),
    badge: ({ run, words }) => words.tabs.checks.badge(...countsOf(run)),
  },
  {
    name: 'certificate',
    Component: later(() => import('./certificate/certificate.tsx').then(({ Certificate }) => Certificate)),
  },
  { name: 'states', Component: later(() => import('./states/states.tsx').then(({ States }) => States)) },
  { name: 'network', Component: later(() => import('./network/network.tsx').then(({ Network }) => Network)) },
  { name: 'http', Component: later(() => import('./http/http.tsx').then(({ Http }) => Http)) },
  { name: 'try', Component: later(() => import('./try.tsx').then(({ Try }) => Try)) },
]
