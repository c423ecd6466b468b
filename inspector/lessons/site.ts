/** The shop of these lessons: a login, a session, an account, a way out. What it does badly is chosen by a lesson. */
import type { Millis } from '../../src/engine.ts'
import { type Client, client } from '../../src/net/client/client.ts'
import type { AskInit } from '../../src/net/client/request.ts'
import { type Handler, serve } from '../../src/net/server/serve.ts'
import { withHeaders } from '../../src/net/with-headers.ts'
import { sessionManager } from '../../src/session/manager.ts'
import { memoryStore } from '../../src/session/memory-store.ts'
import type { SessionStore } from '../../src/session/store.ts'
import { MALLORY, SHOP } from './stage.ts'
import type { Play } from './world.ts'

export interface Visitor {
  readonly name: string
  readonly password: string
  readonly books: number
}

/** Who may sign in: the laptop's user, and mallory. All of it differs from run to run. */
export const visitorsOf = ({ random }: Play): { readonly user: Visitor; readonly mallory: Visitor } => {
  const word = (): string => random.pick(['willow', 'copper', 'lantern', 'harbour', 'saffron', 'thicket', 'marble'])
  const books = random.between(3, 40)
  return {
    user: {
      name: random.pick(['Ada', 'Grace', 'Emmy', 'Hedy', 'Lise', 'Sofja', 'Mary', 'Dorothy']),
      password: `${word()}-${word()}-${random.between(100, 999)}`,
      books,
    },
    mallory: {
      name: MALLORY,
      password: `${word()}-${random.between(1000, 9999)}`,
      books: books + random.between(1, 9),
    },
  }
}

export interface SiteChoices {
  /** `plain`: a cookie without Secure and `__Host-`. */
  readonly cookie: 'tls' | 'plain'
  /** `none`: only its path is said of it. */
  readonly marks?: 'none' | undefined
  /** `same`: who signs in keeps the id that was there before. */
  readonly login?: 'same' | undefined
  /** `cookie`: signing out takes the cookie away, and nothing else. */
  readonly logout?: 'cookie' | undefined
  /** How long nobody need come. */
  readonly idle?: Millis | undefined
}

export interface Site {
  readonly cookieName: string
  readonly answer: Handler
  /** What its store was last told to keep, and under which key. */
  kept(): { readonly key: string; readonly attributes: ReadonlyMap<string, string> } | undefined
}

export const siteOf = ({ server }: Play, visitors: readonly Visitor[], choices: SiteChoices): Site => {
  const { clock, crypto } = server.world
  const date = (): number => clock.date()
  const store = watched(memoryStore({ date }))
  const sessions = sessionManager({ store, crypto, date, transport: choices.cookie, idle: choices.idle })
  const { cookieName } = sessions
  return {
    cookieName,
    kept: store.kept,
    async answer(request) {
      const { pathname } = new URL(request.url)
      const visit = await sessions.open(request.headers.get('cookie') ?? undefined)
      const done = async (status: number, text: string): Promise<Response> => {
        const cookies = await visit.finish()
        return page(status, text, choices.marks === 'none' ? cookies.map(unmarked) : cookies)
      }
      if (pathname === '/login') {
        const form = new URLSearchParams(await request.text())
        const visitor = visitors.find(
          ({ name, password }) => form.get('user') === name && form.get('password') === password,
        )
        if (visitor === undefined) return page(403, 'no')
        const session = visit.session()
        session.set('user', visitor.name)
        session.set('books', visitor.books)
        if (choices.login !== 'same') session.changeId()
        return done(200, `welcome, ${visitor.name}`)
      }
      if (pathname === '/logout') {
        if (choices.logout === 'cookie') return page(200, 'goodbye', [`${cookieName}=; Path=/; Max-Age=0; Secure`])
        visit.session('existing')?.invalidate()
        return done(200, 'goodbye')
      }
      if (pathname === '/') {
        visit.session().set('books', 0)
        return done(200, 'an empty cart')
      }
      const session = visit.session('existing')
      const user = session?.get('user')
      return user === undefined ? done(401, 'who are you?') : done(200, `${user}: ${session?.get('books')} books`)
    },
  }
}

const unmarked = (cookie: string): string => `${cookie.split('; ')[0]}; Path=/`

const page = (status: number, text: string, cookies: readonly string[] = []): Response =>
  settingCookies(new Response(`${text}\n`, { status }), cookies)

/** Browsers take Set-Cookie out of the headers of a `Response` that is made with them. */
export const settingCookies = (answer: Response, cookies: readonly string[]): Response => {
  const headers = new Headers({ 'content-type': 'text/plain' })
  for (const cookie of cookies) headers.append('set-cookie', cookie)
  return withHeaders(answer, headers)
}

/** A store that can be looked into. */
const watched = (store: SessionStore): SessionStore & Pick<Site, 'kept'> => {
  let kept: ReturnType<Site['kept']>
  const see = async (key: string): Promise<void> => {
    const record = await store.read(key)
    if (record !== undefined && record !== 'moved') kept = { key, attributes: record.attributes }
  }
  return {
    ...store,
    kept: () => kept,
    async create(key, record, terms) {
      const written = await store.create(key, record, terms)
      await see(key)
      return written
    },
    async move(from, to, changes, terms, remembered) {
      const written = await store.move(from, to, changes, terms, remembered)
      await see(to)
      return written
    },
  }
}

/** At 443 with a certificate for the name, or at 80. */
export const open = (play: Play, answer: Handler, over: 'https' | 'http' = 'https', machine = play.server) =>
  serve(answer, {
    world: machine.world,
    host: machine.host.address.text,
    port: over === 'https' ? 443 : 80,
    ...(over === 'https' ? { tls: { ...play.world.certified([machine.host.name]), tickets: 'none' as const } } : {}),
    trace: play.trace,
  })

/** Works with a client and closes it. */
export const browsing = async <T>(
  { trace }: Play,
  machine: Play['laptop'],
  memory: 'jar' | 'none',
  work: (browser: Browser) => Promise<T>,
): Promise<T> => {
  const own = client({ world: machine.world, trace, ...(memory === 'jar' ? { jar: true as const } : {}) })
  const ask = async (url: string, init: AskInit = {}): Promise<Answer> => {
    const answer = await own.fetch(url.startsWith('/') ? `https://${SHOP}${url}` : url, { redirect: 'manual', ...init })
    return { status: answer.status, text: (await answer.text()).trim() }
  }
  try {
    return await work({ ask, jar: own.jar })
  } finally {
    own.close()
  }
}

export interface Answer {
  readonly status: number
  readonly text: string
}

export interface Browser {
  /** `/path` is the shop's. */
  ask(url: string, init?: AskInit): Promise<Answer>
  readonly jar: Client['jar']
}

export const signIn = ({ name, password }: Visitor): AskInit => ({
  method: 'POST',
  body: `user=${name}&password=${password}`,
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
})
