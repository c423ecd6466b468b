/**
 * TLS 1.2 without resumption (RFC 5246 7.3) as two tables: state to input to the states that may follow. What is not in
 * a row is refused with unexpected_message before any code of the state runs: ChangeCipherSpec before the keys are
 * there (CVE-2014-0224), a skipped ServerKeyExchange (SMACK), data before Finished.
 */

import type { HandshakeName } from '../messages/tls12.ts'

/** Inputs in lower case are replies to questions. */
export const clientStates = {
  WaitServerHello: { HelloRequest: ['WaitServerHello'], ServerHello: ['WaitCertificate'] },
  WaitCertificate: { HelloRequest: ['WaitCertificate'], Certificate: ['WaitTrust'] },
  WaitTrust: { trust: ['WaitServerKeyExchange'] },
  WaitServerKeyExchange: {
    HelloRequest: ['WaitServerKeyExchange'],
    ServerKeyExchange: ['WaitCertificateRequestOrServerHelloDone'],
  },
  WaitCertificateRequestOrServerHelloDone: {
    HelloRequest: ['WaitCertificateRequestOrServerHelloDone'],
    CertificateRequest: ['WaitServerHelloDone'],
    ServerHelloDone: ['WaitChangeCipherSpec'],
  },
  WaitServerHelloDone: { HelloRequest: ['WaitServerHelloDone'], ServerHelloDone: ['WaitChangeCipherSpec'] },
  WaitChangeCipherSpec: { HelloRequest: ['WaitChangeCipherSpec'], ChangeCipherSpec: ['WaitFinished'] },
  WaitFinished: { Finished: ['Established'] },
  Established: { HelloRequest: ['Established'], ApplicationData: ['Established'] },
} as const

export const serverStates = {
  WaitClientHello: { ClientHello: ['WaitCertificateForName'] },
  WaitCertificateForName: { 'certificate-for-name': ['WaitSignature'] },
  WaitSignature: { sign: ['WaitClientKeyExchange'] },
  WaitClientKeyExchange: { ClientKeyExchange: ['WaitChangeCipherSpec'] },
  WaitChangeCipherSpec: { ChangeCipherSpec: ['WaitFinished'] },
  WaitFinished: { Finished: ['Established'] },
  Established: { ClientHello: ['Established'], ApplicationData: ['Established'] },
} as const

/**
 * RFC 5246 7.4.9: a Finished is checked against everything before it, so whoever has checked it adds it; a HelloRequest is
 * no part of the handshake (7.4.1.1).
 */
export const entersTranscript = (name: HandshakeName): boolean => name !== 'Finished' && name !== 'HelloRequest'
