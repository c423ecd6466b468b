/** A server that counts and a client with a cache, with one clock for both. */
import { type Client, type ClientOptions, client } from '../../src/net/client/client.ts'
import type { World } from '../../src/net/stream/types.ts'
import { nodeWorld } from '../../src/node/world.ts'
import { recorder } from '../../src/trace/recorder.ts'
import { closing, served } from './net.ts'

/** A clock that goes when it is told to, in seconds, from a whole second on. */
export const timeline = (): { world: World; pass(seconds: number): void } => {
  const world = nodeWorld()
  let date = Math.floor(Date.now() / 1000) * 1000
  const clock = { ...world.clock, date: () => date }
  return {
    world: { ...world, clock },
    pass(seconds) {
      date += seconds * 1000
    },
  }
}

export type Answers = (request: Request, number: number) => Response | Promise<Response>

/** A server that counts, and a client with a cache. */
export const house = async (answers: Answers, options: Partial<ClientOptions> = {}) => {
  const seen: Request[] = []
  const { world, pass } = timeline()
  const server = await served(async request => {
    const response = await answers(request, seen.push(request))
    // Both ends have the same clock.
    if (!response.headers.has('date')) response.headers.set('date', new Date(world.clock.date()).toUTCString())
    return response
  })
  const trace = recorder()
  const own: Client = client({ cache: true, world, trace, ...options })
  closing.push(() => own.close())
  const get = async (init: Parameters<Client['fetch']>[1] = {}, path = '/'): Promise<string> =>
    (await own.fetch(`${server.url}${path}`, init)).text()
  const said = () =>
    trace.records.flatMap(({ type, record }) => (type === 'verdict' && record.check === 'cache' ? [record.about!] : []))
  return { url: server.url, seen, pass, own, get, said, world }
}

/** Says which request it answers. */
export const counted =
  (headers: Record<string, string>): Answers =>
  (_, number) =>
    new Response(`${number}`, { headers })

/** Nobody knows its length before it has come. */
export const inHalves = (text: string): ReadableStream<Uint8Array> => {
  const halves = [text.slice(0, text.length / 2), text.slice(text.length / 2)]
  return new ReadableStream({
    async pull(controller) {
      await new Promise(resolve => setImmediate(resolve))
      const next = halves.shift()
      if (next === undefined) controller.close()
      else controller.enqueue(new TextEncoder().encode(next))
    },
  })
}

export const MINUTE = { 'cache-control': 'max-age=60' }
