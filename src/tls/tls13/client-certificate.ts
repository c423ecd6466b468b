/** What a client of TLS 1.3 is asked for, and what it shows: in the handshake and behind it. */
import type { Bytes } from '../../engine.ts'
import type { ChainTrusted } from '../../x509/path/trusted.ts'
import { compressions } from '../certificate/compression.ts'
import { keyGroupOf, keyTypeOf } from '../certificate/key.ts'
import { type CertificateTypeName, checkShown, isRaw } from '../certificate/types.ts'
import type { TlsServerConfig } from '../config.ts'
import { type ExtensionsIn, taggedExtensions } from '../messages/extensions.ts'
import { SignatureScheme } from '../messages/registries.table.ts'
import type { Bodies13, CertificateRequest } from '../messages/tls13.ts'
import { Fresh, SignatureValid } from '../proofs.ts'
import { acceptable, schemeFor13 } from '../schemes.table.ts'
import type { Context, Message } from '../states.ts'
import type { CertificateMessage } from './certificate-message.ts'
import { checkList, signedContent } from './checks.ts'

/** RFC 9846 4.4.2. */
export const certificateRequest13 = (
  config: TlsServerConfig,
  type: CertificateTypeName | undefined,
): CertificateRequest => ({
  context: new Uint8Array(0),
  extensions: taggedExtensions<'certificateRequest'>({
    signatureAlgorithms: { schemes: acceptable(config.schemes).map(({ id }) => id) },
    // A raw public key has no issuer.
    ...(isRaw(type) ? {} : aboutChains(config)),
  }),
})

const aboutChains = ({
  clientAuthorities = [],
  certificateCoders,
  certificateSchemes,
}: TlsServerConfig): ExtensionsIn<'certificateRequest'> => ({
  ...(clientAuthorities.length === 0 ? {} : { certificateAuthorities: { authorities: [...clientAuthorities] } }),
  compressCertificate: compressions(certificateCoders),
  signatureAlgorithmsCert: certificateSchemes && { schemes: [...certificateSchemes] },
})

/** What it shows, when it shows something; whether that is to be trusted is asked. */
export const askAbout = (
  context: Context<Bodies13>,
  message: CertificateMessage,
  certificateType: CertificateTypeName,
): readonly Bytes[] => {
  const { entries } = message.body
  entries.forEach(({ extensions: list }, index) => {
    const path = `entries.${index}.extensions`
    // Our request has asked for none of them.
    checkList(context, message, { list, place: 'certificate', path, offered: [] }, 'signature')
  })
  const chain = entries.map(entry => entry.certificate)
  const path = (index: number): string => `entries.${index}.certificate`
  checkShown(context, message, certificateType, chain, path)
  context.ask(
    { about: 'trust', chain, certificateType, name: undefined, purpose: 'client', keyUsage: 'digitalSignature' },
    { message, chain, path },
  )
  return chain
}

interface Showing {
  readonly trusted: ChainTrusted
  readonly config: TlsServerConfig
  /** The hash of everything up to what it has shown. */
  readonly digest: Bytes
}

/** It has the key to what it has shown. */
export const provenBy = (
  context: Context<Bodies13>,
  message: Message<'CertificateVerify', Bodies13>,
  { trusted, config, digest }: Showing,
): Fresh => {
  const { scheme: number, signature } = message.body
  const { publicKey } = trusted
  const scheme = schemeFor13(number, { type: keyTypeOf(publicKey), group: keyGroupOf(publicKey) })
  if (scheme === undefined || !acceptable(config.schemes).includes(scheme))
    throw context.refusal('signature', message, 'tls/wrong-scheme', 'scheme', {
      got: SignatureScheme.nameOf(number),
      expected: `it must be one that was asked for and fits a key of type ${keyTypeOf(publicKey)}`,
    })
  const proof = SignatureValid.check(context.crypto, scheme, publicKey, signedContent('client', digest), signature)
  if (proof === undefined)
    throw context.refusal('signature', message, 'tls/signature-wrong', 'signature', { got: scheme.name })
  context.passed('signature', message)
  return new Fresh(trusted, proof)
}
