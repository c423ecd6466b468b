/** A way from anything that is said about bytes to those bytes: the message opens at its field. */
import type { FunctionComponent } from 'preact'
import type { Grain } from '../../../src/inspect/ladder.ts'
import type { Carrier, Layer, MessageRecord } from '../../../src/trace/types.ts'
import { rangeText } from '../../model/pane.ts'
import { titleIn } from '../../model/rows.ts'
import type { Run } from '../../model/run.ts'
import { sceneOf } from '../../model/scene.ts'
import type { PlaceChange } from '../place.ts'
import type { RegionProps } from '../state.ts'

/** At which grain messages of a layer have rows of their own. */
const GRAINS: Readonly<Partial<Record<Layer, Grain>>> = {
  record: 'records',
  tcp: 'segments',
  udp: 'segments',
  ip: 'packets',
  ethernet: 'frames',
}
const grainOf = ({ layer }: MessageRecord): Grain => GRAINS[layer] ?? 'messages'

/** Where `where` is to be seen; undefined for a message that is not kept. */
export const placeOf = (run: Run, where: Carrier): PlaceChange | undefined => {
  const message = sceneOf(run).byId.get(where.message)
  if (message === undefined) return undefined
  const { server } = run.parties
  return {
    tab: 'messages',
    view: message.host === server.host ? 'server' : 'client',
    layer: grainOf(message),
    sel: message.id,
    field: undefined,
    at: where.end > where.start ? rangeText(where) : undefined,
    to: undefined,
    filter: '',
  }
}

export interface OpenerProps extends RegionProps {
  readonly where: Carrier
  /** What stands on it; else the message and the range. */
  readonly text?: string | undefined
}

export const Opener: FunctionComponent<OpenerProps> = ({ run, state, words, where, text }) => {
  const scene = sceneOf(run)
  const message = scene.byId.get(where.message)
  const place = placeOf(run, where)
  if (message === undefined || place === undefined) return <>{text}</>
  const title = words.page.title(titleIn(scene, message, grainOf(message)))
  return (
    <a
      class="opener"
      href={state.hrefOf(place)}
      aria-label={text === undefined ? undefined : `${text}${words.page.colon}${words.tabs.openLabel(title)}`}
    >
      {text ?? words.tabs.opens(title, where.start, where.end)}
    </a>
  )
}
