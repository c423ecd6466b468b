/** `barewire/x509`: certificates read, written, and chains of them checked. */
export {
  Certificate,
  type Extension,
  MAX_CERTIFICATE_SIZE,
  MAX_EXTENSIONS,
  parseCertificate,
  type Span,
} from './certificate.ts'
export { type Attribute, DistinguishedName, type RelativeName } from './distinguished-name.ts'
export {
  type AccessDescription,
  type AuthorityKeyIdentifier,
  type BasicConstraints,
  type CertificatePolicy,
  type ExtensionName,
  type ExtensionValues,
  KEY_USAGE,
  type KeyUsageName,
  type NameConstraints,
  type PolicyConstraints,
  type PolicyMapping,
} from './extensions.ts'
export { certificateFields, certificateFormat } from './fields.ts'
export type { FileContents } from './file-contents.ts'
export { addressOf, type GeneralName, generalNameText } from './general-name.ts'
export { type Lint, type LintId, lints, lintsBroken, type Role } from './lints.table.ts'
export { dnsMatches, matches } from './names.ts'
export { explainChain, verifyChain } from './path.ts'
export { certificatesIn, type PemBlock, pem, pemBlocks } from './pem.ts'
export { type PrivateKey, privateKeyIn } from './private-key.ts'
export { deployed, type Profile, profiles, rfc5280, webpki } from './profile.ts'
export { type PublicKey, publicKeyText, readPublicKey } from './public-key.ts'
export { joinStores, trustStore } from './store.ts'
export { ChainTrusted, isTrusted, type Purpose, type TrustQuestion, trustWithoutChecking } from './trusted.ts'
export type { ChainOutcome, ChainRequest, TriedPath, TrustStore } from './types.ts'
