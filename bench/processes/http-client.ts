/** One client, many small requests: `http-client.ts KIND`. `ours` is the client here, `undici` the fetch of the package. */
import { Agent, fetch as undiciFetch } from 'undici'
import { client } from '../../src/index.ts'
import { answerCalls, cpu } from './calls.ts'

export type ClientKind = 'ours' | 'undici'

export interface Errand {
  readonly url: string
  /** Requests under way at once, each on a connection of its own. */
  readonly atOnce: number
  readonly milliseconds: number
}

type Ask = (url: string) => Promise<{ readonly status: number; text(): Promise<string> }>

const asks: Readonly<Record<ClientKind, (atOnce: number) => Ask>> = {
  ours: atOnce => {
    const { fetch } = client({ perOrigin: atOnce })
    return url => fetch(url)
  },
  undici: atOnce => {
    const dispatcher = new Agent({ connections: atOnce })
    return url => undiciFetch(url, { dispatcher })
  },
}

let ask: Ask | undefined

/** How many answers were read to their end. */
const run = async ({ url, atOnce, milliseconds }: Errand): Promise<number> => {
  const asked = (ask ??= asks[process.argv[2] as ClientKind](atOnce))
  const until = Date.now() + milliseconds
  let answered = 0
  const one = async (): Promise<void> => {
    while (Date.now() < until) {
      const response = await asked(url)
      if (response.status !== 200 || (await response.text()).length === 0) throw new Error('a wrong answer')
      answered++
    }
  }
  await Promise.all(Array.from({ length: atOnce }, one))
  return answered
}

answerCalls({ run, cpu })
