/**
 * TLS 1.3 behind the hellos (RFC 9846 appendix A) as moves of the two tables in `../roles.table.ts`. What is not in a row
 * is refused with unexpected_message before any code of the state runs. A ChangeCipherSpec says nothing any more: it is
 * passed over until the peer's Finished (RFC 9846 5), and refused behind it.
 */

/** Inputs in lower case are replies to questions. */
export const clientMoves13 = [
  ['WaitServerHello', 'ServerHello', 'WaitEncryptedExtensions', 'RFC 9846 4.2.3'],
  ['WaitServerHello', 'HelloRetryRequest', 'WaitServerHelloAgain', 'RFC 9846 4.2.4'],
  ['WaitServerHelloAgain', 'ChangeCipherSpec', 'WaitServerHelloAgain', 'RFC 9846 5'],
  ['WaitServerHelloAgain', 'ServerHello', 'WaitEncryptedExtensions', 'RFC 9846 4.2.3'],
  ['WaitEncryptedExtensions', 'ChangeCipherSpec', 'WaitEncryptedExtensions', 'RFC 9846 5'],
  ['WaitEncryptedExtensions', 'EncryptedExtensions', 'WaitCertificateOrRequest13', 'RFC 9846 4.4.1'],
  ['WaitEncryptedExtensions', 'EncryptedExtensions', 'WaitResumedTrust13', 'RFC 9846 2.2'],
  ['WaitEncryptedExtensions', 'EncryptedExtensions', 'WaitFinished13', 'RFC 9846 2.2'],
  ['WaitResumedTrust13', 'trust', 'WaitFinished13', 'RFC 5280 6'],
  ['WaitCertificateOrRequest13', 'ChangeCipherSpec', 'WaitCertificateOrRequest13', 'RFC 9846 5'],
  ['WaitCertificateOrRequest13', 'CertificateRequest', 'WaitCertificate13', 'RFC 9846 4.4.2'],
  ['WaitCertificateOrRequest13', 'Certificate', 'WaitTrust13', 'RFC 9846 4.5.2'],
  ['WaitCertificate13', 'ChangeCipherSpec', 'WaitCertificate13', 'RFC 9846 5'],
  ['WaitCertificate13', 'Certificate', 'WaitTrust13', 'RFC 9846 4.5.2'],
  ['WaitTrust13', 'trust', 'WaitCertificateVerify13', 'RFC 5280 6'],
  ['WaitCertificateVerify13', 'ChangeCipherSpec', 'WaitCertificateVerify13', 'RFC 9846 5'],
  ['WaitCertificateVerify13', 'CertificateVerify', 'WaitFinished13', 'RFC 9846 4.5.3'],
  ['WaitFinished13', 'ChangeCipherSpec', 'WaitFinished13', 'RFC 9846 5'],
  ['WaitFinished13', 'Finished', 'Established13', 'RFC 9846 4.5.4'],
  ['WaitFinished13', 'Finished', 'WaitOwnCertificate13', 'RFC 9846 4.5.2'],
  ['WaitOwnCertificate13', 'certificate', 'WaitOwnSignature13', 'RFC 9846 4.5.2'],
  ['WaitOwnCertificate13', 'certificate', 'Established13', 'RFC 9846 4.5.2'],
  ['WaitOwnSignature13', 'sign', 'Established13', 'RFC 9846 4.5.3'],
  ['Established13', 'NewSessionTicket', 'Established13', 'RFC 9846 4.7.1'],
  ['Established13', 'KeyUpdate', 'Established13', 'RFC 9846 4.7.3'],
  ['Established13', 'ApplicationData', 'Established13', 'RFC 9846 5'],
] as const

export const serverMoves13 = [
  ['WaitClientHello', 'ClientHello', 'WaitPolicy13', 'RFC 9846 4.2.2'],
  ['WaitPolicy13', 'client-hello', 'WaitClientHelloAgain', 'RFC 9846 4.2.4'],
  ['WaitPolicy13', 'client-hello', 'WaitTicket13', 'RFC 9846 4.3.11'],
  ['WaitPolicy13', 'client-hello', 'WaitSignature13', 'RFC 9846 4.5.3'],
  ['WaitClientHelloAgain', 'ClientHello', 'WaitTicket13', 'RFC 9846 4.3.11'],
  ['WaitTicket13', 'ticket', 'WaitSignature13', 'RFC 9846 4.5.3'],
  ['WaitTicket13', 'ticket', 'WaitResumedClientTrust13', 'RFC 9846 2.2'],
  ['WaitTicket13', 'ticket', 'WaitClientFinished13', 'RFC 9846 2.2'],
  ['WaitResumedClientTrust13', 'trust', 'WaitClientFinished13', 'RFC 5280 6'],
  ['WaitClientHelloAgain', 'ChangeCipherSpec', 'WaitClientHelloAgain', 'RFC 9846 5'],
  ['WaitClientHelloAgain', 'ClientHello', 'WaitSignature13', 'RFC 9846 4.2.2'],
  ['WaitSignature13', 'sign', 'WaitClientCertificate13', 'RFC 9846 4.4.2'],
  ['WaitSignature13', 'sign', 'WaitClientFinished13', 'RFC 9846 4.5.4'],
  ['WaitClientCertificate13', 'ChangeCipherSpec', 'WaitClientCertificate13', 'RFC 9846 5'],
  ['WaitClientCertificate13', 'Certificate', 'WaitClientTrust13', 'RFC 9846 4.5.2'],
  ['WaitClientCertificate13', 'Certificate', 'WaitClientFinished13', 'RFC 9846 4.5.2.4'],
  ['WaitClientTrust13', 'trust', 'WaitClientCertificateVerify13', 'RFC 5280 6'],
  ['WaitClientCertificateVerify13', 'ChangeCipherSpec', 'WaitClientCertificateVerify13', 'RFC 9846 5'],
  ['WaitClientCertificateVerify13', 'CertificateVerify', 'WaitClientFinished13', 'RFC 9846 4.5.3'],
  ['WaitClientFinished13', 'ChangeCipherSpec', 'WaitClientFinished13', 'RFC 9846 5'],
  ['WaitClientFinished13', 'Finished', 'Established13', 'RFC 9846 4.5.4'],
  ['Established13', 'ticket', 'Established13', 'RFC 9846 4.7.1'],
  ['Established13', 'KeyUpdate', 'Established13', 'RFC 9846 4.7.3'],
  ['Established13', 'ApplicationData', 'Established13', 'RFC 9846 5'],
] as const
