/** `serve -v`: every message as it comes, one line each (or one object with `--json`), fields and bytes as asked. */

import { line, lines, type Shown, type Style } from '../../inspect/index.ts'
import { sinkOf } from '../../trace/recorder.ts'
import { redactor } from '../../trace/redact.ts'
import type { MessageRecord, TraceSink } from '../../trace/types.ts'
import { dissect } from '../../wire/codec.ts'
import type { Privacy } from '../command.ts'
import { jsonRecords } from '../json.ts'
import type { Verbosity } from '../verbosity.ts'
import { bytesLines, fieldLines } from './message-text.ts'

export interface LiveOptions {
  readonly verbosity: Verbosity
  readonly privacy: Privacy
  readonly style: Style
  /** Undefined: lines for people. */
  readonly json: true | undefined
  readonly write: (text: Shown) => void
}

export const liveSink = ({ verbosity, privacy, style, json, write }: LiveOptions): TraceSink => {
  const wanted = ({ layer }: MessageRecord): boolean => verbosity.layers.includes(layer)
  if (json) {
    const detail = (['fields', 'bytes'] as const).slice(0, verbosity.level - 1)
    const asLine = jsonRecords(privacy)
    return sinkOf(entry => {
      const told = asLine(entry, detail)
      if (entry.type === 'message' && wanted(entry.record) && told !== undefined) write(told)
    })
  }
  const redacted = redactor()
  return sinkOf(entry => {
    const left = privacy === 'shown' ? entry : redacted(entry)
    if (left?.type === 'message' && wanted(left.record)) write(lines(messageLines(left.record, verbosity, style)))
  })
}

const messageLines = (record: MessageRecord, { level }: Verbosity, style: Style): Shown[] => {
  const [out, into] = style.unicode ? ['→', '←'] : ['->', '<-']
  const about = record.about === undefined ? '' : `  ${record.about}`
  const head = line(
    style,
    { text: `   ${record.direction === 'out' ? out : into}`, tint: record.direction === 'out' ? 'server' : 'you' },
    { text: ` ${record.layer.padEnd(8)} ${record.name}` },
    { text: `${about}  ${record.flow}`, tint: 'quiet' },
  )
  const tree = level > 1 && record.format ? fieldLines(dissect(record.format, record.bytes, record.name), style) : []
  return [head, ...tree, ...(level > 2 ? bytesLines(record.bytes, style) : [])]
}
