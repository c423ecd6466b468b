/**
 * The certificates of ZLint (`v3/testdata` of zmap/zlint, with its tests, from which what is expected is read): for each of
 * its rules that is one of ours, whether ours finds the same. What it expects of CRLs and OCSP answers is left out.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../../../src/failures/index.ts'
import { isPublicSuffix } from '../../../src/net/public-suffix.ts'
import { nodeCrypto } from '../../../src/node/crypto.ts'
import { pemBlocks } from '../../../src/x509/files/pem.ts'
import { type LintOutcome, lintCertificate } from '../../../src/x509/lint/lint.ts'
import type { RuleSet } from '../../../src/x509/lint/types.ts'
import { counterparts, differences } from '../lint.table.ts'
import type { CaseResult, Suite } from '../suite.ts'

interface Expected {
  readonly lint: string
  readonly file: string
  readonly status: string
}

const FOLDERS: Readonly<Record<string, RuleSet>> = { rfc: 'rfc5280', cabf_br: 'webpki', community: 'rfc5280' }

const crypto = nodeCrypto()

/** Each test function names one rule; after each file comes what is expected of it. */
const expectedIn = (source: string): Expected[] =>
  source.split(/^func Test/m).flatMap(body => {
    const [, lint] = /test\.TestLint\("(\w+)"/.exec(body) ?? []
    if (lint === undefined) return []
    return [...body.matchAll(/"([\w./-]+\.pem)"[^"]*?lint\.(Pass|Error|Warn|Notice|NA|NE|Fatal)\b/gs)].map(
      ([, file = '', status = '']) => ({ lint, file, status }),
    )
  })

const run = (folder: string, { lint, file, status }: Expected, rules: RuleSet): CaseResult => {
  const id = `${lint} ${file}`
  const ours = counterparts[lint]
  if (ours === undefined) return { id, outcome: 'skipped', detail: 'a rule that is not ours' }
  const path = join(folder, 'testdata', file)
  if (!existsSync(path)) return { id, outcome: 'skipped', detail: 'no such file' }
  const der = pemBlocks(readFileSync(path, 'latin1')).find(({ label }) => label === 'CERTIFICATE')?.der
  if (der === undefined) return { id, outcome: 'skipped', detail: 'no certificate' }
  const found: LintOutcome | Failure = lintCertificate(der, {
    crypto,
    rules,
    isRegistrySuffix: domain => isPublicSuffix(domain, 'icann'),
  })
  const wanted = status === 'Error' || status === 'Warn' || status === 'Notice'
  if (found instanceof Failure)
    return wanted
      ? { id, outcome: 'passed' }
      : { id, outcome: 'skipped', detail: 'refused when it is read, for something else' }
  if (status === 'NE' && ours.includes('server-validity'))
    return { id, outcome: 'skipped', detail: 'of another year: one rule of ours has them all' }
  const broken = found.findings.some(({ lint: each }) => ours.includes(each))
  if (broken === wanted) return { id, outcome: 'passed' }
  const all = found.findings.map(each => each.lint).join(' ')
  const got = broken ? 'found' : 'not found'
  return { id, outcome: 'failed', kind: broken ? 'false-reject' : 'false-accept', got, detail: `${status}: ${all}` }
}

export const suite: Suite = {
  name: 'lint',
  onlyByName: true,
  listed: differences,
  skips: {
    'a rule that is not ours': 339,
    'refused when it is read, for something else': 59,
    'of another year: one rule of ours has them all': 55,
  },
  async run(data) {
    const folder = [data, join(data, 'v3'), join(data, 'zlint/v3')].find(each =>
      existsSync(join(each, 'lints/cabf_br')),
    )
    if (folder === undefined) return undefined
    const seen = new Set<string>()
    return Object.entries(FOLDERS).flatMap(([name, rules]) =>
      readdirSync(join(folder, 'lints', name))
        .filter(file => file.endsWith('_test.go'))
        .sort()
        .flatMap(file => expectedIn(readFileSync(join(folder, 'lints', name, file), 'utf8')))
        .map(each => run(folder, each, rules))
        .filter(({ id }) => !seen.has(id) && seen.add(id)),
    )
  },
}
