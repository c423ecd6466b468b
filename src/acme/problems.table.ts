/** The errors of ACME (RFC 8555 6.7), each with the status that goes with it. */

export const PROBLEMS = {
  accountDoesNotExist: 400,
  alreadyRevoked: 400,
  badCSR: 400,
  badNonce: 400,
  badPublicKey: 400,
  badRevocationReason: 400,
  badSignatureAlgorithm: 400,
  caa: 403,
  compound: 400,
  connection: 400,
  dns: 400,
  externalAccountRequired: 403,
  incorrectResponse: 403,
  invalidContact: 400,
  malformed: 400,
  orderNotReady: 403,
  rateLimited: 429,
  rejectedIdentifier: 400,
  serverInternal: 500,
  tls: 400,
  unauthorized: 403,
  unsupportedContact: 400,
  unsupportedIdentifier: 400,
  userActionRequired: 403,
} as const

export type ProblemName = keyof typeof PROBLEMS

/** RFC 8555 9.7.3: where the names above are registered. */
export const PROBLEM_PREFIX = 'urn:ietf:params:acme:error:'
