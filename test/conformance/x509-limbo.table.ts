/**
 * Why a case of x509-limbo must be refused. The set says that it must and describes in prose why: here is the prose as
 * codes of ours, by case id, the first row that fits. A case of which several things are wrong has several codes.
 */
import type { FailureCode } from '../../src/failures/index.ts'

const NOBODY = ['tls/certificate-untrusted', 'tls/certificate-self-signed', 'tls/chain-incomplete'] as const

export const limboReasons: readonly (readonly [RegExp, readonly FailureCode[]])[] = [
  [/^invalid::invalid-issuer-key$/, ['tls/certificate-malformed']],
  [/^crl::revoked-/, ['tls/certificate-revoked']],
  [/^crl::/, ['tls/revocation-unknown']],
  [/^pathlen::/, ['tls/certificate-path-length']],

  // Two keys of one name that sign each other: one of them did not make the signature, and neither leads to the root.
  [/^pathological::intermediate-cycle-same-logical-ca$/, ['tls/certificate-signature', ...NOBODY]],
  [/^pathological::intermediate-cycle-/, NOBODY],
  [/^pathological::pathological-chain-same-subject-distinct-key$/, ['tls/chain-too-complex']],
  [/^pathological::pathological-chain-/, NOBODY],
  // "Technically valid" and usually given up on; nothing of it names example.com either.
  [/^pathological::nc-dos-3$/, ['tls/chain-too-complex', 'tls/certificate-name']],
  [/^pathological::nc-dos-/, ['tls/chain-too-complex']],

  [/^cve::cve-2025-61727/, ['tls/certificate-constraint']],
  [/^rfc5280::eku::ee-wrong-eku$/, ['tls/certificate-purpose']],
  [/^rfc5280::validity::notbefore-fractional$/, ['tls/certificate-not-yet']],
  [/^rfc5280::chain-untrusted-root$/, NOBODY],
  // The set leaves the issuer out.
  [/^rfc5280::(serial::negative|ica-ku-keycertsign)$/, ['tls/chain-incomplete']],
  [/^rfc5280::mismatching-signature-algorithm$/, ['tls/certificate-malformed']],
  [/^rfc5280::aki::/, ['tls/certificate-profile']],
  [/^rfc5280::eku::ee-eku-empty$/, ['tls/certificate-malformed']],
  [/^rfc5280::nc::.*noncritical$/, ['tls/certificate-profile']],
  [/^rfc5280::nc::invalid-dnsname-leading-period$/, ['tls/certificate-profile']],
  [/^rfc5280::nc::not-allowed-in-ee-/, ['tls/certificate-profile']],
  // The SAN holds a network, which is no address: malformed before any limit is looked at.
  [/^rfc5280::nc::nc-permits-invalid-ip-san$/, ['tls/certificate-malformed']],
  // Limits of impossible length: malformed before any name is compared with them.
  [/^rfc5280::nc::invalid-ipv[46]-address$/, ['tls/certificate-malformed', 'tls/certificate-constraint']],
  [/^rfc5280::nc::/, ['tls/certificate-constraint']],
  [/^rfc5280::pc::ica-noncritical-pc$/, ['tls/certificate-profile']],
  [/^rfc5280::san::malformed$/, ['tls/certificate-malformed']],
  [/^rfc5280::san::ip-in-dns$/, ['tls/certificate-name']],
  [/^rfc5280::san::mismatch/, ['tls/certificate-name']],
  [/^rfc5280::san::/, ['tls/certificate-profile']],
  [/^rfc5280::serial::/, ['tls/certificate-profile', 'tls/certificate-malformed']],
  [/^rfc5280::ski::/, ['tls/certificate-profile']],
  [/^rfc5280::validity::not-yet-/, ['tls/certificate-not-yet']],
  [/^rfc5280::validity::expired-/, ['tls/certificate-expired']],
  // Nobody has an empty name, so nobody can have issued it.
  [/^rfc5280::ee-empty-issuer$/, ['tls/chain-incomplete', 'tls/certificate-profile']],
  [/^rfc5280::intermediate-ca-without-ca-bit$/, ['tls/certificate-not-ca']],
  // The set leaves the intermediate out.
  [/^rfc5280::intermediate-ca-missing-basic-constraints$/, ['tls/chain-incomplete', 'tls/certificate-not-ca']],
  [/^rfc5280::root-missing-basic-constraints$/, ['tls/certificate-not-ca']],
  // RFC 5280 4.2.1.3: at least one bit must be set.
  [/^rfc5280::root-inconsistent-ca-extensions$/, ['tls/certificate-malformed', 'tls/certificate-not-ca']],
  [/^rfc5280::duplicate-extensions$/, ['tls/certificate-malformed']],
  [/^rfc5280::ca-as-leaf-wrong-san$/, ['tls/certificate-name']],
  [/^rfc5280::unknown-critical-extension-/, ['tls/certificate-critical']],
  [/^rfc5280::/, ['tls/certificate-profile']],

  // Issuer and serial number come together or not at all (RFC 5280 4.2.1.1).
  [/^webpki::aki::root-with-aki-authoritycert(serialnumber|issuer)$/, ['tls/certificate-malformed']],
  [/^webpki::eku::ee-without-eku$/, ['tls/certificate-purpose']],
  [/^webpki::san::unicode-emoji-san$/, ['tls/certificate-malformed']],
  [/^webpki::san::san-critical-with-nonempty-subject$/, ['tls/certificate-profile']],
  [/^webpki::san::/, ['tls/certificate-name']],
  [/^webpki::nc::intermediate-permitted-excluded-subtrees-both-/, ['tls/certificate-malformed']],
  [/^webpki::explicit-curve$/, ['tls/certificate-malformed']],
  [/^webpki::(v1-cert|ee-basicconstraints-ca)$/, ['tls/certificate-purpose', 'tls/certificate-profile']],
  [/^webpki::cryptographydotio-chain-missing-intermediate$/, ['tls/chain-incomplete']],
  [/^webpki::malformed-aia$/, ['tls/certificate-malformed']],
  [/^webpki::(forbidden-|v1-cert)/, ['tls/certificate-algorithm', 'tls/certificate-profile']],
  [/^webpki::ca-as-leaf$/, ['tls/certificate-purpose']],
  [/^webpki::nc::/, ['tls/certificate-constraint', 'tls/certificate-profile']],
  [/^webpki::/, ['tls/certificate-profile']],

  // BetterTLS numbers its cases: what is wrong is on the one way that ends in the trusted root.
  [/^bettertls::pathbuilding::tc(3|36|42|69)$/, ['tls/certificate-expired']],
  [/^bettertls::pathbuilding::tc(5|12|38|44|71|77)$/, ['tls/certificate-purpose']],
  [/^bettertls::pathbuilding::tc(6|45)$/, ['tls/certificate-not-ca']],
  [/^bettertls::pathbuilding::tc(15|41|47|80)$/, ['tls/certificate-algorithm']],
  [/^bettertls::pathbuilding::tc(37|70)$/, ['tls/certificate-constraint']],
  [
    /^bettertls::pathbuilding::/,
    [
      ...NOBODY,
      'tls/certificate-expired',
      'tls/certificate-purpose',
      'tls/certificate-not-ca',
      'tls/certificate-algorithm',
      'tls/certificate-constraint',
    ],
  ],
  [
    /^bettertls::nameconstraints::/,
    ['tls/certificate-constraint', 'tls/certificate-name', 'tls/certificate-malformed'],
  ],
]
