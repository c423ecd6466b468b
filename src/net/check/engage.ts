/**
 * A whole handshake with our own engine, for what is said under encryption and behind it. Whoever the server is, it is
 * believed for as long as the question takes: nothing is sent but a request for `/`.
 */
import type { Bytes, Millis } from '../../engine.ts'
import { fail } from '../../failures/index.ts'
import { tlsClient } from '../../tls/engine.ts'
import type { Session } from '../../tls/session/session.ts'
import type { AnySuiteName } from '../../tls/suites.table.ts'
import type { TlsVersion } from '../../tls/types.ts'
import { endpointText } from '../../wire/address.ts'
import { latin1Bytes } from '../../wire/bytes.ts'
import { spkiOf } from '../../x509/certificate/public-key.ts'
import { trustWithoutChecking } from '../../x509/path/trusted.ts'
import { type Answerer, secured } from '../stream/tls.ts'
import { SUITES } from '../stream/tls-options.ts'
import type { ByteStream, NetStream, TlsInfo } from '../stream/types.ts'
import type { Asking } from './asking.ts'
import { FirstFlight } from './first-flight.ts'
import type { Unasked } from './types.ts'

export interface Wish {
  readonly versions?: readonly TlsVersion[]
  readonly schemes?: readonly number[]
  readonly alpn?: readonly string[]
  readonly session?: Session | 'new' | undefined
  /** As in `StartTlsOptions`. */
  readonly behind?: 'harmless' | undefined
}

export interface Engaged {
  readonly stream: NetStream
  readonly tls: TlsInfo
  readonly ocsp: Bytes | undefined
  readonly scts: readonly Bytes[]
  readonly wantsCertificate: boolean
  /** Of the ServerHello. */
  readonly sessionId: Bytes
  /** Grows as they come. */
  readonly sessions: readonly Session[]
}

/** What the handshake fails with is in `code` of what comes back. */
export const engage = <T>(
  asking: Asking,
  wish: Wish,
  then: (engaged: Engaged) => T | Promise<T>,
): Promise<T | Unasked> =>
  asking.asker.connection(async lower => {
    const { world, name, port } = asking
    const { clock, crypto } = world
    const seen = { ocsp: undefined as Bytes | undefined, scts: [] as readonly Bytes[], wantsCertificate: false }
    const sessions: Session[] = []
    const answer: Answerer = question => {
      if (question.about === 'certificate') {
        seen.wantsCertificate = true
        return 'none'
      }
      if (question.about !== 'trust') return fail('net/no-certificate', { where: question.about })
      seen.ocsp = question.ocsp?.slice()
      seen.scts = question.scts ?? []
      return trustWithoutChecking(question, spkiOf(question.chain[0]!), 'it is only looked at')
    }
    const tapped = tap(lower)
    const engine = tlsClient({
      crypto,
      certificateCoders: world.certificateCoders,
      serverName: name,
      alpn: wish.alpn,
      versions: wish.versions,
      suites: SUITES as readonly AnySuiteName[],
      schemes: wish.schemes,
      evidence: ['ocsp', 'scts'],
      session: wish.session,
      epoch: clock.date() - clock.now(),
      trace: lower.trace,
    })
    const stream = await secured(tapped.stream, {
      engine,
      clock,
      asked: clock.now(),
      where: endpointText(name, port),
      answer,
      session: one => void sessions.push(one),
      handshake: asking.asker.patience,
    })
    return await then({ ...seen, stream, tls: stream.connection.tls!, sessionId: tapped.sessionId(), sessions })
  }, wish.behind)

/** Reads along until the ServerHello has come. */
const tap = (lower: ByteStream): { readonly stream: ByteStream; readonly sessionId: () => Bytes } => {
  const flight = new FirstFlight('hello')
  let reply: ReturnType<FirstFlight['push']>
  const stream: ByteStream = {
    local: lower.local,
    remote: lower.remote,
    trace: lower.trace,
    get handler() {
      return lower.handler
    },
    set handler(handler) {
      lower.handler = {
        data(bytes) {
          reply ??= flight.push(bytes.slice())
          handler.data(bytes)
        },
        end: () => handler.end(),
        drain: () => handler.drain(),
        closed: failure => handler.closed(failure),
      }
    },
    write: pieces => lower.write(pieces),
    end: () => lower.end(),
    reset: () => lower.reset(),
    pause: () => lower.pause(),
    resume: () => lower.resume(),
  }
  return { stream, sessionId: () => (reply?.kind === 'flight' ? reply.hello.sessionId : new Uint8Array(0)) }
}

/** How a server ended a connection on which one request was made. */
export type Ending = 'goodbye' | 'cut' | 'silence'

/** `GET /`, as not every server knows more, and waits for the end. What is answered is passed over. */
export const untilEnd = ({ stream }: Engaged, { name, world, asker }: Asking, patience: Millis): Promise<Ending> =>
  new Promise(resolve => {
    const { clock } = world
    const done = (ending: Ending): void => {
      disarm()
      resolve(ending)
    }
    const disarm = clock.later(clock.now() + Math.min(patience, asker.patience), () => done('silence'))
    stream.handler = {
      data() {},
      end: () => done('goodbye'),
      drain() {},
      closed: failure => done(failure === undefined ? 'goodbye' : 'cut'),
    }
    const host = name.includes(':') ? `[${name}]` : name
    stream.write([latin1Bytes(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)])
  })

/** Says goodbye and waits until the server has: some forget the sessions of those who leave without a word (RFC 5246 7.2.1). */
export const goodbye = ({ stream }: Engaged, { world: { clock }, asker }: Asking, patience: Millis): Promise<void> =>
  new Promise(resolve => {
    const done = (): void => {
      disarm()
      resolve()
    }
    const disarm = clock.later(clock.now() + Math.min(patience, asker.patience), done)
    stream.handler = { data() {}, end: done, drain() {}, closed: done }
    stream.end()
  })
