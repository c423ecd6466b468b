/** `inspect --web`: captures on the page of the inspector. */
import { lines, type Shown } from '../../../inspect/index.ts'
import { say, uncut } from '../../../inspect/style.ts'
import { privacyOf } from '../../command.ts'
import type { Io } from '../../io.ts'
import { jsonLine } from '../../json.ts'
import { styleFor } from '../../story/style.ts'
import { GIVEN, shelfOf } from '../../web/shelf.ts'
import { interruptedBy, openPage } from '../../web/watched.ts'
import { keysOf, type Look } from './look.ts'
import type { InspectOptions } from './options.ts'

export interface OnPage {
  /** Undefined: only the runs that are kept. */
  readonly look: Look | undefined
  /** The conversation to begin with. */
  readonly id: number | undefined
  readonly options: InspectOptions
  readonly io: Io
}

/** Resolves when it was looked at long enough. Throws `inspect/no-page`. */
export const showOnPage = async ({ look, id, options, io }: OnPage): Promise<void> => {
  const given = look && { name: look.label, look: () => look }
  const shelf = shelfOf({ env: io.env, privacy: privacyOf(options), keys: keysOf(options), given })
  const server = await openPage(io.env, { shelf })
  try {
    const stopped = interruptedBy(io)
    const place = look === undefined ? '' : id === undefined ? `#run=${GIVEN}` : `#run=${GIVEN}/${id}`
    await io.out.write(told(`${server.url}${place}`, options, io))
    await stopped
  } finally {
    await server.close()
  }
}

const told = (url: string, options: InspectOptions, io: Io): Shown => {
  if (options.json) return jsonLine({ type: 'web', url, live: false })
  const style = styleFor(io.out, io.env, options)
  const quiet = (text: string) => ({ text, tint: 'quiet' }) as const
  return lines([
    uncut(
      style,
      quiet(` ${say(style, 'page')} `),
      { text: url, tint: 'you' },
      quiet(`  ${say(style, 'Ctrl-C ends it')}`),
    ),
  ])
}
