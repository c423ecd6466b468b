/** What a client may ask of a server of TLS 1.2 beside the usual. */
import type { TlsClientConfig } from '../../config.ts'
import type { ClientExtensions } from '../../messages/extensions.ts'
import type { SessionFacts } from '../../session/session.ts'
import type { Suite } from '../../suites.table.ts'

const NONE = new Uint8Array(0)

export const offered12 = (
  { session: wanted }: TlsClientConfig,
  suites: readonly Suite[],
  session: SessionFacts | undefined,
): ClientExtensions => ({
  ...(wanted === undefined ? {} : { sessionTicket: { ticket: session?.ticket ?? NONE } }),
  ...(suites.some(({ mode }) => mode === 'cbc') ? { encryptThenMac: {} } : {}),
})
