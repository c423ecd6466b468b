/** A benchmark's other processes: forked from here, told what to do by calls, alone on their core as far as there is one. */
import { type ChildProcess, fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

interface Call {
  readonly id: number
  readonly name: string
  readonly argument: unknown
}
interface Reply {
  readonly id: number
  readonly result?: unknown
  readonly error?: string
}

/** What a process answers to. */
export type Calls = Readonly<Record<string, (argument: never) => unknown>>

export class Worker {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  #last = 0

  constructor(file: URL, ...args: readonly string[]) {
    this.#child = fork(fileURLToPath(file), [...args], { serialization: 'advanced' })
    this.#child.on('message', message => {
      const { id, result, error } = message as Reply
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (error === undefined) waiting?.resolve(result)
      else waiting?.reject(new Error(error))
    })
    this.#child.on('exit', code => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`${file.pathname} ended with ${code}`))
      this.#waiting.clear()
    })
  }

  call<T>(name: string, argument?: unknown): Promise<T> {
    const id = ++this.#last
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject })
      this.#child.send({ id, name, argument } satisfies Call)
    })
  }
  stop(): void {
    this.#child.kill()
  }
}

/** For the other process: answers calls until the one that made it goes away. */
export const answerCalls = (calls: Calls): void => {
  process.on('message', async message => {
    const { id, name, argument } = message as Call
    try {
      const result = await (calls[name] as ((argument: unknown) => unknown) | undefined)?.(argument)
      process.send!({ id, result } satisfies Reply)
    } catch (error) {
      process.send!({ id, error: String((error as Error).stack ?? error) } satisfies Reply)
    }
  })
  process.on('disconnect', () => process.exit())
}

/** Microseconds of processor time that this process has used. */
export const cpu = (): number => {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** Microseconds of processor time of the main thread alone: Linux knows it, of others NaN. */
export const mainThread = (): number => {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1000
  } catch {
    return Number.NaN
  }
}

/** Bytes of JavaScript's heap that are in use, after a collection. */
export const heap = (): number => {
  setFlagsFromString('--expose_gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  return process.memoryUsage().heapUsed
}

/** Most bytes of memory that this process ever had. */
export const peak = (): number => process.resourceUsage().maxRSS * 1024
