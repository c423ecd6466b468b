/**
 * BoringSSL's `verify_signed_data_unittest` and `certificate_policies_unittest`: signatures by keys and algorithms that fit or
 * do not, and policies that can be read or not. What is expected stands in the `.cc` of each, beside `testdata`.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkDer } from '../../../src/asn1/check.ts'
import { Der, DerError, TAG } from '../../../src/asn1/der.ts'
import { bitString, sequence } from '../../../src/asn1/write.ts'
import { nodeCrypto } from '../../../src/node/crypto.ts'
import { decodeExtension } from '../../../src/x509/certificate/extension-table.ts'
import { certificateExtensions } from '../../../src/x509/certificate/extensions.ts'
import { readPublicKey } from '../../../src/x509/certificate/public-key.ts'
import { pemBlocks } from '../../../src/x509/files/pem.ts'
import { readSigned } from '../../../src/x509/signed.ts'
import type { CaseResult, Suite } from '../suite.ts'

const crypto = nodeCrypto()

const partsOf = (path: string): ((label: string) => Uint8Array) => {
  const blocks = pemBlocks(readFileSync(path, 'latin1'))
  return label => blocks.find(block => block.label === label)!.der
}

/** As a certificate is: its own algorithm and a signature of whole octets, by a key that can be read. */
const signedGot = (path: string): string => {
  const of = partsOf(path)
  const value = new Der(of('SIGNATURE'))
  value.read(TAG.bitString, 'signatureValue')
  if (value.bytes[value.from] !== 0) return 'signatureValue bit-string-padding'
  const signature = bitString(value.bytes.subarray(value.from + 1, value.to))
  const kind = { what: 'object', tbs: 'data', maxSize: 65_536 }
  const { signatureAlgorithm } = readSigned(sequence(sequence(), of('ALGORITHM'), signature), kind).parts
  if (signatureAlgorithm === undefined) return 'another algorithm'
  const spki = of('PUBLIC KEY')
  checkDer(spki, 0, spki.length, 'key')
  const key = readPublicKey(spki)
  if (key.type === 'other') return 'another key'
  const octets = value.bytes.subarray(value.from + 1, value.to)
  return crypto.verify(signatureAlgorithm, spki, of('DATA'), octets) ? 'accepted' : 'not signed'
}

const policiesGot = (path: string): string => {
  const value = partsOf(path)('CERTIFICATE POLICIES')
  checkDer(value, 0, value.length, 'certificatePolicies')
  decodeExtension(certificateExtensions, 'certificatePolicies', value, 0, value.length)
  return 'accepted'
}

const judged = (id: string, expected: boolean, get: () => string): CaseResult => {
  let got: string
  try {
    got = get()
  } catch (error) {
    if (!(error instanceof DerError)) throw error
    got = `${error.what} ${error.rule}`
  }
  if ((got === 'accepted') === expected) return { id, outcome: 'passed' }
  return { id, outcome: 'failed', kind: expected ? 'false-reject' : 'false-accept', got, detail: got }
}

/** File names and what is expected of them, each once. */
const expectedIn = (source: string, form: RegExp): ReadonlyMap<string, string> =>
  new Map([...source.matchAll(form)].map(({ groups }) => [groups!.file!, groups!.sense!]))

const MLDSA = { because: 'ML-DSA (RFC 9881) is not among the signatures that are checked', got: 'another algorithm' }

export const suite: Suite = {
  name: 'signed-data',
  onlyByName: true,
  listed: {
    ...Object.fromEntries(['mldsa-44.pem', 'mldsa-65.pem', 'mldsa-87.pem'].map(id => [id, MLDSA])),
    'rsa-pss-sha256-using-pss-key-with-params.pem': {
      because: 'keys for RSASSA-PSS alone are taken (RFC 4055 3.1, RFC 9846 4.3.3); the set knows none',
      got: 'accepted',
    },
    'invalid-anypolicy_with_custom_qualifier.pem': {
      because: 'which qualifiers anyPolicy has is the duty of issuers (RFC 5280 4.2.1.4): a lint says it',
      got: 'accepted',
    },
  },
  skips: {},
  async run(data) {
    const sources = ['verify_signed_data_unittest', 'certificate_policies_unittest']
    if (!sources.every(name => existsSync(join(data, 'pki', `${name}.cc`)))) return undefined
    const [signed, policies] = sources.map(name => readFileSync(join(data, 'pki', `${name}.cc`), 'utf8'))
    const at = (i: number, file: string): string => join(data, 'pki/testdata', sources[i]!, file)
    const signatures = expectedIn(signed!, /RunTestCase\((?<sense>SUCCESS|FAILURE), "(?<file>[^"]+)"/g)
    const read = expectedIn(policies!, /LoadTestData\(\s*"(?<file>[^"]+)"[^}]*?EXPECT_(?<sense>TRUE|FALSE)/g)
    return [
      ...[...signatures].map(([file, sense]) => judged(file, sense === 'SUCCESS', () => signedGot(at(0, file)))),
      ...[...read].map(([file, sense]) => judged(file, sense === 'TRUE', () => policiesGot(at(1, file)))),
    ]
  },
}
