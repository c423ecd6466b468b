/**
 * What BoringSSL, and so Chrome, Android and its test runner, calls a failure: one word for a code. A code for which it
 * has two words is two codes.
 */
import type { Failure, FailureCode } from '../failures/index.ts'

const words: { readonly [Code in FailureCode]?: string } = {
  'tls/not-tls': 'WRONG_VERSION_NUMBER',
  'tls/http-spoken': 'HTTP_REQUEST',
  'tls/no-common-version': 'UNSUPPORTED_PROTOCOL',
  'tls/no-common-suite': 'NO_SHARED_CIPHER',
  'tls/no-common-group': 'NO_SHARED_GROUP',
  'tls/no-common-scheme': 'NO_COMMON_SIGNATURE_ALGORITHMS',
  'tls/nothing-in-common': 'HANDSHAKE_FAILURE_ON_CLIENT_HELLO',
  'tls/alpn-none': 'NO_APPLICATION_PROTOCOL',
  'tls/downgrade': 'TLS13_DOWNGRADE',
  'tls/fallback': 'INAPPROPRIATE_FALLBACK',
  'tls/signature-wrong': 'BAD_SIGNATURE',
  'tls/certificate-missing': 'PEER_DID_NOT_RETURN_A_CERTIFICATE',
  'tls/certificate-kind': 'WRONG_CERTIFICATE_TYPE',
  'tls/client-certificate-missing': 'PEER_DID_NOT_RETURN_A_CERTIFICATE',
  'tls/client-certificate-wanted': 'SSLV3_ALERT_HANDSHAKE_FAILURE',
  'tls/share-wrong': 'BAD_ECPOINT',
  'tls/finished-wrong': 'DIGEST_CHECK_FAILED',
  'tls/renegotiation-unsafe': 'RENEGOTIATION_MISMATCH',
  'tls/record-damaged': 'DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
  'tls/record-too-long': 'ENCRYPTED_LENGTH_TOO_LONG',
  'tls/record-version': 'WRONG_VERSION_NUMBER',
  'tls/too-many-empty-records': 'TOO_MANY_EMPTY_FRAGMENTS',
  'tls/too-many-warnings': 'TOO_MANY_WARNING_ALERTS',
  'tls/unexpected-message': 'UNEXPECTED_MESSAGE',
  'tls/bad-message': 'DECODE_ERROR',
  'tls/message-too-long': 'EXCESSIVE_MESSAGE_SIZE',
  'tls/unoffered-extension': 'UNEXPECTED_EXTENSION',
  'tls/renegotiation': 'NO_RENEGOTIATION',
  'tls/certificate-expired': 'CERTIFICATE_VERIFY_FAILED',
  'tls/certificate-not-yet': 'CERTIFICATE_VERIFY_FAILED',
  'tls/certificate-name': 'CERTIFICATE_VERIFY_FAILED',
  'tls/certificate-purpose': 'CERTIFICATE_VERIFY_FAILED',
  'tls/certificate-untrusted': 'CERTIFICATE_VERIFY_FAILED',
  'tls/certificate-self-signed': 'CERTIFICATE_VERIFY_FAILED',
  'tls/chain-incomplete': 'CERTIFICATE_VERIFY_FAILED',
  'tls/certificate-signature': 'CERTIFICATE_VERIFY_FAILED',
  'tls/certificate-algorithm': 'CERTIFICATE_VERIFY_FAILED',
  'tls/certificate-not-ca': 'CERTIFICATE_VERIFY_FAILED',
  'tls/certificate-path-length': 'CERTIFICATE_VERIFY_FAILED',
  'tls/certificate-constraint': 'CERTIFICATE_VERIFY_FAILED',
  'tls/certificate-policy': 'CERTIFICATE_VERIFY_FAILED',
  'tls/certificate-critical': 'CERTIFICATE_VERIFY_FAILED',
  'tls/certificate-malformed': 'CANNOT_PARSE_LEAF_CERT',
  'tls/certificate-profile': 'CERTIFICATE_VERIFY_FAILED',
  'tls/chain-too-complex': 'CERTIFICATE_VERIFY_FAILED',
}

/** For alerts that the peer sent, by number; the older ones are named after SSL 3.0. */
const alerts: Readonly<Record<number, string>> = {
  10: 'SSLV3_ALERT_UNEXPECTED_MESSAGE',
  20: 'SSLV3_ALERT_BAD_RECORD_MAC',
  21: 'TLSV1_ALERT_DECRYPTION_FAILED',
  22: 'TLSV1_ALERT_RECORD_OVERFLOW',
  30: 'SSLV3_ALERT_DECOMPRESSION_FAILURE',
  40: 'SSLV3_ALERT_HANDSHAKE_FAILURE',
  42: 'SSLV3_ALERT_BAD_CERTIFICATE',
  43: 'SSLV3_ALERT_UNSUPPORTED_CERTIFICATE',
  46: 'SSLV3_ALERT_CERTIFICATE_UNKNOWN',
  47: 'SSLV3_ALERT_ILLEGAL_PARAMETER',
  48: 'TLSV1_ALERT_UNKNOWN_CA',
  49: 'TLSV1_ALERT_ACCESS_DENIED',
  50: 'TLSV1_ALERT_DECODE_ERROR',
  51: 'TLSV1_ALERT_DECRYPT_ERROR',
  70: 'TLSV1_ALERT_PROTOCOL_VERSION',
  71: 'TLSV1_ALERT_INSUFFICIENT_SECURITY',
  80: 'TLSV1_ALERT_INTERNAL_ERROR',
  86: 'TLSV1_ALERT_INAPPROPRIATE_FALLBACK',
  100: 'TLSV1_ALERT_NO_RENEGOTIATION',
  110: 'TLSV1_ALERT_UNSUPPORTED_EXTENSION',
  112: 'TLSV1_ALERT_UNRECOGNIZED_NAME',
  116: 'TLSV1_ALERT_CERTIFICATE_REQUIRED',
  120: 'TLSV1_ALERT_NO_APPLICATION_PROTOCOL',
}

/** Undefined: it has no word for this. */
export const boringSslWord = ({ code, number }: Pick<Failure, 'code' | 'number'>): string | undefined =>
  code === 'tls/alert-received' && number !== undefined ? alerts[number] : words[code]
