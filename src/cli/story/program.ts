/** What happens, for programs (`--json`): one object per line, at once. */
import type { Shown } from '../../inspect/index.ts'
import type { Privacy } from '../command.ts'
import { jsonRecords } from '../json.ts'
import type { Verbosity } from '../verbosity.ts'
import type { Teller } from './people.ts'

export interface ProgramOptions {
  readonly verbosity: Verbosity
  readonly privacy: Privacy
  /** Verdicts are told at every verbosity, messages as far as `-v` goes. */
  readonly verdicts: 'told' | 'silent'
  readonly say: (text: Shown) => void
}

export const programTeller = ({ verbosity, privacy, verdicts, say }: ProgramOptions): Teller => {
  const { level, layers } = verbosity
  const detail = (['fields', 'bytes'] as const).slice(0, Math.max(0, level - 1))
  const asLine = jsonRecords(privacy)
  return turn => {
    for (const entry of turn) {
      // Every one passes here: what may be told of one depends on those before.
      const told = asLine(entry, detail)
      const wanted =
        entry.type === 'verdict'
          ? verdicts === 'told'
          : entry.type === 'message' && level > 0 && layers.includes(entry.record.layer)
      if (wanted && told !== undefined) say(told)
    }
  }
}
