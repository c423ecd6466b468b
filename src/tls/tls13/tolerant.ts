/** What all states of TLS 1.3 have in common until the handshake is over. */
import type { Bodies13 } from '../messages/tls13.ts'
import type { Context } from '../states.ts'

/** RFC 9846 5: until the peer's Finished, a ChangeCipherSpec is sent for middleboxes and says nothing to us. */
export abstract class Tolerant {
  ChangeCipherSpec(context: Context<Bodies13>): this {
    context.passOverChangeCipherSpec()
    return this
  }
}
