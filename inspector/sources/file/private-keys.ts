/**
 * Private keys that somebody gave the page beside a capture. Loaded when a file looks like one: what reads them brings the
 * cryptography along.
 */
import { type Failure, isFailure } from '../../../src/failures/index.ts'
import { webCrypto } from '../../../src/web/crypto.ts'
import { openFile } from '../../../src/x509/files/open.ts'

/** PrivateKeyInfo in DER, in the order of the file; none where it has none. A failure: why it cannot be read. */
export const privateKeysIn = (file: Uint8Array): readonly Uint8Array[] | Failure => {
  const opened = openFile(file, undefined, webCrypto())
  return isFailure(opened) ? opened : opened.keys.map(({ pkcs8 }) => pkcs8)
}
