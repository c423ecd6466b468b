/**
 * Requests by clients that leave by FIN and RST at any moment, close one side, read slowly and pipeline, and by our own
 * client with requests that are given up. Each answer carries the number of its request. The same seed makes the same
 * clients; what the kernel does between them differs.
 */
import { connect, type Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { client, serve } from '../../src/index.ts'
import { type SeededRandom, seeded } from '../../src/random.ts'

export interface FaultsOptions {
  readonly requests: number
  readonly seed: number
  /** Clients at once. */
  readonly lanes: number
}

export interface FaultsReport {
  /** Requests sent whole or in part, and answers that came whole. */
  requests: number
  answers: number
  /** What must be empty: answers to others' questions, answers that broke, connections refused. */
  readonly wrong: string[]
  /** After a warm-up and at the end, in bytes and in open handles of the process. */
  readonly heap: readonly [before: number, after: number]
  readonly handles: readonly [before: number, after: number]
  readonly seconds: number
}

/** More connections than clients at once, less than all that ever were: those that are gone must not count. */
const ROOM = 4
const LARGE = 200_000

/** The same for the same number: a head of its own, and as much behind it as the number says. */
const sizeOf = (id: number): number => (id % 50 === 0 ? LARGE : (id * 7) % 3000)
const filler = Buffer.alloc(LARGE, 'x')
const bodyOf = (id: number): Uint8Array => Buffer.concat([Buffer.from(`${id}|`), filler.subarray(0, sizeOf(id))])
const isBodyOf = (id: number, body: Uint8Array): boolean => Buffer.compare(body, bodyOf(id)) === 0

const handles = (): number => process.getActiveResourcesInfo().filter(each => /TCP|Timeout/.test(each)).length
const collect = (() => {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
})()
const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

/** Until nothing changes any more: what clients left behind takes a moment to be noticed. */
const settled = async (wanted: number): Promise<number> => {
  for (let i = 0; i < 200 && handles() > wanted; i++) await pause(25)
  return handles()
}
const heapNow = async (): Promise<number> => {
  for (let i = 0; i < 4; i++) {
    collect()
    await pause(10)
  }
  return process.memoryUsage().heapUsed
}

type Ending = 'stay' | 'close' | 'half-close' | 'fin-in-request' | 'rst-in-request' | 'rst-in-answer' | 'fin-in-answer'
const ENDINGS: readonly Ending[] = [
  'stay',
  'stay',
  'close',
  'half-close',
  'fin-in-request',
  'rst-in-request',
  'rst-in-answer',
  'fin-in-answer',
]

const requestOf = (id: number, more = ''): string =>
  id % 3 === 0
    ? `POST /${id} HTTP/1.1\r\nHost: a\r\nContent-Length: ${1 + (id % 5000)}\r\n${more}\r\n${'p'.repeat(1 + (id % 5000))}`
    : id % 7 === 0
      ? `POST /${id} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n${more}\r\n5\r\nhello\r\n0\r\n\r\n`
      : `GET /${id} HTTP/1.1\r\nHost: a\r\n${more}\r\n`

/** Takes whole answers off the front of what came; what is left. */
const answersIn = (bytes: Buffer, took: (status: string, body: Uint8Array) => void): Buffer => {
  for (;;) {
    const end = bytes.indexOf('\r\n\r\n')
    if (end < 0) return bytes
    const head = bytes.toString('latin1', 0, end)
    const [, length] = /^content-length: (\d+)\r?$/im.exec(head) ?? []
    const whole = end + 4 + Number(length)
    if (bytes.length < whole) return bytes
    took(head.slice(9, 12), bytes.subarray(end + 4, whole))
    bytes = bytes.subarray(whole)
  }
}

class Load {
  readonly report: { requests: number; answers: number; wrong: string[] } = { requests: 0, answers: 0, wrong: [] }
  readonly #random: SeededRandom
  readonly #port: number
  #next = 1

  constructor(port: number, seed: number) {
    this.#port = port
    this.#random = seeded(seed)
  }
  #id(): number {
    this.report.requests++
    return this.#next++
  }
  /** One connection with a few requests, and an end. */
  async connection(): Promise<void> {
    const { below } = this.#random
    const ending = ENDINGS[below(ENDINGS.length)]!
    const ids = Array.from({ length: 1 + below(8) }, () => this.#id())
    const pipelined = below(2) === 0
    const cut = below(1000) / 1000
    const slow = below(10) === 0
    const socket = connect({ port: this.#port, host: '127.0.0.1', allowHalfOpen: true })
    const closed = new Promise<void>(resolve => socket.once('close', () => resolve()))
    const waiting = new Map<number, () => void>()
    let at = 0
    let rest: Buffer = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('data', bytes => {
      if (slow) {
        socket.pause()
        setTimeout(() => socket.resume(), 2)
      }
      rest = answersIn(rest.length === 0 ? bytes : Buffer.concat([rest, bytes]), (status, body) => {
        // A request that was cut off is answered so (RFC 9112 8).
        if (status === '400' && ending === 'fin-in-request' && at === ids.length - 1) return
        const id = ids[at++]!
        if (!isBodyOf(id, body))
          this.report.wrong.push(`${ending}: asked ${id}, got ${Buffer.from(body.subarray(0, 12))}`)
        else this.report.answers++
        waiting.get(id)?.()
      })
    })
    socket.on('end', () => socket.end())
    const answered = (id: number): Promise<unknown> =>
      Promise.race([closed, new Promise<void>(resolve => waiting.set(id, resolve))])
    const last = ids.pop()!
    if (pipelined) {
      const all = ids.length > 0 ? answered(ids.at(-1)!) : undefined
      if (ids.length > 0) socket.write(ids.map(id => requestOf(id)).join(''))
      await all
    } else
      for (const id of ids) {
        const came = answered(id)
        socket.write(requestOf(id))
        await came
      }
    if (at !== ids.length) this.report.wrong.push(`${ending}: ${at} answers to ${ids.length} requests`)
    ids.push(last)
    await this.#end(socket, { ending, last, cut, came: answered(last) })
    await closed
    const whole = ending === 'stay' || ending === 'close' || ending === 'half-close'
    if (whole && at !== ids.length) this.report.wrong.push(`${ending}: no answer to ${last}`)
  }
  async #end(
    socket: Socket,
    { ending, last, cut, came }: { ending: Ending; last: number; cut: number; came: Promise<unknown> },
  ): Promise<void> {
    const request = requestOf(last, ending === 'close' ? 'Connection: close\r\n' : '')
    const part = request.slice(0, Math.floor(request.length * cut))
    switch (ending) {
      case 'stay':
        socket.write(request)
        await came
        socket.end()
        return
      case 'close':
        socket.write(request)
        return
      case 'half-close':
        socket.end(request)
        return
      case 'fin-in-request':
        socket.end(part)
        return
      case 'rst-in-request':
        socket.write(part, () => socket.resetAndDestroy())
        return
      default:
        // Somewhere in the answer, or before it, or behind it.
        socket.write(request)
        await Promise.race([came, new Promise(resolve => setImmediate(resolve))])
        if (ending === 'rst-in-answer') socket.resetAndDestroy()
        else socket.destroy()
    }
  }
  /** Requests of our client on kept connections, some of which are given up. */
  async ours(asking: ReturnType<typeof client>): Promise<void> {
    const { below } = this.#random
    const id = this.#id()
    const init = id % 3 === 0 ? { method: 'POST', body: 'p'.repeat(1 + (id % 5000)) } : {}
    const signal = below(4) === 0 ? AbortSignal.timeout(below(3)) : undefined
    try {
      const response = await asking.fetch(`http://127.0.0.1:${this.#port}/${id}`, {
        ...init,
        ...(signal && { signal }),
      })
      if (below(8) === 0) {
        await response.body?.cancel()
        return
      }
      const body = new Uint8Array(await response.arrayBuffer())
      if (isBodyOf(id, body)) this.report.answers++
      else this.report.wrong.push(`our client: asked ${id}, got ${Buffer.from(body.subarray(0, 12))}`)
    } catch (error) {
      if (signal?.aborted !== true) this.report.wrong.push(`our client: ${String(error)}`)
    }
  }
}

export const faults = async ({ requests, seed, lanes }: FaultsOptions): Promise<FaultsReport> => {
  const server = await serve(
    async request => {
      const id = Number(new URL(request.url).pathname.slice(1))
      // Some read the body, some never look at it.
      if (id % 2 === 0) await request.arrayBuffer().catch(() => undefined)
      return new Response(bodyOf(id))
    },
    { compress: 'never', maxConnections: lanes * ROOM },
  )
  const asking = client({ keepAlive: 100 })
  const load = new Load(server.port, seed)
  const until = async (total: number): Promise<void> => {
    const lane = async (ours: boolean): Promise<void> => {
      while (load.report.requests < total) await (ours ? load.ours(asking) : load.connection())
    }
    await Promise.all(Array.from({ length: lanes }, (_, i) => lane(i % 4 === 0)))
  }
  const idle = handles()
  await until(Math.min(3000, requests / 4))
  await settled(idle)
  const before = await heapNow()
  const start = performance.now()
  await until(requests)
  const seconds = (performance.now() - start) / 1000
  const left = await settled(idle)
  const after = await heapNow()
  await asking.close()
  await server.close(50)
  return { ...load.report, heap: [before, after], handles: [idle, left], seconds }
}
