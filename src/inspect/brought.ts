/** What came with the certificates of a handshake: an OCSP answer, timestamps of logs. */
import type { Bytes } from '../engine.ts'
import { extensionsIn, serverView } from '../tls/messages/extensions.ts'
import type { MessageRecord } from '../trace/types.ts'
import { first, showsChain } from './agreed.ts'
import { toldBy } from './handshake.ts'

/** What a server brought in the handshake beside its chain. */
export interface Brought {
  /** DER. */
  readonly ocsp: Bytes | undefined
  readonly scts: readonly Bytes[]
}

/** What the other side brought along with its certificates. */
export const broughtAlong = (messages: readonly MessageRecord[]): Brought => {
  const { extensions } = first(messages, 'ServerHello') ?? {}
  const shown = messages.filter(m => m.direction === 'in' && showsChain(m)).map(toldBy)
  const told = shown.find(one => one?.name === 'Certificate')
  if (told?.in === 'TLS 1.3' && told.name === 'Certificate') {
    const found = extensionsIn(told.body.entries[0]?.extensions ?? [], 'certificate')
    return {
      ocsp: found.statusRequest?.response,
      scts: found.signedCertificateTimestamp?.timestamps ?? [],
    }
  }
  return {
    ocsp: first(messages, 'CertificateStatus')?.response,
    scts: serverView(extensions ?? []).signedCertificateTimestamp?.timestamps ?? [],
  }
}
