/**
 * What other tools call a failure, the same in every language: error codes of Node, exit codes (numbers) of curl, texts
 * of OpenSSL (numbers: its verify results), net errors of Chrome. A name that can be produced on a machine with these tools is
 * compared with them by the tests `elsewhere` in `test/interop/`.
 */
import type { Failure, FailureCode } from '../failures/index.ts'
import { boringSslWord } from './boringssl.table.ts'

export type Tool = 'node' | 'curl' | 'openssl' | 'chrome' | 'undici' | 'nginx' | 'boringssl'
export type Elsewhere = { readonly [T in Tool]?: string | number }

const names: { readonly [Code in FailureCode]?: Elsewhere } = {
  'link/no-neighbour': { node: 'EHOSTUNREACH', curl: 7 },
  'ip/no-route': { node: 'ENETUNREACH', curl: 7, chrome: 'ERR_ADDRESS_UNREACHABLE' },
  'ip/too-big': { node: 'EMSGSIZE' },
  'ip/port-taken': { node: 'EADDRINUSE' },
  'ip/unreachable': { node: 'ECONNREFUSED' },
  'dns/no-address': { node: 'ENOTFOUND', curl: 6, chrome: 'ERR_NAME_NOT_RESOLVED' },
  'dns/silence': { node: 'EAI_AGAIN', curl: 6, chrome: 'ERR_NAME_NOT_RESOLVED' },
  'dns/server-failure': { node: 'EAI_AGAIN', curl: 6 },
  'dns/not-a-name': { node: 'ENOTFOUND', curl: 6 },
  'dns/no-server': { node: 'ENOTFOUND' },
  'tcp/refused': { node: 'ECONNREFUSED', curl: 7, openssl: 'connect:errno=111', chrome: 'ERR_CONNECTION_REFUSED' },
  'tcp/silence': { node: 'ETIMEDOUT', curl: 28, chrome: 'ERR_CONNECTION_TIMED_OUT' },
  'tcp/reset': { node: 'ECONNRESET', curl: 56, openssl: 'read:errno=104', chrome: 'ERR_CONNECTION_RESET' },
  'tcp/reset-in-handshake': { node: 'ECONNRESET', curl: 35, openssl: 'errno=104', chrome: 'ERR_CONNECTION_RESET' },
  'tcp/timeout': { node: 'ETIMEDOUT', curl: 56 },
  'tcp/port-in-use': { node: 'EADDRINUSE' },
  'tcp/not-unicast': { node: 'ENETUNREACH', curl: 7 },
  'tcp/no-free-port': { node: 'EADDRNOTAVAIL', curl: 7 },
  'tcp/made-room': { node: 'ECONNABORTED' },
  'tcp/too-many-connections': { node: 'EMFILE' },
  'tls/not-tls': {
    openssl: '0A00010B wrong version number',
    curl: 35,
    node: 'EPROTO wrong version number, ERR_SSL_WRONG_VERSION_NUMBER',
  },
  'tls/http-spoken': { openssl: '0A00009C http request', curl: 52 },
  'tls/no-common-version': { openssl: '0A00042E tlsv1 alert protocol version', curl: 35 },
  'tls/no-common-suite': { openssl: '0A000410 sslv3 alert handshake failure', curl: 35 },
  'tls/no-common-group': { openssl: '0A000410 sslv3 alert handshake failure', curl: 35 },
  'tls/nothing-in-common': { openssl: '0A000410 sslv3 alert handshake failure', curl: 35 },
  'tls/no-common-scheme': { openssl: '0A000076 no suitable signature algorithm', curl: 35 },
  'tls/name-unknown': {
    openssl: '0A000458 tlsv1 unrecognized name',
    curl: 35,
    chrome: 'ERR_SSL_UNRECOGNIZED_NAME_ALERT',
  },
  'tls/alpn-none': {
    openssl: '0A000460 tlsv1 alert no application protocol',
    curl: 35,
    chrome: 'ERR_ALPN_NEGOTIATION_FAILED',
  },
  'tls/downgrade': { openssl: '0A000175 inappropriate fallback' },
  'tls/fallback': { openssl: '0A00043E tlsv1 alert inappropriate fallback' },
  'tls/signature-wrong': { openssl: '0A00007B bad signature', node: 'ERR_SSL_BAD_SIGNATURE' },
  'tls/certificate-kind': { openssl: '0A00017F wrong certificate type' },
  'tls/client-certificate-wanted': {
    openssl: '0A000410 sslv3 alert handshake failure',
    // Under TLS 1.3; the client learns of it only when it is through with its own handshake.
    chrome: 'ERR_SOCKET_NOT_CONNECTED',
  },
  'tls/client-certificate-missing': { openssl: '0A0000C7 peer did not return a certificate' },
  'tls/client-certificate-required': { openssl: '0A0000C7 peer did not return a certificate' },
  'tls/share-wrong': { openssl: '0A00010F bad ecpoint' },
  'tls/finished-wrong': { openssl: '0A000095 digest check failed', node: 'ERR_SSL_DIGEST_CHECK_FAILED' },
  'tls/renegotiation-unsafe': { openssl: '0A000152 unsafe legacy renegotiation disabled' },
  'tls/record-damaged': {
    openssl: '0A000119 bad record mac',
    node: 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
    curl: 56,
  },
  'tls/record-too-long': { openssl: '0A0000C6 packet length too long', chrome: 'ERR_SSL_PROTOCOL_ERROR' },
  'tls/record-version': { openssl: '0A00010B wrong version number' },
  'tls/too-many-warnings': { openssl: '0A000199 too many warn alerts' },
  'tls/cut-short': { openssl: '0A000126 unexpected eof while reading', curl: 56, node: 'ECONNRESET' },
  'tls/unexpected-message': { openssl: '0A0000F4 unexpected message' },
  'tls/bad-message': { openssl: '0A00009F length mismatch' },
  'tls/message-too-long': { openssl: '0A000098 excessive message size' },
  'tls/missing-extension': { openssl: '0A00006D missing extension' },
  'tls/too-many-key-updates': { openssl: '0A000084 too many key updates' },
  'tls/unoffered-extension': { openssl: '0A00006E bad extension' },
  'tls/renegotiation': { openssl: '0A000153 no renegotiation' },
  'tls/handshake-cut': { openssl: '0A000126 unexpected eof while reading', curl: 35, node: 'ECONNRESET' },
  'tls/certificate-expired': { node: 'CERT_HAS_EXPIRED', curl: 60, openssl: 10, chrome: 'NET::ERR_CERT_DATE_INVALID' },
  'tls/certificate-not-yet': { node: 'CERT_NOT_YET_VALID', curl: 60, openssl: 9, chrome: 'NET::ERR_CERT_DATE_INVALID' },
  'tls/certificate-name': {
    node: 'ERR_TLS_CERT_ALTNAME_INVALID',
    curl: 60,
    openssl: 62,
    chrome: 'NET::ERR_CERT_COMMON_NAME_INVALID',
  },
  'tls/certificate-purpose': { node: 'INVALID_PURPOSE', curl: 60, openssl: 26, chrome: 'NET::ERR_CERT_INVALID' },
  'tls/certificate-untrusted': {
    node: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    curl: 60,
    openssl: 20,
    chrome: 'NET::ERR_CERT_AUTHORITY_INVALID',
  },
  'tls/certificate-self-signed': {
    node: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    curl: 60,
    openssl: 18,
    chrome: 'NET::ERR_CERT_AUTHORITY_INVALID',
  },
  'tls/chain-incomplete': { node: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', curl: 60, openssl: 21 },
  'tls/certificate-signature': { node: 'CERT_SIGNATURE_FAILURE', curl: 35, openssl: 7 },
  'tls/certificate-algorithm': {
    node: 'CA_MD_TOO_WEAK',
    curl: 60,
    openssl: 68,
    chrome: 'NET::ERR_CERT_WEAK_SIGNATURE_ALGORITHM',
  },
  'tls/certificate-not-ca': { node: 'INVALID_PURPOSE', curl: 60, openssl: 79 },
  'tls/certificate-path-length': { node: 'PATH_LENGTH_EXCEEDED', curl: 60, openssl: 25 },
  'tls/certificate-constraint': {
    node: 'UNSPECIFIED',
    curl: 60,
    openssl: 47,
    chrome: 'NET::ERR_CERT_INVALID',
  },
  'tls/certificate-policy': { node: 'NO_EXPLICIT_POLICY', openssl: 43 },
  'tls/certificate-critical': { node: 'UNSPECIFIED', curl: 60, openssl: 34 },
  'tls/certificate-malformed': { chrome: 'NET::ERR_CERT_INVALID' },
  'http/tls-spoken': { curl: '35 wrong version number', chrome: 'ERR_SSL_PROTOCOL_ERROR' },
  'http/bad-start-line': { node: 'HPE_INVALID_CONSTANT, HPE_INVALID_METHOD', curl: 1 },
  'http/bad-target': { node: 'HPE_INVALID_URL' },
  'http/target-too-long': { nginx: 414 },
  'http/unsupported-version': { node: 'HPE_INVALID_VERSION', curl: 1 },
  'http/bad-header': { node: 'HPE_INVALID_HEADER_TOKEN' },
  'http/space-before-colon': { node: 'HPE_INVALID_HEADER_TOKEN' },
  'http/folded-header': { node: 'HPE_INVALID_HEADER_TOKEN' },
  'http/bare-line-feed': { node: 'HPE_CR_EXPECTED' },
  'http/bare-carriage-return': { node: 'HPE_LF_EXPECTED' },
  'http/header-too-big': { node: 'HPE_HEADER_OVERFLOW', chrome: 'ERR_RESPONSE_HEADERS_TOO_BIG' },
  'http/two-lengths': { node: 'HPE_UNEXPECTED_CONTENT_LENGTH' },
  'http/bad-length': { node: 'HPE_INVALID_CONTENT_LENGTH' },
  'http/length-and-chunked': { node: 'HPE_INVALID_TRANSFER_ENCODING' },
  'http/bad-transfer-encoding': { node: 'HPE_INVALID_TRANSFER_ENCODING' },
  'http/unknown-transfer-encoding': { node: 'HPE_INVALID_TRANSFER_ENCODING' },
  'http/bad-host': { nginx: 400 },
  'http/bad-chunk': { node: 'HPE_INVALID_CHUNK_SIZE', curl: 56 },
  'http/chunk-line-too-long': { node: 'HPE_CHUNK_EXTENSIONS_OVERFLOW' },
  'http/body-too-big': { nginx: 'client_max_body_size', curl: 63 },
  'http/head-cut-short': { node: 'ECONNRESET socket hang up' },
  'http/body-cut-short': { node: 'ECONNRESET aborted', curl: 18, chrome: 'ERR_CONTENT_LENGTH_MISMATCH' },
  'http/no-answer': { node: 'ECONNRESET socket hang up', curl: 52, chrome: 'ERR_EMPTY_RESPONSE' },
  'http/head-timeout': { node: 'ERR_HTTP_REQUEST_TIMEOUT', curl: 28 },
  'http/body-timeout': { curl: 28 },
  'http/unknown-content-encoding': { curl: 61, chrome: 'ERR_CONTENT_DECODING_FAILED' },
  'http/bad-encoding': { node: 'Z_DATA_ERROR', curl: 61, chrome: 'ERR_CONTENT_DECODING_FAILED' },
  'cookie/none-without-secure': { chrome: 'SameSite=None without Secure' },
  'net/unreachable': { node: 'EHOSTUNREACH, ENETUNREACH', curl: 7, chrome: 'ERR_ADDRESS_UNREACHABLE' },
  'net/port-taken': { node: 'EADDRINUSE' },
  'net/port-forbidden': { node: 'EACCES' },
  'net/no-such-address': { node: 'EADDRNOTAVAIL' },
  'net/idle-timeout': { curl: 28, undici: 'UND_ERR_BODY_TIMEOUT' },
  'net/too-many-redirects': { curl: 47, chrome: 'ERR_TOO_MANY_REDIRECTS' },
  'cli/http-status': { curl: 22 },
  'cli/not-continued': { curl: 33 },
  'cli/time-up': { curl: 28 },
}

/** OpenSSL's error for an alert that it received: 1000 and the alert's number, in its library 0x0a. */
const afterAlert = (number: number): Elsewhere => ({
  openssl: `0A000${(1000 + number).toString(16).toUpperCase()} SSL alert number ${number}`,
  node: `EPROTO SSL alert number ${number}`,
  curl: 35,
})

/** What other tools say. */
export const elsewhere = (failure: Pick<Failure, 'code' | 'number'>): Elsewhere => {
  const { code, number } = failure
  const others = code === 'tls/alert-received' && number !== undefined ? afterAlert(number) : names[code]
  const boringssl = boringSslWord(failure)
  return boringssl === undefined ? (others ?? {}) : { ...others, boringssl }
}
