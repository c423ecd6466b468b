/** What tests do to a page, by CSS alone: Playwright's page can, and so can Firefox by our own driver (`peers-firefox.ts`). */
export interface Hand {
  evaluate<R, A>(work: (argument: A) => R | Promise<R>, argument: A): Promise<R>
  evaluate<R>(work: () => R | Promise<R>): Promise<R>
  /** Resolves as soon as it holds in the page. */
  waitForFunction<A>(holds: (argument: A) => unknown, argument?: A): Promise<unknown>
  waitForSelector(selector: string): Promise<unknown>
  innerText(selector: string): Promise<string>
  getAttribute(selector: string, name: string): Promise<string | null>
  click(selector: string): Promise<void>
  /** A box or one of a choice, by its label. */
  check(selector: string): Promise<void>
  fill(selector: string, text: string): Promise<void>
  setInputFiles(selector: string, path: string): Promise<void>
}
