/** The conversations of a capture as text. */
import { type Listed, listHead, listLines } from '../../../inspect/conversations/list.ts'
import type { Filter } from '../../../inspect/filter/filter.ts'
import type { Shown, Style } from '../../../inspect/index.ts'
import { line } from '../../../inspect/index.ts'
import { say } from '../../../inspect/style.ts'
import type { Look } from './look.ts'

export const listText = (look: Look, rows: readonly Listed[], filter: Filter | undefined, style: Style): Shown[] => {
  const { conversations } = look.capture
  const meant =
    filter === undefined
      ? []
      : [
          line(style, {
            text: ` ${say(style, `${rows.length} of ${conversations.length} match: `)}${filter.text}`,
            tint: 'quiet',
          }),
        ]
  return [...runHead(look, style), ...listHead(look.capture, rows, style), ...meant, ...listLines(rows, style)]
}

/** What run it was. */
export const runHead = ({ run }: Pick<Look, 'run'>, style: Style): Shown[] => {
  if (run?.note === undefined) return []
  const { command, failure, cut } = run.note
  return [
    line(
      style,
      { text: ` @${run.number}`, tint: 'you' },
      { text: `  ${command}` },
      { text: failure === undefined ? '' : `  ${failure}`, tint: 'bad' },
      { text: cut ? `  ${say(style, 'only its beginning is kept')}` : '', tint: 'quiet' },
    ),
  ]
}
