/** Tasks by time, then by the order in which they were given: a binary heap. */
import type { Millis } from '../engine.ts'

export interface Task {
  readonly at: Millis
  readonly order: number
  /** Undefined when it ran or was cancelled. */
  run: (() => void) | undefined
}

/** Cancelled tasks that may lie in the heap besides as many as live ones. */
const SLACK = 64

export class Tasks {
  #heap: Task[] = []
  #order = 0
  #live = 0

  /** Those that still wait. */
  get live(): number {
    return this.#live
  }

  add(at: Millis, run: () => void): Task {
    const task: Task = { at, order: this.#order++, run }
    this.#push(task)
    this.#live++
    return task
  }

  cancel(task: Task): void {
    if (task.run === undefined) return
    task.run = undefined
    this.#live--
    // Timers that are armed anew for every segment must not pile up until their old deadlines.
    if (this.#heap.length <= SLACK + 2 * this.#live) return
    const kept = this.#heap.filter(other => other.run !== undefined)
    this.#heap = []
    for (const other of kept) this.#push(other)
  }

  /** When the next one is due. */
  next(): Millis | undefined {
    while (this.#heap.length > 0 && this.#heap[0]!.run === undefined) this.#pop()
    return this.#heap[0]?.at
  }

  /** Takes the next task that is due at `now`; undefined when there is none. */
  take(now: Millis): (() => void) | undefined {
    const at = this.next()
    if (at === undefined || at > now) return undefined
    const task = this.#pop()
    const { run } = task
    task.run = undefined
    this.#live--
    return run
  }

  #push(task: Task): void {
    const heap = this.#heap
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

  #pop(): Task {
    const heap = this.#heap
    const top = heap[0]!
    const last = heap.pop()!
    if (heap.length === 0) return top
    let i = 0
    for (let child = 1; child < heap.length; child = 2 * i + 1) {
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++
      if (!before(heap[child]!, last)) break
      heap[i] = heap[child]!
      i = child
    }
    heap[i] = last
    return top
  }
}

const before = (a: Task, b: Task): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)
