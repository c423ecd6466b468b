/** `barewire/x509`: certificates read, written, and chains of them checked. */
export {
  Certificate,
  MAX_CERTIFICATE_SIZE,
  parseCertificate,
} from './certificate/certificate.ts'
export { type Attribute, DistinguishedName, type RelativeName } from './certificate/distinguished-name.ts'
export {
  type DistributionPoint,
  type DistributionPointName,
  REVOCATION_REASON,
} from './certificate/distribution-point.ts'
export { type Extension, MAX_EXTENSIONS } from './certificate/extension-list.ts'
export {
  type AccessDescription,
  type AuthorityKeyIdentifier,
  type BasicConstraints,
  type CertificatePolicy,
  type DirectoryAttribute,
  type ExtensionName,
  type ExtensionValues,
  KEY_USAGE,
  type KeyUsageName,
  type NameConstraints,
  type PolicyConstraints,
  type PolicyMapping,
} from './certificate/extensions.ts'
export { certificateFields, certificateFormat } from './certificate/fields.ts'
export { addressOf, type GeneralName, generalNameText } from './certificate/general-name.ts'
export { type PublicKey, publicKeyText, readPublicKey } from './certificate/public-key.ts'
export { type SignedCertificateTimestamp, signedCertificateTimestamp } from './certificate/sct.ts'
export { encryptPrivateKey, encryptPrivateKeyInTurns } from './files/encrypted-key.ts'
export type { FileContents } from './files/file-contents.ts'
export { type Jwk, jwkOf, jwkThumbprint, keyPairOfJwk, type PrivateJwk, privateJwkOf, spkiOfJwk } from './files/jwk.ts'
export { inTheClear, inTheClearInTurns, type Opened, openFile, openFileInTurns } from './files/open.ts'
export { certificatesIn, type PemBlock, pem, pemBlocks } from './files/pem.ts'
export { certificatesOfPkcs7, pkcs7 } from './files/pkcs7.ts'
export {
  type Pkcs12,
  type Pkcs12Certificate,
  type Pkcs12Key,
  readPkcs12,
  readPkcs12InTurns,
} from './files/pkcs12.ts'
export { type Pkcs12Entry, type Pkcs12ToWrite, writePkcs12, writePkcs12InTurns } from './files/pkcs12-write.ts'
export { type PrivateKey, privateKeyIn } from './files/private-key.ts'
export { anchorsOfProgram } from './files/root-programs.ts'
export type { Anchor, AnchorConstraints, TrustStore } from './path/anchor.ts'
export { type ChainOutcome, type ExplainedPath, explainChain } from './path/explain.ts'
export { type ChainJudgement, judgeChain } from './path/judge-chain.ts'
export { type Lint, type LintId, lints, lintsBroken, type Role } from './path/lints.table.ts'
export { dnsMatches, matches } from './path/names.ts'
export type { PolicyDemands } from './path/policy.ts'
export {
  deployed,
  notHeld,
  type Profile,
  pathOnly,
  profiles,
  type RuleNotHeld,
  rfc5280,
  webpki,
} from './path/profile.ts'
export type { CheckStep, EdgeStep, KnownStep, Step, StepCertificate, StepSink } from './path/steps.ts'
export { type AnchorToTrust, joinStores, trustStore } from './path/store.ts'
export { ChainTrusted, isTrusted, type Purpose, type TrustQuestion, trustWithoutChecking } from './path/trusted.ts'
export type { ChainRequest } from './path/types.ts'
export { verifyChain } from './path/verify.ts'
export { CertificateRequest, certificateRequestIn, MAX_REQUEST_SIZE, type RequestAttribute } from './request/request.ts'
export { certificateRequest, type RequestToWrite } from './request/write.ts'
export { parseRevocationList, RevocationList, type Revoked } from './revocation/crl.ts'
export {
  CRL_REASON,
  type CrlExtensionValues,
  type CrlReason,
  type IssuingDistributionPoint,
} from './revocation/crl-extensions.table.ts'
export { type CrlToWrite, crlTbs, type EntryToWrite } from './revocation/crl-write.ts'
export { MAX_CRLITE_SIZE, readCrlite } from './revocation/crlite.ts'
export type {
  Evidence,
  EvidenceFault,
  Need,
  RevocationDemands,
  RevocationFilter,
  RevocationMode,
  RevocationState,
} from './revocation/evidence.ts'
export {
  BasicOcspResponse,
  type CertificateId,
  type CertificateStatus,
  certificateId,
  type OcspResponse,
  type OcspStatus,
  parseOcspResponse,
  type SingleAnswer,
} from './revocation/ocsp.ts'
export { type OcspRequest, parseOcspRequest, writeOcspRequest } from './revocation/ocsp-request.ts'
export {
  type OcspAnswerToWrite,
  ocspAnswerTbs,
  writeOcspRefusal,
  writeOcspResponse,
} from './revocation/ocsp-write.ts'
export { type SignedSpans, type Span, writeSigned } from './signed.ts'
export { type CertificateLog, type LogList, type LogStateName, readLogList } from './transparency/log-list.ts'
export { type LogEntry, type Precertificate, precertificateTbs, signedEntry } from './transparency/signed-entry.ts'
export type {
  TimestampFault,
  TimestampFinding,
  TimestampSource,
  TransparencyDemands,
  TransparencyPolicyName,
  TransparencyState,
} from './transparency/types.ts'
