/** Cases that are not run, by name, each with the reason. */
import * as reasons from './reasons.ts'

export const disabled: readonly (readonly [RegExp, string])[] = [
  [/^PSK-Server-(BinderWrongLength|NoPSKBinder)-(First|Second)Binder-TLS$/, reasons.TOLD_OTHERWISE],
  // As for a wrong binder: who has no key does not learn whose identities we know.
  [/^PSK-Server-(NoCommonPSKs|IdentityDoesNotMatch|PartialImport-NoMatch)-TLS$/, reasons.OTHER_ALERT],
  // Where a certificate is required a key is none; and a client that takes no certificates offers TLS 1.3 alone.
  [/^PSK-(Server-DoNotRequestClientCertificate|Client-PSKRequired-TLS12)-TLS$/, reasons.OTHER_DEFAULT],
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
    /^(EarlyData-UnexpectedHandshake-Server|WrongMessageType-TLS13-EndOfEarlyData|EarlyData-Server-BadFinished|EarlyData-SkipEndOfEarlyData|ExtraHandshake-Server-EarlyData|Server-NonEmptyEndOfEarlyData|TrailingMessageData-TLS13-EndOfEarlyData|ExportKeyingMaterial-Server-HalfRTT-TLS)(-TLS13|-TLS)?$/,
    reasons.HALF_ROUND_TRIP,
  ],
  // It takes early data whose age is off by a minute, and the hybrid group by itself.
  [/^TLS13-TicketAgeSkew-(Backward|Forward)-60-Accept$|^PostQuantumEnabledByDefaultForAServer$/, reasons.OTHER_DEFAULT],
  // It goes on while the hello offers more than the server's ticket allows; ours holds the data back whole.
  [/^TLS13-EarlyData-TooMuchData-/, reasons.OTHER_DEFAULT],
  [/^(Client|Server)-VerifyDefault-RSA_PKCS1_SHA1-TLS12$/, reasons.OLD_SCHEMES],
  // It would rather shake hands anew than resume with a suite that is not the first choice.
  [/^Resume-Server-CipherNotPreferred$/, reasons.OTHER_DEFAULT],
  [/^CBCRecordSplitting|^BadRSAClientKeyExchange-[1-8]$|^ConflictingVersionNegotiation$/, reasons.OLD_VERSIONS],
  [/^Compliance-cnsa1-202603-TLS-(Client-MLKEM1024|PrefersMLKEM1024|Server-MLKEM1024)$/, reasons.POLICIES],
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
  [/V2ClientHello/, reasons.SSL_2],
  // RFC 9846 6 has decode_error for what does not fit its syntax; BoringSSL compares whatever comes.
  [/^TrailingMessageData-(TLS13-)?(Client|Server)Finished-TLS$/, reasons.OTHER_ALERT],
  // Ed25519 is off there; a client that names no groups gets no ECDHE there; a chain may be limited in length there.
  [/^Ed25519DefaultDisable-|^NoSupportedCurves$|^LargeMessage-Reject$/, reasons.OTHER_DEFAULT],
  [/^(Empty|Omit)Extensions-ServerHello-TLS12$|^Renegotiate-Client-NoExt-Allowed$/, reasons.UNPROTECTED],
  [
    /^Agree-Digest-SHA1$|^(Client|Server)-Sign(Default|-Negotiate)?-(ECDSA|RSA_PKCS1)_SHA1-TLS12$|^ServerAuth-SHA1-Fallback/,
    reasons.OLD_SCHEMES,
  ],
  // Suites between which a server has no preference of its own.
  [/^CipherNegotiation-[458]$/, reasons.BORINGSSL_ONLY],
  // 65,536 bytes: a ticket may allow 32,768, and the server that gave it may have been started anew without early data.
  [/^SkipEarlyData-(HRR-)?TooMuchData-TLS13$/, reasons.EARLY_BOUNDS],
  [/^(NoEarlyKeyingMaterial-|ExportKeyingMaterial-FalseStart$|ExtraHandshake-FalseStart$)/, reasons.BORINGSSL_ONLY],
  [/^SignedCertificateTimestampListInvalid-Server$/, reasons.BORINGSSL_ONLY],
  [/^GREASE-Server-TLS13$/, reasons.GREASE],
  [/^CurveID-Resume-(Client|Server)$/, reasons.SESSION_FACTS],
  // RFC 9846 4.3.11: a key belongs to a hash, whatever suites are offered; it would rather shake hands anew.
  [/^Resume-Server-UnofferedCipher-TLS13$/, reasons.ALLOWED],
  // RFC 9846 4.2.2: keys that do not fit the suite may be left out of the second hello. Whether a ticket does is known to
  // who has opened it: we do behind that hello, it before. A key from elsewhere that is left out is missed.
  [/^Resume-Server-OmitAllPSKsOnSecondClientHello$/, reasons.ALLOWED],
  // Binders of 12 bytes, where RFC 9846 4.3.11 wants 32.
  [/^Resume-Server-TLS12-TLS1[23]-TLS$/, reasons.MALFORMED],
  // What cannot be read is told as such: an extension by itself, and before what it says is looked at.
  [/^Resume-Server-(BinderWrongLength|NoPSKBinder)(-SecondBinder)?$/, reasons.TOLD_OTHERWISE],
  [
    /^(ClientAuth-NoFallback|HelloRetryRequest-EmptyCookie|TrailingKeyShareData)-TLS13$|^(ExtensionTrailingData-StatusRequest-Client|RejectEmptyOCSPResponse)-TLS-TLS13$/,
    reasons.TOLD_OTHERWISE,
  ],
  // What RFC 9846 9.2 wants to be there is missing, not unknown; and an empty chain is no chain.
  [
    /^(MissingSignatureAlgorithmsInCertificateRequest|NoSupportedCurves|ServerAuth-NoFallback|EmptyCertificateList)-TLS13$/,
    reasons.TOLD_OTHERWISE,
  ],
  // RFC 9846 4.2.3, 4.3.1, 4.3.10, 4.4.2, 4.7.3: what is readable and not allowed is an illegal parameter.
  [
    /^(HelloRetryRequestVersionMismatch|TLS13-InvalidCompressionMethod|RequestContextInHandshake)(-TLS13)?$|^TLS13-HRR-InvalidCompressionMethod$|^(KeyUpdate-InvalidRequestMode|ServerBogusVersion|SupportedVersionSelection-TLS12|UnexpectedUnencryptedExtension-Client-TLS13|EarlyDataWithoutResume-Client-TLS13)$/,
    reasons.TOLD_OTHERWISE,
  ],
  // RFC 9846 5 and 6: what is not protected, and what holds nothing but padding, is unexpected; every alert is fatal.
  [
    /^(TLS13-EmptyRecords-TLS|TLS13-OnlyPadding-TLS|TLS13-WrongOuterRecord-TLS|UnencryptedEncryptedExtensions|SendWarningAlerts-TLS13|TooManyChangeCipherSpec-(Client|Server)-TLS13)$/,
    reasons.TOLD_OTHERWISE,
  ],
  [/^SkipEarlyData-HRR-Interleaved-TLS13$|^SkipEarlyData-SecondClientHelloEarlyData-TLS13$/, reasons.TOLD_OTHERWISE],
  [/^StrayHelloRequest(-Packed)?$|^HttpCONNECT$|^Resume-Client-Mismatch-TLS13-TLS12-TLS$/, reasons.TOLD_OTHERWISE],
  // Kinds of certificates and schemes are one to whoever is asked for a certificate.
  [
    /^CertificateSelection-Client-(RawPublicKey-)?ClientCertificateTypes?-.*MatchNone-TLS-TLS12$|^CheckClientCertificateTypes$/,
    reasons.TOLD_OTHERWISE,
  ],
  // RFC 5246 7.2.2: which alert says the most. 48 and 42 say what is wrong with the certificate; 40, 46 and 50 do not.
  [/^CertificateVerificationFail-(Client|Server)-TLS1[23]-TLS-Sync|^GarbageCertificate-/, reasons.OTHER_ALERT],
  // RFC 9846 4.3: an extension where it does not belong is illegal; one that is there twice cannot be read.
  [
    /^HelloRetryRequest-Duplicate(Cookie|Curve)-TLS13$|^TLS13-DuplicateTicketEarlyDataSupport$|^EncryptedExtensionsWithKeyShare-TLS13$/,
    reasons.OTHER_ALERT,
  ],
  // Which group, scheme, key or suite is missing: BoringSSL looks for them in another order.
  [
    /^CheckECDSACurve-TLS12$|^CheckLeafCurve$|^CertificateSelection-Server-Curve-MatchNone-TLS-TLS12$/,
    reasons.TOLD_OTHERWISE,
  ],
  [
    /^Server-Sign(Default)?-RSA_PKCS1_SHA256_LEGACY-TLS12$|^Server-TLS12-NoSign-RSA_PKCS1_MD5_SHA1$/,
    reasons.TOLD_OTHERWISE,
  ],
  // We know keys of RSASSA-PSS, and say what they cannot do.
  [/^RejectPSSKeyType-|^CertificateCipherMismatch-PSS$/, reasons.TOLD_OTHERWISE],
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
]
