/** Whether a certificate is for a name, for those who check it themselves and ask for the usual check as well. */
import type { PeerCertificate } from 'node:tls'
import { Certificate, parseCertificate } from '../../x509/certificate/certificate.ts'
import { checkName } from '../../x509/path/names.ts'
import { nodeWorld } from '../world.ts'
import { nodeError, type TlsError } from './errors.ts'

/**
 * Undefined when one of its names is `hostname` (RFC 9525: only subjectAltName counts), else the error to fail with,
 * with Node's code `ERR_TLS_CERT_ALTNAME_INVALID`.
 */
export const checkServerIdentity = (hostname: string, cert: Pick<PeerCertificate, 'raw'>): TlsError | undefined => {
  const certificate = parseCertificate(cert.raw)
  if (!(certificate instanceof Certificate)) return nodeError(certificate)
  const world = nodeWorld()
  const failure = checkName(certificate, hostname, domain => world.isPublicSuffix(domain, 'icann'))
  if (failure === undefined) return undefined
  const error = nodeError(failure)
  return Object.assign(error, { reason: error.message, host: hostname, cert })
}
