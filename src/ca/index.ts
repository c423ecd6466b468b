/** `barewire/ca`: a certificate authority in memory. Its files are in `node/ca-files.ts`. */
export {
  type AuthorityOptions,
  type CertificateAuthority,
  certificateAuthority,
  type IntermediateOptions,
  type Issued,
  type KeyKind,
  type LeafOptions,
  loadAuthority,
  selfSigned,
} from './authority.ts'
