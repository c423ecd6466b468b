/** The demo's site: a login form, a session, a page that knows its visitor. An ordinary handler for `serve`. */
import type { Handler } from '../net/server/serve.ts'
import type { World } from '../net/stream/types.ts'
import { withHeaders } from '../net/with-headers.ts'
import { type SessionManager, sessionManager } from '../session/manager.ts'
import { memoryStore } from '../session/memory-store.ts'
import type { TraceSink } from '../trace/types.ts'

export const SHOP = 'shop.test'
const USER = 'ada'
export const PASSWORD = 'correct horse battery staple'

/** What a browser sends when the login form is filled in. */
export const signIn = (): RequestInit => ({
  method: 'POST',
  body: `user=${USER}&password=${encodeURIComponent(PASSWORD)}`,
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
})

export interface ShopOptions {
  /** `plain` for the attacks on HTTP: a cookie that may travel without TLS. */
  readonly transport?: 'tls' | 'plain' | undefined
  readonly trace?: TraceSink | undefined
}

/** `POST /login` makes a session, `GET /account` needs one. */
export const shop = ({ clock, crypto }: World, { transport = 'tls', trace }: ShopOptions = {}): Handler => {
  const date = (): number => clock.date()
  const sessions: SessionManager = sessionManager({
    store: memoryStore({ date }),
    crypto,
    date,
    transport,
  })
  return async (request, { connection }) => {
    const path = new URL(request.url).pathname
    const context = trace === undefined ? undefined : { sink: trace, flow: connection.flow, host: SHOP }
    const visit = await sessions.open(request.headers.get('cookie') ?? undefined, context, clock.now())
    if (path === '/login') {
      if (request.method !== 'POST') return page(405, 'Use the form.', { allow: 'POST' })
      const form = new URLSearchParams(await request.text())
      if (form.get('user') !== USER || form.get('password') !== PASSWORD) return page(403, 'Wrong name or password.')
      const session = visit.session()
      session.set('user', USER)
      session.changeId()
      const headers = new Headers()
      for (const cookie of await visit.finish()) headers.append('set-cookie', cookie)
      return page(200, `Welcome, ${USER}.`, headers)
    }
    if (path !== '/account') return page(404, 'There is nothing here.')
    const user = visit.session('existing')?.get('user')
    // A visit that writes nothing moves the session's end on.
    await visit.finish()
    return user === undefined ? page(401, 'Please sign in.') : page(200, `You are ${user}. Your cart: 3 books.`)
  }
}

const page = (status: number, text: string, headers: Headers | Record<string, string> = {}): Response => {
  const body = `<!doctype html><html><head><title>${SHOP}</title></head><body><p>${text}</p></body></html>\n`
  const all = new Headers(headers)
  all.set('content-type', 'text/html; charset=utf-8')
  return withHeaders(new Response(body, { status }), all)
}
