/** The primitives with which the page recomputes what engines said, loaded when a tab first needs them. */
import { useEffect, useState } from 'preact/hooks'
import type { CryptoProvider } from '../../../src/crypto/provider.ts'

let loaded: CryptoProvider | undefined

export const useCryptography = (): CryptoProvider | undefined => {
  const [provider, setProvider] = useState(loaded)
  useEffect(() => {
    if (loaded !== undefined) return
    void import('../../../src/web/crypto.ts').then(({ webCrypto }) => {
      loaded ??= webCrypto()
      setProvider(loaded)
    })
  }, [])
  return provider
}
