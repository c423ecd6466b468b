/**
 * The lists of BoringSSL's `crl_unittest`: one list and one certificate each, good, revoked, of no use (`bad`) or broken
 * (`invalid`) by the name of the file. Its set knows no indirect lists and no reasons, so that what has them is bad there.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeCrypto } from '../../../src/node/crypto.ts'
import { Certificate } from '../../../src/x509/certificate/certificate.ts'
import { type PemBlock, pemBlocks } from '../../../src/x509/files/pem.ts'
import { type Profile, rfc5280 } from '../../../src/x509/path/profile.ts'
import { Work } from '../../../src/x509/path/work.ts'
import { EvidenceAtHand, RevocationJudge } from '../../../src/x509/revocation/judgement.ts'
import type { CaseResult, Suite } from '../suite.ts'

const AT = Date.UTC(2017, 2, 9)
const WEEK = 7 * 86_400_000

/** Nor does it ask for numbers. */
const profile: Profile = { ...rfc5280, lints: new Set(), unnumberedLists: 'accepted' }

const crypto = nodeCrypto()

const run = (folder: string, file: string): CaseResult => {
  const id = file.replace('.pem', '')
  const blocks = pemBlocks(readFileSync(join(folder, file), 'latin1'))
  const of = (label: string): Uint8Array | undefined => blocks.find((block: PemBlock) => block.label === label)?.der
  const certificates = ['CERTIFICATE', 'CA CERTIFICATE', 'CA CERTIFICATE 2'].flatMap(label => of(label) ?? [])
  // The set takes the chain for good, its authorities without basicConstraints too, and asks about the list alone.
  const { states } = new RevocationJudge({
    demands: { mode: 'hard', scope: 'leaf', maxAge: WEEK },
    evidence: new EvidenceAtHand({ crls: [of('CRL')!] }),
    at: AT,
    crypto,
    profile,
    work: new Work(crypto),
    nested: () => undefined,
    shown: [],
    depth: 0,
  }).judge(certificates.map(der => new Certificate(der)))
  const { status: got, ...more } = states[0]!
  const expected = id.startsWith('good') ? 'good' : id.startsWith('revoked') ? 'revoked' : 'not-checked'
  if (got === expected) return { id, outcome: 'passed' }
  const kind = got === 'good' ? 'false-accept' : 'false-reject'
  return { id, outcome: 'failed', kind, got, detail: `expected ${expected}, got ${got} ${JSON.stringify(more)}` }
}

export const suite: Suite = {
  name: 'crl',
  onlyByName: true,
  listed: {
    bad_crldp_has_crlissuer: {
      because:
        'a list of the issuer itself is as good as the one named (RFC 5280 6.3.3); the set has it that such points are not known',
      got: 'good',
    },
    bad_idp_indirectcrl: {
      because:
        'an indirect list of the issuer is about its own certificates too (RFC 5280 5.2.5); the set has it that none is known',
      got: 'good',
    },
  },
  skips: {},
  async run(data) {
    const folder = [data, join(data, 'crl_unittest'), join(data, 'pki/testdata/crl_unittest')].find(each =>
      existsSync(join(each, 'good_key_rollover.pem')),
    )
    if (folder === undefined) return undefined
    return readdirSync(folder)
      .filter(file => file.endsWith('.pem'))
      .map(file => run(folder, file))
  },
}
