/** What a shim remembers from one connection to the next: keys of tickets, sessions by id, and the client's own. */
import type { CryptoProvider } from '../../../src/crypto/provider.ts'
import type { Ask, Question } from '../../../src/tls/index.ts'
import { Session } from '../../../src/tls/session/session.ts'
import { SessionStore } from '../../../src/tls/session/store.ts'
import { TicketKeeper } from '../../../src/tls/session/tickets.ts'
import type { Flags } from './flags.ts'

type Asked<A extends Question['about']> = Extract<Ask['question'], { readonly about: A }>

export class Memory {
  /** What the last connection of a client has left. */
  session: Session | undefined
  /** What came with the server's chain: for those who resume, it holds on. */
  evidence: { readonly ocsp?: Uint8Array | undefined; readonly scts?: readonly Uint8Array[] | undefined } = {}
  readonly #tickets: TicketKeeper
  readonly #sessions = new SessionStore()
  constructor(crypto: CryptoProvider) {
    this.#tickets = new TicketKeeper({ crypto })
  }

  ticket({ wanted }: Asked<'ticket'>, flags: Flags, at: number): Uint8Array | 'none' {
    if ('open' in wanted) return this.#tickets.open(wanted.open, at) ?? 'none'
    return flags.has('skip-ticket') ? 'none' : this.#tickets.seal(wanted.seal, at)
  }
  stored({ wanted }: Asked<'session'>, at: number): Uint8Array | 'none' {
    if ('get' in wanted) return this.#sessions.get(wanted.get, at) ?? 'none'
    this.#sessions.put(wanted.id, wanted.put, at)
    return 'none'
  }
  /** For a client: one that came from bytes is without its proof, so that it is asked for trust again. */
  offered(flags: Flags): Session | 'new' {
    const session = this.session
    this.session = undefined
    if (session === undefined) return 'new'
    return flags.has('reverify-on-resume') ? (Session.fromBytes(session.toBytes()) ?? 'new') : session
  }
}
