/** Whether those who come back are known: by tickets, by ids, by both or by neither, and what they may say at once. */
import { expect, test } from 'vitest'
import { ALERT, askingOf, CUT, flightOf, NONSENSE } from '../../../test/support/asking.ts'
import { asked, ours } from '../../../test/support/checking.ts'
import { SessionStore } from '../../tls/session/store.ts'
import type { TlsServerOptions } from '../stream/server-answers.ts'
import { askSessions } from './sessions.ts'

const sessionsOf = async (tls: Partial<TlsServerOptions>) =>
  (await asked(await ours(tls), { families: ['sessions'] })).report.observed.sessions
const POINTLESS = { unasked: 'pointless' }

test('TLS 1.2: by tickets, by ids, by both or by neither', async () => {
  const versions = ['TLS 1.2'] as const
  const tls13 = POINTLESS
  const sessions = () => ({ sessions: new SessionStore() })
  expect(await sessionsOf({ versions })).toEqual({ tls12: { ids: false, tickets: true }, tls13 })
  expect(await sessionsOf({ versions, tickets: 'none' })).toEqual({ tls12: { ids: false, tickets: false }, tls13 })
  expect(await sessionsOf({ versions, tickets: 'none', ...sessions() })).toEqual({
    tls12: { ids: true, tickets: false },
    tls13,
  })
  expect(await sessionsOf({ versions, ...sessions() })).toEqual({ tls12: { ids: true, tickets: true }, tls13 })
})

test('TLS 1.3: how many tickets, for how long, how often, and with how much at once', async () => {
  const versions = ['TLS 1.3'] as const
  expect(await sessionsOf({ versions })).toEqual({
    tls12: POINTLESS,
    tls13: { tickets: 1, resumed: true, reused: true, lifetime: 43_200, earlyData: 0 },
  })
  expect((await sessionsOf({ versions, earlyData: {} }))!.tls13).toMatchObject({ resumed: true, earlyData: 16_384 })
})

test('what our own TLS cannot do with a server is not known', async () => {
  const unable = { unasked: 'unable', code: 'tls/no-common-version' }
  expect(await askSessions(askingOf(['TLS 1.2', 'TLS 1.3'], () => flightOf()))).toEqual({
    tls12: unable,
    tls13: unable,
  })
  for (const reply of [ALERT, CUT, NONSENSE])
    expect(await askSessions(askingOf(['TLS 1.1'], () => reply))).toEqual({ tls12: POINTLESS, tls13: POINTLESS })
})
