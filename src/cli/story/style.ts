/** How text looks on this terminal: width, colours, characters. Decided once per run, from options and environment. */
import { type Style, WIDEST } from '../../inspect/index.ts'
import type { Io, Sink } from '../io.ts'

export type ColourChoice = 'auto' | 'always' | 'never'
type Paint = (text: string) => string

const MIN_WIDTH = 40

/** The style for text written to `sink`. */
export const styleFor = (sink: Sink, env: Io['env'], choice: ColourChoice): Style => {
  const paint = wantsColour(sink, env, choice) ? ansi : () => (text: string) => text
  const columns = sink.columns ?? (Number(env.COLUMNS) || WIDEST)
  return {
    width: Math.max(MIN_WIDTH, Math.min(WIDEST, columns)),
    unicode: speaksUnicode(env),
    // The 16 colours that a terminal's own theme makes readable, on dark and on light ground.
    colour: {
      you: paint(34),
      server: paint(33),
      bad: paint(31),
      good: paint(32),
      secret: paint(35),
      quiet: paint(2),
    },
  }
}

const ansi = (code: number): Paint => {
  const [on, off] = [`\u001b[${code}m`, '\u001b[0m']
  return text => (text === '' ? '' : `${on}${text}${off}`)
}

/** https://no-color.org: NO_COLOR counts when it is not empty; `--color` is stronger. */
const wantsColour = (sink: Sink, env: Io['env'], choice: ColourChoice): boolean => {
  switch (choice) {
    case 'always':
      return true
    case 'never':
      return false
    case 'auto':
      return sink.isTerminal && !env.NO_COLOR && env.TERM !== 'dumb'
    default:
      return choice satisfies never
  }
}

/** POSIX: LC_ALL beats LC_CTYPE beats LANG. With none set a terminal of today understands UTF-8. */
export const speaksUnicode = (env: Io['env']): boolean => {
  if (env.TERM === 'dumb') return false
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG
  return locale === undefined || locale === '' || /utf-?8/i.test(locale)
}
