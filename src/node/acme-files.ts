/**
 * What a client of ACME keeps: the key of its account for each authority, and for each list of names the last certificate
 * with its key. Keys are for their owner alone: files that others can read or change are not used.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { CryptoProvider } from '../crypto/provider.ts'
import type { Bytes } from '../engine.ts'
import { certificatesIn, pem, pemBlocks } from '../x509/files/pem.ts'
import type { KeyPair } from '../x509/issue.ts'
import { aboutFiles, exists, onlyOursToRead, onlyOursToWrite } from './ca-guard.ts'
import { writeWhole } from './whole-file.ts'

export interface KeptCertificate {
  /** DER, leaf first. */
  readonly chain: readonly Bytes[]
  readonly key: KeyPair
}

export interface AcmeFiles {
  /** The key of the account; made on the first use. */
  accountKey(): KeyPair
  /** The last certificate for these names; undefined where there is none that can be read. */
  certificate(names: readonly string[]): KeptCertificate | undefined
  keep(names: readonly string[], kept: KeptCertificate): void
}

/** In `home` (see `dataHome`), for the authority at this directory. Throws `FailureError`: `ca/unusable`, `ca/key-readable`. */
export const acmeFiles = (home: string, directory: string, crypto: CryptoProvider): AcmeFiles => {
  const folder = join(home, 'acme', shortened(directory))
  const fileFor = (names: readonly string[]): string => join(folder, `${shortened([...names].sort().join())}.pem`)
  return {
    accountKey() {
      const path = join(folder, 'account.pem')
      const known = keyIn(path)
      if (known !== undefined) return known
      const made = crypto.generateKeyPair('p-256')
      written(folder, path, keyText(made))
      return made
    },
    certificate(names) {
      const path = fileFor(names)
      const key = keyIn(path)
      const chain = key === undefined ? [] : certificatesIn(readFileSync(path, 'utf8'))
      return key === undefined || chain.length === 0 ? undefined : { chain, key }
    },
    keep(names, { chain, key }) {
      written(folder, fileFor(names), keyText(key) + chain.map(der => pem('CERTIFICATE', der)).join(''))
    },
  }
}

/** Of a text that is a URL, or too long for a file. */
const shortened = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)

/** Both halves, so that nothing has to be computed of a key. */
const keyText = ({ spki, pkcs8 }: KeyPair): string => pem('PRIVATE KEY', pkcs8) + pem('PUBLIC KEY', spki)

const keyIn = (path: string): KeyPair | undefined => {
  const text = aboutFiles(path, () => {
    if (!exists(path)) return undefined
    onlyOursAbove(path)
    onlyOursToRead(path)
    return readFileSync(path, 'utf8')
  })
  if (text === undefined) return undefined
  const [pkcs8, spki] = ['PRIVATE KEY', 'PUBLIC KEY'].map(wanted =>
    pemBlocks(text).find(({ label }) => label === wanted),
  )
  return pkcs8 === undefined || spki === undefined ? undefined : { pkcs8: pkcs8.der, spki: spki.der }
}

/** The folder of the authority, that of all of them, and the home: whoever may write there can put another key here. */
const onlyOursAbove = (path: string): void => {
  const folder = dirname(path)
  for (const each of [folder, dirname(folder), dirname(dirname(folder))]) onlyOursToWrite(each)
}

/** A key is never half there. */
const written = (folder: string, path: string, text: string): void =>
  aboutFiles(path, () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    onlyOursAbove(path)
    writeWhole(path, text, 0o600, 'replace')
  })
