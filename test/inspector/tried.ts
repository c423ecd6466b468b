/** “Try it” as a reader uses it: a change chosen and run, and what the page then says is different. */
import type { Hand } from '../support/hand.ts'

/** Chooses a change, unfolds its group where it is folded, and runs it. */
export const run = async (page: Hand, id: string): Promise<void> => {
  const radio = `input[name=change][value="${id}"]`
  const group = `.try-changes details:has(${radio})`
  if ((await page.getAttribute(group, 'open')) === null) await page.click(`${group} summary`)
  await page.check(radio)
  await page.click('.try-changes button[type=submit]')
  await page.waitForFunction(
    chosen => document.activeElement?.id === 'outcome' && location.hash.includes(chosen),
    idOf(id),
  )
}

/** What stands in the address: places are drawn from the run. */
export const idOf = (id: string): string => ({ fin: 'drop-18' })[id] ?? id

export interface Seen {
  readonly headline: string
  readonly sign: string
  readonly rows: readonly string[]
  readonly link: string
}
export const seen = async (page: Hand): Promise<Seen> => ({
  headline: (await page.innerText('#outcome')).replace(/\s+/g, ' '),
  sign: (await page.getAttribute('#outcome .sign', 'aria-label')) ?? '',
  rows: await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('.differences > .rows > li')].map(row => row.innerText),
  ),
  link: (await page.getAttribute('.repeat a', 'href')) ?? '',
})

/** Which sign the headline has: it failed where the laptop gives up, and what went in the clear is no success. */
export const signOf = (id: string, ends: string): string => {
  if (ends !== 'works') return 'It failed'
  return /^plain|^middle-strips|^password/.test(id) ? 'Take care' : 'It worked'
}
