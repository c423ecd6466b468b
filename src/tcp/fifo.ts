/** A queue whose front is taken in constant time. */
export class Fifo<T> {
  #items: T[] = []
  #front = 0

  get first(): T | undefined {
    return this.#items[this.#front]
  }
  get length(): number {
    return this.#items.length - this.#front
  }
  push(item: T): void {
    this.#items.push(item)
  }
  shift(): T | undefined {
    const item = this.#items[this.#front]
    if (item === undefined) return undefined
    this.#front++
    if (this.#front === this.#items.length) {
      this.#items.length = 0
      this.#front = 0
    } else if (this.#front >= 1024) {
      this.#items = this.#items.slice(this.#front)
      this.#front = 0
    }
    return item
  }
}
