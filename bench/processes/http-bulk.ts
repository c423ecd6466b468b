/** One client, bodies of a gigabyte: `http-bulk.ts KIND`. `ours` is fetch with streams, `node` is node:http. */
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { client } from '../../src/index.ts'
import { answerCalls, cpu, peak } from './calls.ts'

export type BulkKind = 'ours' | 'node'

export interface Bulk {
  readonly url: string
  readonly bytes: number
}

const PIECE = new Uint8Array(64 * 1024).fill(0x78)

async function* pieces(bytes: number): AsyncGenerator<Uint8Array> {
  for (let left = bytes; left > 0; left -= PIECE.length) yield left < PIECE.length ? PIECE.subarray(0, left) : PIECE
}

interface Ways {
  /** Reads an answer of so many bytes. */
  down(bulk: Bulk): Promise<void>
  /** Sends so many bytes, and reads the answer. */
  up(bulk: Bulk): Promise<void>
}

const check = (bytes: number, got: number): void => {
  if (got !== bytes) throw new Error(`${got} bytes came and not ${bytes}`)
}

const ours = (): Ways => {
  const { fetch } = client()
  return {
    async down({ url, bytes }) {
      let got = 0
      for await (const piece of (await fetch(url)).body!) got += piece.length
      check(bytes, got)
    },
    async up({ url, bytes }) {
      const response = await fetch(url, { method: 'POST', body: pieces(bytes) as unknown as ReadableStream })
      check(bytes, Number(await response.text()))
    },
  }
}

const node = (): Ways => {
  const agent = new Agent({ keepAlive: true })
  const answer = async (asked: ReturnType<typeof request>): Promise<NodeJS.ReadableStream> =>
    ((await once(asked, 'response')) as [NodeJS.ReadableStream])[0]
  return {
    async down({ url, bytes }) {
      let got = 0
      const asked = request(url, { agent }).end()
      const response = await answer(asked)
      response.on('data', (piece: Uint8Array) => {
        got += piece.length
      })
      await once(response, 'end')
      check(bytes, got)
    },
    async up({ url, bytes }) {
      const asked = request(url, { agent, method: 'POST' })
      const answered = answer(asked)
      for await (const piece of pieces(bytes)) if (!asked.write(piece)) await once(asked, 'drain')
      asked.end()
      let text = ''
      for await (const piece of await answered) text += piece
      check(bytes, Number(text))
    },
  }
}

const { down, up } = process.argv[2] === 'ours' ? ours() : node()
answerCalls({ down, up, cpu, peak })
