/** The command line as a function: words in, exit code out. `bin.ts` connects it to the process. */
import { CommanderError } from 'commander'
import { FailureError, fail } from '../failures/index.ts'
import { jsonOfFailure, ours } from '../inspect/index.ts'
import { commandIn, commandNames } from './commands/index.ts'
import { exitCodeOf, failureOf, Interrupted } from './errors.ts'
import { invocation, typed } from './invocation.ts'
import { type Io, ReaderGone } from './io.ts'
import { jsonLine } from './json.ts'
import { program } from './program.ts'
import { showFailure } from './story/report.ts'
import { styleFor } from './story/style.ts'
import { joinVerbosity, strayLayer } from './verbosity.ts'
import { VERSION } from './version.ts'

/** Runs the command that `argv` (without program names) asks for. Never throws; everything is told through `io`. */
export const main = async (argv: readonly string[], io: Io): Promise<number> => {
  const pending: Promise<void>[] = []
  const { command, result, running } = program({
    version: VERSION,
    name: invocation(io.env),
    typed: text => typed(text, io.env),
    io,
    write: text => void pending.push(io.out.write(ours(text))),
    width: styleFor(io.out, io.env, { color: 'never' }).width,
  })
  try {
    if (argv.length === 0) throw new FailureError(fail('cli/usage', { got: `Which command? ${commandNames()}.` }))
    const isCommand = (word: string | undefined): boolean => command.commands.some(each => each.name() === word)
    await command.parseAsync(joinVerbosity(helpAsOption(argv, isCommand)), { from: 'user' })
    await Promise.all(pending)
    return result() ?? 0
  } catch (thrown) {
    return await closing(thrown, running())
  } finally {
    await Promise.allSettled(pending)
  }

  /** Help and version: written on the way, perhaps in vain. */
  async function printed(): Promise<number> {
    try {
      await Promise.all(pending)
      return 0
    } catch (error) {
      return await closing(error, undefined)
    }
  }

  async function closing(thrown: unknown, name: string | undefined): Promise<number> {
    if (thrown instanceof ReaderGone) return 0
    if (thrown instanceof Interrupted) return thrown.exit
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return await printed()
    const failure = failureOf(strayed(thrown, argv), name ?? commandIn(argv)?.name)
    try {
      if (argv.includes('--json')) await io.out.write(jsonLine(jsonOfFailure(failure)))
      else await showFailure(failure, io, argv)
    } catch {
      // Where it would be told cannot be written either: the exit code has to say it.
    }
    return exitCodeOf(failure)
  }
}

/** `help ca issue` is `ca issue --help`, `help` alone `--help`; a topic is a matter of the command `help`. */
const helpAsOption = (argv: readonly string[], isCommand: (word: string | undefined) => boolean): readonly string[] => {
  const [first, ...others] = argv
  if (first !== 'help' || (others.length > 0 && !isCommand(others[0]))) return argv
  return [...others.filter(word => !word.startsWith('-')), '--help']
}

/** `-v nope`: the word is taken for an argument, of which there are then too many. */
const strayed = (thrown: unknown, argv: readonly string[]): unknown => {
  const stray =
    thrown instanceof CommanderError && thrown.code === 'commander.excessArguments' ? strayLayer(argv) : undefined
  return stray === undefined ? thrown : new FailureError(fail('cli/usage', { got: stray }), { cause: thrown })
}
