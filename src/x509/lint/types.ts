/** What is held against a certificate: rules for whoever issues it, each with its source. */
import type { Millis } from '../../engine.ts'
import type { Certificate } from '../certificate/certificate.ts'
import type { Part } from '../certificate/part.ts'
import type { SuffixTest } from '../path/names.ts'
import type { Span } from '../signed.ts'

/** `rfc5280`: the standard and its successors. `webpki`: what the CA/Browser Forum demands of public servers as well. */
export type RuleSet = 'rfc5280' | 'webpki'

/** What a certificate is there for, by what it says of itself: rules differ. */
export type CertificateKind = 'root' | 'authority' | 'server' | 'responder' | 'other'

/** An error breaks a MUST, a warning a SHOULD. */
export type LintLevel = 'error' | 'warning'

export interface About {
  readonly kind: CertificateKind
  /** Whether a domain is a registry's. Undefined: nobody has a list. */
  readonly isRegistrySuffix: SuffixTest | undefined
}

export interface LintRule {
  /** What is wrong, as it follows "The certificate: ". */
  readonly says: string
  readonly rule: string
  readonly level: LintLevel
  /** Where it is wrong. */
  readonly of: Part
  /** Every kind when not given. */
  readonly kinds?: readonly CertificateKind[]
  /** Certificates that begin earlier are not held to it. */
  readonly since?: Millis
  /** Not where these rules, which say otherwise, are held to as well. */
  readonly unless?: RuleSet
  readonly broken: (certificate: Certificate, about: About) => boolean
}

export interface Finding {
  /** Name of the rule. */
  readonly lint: string
  readonly level: LintLevel
  readonly says: string
  readonly rule: string
  /** In the certificate. */
  readonly span: Span
}
