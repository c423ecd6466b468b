/**
 * Which rows of a long list have to be there: those that can be seen, and a few around them. Short lists are drawn whole,
 * so that a page finds its words and prints them. Works in whatever scrolls, a region or the page itself.
 */
import type { RefObject } from 'preact'
import { useCallback, useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks'

export interface Shown {
  readonly first: number
  /** One past the last. */
  readonly last: number
}

/** Where each row begins, in pixels; `at(count)` is the height of all. */
export interface Heights {
  readonly count: number
  at(row: number): number
}

/** Lists up to this long are drawn whole. */
export const WHOLE = 400
/** Rows beyond what can be seen, so that a quick hand meets no empty place. */
const SPARE = 12
/** Far from where it was every row is new, and whoever pulls a scroll bar is gone again with the next frame. */
const SPARE_FAR = 2
/** Rows before anything was measured. */
const FIRST = 60
/** Printing draws at most so many. */
const MOST_PRINTED = 2000

export const useWindow = (list: RefObject<HTMLElement | null>, heights: Heights): Shown => {
  const { count } = heights
  const [shown, setShown] = useState<Shown>({ first: 0, last: Math.min(count, FIRST) })
  const update = useCallback((): void => {
    const element = list.current
    if (element === null || count <= WHOLE) return
    const { top } = element.getBoundingClientRect()
    const [above, below] = clipOf(element)
    const from = rowAt(heights, above - top)
    const to = rowAt(heights, below - top) + 1
    setShown(before => {
      const spare = from >= before.last || to <= before.first ? SPARE_FAR : SPARE
      const [first, last] = [Math.max(0, from - spare), Math.min(count, to + spare)]
      return before.first === first && before.last === last ? before : { first, last }
    })
  }, [list, heights, count])
  useLayoutEffect(update, [update])
  useEffect(() => {
    const print = (): void => setShown({ first: 0, last: Math.min(count, MOST_PRINTED) })
    addEventListener('scroll', update, { capture: true, passive: true })
    addEventListener('resize', update)
    addEventListener('beforeprint', print)
    addEventListener('afterprint', update)
    return () => {
      removeEventListener('scroll', update, { capture: true })
      removeEventListener('resize', update)
      removeEventListener('beforeprint', print)
      removeEventListener('afterprint', update)
    }
  }, [update, count])
  return count <= WHOLE
    ? { first: 0, last: count }
    : { first: Math.min(shown.first, count), last: Math.min(shown.last, count) }
}

/** The row that holds pixel `y` of the list. */
export const rowAt = (heights: Heights, y: number): number => {
  let [low, high] = [0, heights.count]
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if (heights.at(middle) <= y) low = middle
    else high = middle - 1
  }
  return Math.min(low, Math.max(0, heights.count - 1))
}

/** What scrolls around an element; undefined: the page. */
const scrollerOf = (element: HTMLElement): HTMLElement | undefined => {
  for (let at: HTMLElement | null = element; at !== null && at !== document.body; at = at.parentElement)
    if (/auto|scroll/.test(getComputedStyle(at).overflowY) && at.scrollHeight > at.clientHeight) return at
  return undefined
}

/** The part of the window in which an element can be seen. */
const clipOf = (element: HTMLElement): readonly [top: number, bottom: number] => {
  const scroller = scrollerOf(element)
  if (scroller === undefined) return [0, innerHeight]
  const { top, bottom } = scroller.getBoundingClientRect()
  return [Math.max(0, top), Math.min(innerHeight, bottom)]
}

/** Scrolls what scrolls around the list so that a row can be seen, if it cannot: two rows from where it came in. */
export const reveal = (element: HTMLElement, heights: Heights, row: number, room = 0): void => {
  const scroller = scrollerOf(element)
  if (scroller === undefined) return
  const base = element.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop
  const [top, bottom] = [base + heights.at(row), base + heights.at(row + 1)]
  const air = 2 * (bottom - top)
  const isBelow = bottom > scroller.scrollTop + scroller.clientHeight
  if (top < scroller.scrollTop + room || (isBelow && bottom - scroller.scrollTop > 2 * scroller.clientHeight))
    scroller.scrollTop = top - room - air
  else if (isBelow) scroller.scrollTop = bottom - scroller.clientHeight + air
}

/** All rows as high as each other. */
export const evenHeights = (count: number, height: number): Heights => ({ count, at: row => row * height })

export interface MeasuredHeights extends Heights {
  /** It was folded or unfolded. */
  changed(row: number): void
}

/**
 * Rows of any height: those that were drawn are known, and the others are taken to be as high as those are on average. Each
 * says with `data-row` which one it is. One is measured again when it is said to have changed: what is measured again and
 * again may never come to rest.
 */
export const useMeasuredHeights = (count: number, list: RefObject<HTMLElement | null>): MeasuredHeights => {
  const [known, setKnown] = useState<ReadonlyMap<number, number>>(NONE)
  useLayoutEffect(() => {
    if (count <= WHOLE) return
    const rows = [...(list.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])]
    const found = rows.filter(({ dataset }) => !known.has(Number(dataset.row)))
    if (found.length === 0) return
    setKnown(new Map([...known, ...found.map(row => [Number(row.dataset.row), row.offsetHeight] as const)]))
  })
  useEffect(() => {
    const forget = (): void => setKnown(NONE)
    addEventListener('resize', forget)
    return () => removeEventListener('resize', forget)
  }, [])
  return useMemo(() => {
    const usual = known.size === 0 ? USUAL : [...known.values()].reduce((sum, height) => sum + height, 0) / known.size
    const tops = new Float64Array(count + 1)
    for (let row = 0; row < count; row++) tops[row + 1] = tops[row]! + (known.get(row) ?? usual)
    const changed = (row: number): void => setKnown(known => new Map([...known].filter(([each]) => each !== row)))
    return { count, at: row => tops[row]!, changed }
  }, [known, count])
}

const NONE: ReadonlyMap<number, number> = new Map()
/** Before any was drawn. */
const USUAL = 40
