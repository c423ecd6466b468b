/** `serve -v`: every message as it comes, one line each (or one object with `--json`), fields and bytes as asked. */

import { jsonOf, legible, type Style } from '../../inspect/index.ts'
import { sinkOf } from '../../trace/recorder.ts'
import type { TraceSink } from '../../trace/types.ts'
import { dissect } from '../../wire/codec.ts'
import { jsonLine } from '../json.ts'
import type { Verbosity } from '../verbosity.ts'
import { bytesLines, fieldLines } from './message-text.ts'

export interface LiveOptions {
  readonly verbosity: Verbosity
  readonly style: Style
  /** Undefined: lines for people. */
  readonly json: true | undefined
  readonly write: (text: string) => void
}

export const liveSink = ({ verbosity, style, json, write }: LiveOptions): TraceSink =>
  sinkOf(entry => {
    if (entry.type !== 'message' || !verbosity.layers.includes(entry.record.layer)) return
    const { record } = entry
    if (json) {
      const detail = (['fields', 'bytes'] as const).slice(0, verbosity.level - 1)
      write(jsonLine(jsonOf(entry, detail)))
      return
    }
    const { colour, unicode } = style
    const [out, into] = unicode ? ['→', '←'] : ['->', '<-']
    const arrow = record.direction === 'out' ? colour.server(out) : colour.you(into)
    const about = record.about === undefined ? '' : `  ${legible(record.about, style)}`
    const head = `   ${arrow} ${record.layer.padEnd(8)} ${legible(record.name, style)}${colour.quiet(`${about}  ${record.flow}`)}`
    const tree =
      verbosity.level > 1 && record.format ? fieldLines(dissect(record.format, record.bytes, record.name), style) : []
    const hex = verbosity.level > 2 ? bytesLines(record.bytes, style) : []
    write(`${[head, ...tree, ...hex].join('\n')}\n`)
  })
