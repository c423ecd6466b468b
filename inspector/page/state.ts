/** What regions are given, and what they may ask for. */
import type { FunctionComponent } from 'preact'
import type { Run } from '../model/run.ts'
import type { Words } from '../words/index.ts'
import type { Captures } from './captures/types.ts'
import type { Place, PlaceChange, TabName } from './place.ts'

export interface State {
  readonly place: Place
  /** Those that can be chosen, the newest last. */
  readonly runs: readonly Run[]
  /** Goes there; `replace` leaves no step to go back to, for what changes with every key and every pixel. */
  go(change: PlaceChange, how?: 'push' | 'replace'): void
  /** The address of a place, for links. */
  hrefOf(change: PlaceChange): string
  /** Adds a run, or puts it in the place of the one with the same id. Does not go there. */
  put(run: Run): void
  /** Takes away the runs for which `isOld` says so. */
  drop(isOld: (run: Run) => boolean): void
  readonly captures: Captures
  /** Says it to whoever does not see: one polite line. */
  say(text: string): void
}

export interface RegionProps {
  readonly run: Run
  readonly state: State
  readonly words: Words
}
export type Region = FunctionComponent<RegionProps>

/** A tab of the exchange. */
export interface Tab {
  readonly name: TabName
  readonly Component: Region
  /** Small, behind its name: `23 ✓`. Called at every drawing: remember what takes work. */
  readonly badge?: (props: RegionProps) => string | undefined
}
