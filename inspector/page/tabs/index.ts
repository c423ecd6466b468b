/** The tabs that there are, in their order. One without a component is not here. */
import { checksOf } from '../../model/checks/checks.ts'
import type { Run } from '../../model/run.ts'
import type { Tab } from '../state.ts'
import { later } from './later.tsx'
import { Messages } from './messages.tsx'

/** A run that goes on gets new records: what was counted of those before is of no use. */
const counted = new WeakMap<Run['records'], readonly [held: number, failed: number]>()

const countsOf = (run: Run): readonly [held: number, failed: number] => {
  const known = counted.get(run.records)
  if (known !== undefined) return known
  const { held, failed } = checksOf(run)
  counted.set(run.records, [held, failed])
  return [held, failed]
}

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
