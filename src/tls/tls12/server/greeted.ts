/** What comes of a hello in TLS 1.2, when it is known how its client is treated. */
import type { Bodies12 } from '../../messages/tls12.ts'
import type { Governed } from '../../server-policy.ts'
import type { Context, Message } from '../../states.ts'
import { tls12 } from '../../version.ts'
import { checkSecurity, negotiate } from './greeting.ts'
import { type Begun, begin } from './hello.ts'
import { sought, type WaitSessionFound, type WaitTicketOpened } from './resumption.ts'

export type Begun12 = WaitTicketOpened | WaitSessionFound | Begun

export const greet12 = (context: Context, { message: hello, extensions, config, key }: Governed): Begun12 => {
  const message = hello as Message<'ClientHello', Bodies12>
  checkSecurity(context, message, extensions, config)
  const negotiated = negotiate(context, message, extensions, config)
  context.passed('hello', message)
  context.transcript.add(message.bytes)
  context.speak(tls12)
  // Where nothing is shown nobody comes back either.
  const found = key === 'none' ? undefined : sought(context, negotiated, key)
  return found ?? begin(context, negotiated, key)
}
