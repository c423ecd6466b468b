/** What a client may ask for whichever version is chosen. */
import type { TlsClientConfig } from './config.ts'
import type { ClientExtensions } from './messages/extensions.ts'
import { CertificateStatusType, MaxFragmentLength } from './messages/registries.table.ts'

const NONE = new Uint8Array(0)

export const wishes = ({
  evidence = [],
  recordSizeLimit,
  maxFragmentLength,
  certificateSchemes,
  serverAuthorities,
}: TlsClientConfig): ClientExtensions => ({
  statusRequest: evidence.includes('ocsp')
    ? { head: CertificateStatusType.names.ocsp!, body: { responders: [], extensions: NONE } }
    : undefined,
  signedCertificateTimestamp: evidence.includes('scts') ? {} : undefined,
  recordSizeLimit: recordSizeLimit === undefined ? undefined : { recordSizeLimit },
  maxFragmentLength:
    maxFragmentLength === undefined
      ? undefined
      : { maxFragmentLength: MaxFragmentLength.names[`${maxFragmentLength}`]! },
  signatureAlgorithmsCert: certificateSchemes && { schemes: [...certificateSchemes] },
  certificateAuthorities: serverAuthorities && { authorities: [...serverAuthorities] },
})
