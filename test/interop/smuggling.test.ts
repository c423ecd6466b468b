/**
 * Every attack through a proxy that we did not write to our server, and through our proxy to one that we did not write,
 * with our server behind it. The first proxy marks each thing that it takes for a
 * request, and each answer with the mark of the request that it is for. So each request that our handler sees must have
 * one mark, of its own, and whoever asks gets the answer that has the mark of his question. After each attack somebody
 * else asks, on connections that the attack has used.
 */
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Server, serve } from '../../src/index.ts'
import { ATTACKS, type Attack } from '../http/smuggling.table.ts'
import { FRONTS, type Front } from '../support/fronts.ts'
import { installed, missing, type Peer } from '../support/peers.ts'
import { temporaryFolder } from '../support/peers-chain.ts'

/** Milliseconds without a word after which an attack is over: most fronts then wait for more of it. */
const SILENCE = 120
/** And for whoever is answered in any case, and closed behind it. */
const PATIENCE = 10_000
const LANES = 8

const OTHER = 'GET /other HTTP/1.1\r\nHost: other.test\r\nConnection: close\r\n\r\n'

interface Seen {
  readonly marks: readonly string[]
  readonly request: string
}

/** Everything that comes back until the front closes or says nothing more. */
const exchange = (port: number, wire: string, patience: number): Promise<string> =>
  new Promise(resolve => {
    const socket = connect({ port, host: '127.0.0.1' })
    let text = ''
    const over = (): void => {
      socket.destroy()
      resolve(text)
    }
    socket.setTimeout(patience, over)
    socket.on('error', () => {}).on('close', over)
    socket.on('data', bytes => (text += bytes.toString('latin1')))
    socket.write(wire, 'latin1')
  })

/** The marks of an answer: what the front says that it is for, and what our handler said that it saw. */
const answersIn = (text: string): { front: string; ours: string }[] =>
  [...text.matchAll(/^HTTP\/1\.1 [2-5][\s\S]*?\r\n\r\n/gm)].flatMap(([head]) => {
    const [, front] = /^X-Front-Answer: *(.*?)\r$/im.exec(head) ?? []
    const [, ours] = /^X-Seen: *(.*?)\r$/im.exec(head) ?? []
    return front === undefined || ours === undefined ? [] : [{ front, ours }]
  })

const through = (front: Front): void => {
  const folder = temporaryFolder('smuggling')
  const seen: Seen[] = []
  let server: Server
  let peer: Peer

  beforeAll(async () => {
    server = await serve(
      async request => {
        const marks = (request.headers.get('x-front') ?? '').split(',').map(mark => mark.trim())
        seen.push({ marks, request: `${request.method} ${request.url}` })
        const bytes = (await request.arrayBuffer().catch(() => undefined))?.byteLength
        return new Response(`${bytes} bytes`, { headers: { 'x-seen': marks.join() } })
      },
      { timeouts: { head: 2000, body: 2000 } },
    )
    peer = await front.start(folder.path, server.port)
  })
  afterAll(async () => {
    await peer?.stop()
    await server?.close(50)
    folder.remove()
  })

  test(`${ATTACKS.length} attacks, and somebody else after each`, async () => {
    const wrong: string[] = []
    const waiting = [...ATTACKS]
    const lane = async (): Promise<void> => {
      for (let attack = waiting.shift(); attack !== undefined; attack = waiting.shift())
        wrong.push(...(await faultsOf(attack)))
    }
    const faultsOf = async ({ name, wire }: Attack): Promise<string[]> => {
      const said = await exchange(peer.port, wire, SILENCE)
      const other = await exchange(peer.port, OTHER, PATIENCE)
      const answers = answersIn(other)
      return [
        ...[...answersIn(said), ...answers]
          .filter(({ front: of, ours }) => of !== ours)
          .map(() => `${name}: an answer for another`),
        ...(answers.length === 1 && other.endsWith('\r\n\r\n0 bytes')
          ? []
          : [`${name}: others get ${JSON.stringify(other)}`]),
      ]
    }
    await Promise.all(Array.from({ length: LANES }, lane))
    expect(wrong).toEqual([])
    // Whatever reached the handler, the front knew of it.
    expect(seen.filter(({ marks }) => marks.length !== 1 || !/^[0-9a-f-]{32,36}$/.test(marks[0]!))).toEqual([])
    expect(new Set(seen.map(({ marks }) => marks[0])).size).toBe(seen.length)
    // The others, and those attacks that are well-formed for both.
    expect(seen.filter(({ request }) => request.endsWith('/other')).length).toBe(ATTACKS.length)
    expect(seen.length).toBeGreaterThan(ATTACKS.length + 20)
  }, 60_000)
}

for (const front of FRONTS)
  describe.skipIf(!installed(front.program))(`RFC 9112 11.2: behind ${front.name}${missing(front.program)}`, () =>
    through(front),
  )
