/** Cases that are not run, by name, each with the reason. */
import * as reasons from './reasons.ts'

export const disabled: readonly (readonly [RegExp, string])[] = [
  [/^(Client|Server)-(Sign|SignDefault|Sign-Negotiate|VerifyDefault)-ML-DSA-/, reasons.POST_QUANTUM_SIGNATURES],
  [
    /^ExtendedMasterSecret-NoTo(No|Yes)-(Client|Server)$|^NoExtendedMasterSecret-TLS12-Client$/,
    reasons.SESSION_WITHOUT_BINDING,
  ],
  [/^CurveID-Resume-(Client|Server)$/, reasons.SESSION_FACTS],
  [/^(Client|Server)-VerifyDefault-RSA_PKCS1_SHA1-TLS12$/, reasons.OLD_SCHEMES],
  // It would rather shake hands anew than resume with a suite that is not the first choice.
  [/^Resume-Server-CipherNotPreferred$/, reasons.OTHER_DEFAULT],
  [/V2ClientHello/, reasons.SSL_2],
  // 48 and 42 say what is wrong with the certificate; 40, 46 and 50 do not.
  [/^CertificateVerificationFail-(Client|Server)-TLS1[23]-TLS-Sync/, reasons.OTHER_ALERT],
  [/^GarbageCertificate-/, reasons.OTHER_ALERT],
  // Which group, scheme, key or suite is missing: BoringSSL looks for them in another order.
  [
    /^CheckECDSACurve-TLS12$|^CheckLeafCurve$|^CertificateSelection-Server-Curve-MatchNone-TLS-TLS12$/,
    reasons.TOLD_OTHERWISE,
  ],
  [/^RejectPSSKeyType-|^CertificateCipherMismatch-PSS$|^HttpCONNECT$|^RSA-PSS-Large$/, reasons.TOLD_OTHERWISE],
  [
    /^Server-Sign(Default)?-RSA_PKCS1_SHA256_LEGACY-TLS12$|^Server-TLS12-NoSign-RSA_PKCS1_MD5_SHA1$/,
    reasons.TOLD_OTHERWISE,
  ],
  // Ed25519 is off there; a client that names no groups gets no ECDHE there; a chain may be limited in length there.
  [/^Ed25519DefaultDisable-|^NoSupportedCurves$|^LargeMessage-Reject$/, reasons.OTHER_DEFAULT],
  [/^(Empty|Omit)Extensions-ServerHello-TLS12$|^Renegotiate-Client-NoExt-Allowed$/, reasons.UNPROTECTED],
  [
    /^Agree-Digest-SHA1$|^(Client|Server)-Sign(Default|-Negotiate)?-(ECDSA|RSA_PKCS1)_SHA1-TLS12$|^ServerAuth-SHA1-Fallback/,
    reasons.OLD_SCHEMES,
  ],
]
