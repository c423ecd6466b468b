/** What of the address is of captures: `given` is one of them, `given/4` its fourth conversation. */
import { readPlan } from '../../runs/plan.ts'
import { sourceOf } from '../../sources/shelf.ts'
import type { Place } from '../place.ts'

export interface CapturePlace {
  readonly id: string
  /** Undefined: the list. 0: all of a run that goes on. */
  readonly number: number | undefined
}

/** Undefined where it names a run of the engines, or nothing. */
export const capturePlaceOf = (run: string | undefined): CapturePlace | undefined => {
  const [, id, number] = /^([\w@.-]{1,100}?)(?:\/(0|[1-9]\d{0,8}))?$/.exec(run ?? '') ?? []
  if (id === undefined || readPlan(run ?? '') !== undefined) return undefined
  return { id, number: number === undefined ? undefined : Number(number) }
}

/** Whether the address asks for a list, of captures or of connections. */
export const isList = ({ page, run }: Place): boolean => {
  const at = capturePlaceOf(run)
  return page === 'captures' || (page === 'exchange' && at !== undefined && at.number === undefined)
}

/** Files that were given to the page are called so. */
const GIVEN = /^file\d/

/** Whether the address names a run that nobody can play or open here: of another version of the page, or cut off. */
export const isNoRun = ({ page, run }: Place): boolean =>
  page === 'exchange' &&
  run !== undefined &&
  readPlan(run) === undefined &&
  (capturePlaceOf(run) === undefined || (sourceOf(document) === 'engines' && !GIVEN.test(run)))
