/**
 * `barewire/crypto`: OpenSSL's primitives through Node, as the engines want them; or bring your own provider. Read
 * `provider.ts` first.
 */
export { nodeCrypto, seededNodeCrypto } from '../node/crypto.ts'
export type {
  Aead,
  AeadName,
  CryptoProvider,
  GroupName,
  Hash,
  HashName,
  KeyShare,
  SignatureAlgorithm,
} from './provider.ts'
