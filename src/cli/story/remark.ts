/** A remark that is told to everybody, whether they want the story or not: with a mark in front, wrapped. */
import { line, type Shown, type Style, wrap } from '../../inspect/index.ts'

export const remarkLines = (text: string, style: Style): readonly Shown[] =>
  wrap(text, style.width - 3).map((part, i) =>
    line(style, { text: i === 0 ? ' !' : '', tint: 'bad' }, { text: part, column: 3 }),
  )
