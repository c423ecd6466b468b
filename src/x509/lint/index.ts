/** `barewire/x509/lint`: rules for whoever issues certificates (RFC 5280, CA/Browser Forum), each with its source. */
export { type LintOptions, type LintOutcome, lintCertificate, rulesFor } from './lint.ts'
export type { CertificateKind, Finding, LintLevel, RuleSet } from './types.ts'
