/** How text looks on this terminal: width, colours, characters, language. Decided once per run, from options and environment. */
import type { Language } from '../../explain/index.ts'
import { sayingIn } from '../../explain/screen.ts'
import { type Style, WIDEST } from '../../inspect/index.ts'
import type { Io, Sink } from '../io.ts'
import { speaksUnicode, wordsFor } from '../language.ts'

export type ColourChoice = 'auto' | 'always' | 'never'
type Paint = (text: string) => string

interface Taste {
  readonly color: ColourChoice
  readonly lang?: Language | undefined
}

const MIN_WIDTH = 40

/** The style for text written to `sink`. */
export const styleFor = (sink: Sink, env: Io['env'], options: Taste): Style => {
  const paint: (code: number) => Paint = wantsColour(sink, env, options.color) ? ansi : () => text => text
  const columns = sink.columns ?? (Number(env.COLUMNS) || WIDEST)
  return {
    width: Math.max(MIN_WIDTH, Math.min(WIDEST, columns)),
    unicode: speaksUnicode(env),
    say: sayingIn(wordsFor(env, options.lang).language),
    colour: {
      you: paint(CYAN),
      server: paint(BRIGHT_MAGENTA),
      bad: paint(BRIGHT_RED),
      good: paint(CYAN),
      secret: paint(YELLOW),
      // Dim text falls below 2.5:1 in common themes: what is quiet is what is not bold.
      quiet: text => text,
    },
  }
}

/**
 * Of the 16 colours of a terminal those whose contrast is 2.9:1 and more in all common themes, dark and light: enough for
 * bars, arrows and marks. None reaches the 4.5:1 that words need in all of them.
 */
const [CYAN, YELLOW, BRIGHT_RED, BRIGHT_MAGENTA] = [36, 33, 91, 95] as const

/** Words are bold, in the colour that the theme has for words; what has no letters and no digits is in `code`. */
const ansi = (code: number): Paint => {
  const wrapped = (text: string, on: number): string => (text === '' ? '' : `\u001b[${on}m${text}\u001b[0m`)
  return text => wrapped(text, /[\p{L}\p{N}]/u.test(text) ? BOLD : code)
}
const BOLD = 1

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
