/** What was found out while a path was built, as checks among the others: where it ends, and who signed what. */
import type { Failure, FailureCode } from '../../failures/index.ts'
import type { Check } from './checks.ts'

/** What says that no anchor was reached: only after these can a chain be accepted that ends nowhere. */
export const ENDS_NOWHERE: ReadonlySet<string> = new Set<FailureCode>([
  'tls/certificate-untrusted',
  'tls/certificate-self-signed',
  'tls/chain-incomplete',
])

export const linkChecks = (carried: readonly Failure[]): readonly Check[] => [
  {
    check: 'chain',
    rule: 'RFC 5280 6.1',
    run: () => carried.filter(({ code }) => ENDS_NOWHERE.has(code)),
    looksAt: path => [[path.at(-1)!, path.at(-1)!.subject]],
  },
  {
    check: 'signatures',
    rule: 'RFC 5280 6.1.3',
    run: () => carried.filter(({ code }) => !ENDS_NOWHERE.has(code)),
    looksAt: path => path.slice(0, -1).map(certificate => [certificate, certificate.spans.signature]),
  },
]
