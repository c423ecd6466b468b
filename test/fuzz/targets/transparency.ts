/** Lists of logs, timestamps and CRLite's filters, whoever wrote them: nothing throws, and what is taken out of a certificate is that alone. */

import { sequence } from '../../../src/asn1/write.ts'
import { certificateAuthority } from '../../../src/ca/authority.ts'
import { Failure } from '../../../src/failures/index.ts'
import { certificateLog, logListOf } from '../../../src/lab/certificate-log.ts'
import { seededNodeCrypto } from '../../../src/node/crypto.ts'
import { seeded } from '../../../src/random.ts'
import { hexText, latin1Text, sameOctets } from '../../../src/wire/bytes.ts'
import { Certificate, malformedUnless, parseCertificate } from '../../../src/x509/certificate/certificate.ts'
import { Work } from '../../../src/x509/path/work.ts'
import { readCrlite } from '../../../src/x509/revocation/crlite.ts'
import { TransparencyJudge } from '../../../src/x509/transparency/judgement.ts'
import { readLogList } from '../../../src/x509/transparency/log-list.ts'
import { precertificateTbs } from '../../../src/x509/transparency/signed-entry.ts'
import { ascii } from '../../support/bytes.ts'
import { crliteFilter, type FilterToWrite } from '../../support/crlite.ts'
import type { Look, Target } from '../target.ts'

const NOW = Date.UTC(2026, 10, 20)
const crypto = seededNodeCrypto(seeded(11))
const now = (): number => NOW
const logs = ['One', 'Other'].map(name => certificateLog({ crypto, now, name }))
const [first, second] = [logs[0]!, logs[1]!]
const listing = {
  state: 'retired',
  since: NOW,
  interval: { from: NOW, until: NOW + 1000 },
  before: [{ operator: 'Before', until: NOW }],
} as const
const json = logListOf([first, [second, listing]], NOW)
const list = readLogList(json, crypto)
if (list instanceof Failure) throw new Error(list.got)
const root = certificateAuthority({ crypto, now, name: 'Fuzz Root' })
const leaf = root.issue({ names: ['shop.test'], logs: logs.map(log => log.promise) })
const issuer = new Certificate(root.certificate)

export const logLists: Target = {
  name: 'x509/log-list',
  longest: 4_096,
  seeds: () => [ascii(json), ascii(JSON.stringify(JSON.parse(json))), ascii(logListOf([], NOW))],
  run(input, look) {
    const read = readLogList(input, crypto)
    if (read instanceof Failure) {
      look.reached(`${read.where} ${read.got}`.replaceAll(/\d+/g, '0'))
      return
    }
    look.reached(`logs ${read.logs.size} ${read.at === undefined}`)
    for (const [id, log] of read.logs) {
      if (hexText(crypto.digest('sha256', log.key.spki)) !== id) throw new Error('a log has the id of another key')
      look.reached(`log ${log.state?.name} ${log.interval === undefined} ${log.previousOperators.length}`)
    }
  },
}

const FILTER: FilterToWrite = {
  version: 3,
  coverage: [{ logId: first.id, from: NOW, to: NOW }],
  rank: 1,
  random: seeded(1).number,
  issuers: [
    {
      keyHash: crypto.digest('sha256', issuer.spki),
      serials: [{ serial: new Certificate(leaf.certificate).serialNumber, revoked: true }],
    },
  ],
}

export const crliteFilters: Target = {
  name: 'x509/crlite',
  longest: 2_048,
  seeds: () => ([3, 4] as const).map(version => crliteFilter({ ...FILTER, version }, crypto).bytes),
  run(input, look) {
    const filter = readCrlite(input, crypto)
    if (filter instanceof Failure) {
      look.reached(`${filter.got}`.replaceAll(/\d+/g, '0'))
      return
    }
    const own = new Certificate(leaf.certificate)
    look.reached(`filter ${filter.covers(own, issuer)} ${filter.isRevoked(own, issuer)}`)
  },
}

export const timestamps: Target = {
  name: 'x509/timestamps',
  longest: 2_048,
  seeds: () => [leaf.certificate, root.issue({ names: ['a.test'] }).certificate, first.promiseFor(leaf.certificate)],
  run(input, look) {
    judged(new Certificate(leaf.certificate), [input], look)
    const read = parseCertificate(input)
    if (read instanceof Failure || malformedUnless(() => read.decodeAll()) instanceof Failure) return
    judged(read, [], look)
    const { der, spans } = read
    const without = new Certificate(sequence(precertificateTbs(read), der.subarray(spans.tbs.to, spans.signature.to)))
    if (without.find('sctList') !== undefined) throw new Error('the timestamps are still there')
    const extensions = (of: Certificate): string[] =>
      of.extensions.map(({ start, to }) => latin1Text(of.der.subarray(start, to)))
    const own = read.find('sctList')
    const others = read.extensions
      .filter(each => each !== own)
      .map(({ start, to }) => latin1Text(der.subarray(start, to)))
    if (extensions(without).join('|') !== others.join('|')) throw new Error('another extension was changed')
    if (!sameOctets(without.spki, read.spki) || without.subject.key !== read.subject.key)
      throw new Error('another field was changed')
  },
}

const judged = (of: Certificate, scts: readonly Uint8Array[], look: Look): void => {
  const question = { demands: { logs: list, policy: 'chromium' }, scts, answers: [], at: NOW, crypto } as const
  const { state, failure } = new TransparencyJudge({ ...question, work: new Work(crypto) }, of).judge(issuer)
  if (state.status !== 'checked') throw new Error('it was not checked')
  if ((failure === undefined) !== state.complies) throw new Error('it complies, and is refused')
  for (const { source, fault } of state.timestamps) look.reached(`${source} ${fault}`)
}
