import type { Aead, CryptoProvider } from '../../src/crypto/provider.ts'

/** `provider`, whose AEADs give no room for long records, or `room`, whatever its own do. */
export const withRoom = (provider: CryptoProvider, room: Aead['room'] | undefined): CryptoProvider => ({
  ...provider,
  aead: (name, key) => {
    const aead = provider.aead(name, key)
    return {
      seal: (...of) => aead.seal(...of),
      sealInto: (...of) => aead.sealInto(...of),
      open: (...of) => aead.open(...of),
      wipe: () => aead.wipe(),
      ...(room === undefined ? {} : { room }),
    }
  },
})

/** Providers that give none, and such whose rooms are full of what was there before. */
export const rooms: readonly [string, (provider: CryptoProvider) => CryptoProvider][] = [
  ['in pieces', provider => withRoom(provider, undefined)],
  ['in room', provider => withRoom(provider, length => new Uint8Array(length).fill(0xee))],
]
