/** `--web`: the page of the inspector on a run, while it goes on and as long afterwards as somebody wants to look. */
import type { Failure } from '../../failures/index.ts'
import type { JsonObject, Shown, Style } from '../../inspect/index.ts'
import { packedFailure } from '../../inspect/packed/packed.ts'
import { say, uncut } from '../../inspect/style.ts'
import { systemClock } from '../../node/clock.ts'
import { Feed } from '../../node/inspector/feed.ts'
import { pageFiles } from '../../node/inspector/page-files.ts'
import { type PageServer, type Shelf, servePage } from '../../node/inspector/server.ts'
import type { TraceRecord } from '../../trace/recorder.ts'
import { redactor } from '../../trace/redact.ts'
import type { Privacy } from '../command.ts'
import type { Io } from '../io.ts'

/** What a page is about, besides captures. */
export interface Watching {
  /** As it would be typed, without the name of the program: `get https://shop.test/`. */
  readonly command: string
  readonly privacy: Privacy
  /** Milliseconds since 1970 at `at` 0; of this process where undefined. */
  readonly date?: number | undefined
}

export class Watched {
  readonly #server: PageServer
  readonly #feed: Feed
  readonly #shown: (entry: TraceRecord) => TraceRecord | undefined

  private constructor(server: PageServer, feed: Feed, privacy: Privacy) {
    this.#server = server
    this.#feed = feed
    this.#shown = privacy === 'shown' ? entry => entry : redactor()
  }

  /** Rejects with `inspect/no-page`, and with what keeps it from listening. */
  static async open({ command, privacy, date }: Watching, env: Io['env'], shelf?: Shelf): Promise<Watched> {
    const feed = new Feed({
      v: 1,
      type: 'live',
      command,
      privacy,
      date: date ?? systemClock.date() - systemClock.now(),
    })
    return new Watched(await openPage(env, { feed, shelf }), feed, privacy)
  }

  get url(): string {
    return this.#server.url
  }

  /** Whole turns, in the order of the wire. */
  happened(turn: readonly TraceRecord[]): void {
    this.#feed.add(turn.flatMap(entry => this.#shown(entry) ?? []))
  }

  over(failure: Failure | undefined): void {
    this.#feed.end({ type: 'ended', ...(failure && { failure: packedFailure(failure) as unknown as JsonObject }) })
  }

  close(): Promise<void> {
    return this.#server.close()
  }
}

/** `BAREWIRE_PAGE_FOLDER`: a page that was built elsewhere. */
export const openPage = (
  env: Io['env'],
  shown: { readonly feed?: Feed | undefined; readonly shelf?: Shelf | undefined },
): Promise<PageServer> => servePage({ files: pageFiles(env.BAREWIRE_PAGE_FOLDER || undefined), ...shown })

/** Somebody has looked enough. */
export const interruptedBy = (io: Io): Promise<void> =>
  new Promise(resolve => {
    const release = io.onInterrupt(() => {
      release()
      resolve()
    })
  })

/** Where a page is, whole, however narrow the terminal is: it is made to be copied. */
export const pageLine = (style: Style, quiet: string, url: string): Shown =>
  uncut(style, { text: ` ${say(style, quiet)} `, tint: 'quiet' }, { text: url, tint: 'you' })
