/** A chain, evidence about it, and what comes of both. */
import { context } from '../../src/asn1/der.ts'
import { OID } from '../../src/asn1/oids.table.ts'
import { element, explicit, namedBitString, sequence } from '../../src/asn1/write.ts'
import type { Bytes } from '../../src/engine.ts'
import { latin1Bytes } from '../../src/wire/bytes.ts'
import { KEY_USAGE } from '../../src/x509/certificate/extensions.ts'
import { type ExtensionToWrite, keyUsage } from '../../src/x509/issue.ts'
import { isTrusted } from '../../src/x509/path/trusted.ts'
import { verifyChain } from '../../src/x509/path/verify.ts'
import type { Evidence, RevocationDemands } from '../../src/x509/revocation/evidence.ts'
import { ask, at, DAY, leaf } from './chains.ts'
import { serialOf } from './revocation.ts'

export const chain = leaf()
export const shop = chain[0]!

/** `good`, `revoked` or why it is not known, of the leaf; with hard checks of it alone. */
export const state = (
  evidence: Evidence,
  of: readonly Bytes[] = chain,
  demands: Partial<RevocationDemands> = {},
): string => {
  const revocation = { mode: 'hard', scope: 'leaf', ...demands } as const
  const result = verifyChain(ask(of, { evidence, revocation }))
  if (!isTrusted(result))
    return result.code === 'tls/certificate-revoked'
      ? 'revoked'
      : `${result.code === 'tls/revocation-unknown' ? '' : result.code}${result.got}`
  const [own] = result.revocation
  return own?.status === 'good' ? `good by ${own.by}` : (own?.status ?? 'nothing')
}
export const crls = (...lists: readonly Bytes[]): Evidence => ({ crls: lists })
export const ocsp = (...answers: readonly Bytes[]): Evidence => ({ ocsp: answers })

export const uri = (url: string): Uint8Array => element(context(6), latin1Bytes(url))
/** cRLDistributionPoints with these fields of each point. */
export const points = (...list: readonly (readonly Uint8Array[])[]): ExtensionToWrite => ({
  oid: OID.cRLDistributionPoints,
  critical: false,
  value: sequence(...list.map(fields => sequence(...fields))),
})
export const at1 = (url: string): Uint8Array => explicit(0, explicit(0, uri(url)))
export const directory = (name: Uint8Array): Uint8Array => explicit(4, name)
export const reasons = (set: number): Uint8Array => element(context(1), namedBitString(set).subarray(2))
export const withPoints = (...list: readonly (readonly Uint8Array[])[]): readonly Bytes[] =>
  leaf({ extensions: [points(...list)] })
export const entry = (certificate: Bytes, more: object = {}) => ({
  serialNumber: serialOf(certificate),
  date: at - DAY,
  ...more,
})
export const signsLists: readonly ExtensionToWrite[] = [keyUsage(KEY_USAGE.cRLSign)]
