/** What a client may ask for whichever version is chosen. */
import { offeredTypes } from '../certificate/types.ts'
import type { TlsClientConfig } from '../config.ts'
import type { ClientExtensions } from '../messages/extensions.ts'
import { CertificateStatusType, MaxFragmentLength } from '../messages/registries.table.ts'

const NONE = new Uint8Array(0)

export const wishes = (config: TlsClientConfig): ClientExtensions => ({
  ...offeredTypes(config),
  ...((config.peerCertificateTypes ?? ['X509']).includes('X509') ? aboutChains(config) : {}),
  ...aboutRecords(config),
})

/** Nobody vouches for a raw public key. */
const aboutChains = ({ evidence = [], certificateSchemes, serverAuthorities }: TlsClientConfig): ClientExtensions => ({
  statusRequest: evidence.includes('ocsp')
    ? { head: CertificateStatusType.names.ocsp!, body: { responders: [], extensions: NONE } }
    : undefined,
  signedCertificateTimestamp: evidence.includes('scts') ? {} : undefined,
  signatureAlgorithmsCert: certificateSchemes && { schemes: [...certificateSchemes] },
  certificateAuthorities: serverAuthorities && { authorities: [...serverAuthorities] },
})

const aboutRecords = ({ recordSizeLimit, maxFragmentLength }: TlsClientConfig): ClientExtensions => ({
  recordSizeLimit: recordSizeLimit === undefined ? undefined : { recordSizeLimit },
  maxFragmentLength:
    maxFragmentLength === undefined
      ? undefined
      : { maxFragmentLength: MaxFragmentLength.names[`${maxFragmentLength}`]! },
})
