/**
 * `barewire/crypto`: the primitives that the engines want, as an interface. `barewire/node` has OpenSSL's, `barewire/web`
 * those in plain TypeScript. Read `provider.ts` first.
 */
export type {
  Aead,
  AeadName,
  Cbc,
  CryptoProvider,
  GroupName,
  Hash,
  HashName,
  KeyAnswer,
  KeyDerivation,
  KeyKind,
  KeyOffer,
  ScryptCosts,
  SignatureAlgorithm,
} from './provider.ts'
