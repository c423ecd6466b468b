/** `fetch` by the standard's shape, over our own stack: what it adds is where bytes go, whom to believe and a trace. */
import { openedInTurns } from '../stream/credentials.ts'
import { toldLater } from '../told.ts'
import { type ClientOptions, client } from './client.ts'
import type { AskInit } from './request.ts'
import type { FetchResponse } from './response.ts'

export type FetchInit = AskInit & Omit<ClientOptions, 'perOrigin' | 'keepAlive'>

/**
 * One request on a connection of its own, which is closed after the answer; `client()` keeps connections. `data:` and `blob:` URLs need none. Rejects with
 * `FetchError`, a `TypeError` with a `FailureError` as `cause` (and its `code` and `failure`), or with `signal.reason` when aborted. A body that is cut short errors its stream
 * with `http/body-cut-short`, `tls/cut-short` or `tcp/reset`; it never ends early in silence.
 */
export const fetch = async (input: string | URL | Request, init: FetchInit): Promise<FetchResponse> => {
  const opened = await toldLater(() => openedInTurns(init, init.world), init.world.words)
  return client({ ...opened, keepAlive: 0 }).fetch(input, init)
}
