/** An ACME server as a handler that `serve` mounts: drives the engine, and has challenges looked at. */

import { problem, refusal } from '../../acme/problem.ts'
import { ACME_LIMITS } from '../../acme/server/limits.ts'
import { AcmeServer } from '../../acme/server/server.ts'
import type {
  AcmeAnswer,
  AcmeAsk,
  AcmeReply,
  AcmeRequest,
  AcmeServerOptions,
  AuthorityQuestion,
} from '../../acme/server/types.ts'
import type { AcmeStore } from '../../acme/store.ts'
import { type Driver, drive } from '../../drive.ts'
import type { Bytes } from '../../engine.ts'
import { joined } from '../../wire/bytes.ts'
import type { Handler } from '../server/serve.ts'
import type { World } from '../stream/types.ts'
import { type LookOptions, lookAt } from './look.ts'

export interface AcmeHandlerOptions extends Omit<AcmeServerOptions, 'crypto' | 'epoch'>, Omit<LookOptions, 'world'> {
  /** Signs and revokes: `answersOf` of an authority, or whoever has its key. What it throws is told to nobody but `failed`. */
  readonly authority: (question: AuthorityQuestion) => AcmeAnswer | Promise<AcmeAnswer>
  readonly failed?: ((error: unknown) => void) | undefined
  readonly world: World
}

export interface AcmeService {
  /** For everything below `base`; undefined for what is not. */
  readonly handler: (...args: Parameters<Handler>) => Promise<Response> | undefined
  /** What is asked and not answered yet is forgotten. */
  close(): void
}

/** Throws RangeError for a `base` that is none. */
export const acmeService = (options: AcmeHandlerOptions): AcmeService => {
  const { world, authority, failed, texts } = options
  const { clock, crypto } = world
  // Without somebody to ask for records, what is shown there is not offered.
  const { challenges = texts === undefined ? ['http-01', 'tls-alpn-01'] : undefined } = options
  const store = options.store && telling(options.store, failed)
  const engine = new AcmeServer({ ...options, store, challenges, crypto, epoch: clock.date() - clock.now() })
  const waiting = new Map<number, (reply: AcmeReply) => void>()
  let last = 0
  const driver: Driver<AcmeRequest> = drive<AcmeRequest, AcmeReply, AcmeAsk>(engine, clock, {
    out: reply => {
      waiting.get(reply.id)?.(reply)
      waiting.delete(reply.id)
    },
    event: ask => void answered(ask),
  })
  const answered = async ({ id, question }: AcmeAsk): Promise<void> => {
    let answer: AcmeAnswer
    try {
      answer = await (question.about === 'challenge' ? lookAt(question, options) : authority(question))
    } catch (error) {
      failed?.(error)
      answer = problem('serverInternal', 'the authority could not do it')
    }
    driver.do(now => engine.answer(id, answer, now))
  }
  const base = new URL(options.base).pathname.replace(/\/$/, '')
  const most = options.limits?.body ?? ACME_LIMITS.body
  return {
    handler(request) {
      const { pathname, search } = new URL(request.url)
      if (!pathname.startsWith(`${base}/`)) return undefined
      const path = pathname.slice(base.length) + search
      return bodyOf(request, most).then(
        body =>
          new Promise<Response>(resolve => {
            const id = ++last
            waiting.set(id, reply => resolve(responseOf(reply)))
            const contentType = request.headers.get('content-type') ?? undefined
            driver.input({ id, method: request.method, path, contentType, body })
          }),
      )
    },
    close() {
      driver.stop()
      waiting.clear()
    },
  }
}

/** Where nothing can be kept (the disk is full) the client hears that, and the server goes on. */
const telling = (store: AcmeStore, failed: AcmeHandlerOptions['failed']): AcmeStore => {
  const kept = (work: () => void): void => {
    try {
      work()
    } catch (error) {
      failed?.(error)
      throw refusal('serverInternal', 'the authority could not keep it')
    }
  }
  return {
    read: (kind, id) => store.read(kind, id),
    all: kind => store.all(kind),
    write: (kind, record) => kept(() => store.write(kind, record)),
    remove: (kind, id) => kept(() => store.remove(kind, id)),
  }
}

/** Of a body that is too long only as much as shows that it is. */
const bodyOf = async (request: Request, most: number): Promise<Bytes> => {
  const reader = request.body?.getReader()
  if (reader === undefined) return new Uint8Array()
  const pieces: Bytes[] = []
  for (let size = 0; size <= most; size += pieces.at(-1)!.length) {
    const { done, value } = await reader.read()
    if (done) return joined(pieces)
    pieces.push(value.slice())
  }
  await reader.cancel().catch(() => {})
  return joined(pieces)
}

const responseOf = ({ status, headers, body }: AcmeReply): Response =>
  new Response(status === 204 || body.length === 0 ? null : body.slice(), {
    status,
    headers: headers.map(([name, value]): [string, string] => [name, value]),
  })
