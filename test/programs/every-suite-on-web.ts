/** `every-suite.ts` on the web's platform; what is bytes comes and goes in hex, as a page and a test can exchange it. */
import type { SignatureAlgorithm } from '../../src/crypto/provider.ts'
import { webWorld } from '../../src/web/index.ts'
import { hexText } from '../../src/wire/bytes.ts'
import { hex } from '../support/bytes.ts'
import { type CertificateKind, everySuite } from './every-suite.ts'

export interface Given {
  readonly root: string
  readonly shown: readonly {
    readonly kind: CertificateKind
    readonly chain: readonly string[]
    readonly key?: string
  }[]
}

/** What is done with the RSA key, where that is. */
export interface Elsewhere {
  sign(message: string, algorithm: SignatureAlgorithm): Promise<string>
  decrypt(ciphertext: string): Promise<string>
}

export const everySuiteOnWeb = ({ root, shown }: Given, elsewhere: Elsewhere): Promise<readonly string[]> =>
  everySuite({
    world: () => webWorld(),
    root: hex(root),
    shown: shown.map(({ kind, chain, key }) => ({
      kind,
      chain: chain.map(hex),
      key: key === undefined ? undefined : hex(key),
    })),
    elsewhere: {
      sign: async (message, algorithm) => hex(await elsewhere.sign(hexText(message), algorithm)),
      decrypt: async ciphertext => hex(await elsewhere.decrypt(hexText(ciphertext))),
    },
  })
