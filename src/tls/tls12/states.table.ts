/**
 * TLS 1.2, with resumption by id and by ticket (RFC 5246 7.3, RFC 5077 3.1), as two tables. What is not in a row is refused with unexpected_message before any code of the state runs: ChangeCipherSpec before the keys are
 * there (CVE-2014-0224), a skipped ServerKeyExchange (SMACK), data before Finished.
 */

import { machine } from '../../machine.ts'

/** Inputs in lower case are replies to questions. */
export const clientStates = machine(
  'TLS 1.2, the client (RFC 5246 7.3)',
  [
    ['WaitServerHello', 'HelloRequest', 'WaitServerHello', 'RFC 5246 7.4.1.1'],
    ['WaitServerHello', 'ServerHello', 'WaitCertificate', 'RFC 5246 7.4.1.3'],
    ['WaitServerHello', 'ServerHello', 'WaitResumedTrust', 'RFC 5246 7.3'],
    ['WaitServerHello', 'ServerHello', 'WaitNewSessionTicket', 'RFC 5077 3.1'],
    ['WaitServerHello', 'ServerHello', 'WaitChangeCipherSpec', 'RFC 5246 7.3'],
    ['WaitResumedTrust', 'trust', 'WaitNewSessionTicket', 'RFC 5280 6'],
    ['WaitResumedTrust', 'trust', 'WaitChangeCipherSpec', 'RFC 5280 6'],
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
    ['WaitCertificateRequestOrServerHelloDone', 'ServerHelloDone', 'WaitNewSessionTicket', 'RFC 5246 7.4.5'],
    ['WaitServerHelloDone', 'HelloRequest', 'WaitServerHelloDone', 'RFC 5246 7.4.1.1'],
    ['WaitServerHelloDone', 'ServerHelloDone', 'WaitOwnCertificate', 'RFC 5246 7.4.5'],
    ['WaitOwnCertificate', 'certificate', 'WaitOwnSignature', 'RFC 5246 7.4.6'],
    ['WaitOwnCertificate', 'certificate', 'WaitChangeCipherSpec', 'RFC 5246 7.4.6'],
    ['WaitOwnCertificate', 'certificate', 'WaitNewSessionTicket', 'RFC 5246 7.4.6'],
    ['WaitOwnSignature', 'sign', 'WaitChangeCipherSpec', 'RFC 5246 7.4.8'],
    ['WaitOwnSignature', 'sign', 'WaitNewSessionTicket', 'RFC 5246 7.4.8'],
    ['WaitNewSessionTicket', 'HelloRequest', 'WaitNewSessionTicket', 'RFC 5246 7.4.1.1'],
    ['WaitNewSessionTicket', 'NewSessionTicket', 'WaitChangeCipherSpec', 'RFC 5077 3.3'],
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
    ['WaitClientHello', 'ClientHello', 'WaitTicketOpened', 'RFC 5077 3.4'],
    ['WaitClientHello', 'ClientHello', 'WaitSessionFound', 'RFC 5246 7.4.1.2'],
    ['WaitTicketOpened', 'ticket', 'WaitPolicy', 'RFC 5077 3.4'],
    ['WaitTicketOpened', 'ticket', 'WaitResumedTrust', 'RFC 5077 3.4'],
    ['WaitTicketOpened', 'ticket', 'WaitChangeCipherSpec', 'RFC 5077 3.4'],
    ['WaitSessionFound', 'session', 'WaitPolicy', 'RFC 5246 7.4.1.3'],
    ['WaitSessionFound', 'session', 'WaitResumedTrust', 'RFC 5246 7.4.1.3'],
    ['WaitSessionFound', 'session', 'WaitChangeCipherSpec', 'RFC 5246 7.4.1.3'],
    ['WaitResumedTrust', 'trust', 'WaitChangeCipherSpec', 'RFC 5280 6'],
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
    ['WaitFinished', 'Finished', 'WaitTicketSealed', 'RFC 5077 3.3'],
    ['WaitFinished', 'Finished', 'WaitSessionKept', 'RFC 5246 7.4.1.3'],
    ['WaitTicketSealed', 'ticket', 'Established', 'RFC 5077 3.3'],
    ['WaitSessionKept', 'session', 'Established', 'RFC 5246 7.4.9'],
    ['Established', 'ClientHello', 'Established', 'RFC 5246 7.2.2'],
    ['Established', 'ApplicationData', 'Established', 'RFC 5246 10'],
  ],
  'several ways',
)
