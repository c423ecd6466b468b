/** Visits to one server of TLS 1.2 again and again, with what the one before left. */
import { expect } from 'vitest'
import { nodeCrypto } from '../../src/node/crypto.ts'
import type { TlsServerConfig } from '../../src/tls/config.ts'
import type { Session } from '../../src/tls/session/session.ts'
import { SessionStore } from '../../src/tls/session/store.ts'
import { TicketKeeper } from '../../src/tls/session/tickets.ts'
import { trustWithoutChecking } from '../../src/x509/path/trusted.ts'
import { ascii } from './bytes.ts'
import { type Answers, answersOf, identity, type Pair, type PairOptions, pair, shuttle, type Wire } from './tls.ts'

export const crypto = nodeCrypto()
export const ec = identity(crypto, 'p-256')
export const client = identity(crypto, 'p-384')
export const HOUR = 3_600_000

/** A server with a memory: its answers, and what it was asked. */
export const house = (own = crypto) => {
  const keeper = new TicketKeeper({ crypto: own })
  const store = new SessionStore()
  const asked: string[] = []
  const answers: Answers = question => {
    asked.push(question.about)
    switch (question.about) {
      case 'ticket':
        return 'seal' in question.wanted
          ? keeper.seal(question.wanted.seal, 0)
          : (keeper.open(question.wanted.open, 0) ?? 'none')
      case 'session':
        if ('get' in question.wanted) return store.get(question.wanted.get, 0) ?? 'none'
        store.put(question.wanted.id, question.wanted.put, 0)
        return 'none'
      case 'trust':
        return trustWithoutChecking(question, client.spki, 'a test')
      default:
        return answersOf(own, ec)(question)
    }
  }
  return { answers, asked, store, keeper }
}
type House = ReturnType<typeof house>

export const ticket: Partial<TlsServerConfig> = { resumption: ['ticket'] }
export const byId: Partial<TlsServerConfig> = { resumption: ['session'] }

export interface Visit extends Partial<PairOptions> {
  readonly at?: number
  readonly wire?: Wire
}

/** One connection to `there`. */
export const visit = (there: House, session: Session | 'new' | undefined, options: Visit = {}): Pair => {
  const { at = 0, wire, ...more } = options
  const both = pair({
    crypto,
    who: ec,
    serverAnswers: there.answers,
    ...more,
    client: { session, epoch: at, ...more.client },
    server: { ...ticket, epoch: at, ...more.server },
  })
  shuttle(both, wire)
  return both
}

export const sessionOf = ({ client: { events } }: Pair): Session => {
  const found = events.findLast(event => event.type === 'session')
  if (found?.type !== 'session') throw new Error('the client got no session')
  return found.session
}

export const expectResumed = (both: Pair): void => {
  expect([both.client.failure, both.server.failure]).toEqual([undefined, undefined])
  const about = { resumed: true, group: undefined, serverName: 'shop.test' }
  expect(both.client.established).toMatchObject(about)
  expect(both.server.established).toMatchObject(about)
  both.client.tls.write(ascii('again'), 0)
  both.server.tls.write(ascii('welcome back'), 0)
  shuttle(both)
  expect([both.server.data, both.client.data]).toEqual([ascii('again'), ascii('welcome back')])
}
export const expectFull = (both: Pair): void => {
  expect([both.client.failure, both.server.failure]).toEqual([undefined, undefined])
  expect([both.client.established?.resumed, both.server.established?.resumed]).toEqual([false, false])
}
