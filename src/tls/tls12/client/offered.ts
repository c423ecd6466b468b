/** What a client may ask of a server of TLS 1.2 beside the usual. */
import type { TlsClientConfig } from '../../config.ts'
import type { ClientExtensions } from '../../messages/extensions.ts'
import { CertificateStatusType, MaxFragmentLength } from '../../messages/registries.table.ts'
import type { SessionFacts } from '../../session.ts'
import type { Suite } from '../../suites.table.ts'

const NONE = new Uint8Array(0)

export const offered12 = (
  { session: wanted, evidence = [], recordSizeLimit, maxFragmentLength }: TlsClientConfig,
  suites: readonly Suite[],
  session: SessionFacts | undefined,
): ClientExtensions => ({
  ...(wanted === undefined ? {} : { sessionTicket: { ticket: session?.ticket ?? NONE } }),
  ...(evidence.includes('ocsp')
    ? { statusRequest: { head: CertificateStatusType.names.ocsp!, body: { responders: [], extensions: NONE } } }
    : {}),
  ...(evidence.includes('scts') ? { signedCertificateTimestamp: {} } : {}),
  ...(suites.some(({ mode }) => mode === 'cbc') ? { encryptThenMac: {} } : {}),
  ...(recordSizeLimit === undefined ? {} : { recordSizeLimit: { recordSizeLimit } }),
  ...(maxFragmentLength === undefined
    ? {}
    : { maxFragmentLength: { maxFragmentLength: MaxFragmentLength.names[`${maxFragmentLength}`]! } }),
})
