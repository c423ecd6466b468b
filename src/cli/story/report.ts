/** Failures before a command runs, on standard error. */
import { type Language, languageOf } from '../../explain/index.ts'
import type { Failure } from '../../failures/index.ts'
import { lines, renderFailure } from '../../inspect/index.ts'
import { typed } from '../invocation.ts'
import type { Io } from '../io.ts'
import { wordsFor } from '../language.ts'
import { type ColourChoice, styleFor } from './style.ts'

/** The failure as the registry tells it. */
export const showFailure = async (failure: Failure, io: Io, argv: readonly string[]): Promise<void> => {
  const style = styleFor(io.err, io.env, { color: colourIn(argv), lang: languageIn(argv) })
  await io.err.write(
    lines(
      renderFailure(failure, { style, words: wordsFor(io.env, languageIn(argv)), typed: text => typed(text, io.env) }),
    ),
  )
}

const colourIn = (argv: readonly string[]): ColourChoice => {
  const value = valueIn(argv, '--color')
  return value === 'always' || value === 'never' ? value : 'auto'
}
const languageIn = (argv: readonly string[]): Language | undefined => languageOf(valueIn(argv, '--lang'))

/** The command line was perhaps not parsed to its end. */
const valueIn = (argv: readonly string[], option: string): string | undefined => {
  const at = argv.findIndex(word => word === option || word.startsWith(`${option}=`))
  return at < 0 ? undefined : (argv[at]!.split('=')[1] ?? argv[at + 1])
}
