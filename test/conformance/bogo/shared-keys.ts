/** The runner's pre-shared keys, all of which it imports (RFC 9258). */
import type { CryptoProvider } from '../../../src/crypto/provider.ts'
import { type Ask, ExternalKey } from '../../../src/tls/index.ts'
import { sameOctets } from '../../../src/wire/bytes.ts'
import type { Credential, Flags } from './flags.ts'

const NONE = new Uint8Array(0)

const imported = ({ flags }: Credential, role: 'client' | 'server', crypto: CryptoProvider): readonly ExternalKey[] =>
  ExternalKey.imported(crypto, {
    identity: flags.bytes('psk-importer-identity') ?? NONE,
    key: flags.bytes('psk-importer-key') ?? NONE,
    context: flags.bytes('psk-importer-context'),
    hash: flags.has('psk-importer-sha384') ? 'sha384' : 'sha256',
    role,
  })

const sharedIn = (flags: Flags): readonly Credential[] => flags.credentials.filter(({ kind }) => kind === 'shared key')

/** Undefined: there are none. */
export const offeredKeys = (flags: Flags, crypto: CryptoProvider): readonly ExternalKey[] | undefined => {
  const shared = sharedIn(flags)
  return shared.length === 0 ? undefined : shared.flatMap(one => imported(one, 'client', crypto))
}

export const hasSharedKeys = (flags: Flags): boolean => sharedIn(flags).length > 0

/** The first of ours that the client has, before the certificate that suits it: `shown` is its number. */
export const keyFor = (
  { identities, hashes }: Extract<Ask['question'], { readonly about: 'psk' }>,
  flags: Flags,
  certificate: number | undefined,
  crypto: CryptoProvider,
): { readonly reply: ExternalKey | 'none'; readonly shown?: number } => {
  for (const one of sharedIn(flags)) {
    const shown = flags.credentials.indexOf(one)
    if (certificate !== undefined && certificate < shown) break
    // BoringSSL fixes the suite first.
    const [hash] = hashes
    const reply = imported(one, 'server', crypto).find(
      key => key.hash === hash && identities.some(identity => key.isFor(identity)),
    )
    if (reply !== undefined) return { reply, shown }
  }
  return { reply: 'none' }
}

/** Which of our credentials the server has chosen. */
export const numberOf = (identity: Uint8Array, flags: Flags): number =>
  flags.credentials.findIndex(one => {
    const own = one.flags.bytes('psk-importer-identity')
    return own !== undefined && sameOctets(own, identity)
  })
