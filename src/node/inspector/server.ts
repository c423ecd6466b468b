/**
 * `--web`: the page of the inspector and what it shows, for the browser of whoever called the command. On loopback, behind a
 * token, and nothing but looked at (`guard.ts`). What can be asked for below the token:
 *
 *     (nothing)            the page and its files
 *     feed                 the run that goes on, a line for each record (`feed.ts`)
 *     captures             captures that can be opened, a line for each
 *     captures/ID          what is in one: a line for each conversation
 *     captures/ID/NUMBER   a conversation: a line for each record
 */
import type { JsonObject } from '../../inspect/json.ts'
import type { Server } from '../../net/server/exchanges.ts'
import { type About, serve } from '../../net/server/serve.ts'
import { base64url } from '../../wire/base64url.ts'
import { nodeWorld } from '../world.ts'
import { type Feed, line } from './feed.ts'
import { admitted, type Door } from './guard.ts'
import type { PageFiles } from './page-files.ts'

/** What of files can be looked at. Whatever is thrown is told by the server's `failed`, and the page gets 500. */
export interface Shelf {
  list(): Iterable<JsonObject>
  /** Undefined: there is no such capture. */
  contents(id: string): Iterable<JsonObject> | undefined
  /** The head of a conversation, and what is in it. */
  conversation(id: string, number: number): Iterable<object> | undefined
}

export interface PageServerOptions {
  readonly files: PageFiles
  readonly feed?: Feed | undefined
  readonly shelf?: Shelf | undefined
  readonly failed?: ((error: unknown) => void) | undefined
}

export interface PageServer {
  /** The whole address, token and all. */
  readonly url: string
  close(): Promise<void>
}

const ADDRESS = '127.0.0.1'
const TOKEN_BYTES = 32

/** Pages that look on at once, and conversations that are read at once: each of these is in memory while it is. */
const MOST_READERS = 16
const MOST_READ = 4

/** Rejects with `FailureError` where nobody may listen. */
export const servePage = async ({ failed, ...options }: PageServerOptions): Promise<PageServer> => {
  const world = nodeWorld()
  const token = base64url(world.random.bytes(TOKEN_BYTES))
  let door: Door | undefined
  const desk = new Desk(options)
  const server: Server = await serve(
    (request, about) => {
      const entrance = door === undefined ? undefined : admitted(request, door)
      if (entrance === undefined) return refusal(503, 'It begins just now.')
      return 'why' in entrance ? refusal(entrance.status, entrance.why) : desk.answer(entrance.path, about)
    },
    { world, host: ADDRESS, port: 0, compress: 'never', responses: 'platform', methods: 'any', failed },
  )
  const host = `${ADDRESS}:${server.port}`
  door = { host, token, equal: world.crypto.equal }
  return { url: `http://${host}/${token}/`, close: () => server.close(0) }
}

/** Nothing but what is here, for nobody but this page. */
const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    'img-src data:',
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
}

const refusal = (status: number, why: string): Response =>
  answer(`${why}\n`, 'text/plain; charset=utf-8', { status, ...(status === 405 ? { allow: 'GET' } : {}) })

const answer = (
  body: Uint8Array | ReadableStream<Uint8Array> | string,
  type: string,
  { status = 200, allow }: { readonly status?: number; readonly allow?: string } = {},
): Response =>
  new Response(body as Uint8Array<ArrayBuffer> | ReadableStream | string, {
    status,
    headers: { ...HEADERS, 'content-type': type, ...(allow === undefined ? {} : { allow }) },
  })

const LINES = 'application/x-ndjson; charset=utf-8'

class Desk {
  readonly #options: Omit<PageServerOptions, 'failed'>
  #read = 0

  constructor(options: Omit<PageServerOptions, 'failed'>) {
    this.#options = options
  }

  answer(path: string, { signal }: About): Response {
    const { files, feed } = this.#options
    const file = path === '' ? files.page(feed === undefined ? 'captures' : 'live') : files.others.get(path)
    if (file !== undefined) return answer(file.bytes, file.type)
    if (path === 'feed' && feed !== undefined)
      return feed.readers < MOST_READERS ? answer(feed.lines(signal), LINES) : BUSY()
    const shelved = this.#shelved(path)
    return shelved ?? refusal(404, 'Nothing of that name is here.')
  }

  #shelved(path: string): Response | undefined {
    const { shelf } = this.#options
    const [, id, number] = /^captures(?:\/([\w@.-]{1,100})(?:\/([1-9]\d{0,8}))?)?$/.exec(path) ?? []
    if (shelf === undefined || !/^captures(\/|$)/.test(path)) return undefined
    if (path === 'captures') return answer(this.#lines(shelf.list()), LINES)
    if (id === undefined) return undefined
    if (this.#read >= MOST_READ) return BUSY()
    if (number === undefined) {
      const contents = shelf.contents(id)
      return contents && answer(this.#lines(contents), LINES)
    }
    const found = shelf.conversation(id, Number(number))
    return found && answer(this.#lines(found), LINES)
  }

  /** As the page takes them. */
  #lines(data: Iterable<object>): ReadableStream<Uint8Array> {
    const each = data[Symbol.iterator]()
    let isOpen = true
    this.#read++
    const done = (): void => {
      if (isOpen) this.#read--
      isOpen = false
    }
    return new ReadableStream<Uint8Array>(
      {
        pull: controller => {
          let piece: ReturnType<typeof pieceOf>
          try {
            piece = pieceOf(each)
          } catch (error) {
            done()
            throw error
          }
          if (piece.text !== '') controller.enqueue(encoder.encode(piece.text))
          if (!piece.isLast) return
          controller.close()
          done()
        },
        cancel: () => {
          each.return?.()
          done()
        },
      },
      { highWaterMark: 0 },
    )
  }
}

const PIECE = 64 * 1024

const pieceOf = (lines: Iterator<object>): { readonly text: string; readonly isLast: boolean } => {
  let text = ''
  while (text.length < PIECE) {
    const next = lines.next()
    if (next.done === true) return { text, isLast: true }
    text += line(next.value)
  }
  return { text, isLast: false }
}

const encoder = new TextEncoder()

const BUSY = (): Response => refusal(503, 'Enough is read just now: close another page.')
