/** Failures before a command runs, on standard error. */
import type { Failure } from '../../failures/index.ts'
import { lines, renderFailure } from '../../inspect/index.ts'
import { typed } from '../invocation.ts'
import type { Io } from '../io.ts'
import { type ColourChoice, styleFor } from './style.ts'

/** The failure as the registry tells it. */
export const showFailure = async (failure: Failure, io: Io, argv: readonly string[]): Promise<void> => {
  const style = styleFor(io.err, io.env, colourIn(argv))
  await io.err.write(lines(renderFailure(failure, { style, typed: text => typed(text, io.env) })))
}

/** The command line was perhaps not parsed to its end. */
const colourIn = (argv: readonly string[]): ColourChoice => {
  const at = argv.findIndex(word => word.startsWith('--color'))
  const value = argv[at]?.split('=')[1] ?? argv[at + 1]
  return at >= 0 && (value === 'always' || value === 'never') ? value : 'auto'
}
