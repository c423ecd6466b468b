/** Where packets go: the route whose prefix is the longest that fits (RFC 1122 3.3.1, RFC 1812 5.2.4.3). */
import type { IpAddress } from '../wire/address.ts'
import { contains, type Subnet } from './subnet.ts'

export interface Route {
  readonly to: Subnet
  /** The router that takes it further; undefined when the destination is a neighbour. */
  readonly gateway?: IpAddress | undefined
  /** Number of the interface. */
  readonly device: number
}

/** Routes cached per destination; the whole cache goes when it is full or a route changes. */
const CACHED_DESTINATIONS = 1024

export class Routes {
  /** Longest prefix first; of equal ones the first that was added. */
  readonly #routes: Route[] = []
  readonly #cache = new Map<string, Route | undefined>()

  constructor(routes: readonly Route[] = []) {
    for (const route of routes) this.add(route)
  }

  add(route: Route): void {
    const at = this.#routes.findIndex(other => other.to.prefix < route.to.prefix)
    this.#routes.splice(at < 0 ? this.#routes.length : at, 0, route)
    this.#cache.clear()
  }

  remove(route: Route): void {
    const at = this.#routes.indexOf(route)
    if (at >= 0) this.#routes.splice(at, 1)
    this.#cache.clear()
  }

  lookup(destination: IpAddress): Route | undefined {
    if (this.#cache.has(destination.text)) return this.#cache.get(destination.text)
    if (this.#cache.size >= CACHED_DESTINATIONS) this.#cache.clear()
    const route = this.#routes.find(candidate => contains(candidate.to, destination))
    this.#cache.set(destination.text, route)
    return route
  }

  all(): readonly Route[] {
    return this.#routes
  }
}
