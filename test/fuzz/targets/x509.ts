/** What files and peers bring of certificates: certificates, requests, keys and bundles, and anchors among others. */
import { certificateAuthority } from '../../../src/ca/authority.ts'
import type { CryptoProvider, Hash } from '../../../src/crypto/provider.ts'
import { Failure } from '../../../src/failures/index.ts'
import { seededNodeCrypto } from '../../../src/node/crypto.ts'
import { seeded } from '../../../src/random.ts'
import { fields } from '../../../src/wire/field.ts'
import { Certificate, malformedUnless, parseCertificate } from '../../../src/x509/certificate/certificate.ts'
import { certificateFields } from '../../../src/x509/certificate/fields.ts'
import { publicKeyText } from '../../../src/x509/certificate/public-key.ts'
import { encryptPrivateKey } from '../../../src/x509/files/encrypted-key.ts'
import { jwkOf } from '../../../src/x509/files/jwk.ts'
import { inTheClear, openFile } from '../../../src/x509/files/open.ts'
import { pem } from '../../../src/x509/files/pem.ts'
import { pkcs7 } from '../../../src/x509/files/pkcs7.ts'
import { writePkcs12 } from '../../../src/x509/files/pkcs12-write.ts'
import { keyUsage } from '../../../src/x509/issue.ts'
import { lintCertificate } from '../../../src/x509/lint/lint.ts'
import { trustStore } from '../../../src/x509/path/store.ts'
import { verifyChain } from '../../../src/x509/path/verify.ts'
import { certificateRequestIn } from '../../../src/x509/request/request.ts'
import { certificateRequest } from '../../../src/x509/request/write.ts'
import { ascii } from '../../support/bytes.ts'
import { oldPem, sample } from '../../support/key-files.table.ts'
import type { Look, Target } from '../target.ts'

const NOW = Date.UTC(2026, 10, 20)
const crypto = seededNodeCrypto(seeded(8))
const authority = certificateAuthority({
  crypto,
  now: () => NOW,
  name: 'Fuzz Root',
  permitted: ['test'],
  pathLength: 1,
})
const issuing = authority.intermediate({ name: 'Fuzz Issuing' })
const leaf = issuing.issue({ names: ['shop.test'] })
const pair = crypto.generateKeyPair('p-256')
const chain = [leaf.certificate, issuing.certificate]
const key = sample('privateKey')

/** The code, and for what is malformed the field and the rule. */
const reachedBy = (failure: Failure, look: Look): void =>
  look.reached(`${failure.code} ${failure.where ?? ''} ${failure.expected ?? failure.got ?? ''}`.slice(0, 120))

/** Signatures that everybody believes, so that what is behind them is reached. */
const credulous: CryptoProvider = { ...crypto, verify: () => true, isPublicKey: () => true }

export const certificates: Target = {
  name: 'x509/certificate',
  longest: 2_048,
  seeds: () => [...chain, authority.certificate, sample('certificate')],
  run(input, look) {
    const tree = certificateFields(input)
    for (const { path, field } of fields(tree))
      for (const child of field.children ?? [])
        if (child.start < field.start || child.end > field.end)
          throw new Error(`${path}.${child.name} leaves its parent`)
    const read = parseCertificate(input)
    if (read instanceof Failure) return reachedBy(read, look)
    const decoded = malformedUnless(() => read.decodeAll())
    if (decoded instanceof Failure) return reachedBy(decoded, look)
    look.reached(`read ${publicKeyText(decoded.publicKey).split(' ')[0]}`)
    for (const text of [decoded.subject.text, decoded.issuer.text])
      if (/\p{Cc}/u.test(text)) throw new Error('a name has control characters')
    const linted = lintCertificate(input, { crypto: credulous, rules: 'webpki' })
    if (linted instanceof Failure) return reachedBy(linted, look)
    for (const { lint, span } of linted.findings) {
      look.reached(lint)
      if (span.from < 0 || span.from > span.to || span.to > input.length) throw new Error(`${lint} is nowhere`)
    }
  },
}

export const requests: Target = {
  name: 'x509/request',
  longest: 2_048,
  seeds: () => [
    certificateRequest({ key: pair, names: ['shop.test', '10.0.0.1'], extensions: [keyUsage(1)] }, crypto),
    certificateRequest({ key: pair, names: [], subject: [['2.5.4.3', 'me']] }, crypto),
  ],
  run(input, look) {
    const strict = certificateRequestIn(input, crypto)
    const request = certificateRequestIn(input, credulous)
    if (request instanceof Failure) {
      if (!(strict instanceof Failure)) throw new Error('it is refused, and only by who believes every signature')
      return reachedBy(request, look)
    }
    look.reached(`${request.attributes.length} ${request.names.length} ${strict instanceof Failure}`)
    try {
      jwkOf(request.spki)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
    }
  },
}

/** Digests of nothing much, ciphers that leave everything as it is: mutants reach what stands behind a password. */
class ToyHash implements Hash {
  #sum = 7
  update(data: Uint8Array): this {
    for (const octet of data) this.#sum = (Math.imul(this.#sum, 31) + octet) | 0
    return this
  }
  copy(): Hash {
    return this
  }
  digest(): Uint8Array {
    return new Uint8Array(20).fill(this.#sum)
  }
}

const toy: CryptoProvider = {
  ...crypto,
  hash: () => new ToyHash(),
  digest: (_, ...data) => data.reduce((hash, piece) => hash.update(piece), new ToyHash()).digest(),
  hmac: () => new Uint8Array(32),
  pbkdf2: (_, __, ___, ____, length) => new Uint8Array(length),
  scrypt: (_, __, ___, length) => new Uint8Array(length),
  cbc: () => ({ encrypt: (_, data) => data.slice(), decrypt: (_, data) => data.slice(), wipe() {} }),
  equal: () => true,
}

const entries = [{ privateKey: key, chain: [sample('certificate')], friendlyName: 'mine' }]

export const keyFiles: Target = {
  name: 'x509/files',
  longest: 2_048,
  seeds: () => [
    writePkcs12({ entries, iterations: 1 }, 'secret', toy),
    sample('legacy'),
    sample('legacy128'),
    encryptPrivateKey(key, 'secret', toy, { iterations: 1 }),
    sample('pkcs8Scrypt'),
    key,
    pkcs7([sample('certificate')]),
    ...Object.values(oldPem).map(ascii),
    ascii(pem('PRIVATE KEY', key) + pem('CERTIFICATE', sample('certificate'))),
  ],
  run(input, look) {
    for (const password of ['secret', undefined]) {
      const opened = openFile(input, password, toy)
      if (opened instanceof Failure) reachedBy(opened, look)
      else {
        look.reached(`${opened.certificates.length > 0} ${opened.keys.map(one => one.type).join()}`)
        const clear = inTheClear(input, password, toy)
        const again = clear instanceof Failure ? clear : openFile(clear, undefined, toy)
        if (again instanceof Failure || again.keys.length !== opened.keys.length)
          throw new Error('what was opened is not the same in the clear')
      }
    }
  },
}

export const anchors: Target = {
  name: 'x509/anchors',
  longest: 2_048,
  seeds: () => [authority.certificate, issuing.certificate, leaf.certificate],
  run(input, look) {
    const ask = (given: readonly Uint8Array[]) =>
      verifyChain({ chain, name: 'shop.test', at: NOW, trust: trustStore(given), crypto })
    // Whatever stands beside the root, the chain leads to the root.
    for (const store of [
      [input, authority.certificate],
      [authority.certificate, input],
    ]) {
      const outcome = ask(store)
      if (outcome instanceof Failure) throw new Error(`an anchor made a good chain ${outcome.code}`)
    }
    // By itself it vouches only where it is the certificate that was given to it.
    const alone = ask([input])
    look.reached(alone instanceof Failure ? alone.code : 'trusted')
    if (!(alone instanceof Failure) && !isOne(input)) throw new Error('a certificate of nobody vouches')
  },
}

/** Of the same key and name as one of ours: other bytes of it nobody signed, and an anchor is not asked for a signature. */
const isOne = (input: Uint8Array): boolean => {
  const read = parseCertificate(input)
  const ours = [authority.certificate, ...chain].map(der => new Certificate(der).keyIdentity)
  return read instanceof Certificate && ours.includes(read.keyIdentity)
}
