/** Cases that are not run, by name, each with the reason. */
import * as reasons from './reasons.ts'

export const disabled: readonly (readonly [RegExp, string])[] = [
  [/^(Client|Server)-(Sign|SignDefault|Sign-Negotiate|VerifyDefault)-ML-DSA-/, reasons.POST_QUANTUM_SIGNATURES],
  [
    /^ExtendedMasterSecret-NoTo(No|Yes)-(Client|Server)$|^NoExtendedMasterSecret-TLS12-Client$/,
    reasons.SESSION_WITHOUT_BINDING,
  ],
  // It does not get older by being resumed.
  [/^TLS13-HonorServerSessionTicketLifetime$/, reasons.OTHER_DEFAULT],
  // Without coders of ours nobody looks into the list.
  [/^DuplicateCertCompressionExt-/, reasons.OTHER_DEFAULT],
  [
    /^(Basic-Server-RSA-|TLS-TLS12-RSA_WITH_|CertificateSelection-Server-CipherSuite-(NoECDHE|RSA)-Match(Default|First|Second)-|CertificateSelection-Server-CipherSuite-NoECDHE-|RSAKeyUsage-Client-WantEncipherment-)/,
    reasons.RSA_EXCHANGE,
  ],
  [
    /^(Compliance-cnsa1-202603-TLS-(Client|Server)-RSA_WITH_AES_256_GCM_SHA384|RSAEphemeralKey|NoFalseStart-RSA|SendClientVersion-RSA|NoCommonCurves|CertificateSelection-Server-SignatureAlgorithmImpactsECDHEOnly-TLS-TLS12)$/,
    reasons.RSA_EXCHANGE,
  ],
  [
    /^((Empty|Omit)Extensions-ClientHello-TLS12|NoCommonSignatureAlgorithms-TLS12-Fallback|Resume-Client-CipherMismatch)$/,
    reasons.RSA_EXCHANGE,
  ],
  [
    /^(EarlyData-UnexpectedHandshake-Server|WrongMessageType-TLS13-EndOfEarlyData|EarlyData-Server-BadFinished|EarlyData-SkipEndOfEarlyData|ExtraHandshake-Server-EarlyData|Server-NonEmptyEndOfEarlyData|TrailingMessageData-TLS13-EndOfEarlyData|ExportKeyingMaterial-Server-HalfRTT-TLS)(-TLS13|-TLS)?$/,
    reasons.HALF_ROUND_TRIP,
  ],
  [
    /^(SkipEarlyData-(HRR-)?(TooMuchData|FatalAlert|Interleaved|SecondClientHelloEarlyData)-TLS13)$/,
    reasons.EARLY_BOUNDS,
  ],
  // It goes on while the hello offers more than the server's ticket allows; ours holds the data back whole.
  [/^TLS13-TicketAgeSkew-(Backward|Forward)-60-Accept$|^PostQuantumEnabledByDefaultForAServer$/, reasons.OTHER_DEFAULT],
  [/^TLS13-EarlyData-TooMuchData-/, reasons.OTHER_DEFAULT],
  // What a client judges again when its early data was not taken: there it shakes hands a second time.
  [/^EarlyData-Reject(0RTT|Ticket)-Client-ReverifyFails-/, reasons.BORINGSSL_ONLY],
  [
    /^(NoEarlyKeyingMaterial-|ExportKeyingMaterial-FalseStart$|ExtraHandshake-FalseStart$|SignedCertificateTimestampListInvalid-Server$|Resume-Server-UnofferedCipher-TLS13$)/,
    reasons.BORINGSSL_ONLY,
  ],
  [/^GREASE-Server-TLS13$/, reasons.GREASE],
  [
    /^(Resume-Server-(BinderWrongLength|NoPSKBinder|ExtraIdentityNoBinder|ExtraPSKBinder|PSKBinderFirstExtension)(-SecondBinder)?|Resume-Server-OmitAllPSKsOnSecondClientHello|InvalidPSKIdentity-TLS13|Resume-Client-(Mismatch-TLS13-TLS12-TLS|PRFMismatch-TLS13))$/,
    reasons.TOLD_OTHERWISE,
  ],
  [
    /^(EarlyData(VersionDowngrade-Client-TLS13(-WarningAlert)?|WithoutResume-Client-TLS13|-BadALPNMismatch-Client-TLS13|-CipherMismatch-Client-TLS13)|SignedCertificateTimestampListEmpty(SCT)?-Client-TLS-TLS13)$/,
    reasons.TOLD_OTHERWISE,
  ],
  [/^TLS13-DuplicateTicketEarlyDataSupport$/, reasons.OTHER_ALERT],
  [/^CurveID-Resume-(Client|Server)$/, reasons.SESSION_FACTS],
  [/^(Client|Server)-VerifyDefault-RSA_PKCS1_SHA1-TLS12$/, reasons.OLD_SCHEMES],
  // It would rather shake hands anew than resume with a suite that is not the first choice.
  [/^Resume-Server-CipherNotPreferred$/, reasons.OTHER_DEFAULT],
  [/^CBCRecordSplitting|^BadRSAClientKeyExchange-[1-8]$|^ConflictingVersionNegotiation$/, reasons.OLD_VERSIONS],
  [/^Compliance-cnsa1-202603-TLS-(Client-MLKEM1024|PrefersMLKEM1024|Server-MLKEM1024)$/, reasons.POLICIES],
  // Binders of 12 bytes, where RFC 9846 4.3.11 wants 32.
  [/^Resume-Server-TLS12-TLS1[23]-TLS$/, reasons.TOLD_OTHERWISE],
  // P-521 and Ed25519 are off there.
  [
    /^(Client|Server)-VerifyDefault-(ECDSA_P521_SHA512|Ed25519)-TLS1[23]$|^PostQuantumEnabledByDefaultInClients$/,
    reasons.OTHER_DEFAULT,
  ],
  // Whose order counts, and whether another round trip is worth another group.
  [
    /^SendHelloRetryRequest-2-TLS13$|^TLS13-CipherPreference-Server-ChaCha20-AES$|^EmptySessionID-TLS13$|^Resume-Server-CipherNotPreferred-TLS13$/,
    reasons.OTHER_DEFAULT,
  ],
  [/^Client-RejectJDK11DowngradeRandom$|^Server-JDK11-/, reasons.BORINGSSL_ONLY],
  [
    /^(Client|Server)-Sign(-Negotiate|Default)?-RSA_PKCS1_SHA256_LEGACY-TLS13$|^TLS13-Client-(Empty|Nonminimal)TicketFlags$/,
    reasons.DRAFTS,
  ],
  [/^TLS-ECH-Server-ECHInner/, reasons.ENCRYPTED_HELLO],
  [/^TrustAnchors-EmptyID-ClientHello$|^ExtensionTrailingData-TrustAnchors-/, reasons.TRUST_ANCHOR_IDS],
  [/^PAKE-Extension-Duplicate$/, reasons.OTHER_CREDENTIALS],
  [
    /^CertificateSelection-Client-(RawPublicKey-)?ClientCertificateTypes?-.*MatchNone-TLS-TLS12$|^CheckClientCertificateTypes$/,
    reasons.TOLD_OTHERWISE,
  ],
  [/^HelloRetryRequest-Duplicate(Cookie|Curve)-TLS13$|^EncryptedExtensionsWithKeyShare-TLS13$/, reasons.OTHER_ALERT],
  // In a message of TLS 1.3 that must be refused there is often more than one thing wrong.
  [
    /^(HelloRetryRequest-EmptyCookie|TrailingKeyShareData|HelloRetryRequestVersionMismatch|TLS13-InvalidCompressionMethod|RequestContextInHandshake|ClientAuth-NoFallback|ServerAuth-NoFallback|EmptyCertificateList|NoSupportedCurves|MissingSignatureAlgorithmsInCertificateRequest)(-TLS13)?$/,
    reasons.TOLD_OTHERWISE,
  ],
  [
    /^(KeyUpdate-InvalidRequestMode|TLS13-EmptyRecords-TLS|TLS13-OnlyPadding-TLS|TooManyChangeCipherSpec-(Client|Server)-TLS13|SendWarningAlerts-TLS13|ServerBogusVersion|SupportedVersionSelection-TLS12|TLS13-HRR-InvalidCompressionMethod|TLS13-WrongOuterRecord-TLS|UnencryptedEncryptedExtensions|UnexpectedUnencryptedExtension-Client-TLS13|StrayHelloRequest(-Packed)?)$/,
    reasons.TOLD_OTHERWISE,
  ],
  [/V2ClientHello/, reasons.SSL_2],
  // 48 and 42 say what is wrong with the certificate; 40, 46 and 50 do not.
  [/^CertificateVerificationFail-(Client|Server)-TLS1[23]-TLS-Sync/, reasons.OTHER_ALERT],
  [/^GarbageCertificate-/, reasons.OTHER_ALERT],
  [
    /^ServerCertificateType-Client-RequestsRPKX509-NegotiatedX509(ByDefault)?-ServerIncorrectlySentRPK-TLS13$/,
    reasons.OTHER_ALERT,
  ],
  // RFC 7250 4.2 wants unsupported_certificate, and RFC 9846 6.2 decode_error for a list that is empty.
  [
    /^CertificateSelection-(Client|Server)-CertificateType-.*-MatchNone-|^ClientCertificateType-Server-RejectsInvalidEmptyExtension-/,
    reasons.OTHER_ALERT,
  ],
  [
    /^(Client|Server)CertificateType-(Client-RequestsRPKOnly-ServerSentEmpty(CertificateList|RPK)|Server-ClientSentEmptyRPK)-TLS13$/,
    reasons.TOLD_OTHERWISE,
  ],
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
