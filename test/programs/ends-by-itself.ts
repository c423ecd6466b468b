/**
 * A process that asks and then has nothing more to do: it ends by itself, and not before all that it waits for has come.
 * `ends-by-itself.ts WHAT HTTP HTTPS PROXY CA` does WHAT with both origins, with `client` and with undici's fetch over
 * `dispatcher`, and closes neither. Their time-outs are an hour, so whoever ends has not waited for one.
 */
import { connect } from 'node:net'
import { fetch as undiciFetch } from 'undici'
import { client, recordWorkers } from '../../src/index.ts'
import { fromNode } from '../../src/node/from-node.ts'
import { dispatcher } from '../../src/node/undici/index.ts'

const [what, http, https, proxy, ca] = process.argv.slice(2) as [string, string, string, string, string]
const HOUR = 3_600_000
const common = {
  ca,
  keepAlive: HOUR,
  timeouts: { firstByte: HOUR, idle: HOUR, turn: HOUR },
}
type Fetch = (url: string, init?: RequestInit) => Promise<Response>
const fetchOf = ({ fetch }: ReturnType<typeof client>): Fetch => fetch as Fetch
const viaUndici = (made: ReturnType<typeof dispatcher>): Fetch =>
  ((url: string, init: object) => undiciFetch(url, { ...init, dispatcher: made })) as unknown as Fetch

const made = dispatcher(common)
const usual: readonly Fetch[] = [fetchOf(client(common)), viaUndici(made)]

const text = async (answer: Promise<Response>): Promise<string> => (await answer).text()
const firstOf = async (answer: Promise<Response>) => {
  const reader = (await answer).body!.getReader()
  await reader.read()
  return reader
}
const lost = (error: unknown): string => (error as Error).name

type Deed = (fetch: Fetch, origin: string) => Promise<unknown>
const twice: Deed = async (fetch, origin) => [await text(fetch(`${origin}/`)), await text(fetch(`${origin}/`))]
const deeds: Readonly<Record<string, Deed>> = {
  'answers read': twice,
  'more at once than connections': async (fetch, origin) =>
    new Set(await Promise.all(Array.from({ length: 9 }, () => text(fetch(`${origin}/`))))).size,
  'an answer unread': async (fetch, origin) => (await fetch(`${origin}/`)).status,
  'a long answer unread': async (fetch, origin) => (await fetch(`${origin}/long`)).status,
  'a body half read': async (fetch, origin) => typeof (await firstOf(fetch(`${origin}/long`))),
  'a body half read and cancelled': async (fetch, origin) => (await firstOf(fetch(`${origin}/stuck`))).cancel(),
  'a body half read and aborted': async (fetch, origin) => {
    const stop = new AbortController()
    const reader = await firstOf(fetch(`${origin}/stuck`, { signal: stop.signal }))
    stop.abort()
    return reader.read().catch(lost)
  },
  'a request aborted': async (fetch, origin) => {
    await text(fetch(`${origin}/`))
    const stop = new AbortController()
    const asked = fetch(`${origin}/never`, { signal: stop.signal }).catch(lost)
    await text(fetch(`${origin}/`))
    stop.abort()
    return asked
  },
  'a connection that the server closes': async (fetch, origin) => text(fetch(`${origin}/last`)),
  'a connection that is not kept': async (fetch, origin) =>
    text(fetch(`${origin}/`, { headers: { connection: 'close' } })),
  'a redirect': async (fetch, origin) => text(fetch(`${origin}/elsewhere`)),
  'a late answer': async (fetch, origin) => [await text(fetch(`${origin}/late`)), await text(fetch(`${origin}/late`))],
  'a late end of a body': async (fetch, origin) => text(fetch(`${origin}/late-end`)),
  'a long body': async (fetch, origin) => (await text(fetch(`${origin}/long`))).length,
  'an upload that waits': async (fetch, origin) => {
    await text(fetch(`${origin}/`))
    return text(fetch(`${origin}/late-count`, { method: 'POST', body: new Uint8Array(3_000_000) }))
  },
}

const only = (fetches: readonly Fetch[], origins: readonly string[], deed: Deed) => async () => {
  for (const fetch of fetches) for (const origin of origins) console.log(await deed(fetch, origin))
}
const others: Readonly<Record<string, () => Promise<unknown>>> = {
  'through a proxy': only(
    [fetchOf(client({ ...common, proxy })), viaUndici(dispatcher({ ...common, proxy }))],
    [http, https],
    twice,
  ),
  'threads that seal': only([fetchOf(client({ ...common, tls: { workers: recordWorkers() } }))], [https], twice),
  'sockets of its own': only(
    [
      fetchOf(
        client({
          ...common,
          over: {
            connect: async ({ port }) => fromNode(connect(port, 'localhost')),
            listen: () => Promise.reject(new Error('nobody listens here')),
          },
        }),
      ),
    ],
    [http, https],
    twice,
  ),
  'a close that waits': async () => {
    const answer = text(viaUndici(made)(`${https}/late`))
    await new Promise(resolve => setImmediate(resolve))
    await made.close()
    console.log(await answer)
  },
  'a stream that was switched': async () => {
    const { stream } = await client(common).upgrade(`${https}/late-word`, { protocol: 'test' })
    stream.handler = {
      data: bytes => {
        console.log(Buffer.from(bytes).toString())
        stream.end()
      },
      end() {},
      drain() {},
      closed() {},
    }
  },
}

const deed = deeds[what]
await (deed === undefined ? others[what]!() : only(usual, [http, https], deed)())
