/** How this client is treated: the first that is asked, and what comes of it in TLS 1.2. */
import type { ServerNegotiated } from '../../hello/negotiated.ts'
import { governed, policyOf } from '../../server-policy.ts'
import type { Context, Handles } from '../../states.ts'
import type { CertifiedKey, ServerPolicy } from '../../types.ts'
import { type Begun, begin } from './hello.ts'
import { sought, type WaitSessionFound, type WaitTicketOpened } from './resumption.ts'
import type { Table } from './state.ts'

export class WaitPolicy implements Handles<Table, 'WaitPolicy'> {
  readonly name = 'WaitPolicy'
  readonly #negotiated: ServerNegotiated
  constructor(negotiated: ServerNegotiated) {
    this.#negotiated = negotiated
  }
  'client-hello'(
    context: Context,
    reply: CertifiedKey | ServerPolicy | 'none',
  ): WaitTicketOpened | WaitSessionFound | Begun {
    const policy = policyOf(reply)
    const negotiated = governed(context, this.#negotiated, policy)
    return sought(context, negotiated, policy.certificate) ?? begin(context, negotiated, policy.certificate)
  }
}
