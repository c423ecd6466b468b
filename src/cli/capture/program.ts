/** The program that runs while its exchanges are captured. */
import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import type { StopSignal } from '../errors.ts'

export interface ProgramRun {
  /** As a shell says it: its own, or 128 and the number of the signal that ended it. Undefined: it runs. */
  readonly exit: number | undefined
  /** Resolves when it has ended. */
  readonly ended: Promise<void>
  pass(signal: StopSignal): void
}

/** `product`: where its standard output goes; `aside`: to standard error, for ours is one for programs. */
export const startProgram = async (
  [name = '', ...words]: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  product: 'as it is' | 'aside',
): Promise<ProgramRun> => {
  const child = spawn(name, words, { env, stdio: ['inherit', product === 'aside' ? 2 : 'inherit', 'inherit'] })
  const run = new ChildRun(child)
  // What it cannot be started for is an error with its name as `path`.
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve).once('error', error => reject(Object.assign(error, { path: name })))
  })
  return run
}

class ChildRun implements ProgramRun {
  exit: number | undefined
  readonly ended: Promise<void>
  readonly #child: ChildProcess

  constructor(child: ChildProcess) {
    this.#child = child
    this.ended = new Promise(resolve => {
      child.once('exit', (code, signal) => {
        this.exit = code ?? 128 + (signal === null ? 0 : constants.signals[signal])
        resolve()
      })
    })
  }

  pass(signal: StopSignal): void {
    if (this.exit === undefined) this.#child.kill(signal)
  }
}
