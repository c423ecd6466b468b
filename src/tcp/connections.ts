/** Finding the connection of a segment by its four numbers, and ports that are free. */
import type { Random } from '../random.ts'
import { type Endpoint, FIRST_DYNAMIC_PORT, type IpAddress, LAST_PORT } from '../wire/address.ts'
import type { Tcb } from './tcb.ts'

const DYNAMIC_PORTS = LAST_PORT + 1 - FIRST_DYNAMIC_PORT

type ByPorts = Map<number, Tcb>

export class ConnectionTable {
  size = 0
  /** Local address, remote address, both ports. */
  readonly #byLocal = new Map<string, Map<string, ByPorts>>()
  /** Segments come in runs: the connection that was found last is asked first. */
  #last: Tcb | undefined

  find(local: IpAddress, localPort: number, remote: IpAddress, remotePort: number): Tcb | undefined {
    const last = this.#last
    if (
      last !== undefined &&
      last.remote.port === remotePort &&
      last.local.port === localPort &&
      last.remote.address.text === remote.text &&
      last.local.address.text === local.text
    )
      return last
    const found = this.#byLocal.get(local.text)?.get(remote.text)?.get(portsKey(localPort, remotePort))
    if (found !== undefined) this.#last = found
    return found
  }

  add(tcb: Tcb): void {
    const { local, remote } = tcb
    let byRemote = this.#byLocal.get(local.address.text)
    if (byRemote === undefined) this.#byLocal.set(local.address.text, (byRemote = new Map()))
    let byPorts = byRemote.get(remote.address.text)
    if (byPorts === undefined) byRemote.set(remote.address.text, (byPorts = new Map()))
    byPorts.set(portsKey(local.port, remote.port), tcb)
    this.size++
  }

  /** False when it was not in the table. */
  remove(tcb: Tcb): boolean {
    const { local, remote } = tcb
    const byRemote = this.#byLocal.get(local.address.text)
    const byPorts = byRemote?.get(remote.address.text)
    const key = portsKey(local.port, remote.port)
    if (byRemote === undefined || byPorts?.get(key) !== tcb) return false
    byPorts.delete(key)
    if (byPorts.size === 0) byRemote.delete(remote.address.text)
    if (byRemote.size === 0) this.#byLocal.delete(local.address.text)
    if (this.#last === tcb) this.#last = undefined
    this.size--
    return true
  }

  /** RFC 6056 3.3.1: a dynamic port that is free towards `remote`, beginning anywhere; undefined when all are taken. */
  freePort(
    local: IpAddress,
    remote: Endpoint,
    random: Random,
    isListening: (port: number) => boolean,
  ): number | undefined {
    const [high = 0, low = 0] = random.bytes(2)
    const start = ((high << 8) | low) % DYNAMIC_PORTS
    for (let i = 0; i < DYNAMIC_PORTS; i++) {
      const port = FIRST_DYNAMIC_PORT + ((start + i) % DYNAMIC_PORTS)
      if (!isListening(port) && this.find(local, port, remote.address, remote.port) === undefined) return port
    }
    return undefined
  }
}

/** Both ports in one signed 32-bit number, which a map finds without allocating. */
const portsKey = (local: number, remote: number): number => (local << 16) | remote
