/** One visit to the shop in TLS 1.2: with the RSA key that opens what is sent to it, or with one that signs. */
import type { SignatureAlgorithm } from '../../../src/crypto/provider.ts'
import { broken } from '../../../src/lab/broken.ts'
import { client } from '../../../src/net/client/client.ts'
import type { ClientTls } from '../../../src/net/client/client-tls.ts'
import { serve } from '../../../src/net/server/serve.ts'
import type { TlsServerOptions } from '../../../src/net/stream/server-answers.ts'
import { certifiedKey } from '../../../src/tls/certificate/certified-key.ts'
import { KEY_USAGE } from '../../../src/x509/certificate/extensions.ts'
import { rsaKey } from '../../runs/rsa-key.ts'
import { SHOP } from '../stage.ts'
import type { Play } from '../world.ts'

export const RSA_SUITE = 'TLS_RSA_WITH_AES_128_GCM_SHA256'
export const ECDHE_SUITE = 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'

/** What the certificate's key was asked for. */
export interface KeyUse {
  signed: number
  decrypted: number
}

export interface ShopKey {
  readonly tls: Pick<TlsServerOptions, 'certificateFor' | 'suites' | 'versions'>
  readonly used: KeyUse
  /** The bare private operation, for whoever gets hold of the key; undefined for a key that only signs. */
  readonly decrypt: ((ciphertext: Uint8Array) => Uint8Array) | undefined
}

export const rsaShop = ({ platform: { crypto }, world }: Play): ShopKey => {
  const used = { signed: 0, decrypted: 0 }
  const { spki, decrypt } = rsaKey(crypto.random)
  const { chain } = broken(world.authority).certify({
    names: [SHOP],
    publicKey: spki,
    usage: KEY_USAGE.keyEncipherment,
  })
  const key = certifiedKey({
    chain,
    privateKey: {
      sign() {
        throw new RangeError('where RSA agrees on the keys a server signs nothing')
      },
      decrypt(ciphertext) {
        used.decrypted++
        return decrypt(ciphertext)
      },
    },
  })
  return { tls: { certificateFor: () => key, suites: [RSA_SUITE], versions: ['TLS 1.2'] }, used, decrypt }
}

export const ecdheShop = ({ platform: { crypto }, world }: Play): ShopKey => {
  const used = { signed: 0, decrypted: 0 }
  const { chain, privateKey } = world.authority.issue({ names: [SHOP] })
  const key = certifiedKey({
    chain,
    privateKey: {
      sign(message: Uint8Array, algorithm: SignatureAlgorithm) {
        used.signed++
        return crypto.sign(algorithm, privateKey, message)
      },
    },
  })
  return { tls: { certificateFor: () => key, suites: [ECDHE_SUITE], versions: ['TLS 1.2'] }, used, decrypt: undefined }
}

export interface Visit {
  readonly path: string
  readonly answer: string
}

/** What is asked for and what comes back; both differ from run to run. */
export const visitOf = ({ random }: Play): Visit => {
  const book = random.between(100, 999)
  const title = random.pick(['Small Gods', 'Emma', 'Walden', 'Middlemarch', 'Dracula', 'Ulysses', 'Kim'])
  return { path: `/books/${book}`, answer: `${title}, ${random.between(3, 60)} EUR\n` }
}

export const openShop = (
  { server, trace }: Play,
  { tls }: Pick<ShopKey, 'tls'>,
  visit: Visit,
  more: Partial<TlsServerOptions> = {},
) =>
  serve(async () => new Response(visit.answer, { headers: { 'content-type': 'text/plain' } }), {
    world: server.world,
    host: server.host.address.text,
    port: 443,
    tls: { tickets: 'none', ...tls, ...more },
    trace,
  })

/** Asks once and hangs up. */
export const ask = async ({ laptop, trace }: Play, { path }: Visit, tls: ClientTls): Promise<string> => {
  const browser = client({ world: laptop.world, trace, tls })
  try {
    return await (await browser.fetch(`https://${SHOP}${path}`)).text()
  } finally {
    browser.close()
  }
}
