/**
 * What may be thought of a server that was looked at (`net/check`): how bad it is, which rule says so, and the names under
 * which attacks on it are known. The words are in `explain/check`. Codes are API, as those of failures are.
 */

/** `note`: could be better; `weak`: should be mended; `bad`: somebody can use it, or clients are refused. */
export type Grade = 'note' | 'weak' | 'bad'
export const GRADES: readonly Grade[] = ['note', 'weak', 'bad']

export interface FindingFacts {
  readonly grade: Grade
  /** RFC and section, where there is one. */
  readonly rule?: string
  readonly attacks?: readonly string[]
}

const facts = <const T extends Readonly<Record<string, FindingFacts>>>(
  table: T,
): { readonly [K in keyof T]: FindingFacts } => table

export const findings = facts({
  ssl2: { grade: 'bad', rule: 'RFC 6176 3', attacks: ['DROWN'] },
  ssl3: { grade: 'bad', rule: 'RFC 7568 3', attacks: ['POODLE'] },
  tls10: { grade: 'weak', rule: 'RFC 8996 4' },
  tls11: { grade: 'weak', rule: 'RFC 8996 5' },
  'no-modern-version': { grade: 'bad', rule: 'RFC 9325 3.1.1' },
  'no-tls13': { grade: 'note', rule: 'RFC 9325 3.1.1' },
  'fallback-unheard': { grade: 'note', rule: 'RFC 7507 3' },
  'downgrade-unmarked': { grade: 'weak', rule: 'RFC 9846 4.2.3' },
  'suite-null': { grade: 'bad', rule: 'RFC 9325 4.1' },
  'suite-anonymous': { grade: 'bad', rule: 'RFC 5246 F.1.1.1' },
  'suite-export': { grade: 'bad', rule: 'RFC 9325 4.1', attacks: ['FREAK', 'LOGJAM'] },
  'suite-des': { grade: 'bad', rule: 'RFC 9325 4.1' },
  'suite-rc4': { grade: 'bad', rule: 'RFC 7465 2', attacks: ['Bar mitzvah', 'RC4 NOMORE'] },
  'suite-3des': { grade: 'weak', rule: 'RFC 9325 4.1', attacks: ['SWEET32'] },
  'suite-old': { grade: 'weak', rule: 'RFC 9325 4.1' },
  'suite-static': {
    grade: 'weak',
    rule: 'RFC 9325 4.1',
    attacks: ['ROBOT, where the server tells padding apart: not asked'],
  },
  'suite-cbc': { grade: 'note', rule: 'RFC 9325 4.2.1', attacks: ['Lucky Thirteen'] },
  'cbc-in-tls10': { grade: 'weak', rule: 'RFC 8996 4', attacks: ['BEAST'] },
  'suite-not-offered': { grade: 'bad', rule: 'RFC 5246 7.4.1.3' },
  'client-order': { grade: 'note', rule: 'RFC 9325 4.2.1' },
  'dh-broken': { grade: 'bad', rule: 'RFC 9325 4.4', attacks: ['LOGJAM'] },
  'dh-short': { grade: 'weak', rule: 'RFC 9325 4.4' },
  'curve-old': { grade: 'weak', rule: 'RFC 8422 5.1.1' },
  'no-hybrid': { grade: 'note', rule: 'FIPS 203' },
  'sha1-signature': { grade: 'weak', rule: 'RFC 9155 4', attacks: ['SLOTH'] },
  'chain-refused': { grade: 'bad', rule: 'RFC 5280 6.1' },
  'ends-soon': { grade: 'weak', rule: 'RFC 5280 4.1.2.5' },
  'chain-disordered': { grade: 'note', rule: 'RFC 5246 7.4.2' },
  'root-sent': { grade: 'note', rule: 'RFC 9846 4.5.2' },
  'staple-missing': { grade: 'bad', rule: 'RFC 7633 4.2.2' },
  'no-extended-master-secret': { grade: 'note', rule: 'RFC 7627 5.3', attacks: ['Triple Handshake'] },
  'renegotiation-insecure': { grade: 'bad', rule: 'RFC 5746 3.6', attacks: ['CVE-2009-3555'] },
  compression: { grade: 'bad', rule: 'RFC 9325 3.3', attacks: ['CRIME'] },
  heartbeat: { grade: 'note', rule: 'RFC 6520 4', attacks: ['Heartbleed, in OpenSSL before 1.0.1g: not asked'] },
  'early-data': { grade: 'note', rule: 'RFC 9846 8' },
  'ticket-long': { grade: 'weak', rule: 'RFC 9846 4.7.1' },
  'no-resumption': { grade: 'note', rule: 'RFC 9846 2.2' },
  'no-hsts': { grade: 'weak', rule: 'RFC 6797 7.1' },
  'hsts-short': { grade: 'note', rule: 'RFC 6797 6.1.1' },
  'plain-page': { grade: 'weak', rule: 'RFC 6797 7.2' },
  'cookie-in-clear': { grade: 'weak', rule: 'RFC 6265 4.1.2.5' },
  'cookie-for-scripts': { grade: 'note', rule: 'RFC 6265 4.1.2.6' },
  'cookie-crosses-sites': { grade: 'note', rule: 'RFC 6265 8.2' },
  'no-csp': { grade: 'note', rule: 'CSP Level 3' },
  'server-version': { grade: 'note', rule: 'RFC 9110 10.2.4' },
  'no-goodbye': { grade: 'note', rule: 'RFC 9846 6.1' },
  'starttls-injection': { grade: 'bad', rule: 'RFC 3207 4.2', attacks: ['CVE-2011-0411'] },
  intolerant: { grade: 'weak', rule: 'RFC 9846 9.3' },
  unsteady: { grade: 'weak' },
  unanswered: { grade: 'note' },
})

export type FindingCode = keyof typeof findings
