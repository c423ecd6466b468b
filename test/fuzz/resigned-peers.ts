/** What OpenSSL, GnuTLS and we say of a chain: nothing when it is in order, else why not. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../../src/failures/index.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import { parseCertificate } from '../../src/x509/certificate/certificate.ts'
import { pem } from '../../src/x509/files/pem.ts'
import { deployed, type Profile } from '../../src/x509/path/profile.ts'
import { trustStore } from '../../src/x509/path/store.ts'
import { isTrusted } from '../../src/x509/path/trusted.ts'
import { verifyChain } from '../../src/x509/path/verify.ts'
import { type Honest, NAME, type Resigned } from './resigned.ts'

/** Why it is refused; undefined: it is accepted. */
export type Verdict = string | undefined

const crypto = nodeCrypto()

/** The code, and what was found in which field. */
export const ours = (
  { root }: Honest,
  { leaf, intermediate }: Resigned,
  at: number,
  profile: Profile = deployed,
): Verdict => {
  const result = verifyChain({
    chain: [leaf, intermediate],
    name: NAME,
    at,
    trust: trustStore([root]),
    crypto,
    profile,
  })
  if (isTrusted(result)) return undefined
  // What cannot be read is as if it had not been sent; here it counts why not.
  const unread = result.code === 'tls/chain-incomplete' ? parseCertificate(intermediate) : undefined
  const { code, where = '', got = '', expected = '' } = unread instanceof Failure ? unread : result
  return [code, where, got, expected].join(' | ')
}

/** Chains as files of a folder, each read by a program of its own: what one of them cannot read does not hide others. */
export class Peers {
  readonly #folder: string
  constructor(folder: string, { root }: Honest) {
    this.#folder = folder
    writeFileSync(this.#file('root.pem'), pem('CERTIFICATE', root))
  }

  async openssl({ leaf, intermediate }: Resigned): Promise<Verdict> {
    writeFileSync(this.#file('leaf.pem'), pem('CERTIFICATE', leaf))
    writeFileSync(this.#file('more.pem'), pem('CERTIFICATE', intermediate))
    const strict = ['-x509_strict', '-purpose', 'sslserver', '-verify_hostname', NAME]
    const { code, text } = await this.#run(
      'openssl',
      'verify',
      ...strict,
      '-CAfile',
      'root.pem',
      '-untrusted',
      'more.pem',
      'leaf.pem',
    )
    if (code === 0) return undefined
    return (
      [...text.matchAll(/lookup: (.*)|:reason\((.*)\)|^.*?(unable to load.*|Could not .*)|:([^:]+):[^:]*\.c:/gim)]
        .map(found => found.slice(1).find(one => one !== undefined))
        .join('; ') || text
    )
  }

  async gnutls({ leaf, intermediate }: Resigned): Promise<Verdict> {
    writeFileSync(this.#file('chain.pem'), pem('CERTIFICATE', leaf) + pem('CERTIFICATE', intermediate))
    const asked = ['--verify-hostname', NAME, '--verify-purpose', '1.3.6.1.5.5.7.3.1']
    const { code, text } = await this.#run(
      'certtool',
      '--verify',
      '--load-ca-certificate',
      'root.pem',
      ...asked,
      '--infile',
      'chain.pem',
    )
    if (code === 0) return undefined
    return /^(?:Chain verification output: |gnutls_\w+|error ).*/m.exec(text)?.[0] ?? text
  }

  #file(name: string): string {
    return join(this.#folder, name)
  }

  #run(program: string, ...args: readonly string[]): Promise<{ code: number | null; text: string }> {
    return new Promise((resolve, reject) => {
      const child = spawn(program, args, { cwd: this.#folder, stdio: ['ignore', 'pipe', 'pipe'] })
      let text = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', piece => (text += piece))
      child.on('error', reject)
      child.on('close', code => resolve({ code, text }))
    })
  }
}
