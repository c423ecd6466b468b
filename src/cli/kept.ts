/** Whether this run is kept, and what is said of it at its end. */
import { line, type Shown, type Style } from '../inspect/index.ts'
import { say } from '../inspect/style.ts'
import { systemClock } from '../node/clock.ts'
import { type RunWriter, runsFolder, runWriter } from '../node/runs.ts'
import type { KeepOptions } from './command.ts'
import { typed } from './invocation.ts'
import type { Io } from './io.ts'

/** Undefined where runs are not kept. */
export const keeping = ({ keep }: KeepOptions, env: Io['env']): RunWriter | undefined => {
  if (keep === false || env.BAREWIRE_KEEP === '0') return undefined
  const folder = runsFolder(env)
  return folder === undefined ? undefined : runWriter(folder, systemClock.date())
}

/** The last line of a story. */
export const seeIt = (env: Io['env'], style: Style): Shown =>
  line(style, { text: ` ${say(style, 'see it: ')}`, tint: 'quiet' }, { text: typed('barewire inspect @1', env) })
