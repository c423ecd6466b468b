/**
 * Where the reader is: the whole state of the page, in the address behind `#`. Everything that can be clicked changes it
 * and nothing else, so that every screen has a link. What stands in an address may be anything: it is checked here.
 */
import type { Grain } from '../../src/inspect/ladder.ts'

export const GRAINS = ['frames', 'packets', 'segments', 'records', 'messages', 'requests'] as const satisfies Grain[]
export const VIEWS = ['client', 'server', 'ear', 'middle'] as const
export const TABS = ['messages', 'keys', 'checks', 'certificate', 'states', 'network', 'http', 'try'] as const
export const LANGUAGES = ['en', 'zh'] as const
export const THEMES = ['auto', 'light', 'dark'] as const

/** With whose eyes: a party's, or those of somebody on the wire who has no keys. */
export type View = (typeof VIEWS)[number]
export type TabName = (typeof TABS)[number]
export type PageLanguage = (typeof LANGUAGES)[number]
export type Theme = (typeof THEMES)[number]

export interface Place {
  readonly page: 'exchange' | 'captures' | 'lessons'
  /** Id of the run; undefined: the first one. */
  readonly run: string | undefined
  readonly tab: TabName
  readonly view: View
  readonly layer: Grain
  /** Id of the chosen message. */
  readonly sel: number | undefined
  /** Dotted path of the chosen field below that message; empty for the message itself. */
  readonly field: string | undefined
  /** `174-227`: bytes [start, end) of the chosen message that are meant, where no field is. */
  readonly at: string | undefined
  /** Milliseconds of the scrubber: what came later is left out. */
  readonly to: number | undefined
  /** What the ladder is filtered by. */
  readonly filter: string
  readonly lang: PageLanguage
  readonly theme: Theme
  /** Keys of tabs, `try` and lessons (`lesson`, `lstep`, `change`, `seed`, …): each reads its own. */
  readonly own: Readonly<Record<string, string>>
}

/** Keys of `own` that are undefined go away. */
export type PlaceChange = Partial<Omit<Place, 'own'>> & { readonly own?: Readonly<Record<string, string | undefined>> }

export const START: Place = {
  page: 'exchange',
  run: undefined,
  tab: 'messages',
  view: 'client',
  layer: 'messages',
  sel: undefined,
  field: undefined,
  at: undefined,
  to: undefined,
  filter: '',
  lang: 'en',
  theme: 'auto',
  own: {},
}

/** `hash` with or without its `#`. What cannot be read is as if it were not there. */
export const readPlace = (hash: string, start: Place = START): Place => {
  const given = new URLSearchParams(hash.replace(/^#/, ''))
  const oneOf = <T extends string>(name: string, list: readonly T[], otherwise: T): T =>
    list.find(each => each === given.get(name)) ?? otherwise
  const number = (name: string): number | undefined => {
    const text = given.get(name) ?? ''
    return /^\d{1,12}(\.\d{1,6})?$/.test(text) ? Number(text) : undefined
  }
  const own = [...given].filter(([name, value]) => !KNOWN.has(name) && value !== '')
  return {
    page: oneOf('page', ['exchange', 'captures', 'lessons'], start.page),
    run: given.get('run') || undefined,
    tab: oneOf('tab', TABS, start.tab),
    view: oneOf('view', VIEWS, start.view),
    layer: oneOf('layer', GRAINS, start.layer),
    sel: number('sel'),
    field: given.get('field') ?? undefined,
    at: given.get('at') ?? undefined,
    to: number('to'),
    filter: given.get('filter') ?? '',
    lang: oneOf('lang', LANGUAGES, start.lang),
    theme: oneOf('theme', THEMES, start.theme),
    own: Object.fromEntries(own),
  }
}

/** The address of `place` without `#`; what is as at the start is left out. */
export const writePlace = (place: Place, start: Place = START): string => {
  const query = new URLSearchParams()
  for (const name of KNOWN_LIST) {
    const value = place[name]
    if (value !== undefined && value !== start[name]) query.set(name, String(value))
  }
  for (const [name, value] of Object.entries(place.own)) query.set(name, value)
  return query.toString()
}

/** `place` after `change`; keys of its `own` replace those of the same name. */
export const moved = (place: Place, { own, ...change }: PlaceChange): Place => {
  const merged = Object.entries({ ...place.own, ...own }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  return { ...place, ...change, own: Object.fromEntries(merged) }
}

const KNOWN_LIST = [
  'page',
  'run',
  'tab',
  'view',
  'layer',
  'sel',
  'field',
  'at',
  'to',
  'filter',
  'lang',
  'theme',
] as const
const KNOWN: ReadonlySet<string> = new Set(KNOWN_LIST)
