/**
 * Virtual time: it stands still while anything happens and jumps to the next deadline when everything has settled. An
 * hour of time-outs passes in milliseconds, and always in the same order.
 */
import type { Clock } from '../clock.ts'
import type { Millis } from '../engine.ts'

export interface VirtualClockOptions {
  /**
   * Lets one turn of the event loop's macrotasks pass, so that promises settle before time jumps
   * (`() => new Promise(setImmediate)`). Without it time only moves when `step` is called.
   */
  readonly turn?: () => Promise<void>
  /** What `date()` says when the clock begins: milliseconds since 1970. */
  readonly date?: Millis
}

export interface VirtualClock extends Clock {
  /** Jumps to the next deadline and runs what is due. False when nothing is waiting. */
  step(): boolean
  /** Steps until nothing waits or `until` (a time on this clock) has come. */
  run(until?: Millis): void
  /** Resolves when nothing is waiting any more and nothing holds the clock. Needs `turn`. */
  idle(): Promise<void>
  /** Deadlines that are waiting. */
  readonly waiting: number
}

/** A fixed day, so that runs repeat: 2026-11-20T12:00:00Z. */
export const LAB_DATE: Millis = Date.UTC(2026, 10, 20, 12)

interface Task {
  at: Millis
  order: number
  run: (() => void) | undefined
}

export const virtualClock = (options: VirtualClockOptions = {}): VirtualClock => {
  const { turn, date = LAB_DATE } = options
  const heap: Task[] = []
  let now: Millis = 0
  let order = 0
  let live = 0
  let holds = 0
  let running = false
  let settled: (() => void)[] = []

  const prune = (): void => {
    while (heap.length > 0 && heap[0]!.run === undefined) pop(heap)
  }
  /** Timers that are armed anew for every segment must not pile up until their old deadlines. */
  const compact = (): void => {
    const kept = heap.filter(task => task.run !== undefined)
    heap.length = 0
    for (const task of kept) push(heap, task)
  }
  const step = (): boolean => {
    prune()
    const next = heap[0]
    if (next === undefined) return false
    now = Math.max(now, next.at)
    while (heap.length > 0 && heap[0]!.at <= now) {
      const task = pop(heap)
      const { run } = task
      task.run = undefined
      if (run === undefined) continue
      live--
      run()
    }
    return true
  }
  const loop = async (wait: () => Promise<void>): Promise<void> => {
    running = true
    try {
      do await wait()
      while (holds === 0 && step())
    } finally {
      running = false
    }
    if (holds > 0) return
    const done = settled
    settled = []
    for (const resolve of done) resolve()
  }
  /** Starts the loop when time may move. A task that throws ends the run as an unhandled rejection, never silently. */
  const wake = (): void => {
    if (turn !== undefined && !running && holds === 0) void loop(turn)
  }
  return {
    now: () => now,
    date: () => date + now,
    later(at, run) {
      const task: Task = { at, order: order++, run }
      push(heap, task)
      live++
      wake()
      return () => {
        if (task.run === undefined) return
        task.run = undefined
        live--
        if (heap.length > 64 + 2 * live) compact()
      }
    },
    hold() {
      holds++
      let held = true
      return () => {
        if (!held) return
        held = false
        holds--
        wake()
      }
    },
    step,
    run(until = Number.POSITIVE_INFINITY) {
      for (prune(); heap.length > 0 && heap[0]!.at <= until; prune()) step()
      if (until !== Number.POSITIVE_INFINITY) now = Math.max(now, until)
    },
    idle() {
      return new Promise(resolve => {
        settled.push(resolve)
        wake()
      })
    },
    get waiting() {
      return live
    },
  }
}

const before = (a: Task, b: Task): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)

const push = (heap: Task[], task: Task): void => {
  let i = heap.length
  heap.push(task)
  while (i > 0) {
    const parent = (i - 1) >> 1
    if (!before(task, heap[parent]!)) break
    heap[i] = heap[parent]!
    i = parent
  }
  heap[i] = task
}

const pop = (heap: Task[]): Task => {
  const top = heap[0]!
  const last = heap.pop()!
  if (heap.length === 0) return top
  let i = 0
  for (;;) {
    let child = 2 * i + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++
    if (!before(heap[child]!, last)) break
    heap[i] = heap[child]!
    i = child
  }
  heap[i] = last
  return top
}
