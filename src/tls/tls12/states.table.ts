/**
 * TLS 1.2 without resumption (RFC 5246 7.3) as two tables. What is not in
 * a row is refused with unexpected_message before any code of the state runs: ChangeCipherSpec before the keys are
 * there (CVE-2014-0224), a skipped ServerKeyExchange (SMACK), data before Finished.
 */

import { machine } from '../../machine.ts'

/** Inputs in lower case are replies to questions. */
export const clientStates = machine(
  'TLS 1.2, the client (RFC 5246 7.3)',
  [
    ['WaitServerHello', 'HelloRequest', 'WaitServerHello', 'RFC 5246 7.4.1.1'],
    ['WaitServerHello', 'ServerHello', 'WaitCertificate', 'RFC 5246 7.4.1.3'],
    ['WaitCertificate', 'HelloRequest', 'WaitCertificate', 'RFC 5246 7.4.1.1'],
    ['WaitCertificate', 'Certificate', 'WaitTrust', 'RFC 5246 7.4.2'],
    ['WaitTrust', 'trust', 'WaitServerKeyExchange', 'RFC 5280 6'],
    ['WaitServerKeyExchange', 'HelloRequest', 'WaitServerKeyExchange', 'RFC 5246 7.4.1.1'],
    ['WaitServerKeyExchange', 'ServerKeyExchange', 'WaitCertificateRequestOrServerHelloDone', 'RFC 5246 7.4.3'],
    [
      'WaitCertificateRequestOrServerHelloDone',
      'HelloRequest',
      'WaitCertificateRequestOrServerHelloDone',
      'RFC 5246 7.4.1.1',
    ],
    ['WaitCertificateRequestOrServerHelloDone', 'CertificateRequest', 'WaitServerHelloDone', 'RFC 5246 7.4.4'],
    ['WaitCertificateRequestOrServerHelloDone', 'ServerHelloDone', 'WaitChangeCipherSpec', 'RFC 5246 7.4.5'],
    ['WaitServerHelloDone', 'HelloRequest', 'WaitServerHelloDone', 'RFC 5246 7.4.1.1'],
    ['WaitServerHelloDone', 'ServerHelloDone', 'WaitOwnCertificate', 'RFC 5246 7.4.5'],
    ['WaitOwnCertificate', 'certificate', 'WaitOwnSignature', 'RFC 5246 7.4.6'],
    ['WaitOwnCertificate', 'certificate', 'WaitChangeCipherSpec', 'RFC 5246 7.4.6'],
    ['WaitOwnSignature', 'sign', 'WaitChangeCipherSpec', 'RFC 5246 7.4.8'],
    ['WaitChangeCipherSpec', 'HelloRequest', 'WaitChangeCipherSpec', 'RFC 5246 7.4.1.1'],
    ['WaitChangeCipherSpec', 'ChangeCipherSpec', 'WaitFinished', 'RFC 5246 7.1'],
    ['WaitFinished', 'Finished', 'Established', 'RFC 5246 7.4.9'],
    ['Established', 'HelloRequest', 'Established', 'RFC 5246 7.4.1.1'],
    ['Established', 'ApplicationData', 'Established', 'RFC 5246 10'],
  ],
  'several ways',
)

export const serverStates = machine(
  'TLS 1.2, the server (RFC 5246 7.3)',
  [
    ['WaitClientHello', 'ClientHello', 'WaitPolicy', 'RFC 5246 7.4.1.2'],
    ['WaitPolicy', 'client-hello', 'WaitSignature', 'RFC 6066 3'],
    ['WaitSignature', 'sign', 'WaitClientKeyExchange', 'RFC 5246 4.7'],
    ['WaitSignature', 'sign', 'WaitClientCertificate', 'RFC 5246 7.4.4'],
    ['WaitClientCertificate', 'Certificate', 'WaitClientTrust', 'RFC 5246 7.4.6'],
    ['WaitClientCertificate', 'Certificate', 'WaitClientKeyExchange', 'RFC 5246 7.4.6'],
    ['WaitClientTrust', 'trust', 'WaitClientKeyExchange', 'RFC 5280 6'],
    ['WaitClientKeyExchange', 'ClientKeyExchange', 'WaitChangeCipherSpec', 'RFC 5246 7.4.7'],
    ['WaitClientKeyExchange', 'ClientKeyExchange', 'WaitCertificateVerify', 'RFC 5246 7.4.7'],
    ['WaitCertificateVerify', 'CertificateVerify', 'WaitChangeCipherSpec', 'RFC 5246 7.4.8'],
    ['WaitChangeCipherSpec', 'ChangeCipherSpec', 'WaitFinished', 'RFC 5246 7.1'],
    ['WaitFinished', 'Finished', 'Established', 'RFC 5246 7.4.9'],
    ['Established', 'ClientHello', 'Established', 'RFC 5246 7.2.2'],
    ['Established', 'ApplicationData', 'Established', 'RFC 5246 10'],
  ],
  'several ways',
)
