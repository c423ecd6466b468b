/**
 * Messages of other tools, each with what had gone wrong when it was said. They were collected by letting every tool
 * talk to servers whose fault was known (certificates, alerts, resets, bodies cut short, …), with hosts, numbers and
 * places in sources left as they were. Where the tool says too little to tell, what was true may be the second or third
 * candidate: the number behind it. `tls/alert-received 48`: with this alert.
 */
export type SeenMessage = readonly [message: string, was: string, place?: number]

/** By the tool that said it, with its version. */
export const seenMessages: Readonly<Record<string, readonly SeenMessage[]>> = {
  'curl 7.88.1 with OpenSSL 3.0.22': [
    ['curl: (60) SSL certificate problem: certificate has expired', 'tls/certificate-expired'],
    ['curl: (60) SSL certificate problem: certificate is not yet valid', 'tls/certificate-not-yet'],
    [
      "curl: (60) SSL: no alternative certificate subject name matches target host name 'localhost'",
      'tls/certificate-name',
    ],
    ['curl: (60) SSL certificate problem: unable to get local issuer certificate', 'tls/certificate-untrusted'],
    ['curl: (60) SSL certificate problem: unsuitable certificate purpose', 'tls/certificate-purpose'],
    ['curl: (60) SSL certificate problem: invalid CA certificate', 'tls/certificate-not-ca'],
    ['curl: (60) SSL certificate problem: unhandled critical extension', 'tls/certificate-critical'],
    ['curl: (60) SSL certificate problem: self-signed certificate', 'tls/certificate-self-signed'],
    ['curl: (60) SSL certificate problem: EE certificate key too weak', 'tls/certificate-algorithm'],
    [
      'curl: (35) OpenSSL/3.0.22: error:0A00014D:SSL routines::legacy sigalg disallowed or unsupported',
      'tls/no-common-version',
      2,
    ],
    ['curl: (35) OpenSSL/3.0.22: error:0A000410:SSL routines::sslv3 alert handshake failure', 'tls/no-common-suite', 3],
    [
      'curl: (56) OpenSSL SSL_read: OpenSSL/3.0.22: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0',
      'tls/client-certificate-wanted',
    ],
    ['curl: (35) OpenSSL/3.0.22: error:0A000460:SSL routines::tlsv1 alert no application protocol', 'tls/alpn-none'],
    ['curl: (18) transfer closed with 18 bytes remaining to read', 'http/body-cut-short'],
    ['curl: (56) Illegal or missing hexadecimal sequence in chunked-encoding', 'http/bad-chunk'],
    ['curl: (18) transfer closed with outstanding read data remaining', 'http/body-cut-short'],
    ['curl: (1) Received HTTP/0.9 when not allowed', 'http/bad-start-line'],
    ['curl: (8) Invalid Content-Length: value', 'http/bad-length'],
    ['curl: (1) Unsupported HTTP version (9.9) in response', 'http/unsupported-version'],
    ['curl: (61) Error while processing content unencoding: incorrect header check', 'http/bad-encoding'],
    ['curl: (47) Maximum (50) redirects followed', 'net/too-many-redirects'],
    ['curl: (35) OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to localhost:20042', 'tls/handshake-cut'],
    ['curl: (35) Recv failure: Connection reset by peer', 'tcp/reset-in-handshake'],
    ['curl: (35) OpenSSL/3.0.22: error:0A00010B:SSL routines::wrong version number', 'tls/not-tls'],
    ['curl: (35) OpenSSL/3.0.22: error:0A0003FE:SSL routines::tlsv1 alert record overflow', 'tls/alert-received 22'],
    ['curl: (35) OpenSSL/3.0.22: error:0A000412:SSL routines::sslv3 alert bad certificate', 'tls/alert-received 42'],
    [
      'curl: (35) OpenSSL/3.0.22: error:0A000413:SSL routines::sslv3 alert unsupported certificate',
      'tls/alert-received 43',
    ],
    ['curl: (35) OpenSSL/3.0.22: error:0A000417:SSL routines::sslv3 alert illegal parameter', 'tls/alert-received 47'],
    ['curl: (35) OpenSSL/3.0.22: error:0A000418:SSL routines::tlsv1 alert unknown ca', 'tls/alert-received 48'],
    ['curl: (35) OpenSSL/3.0.22: error:0A000419:SSL routines::tlsv1 alert access denied', 'tls/alert-received 49'],
    ['curl: (35) OpenSSL/3.0.22: error:0A00042E:SSL routines::tlsv1 alert protocol version', 'tls/no-common-version'],
    [
      'curl: (35) OpenSSL/3.0.22: error:0A00042F:SSL routines::tlsv1 alert insufficient security',
      'tls/alert-received 71',
    ],
    ['curl: (35) OpenSSL/3.0.22: error:0A000438:SSL routines::tlsv1 alert internal error', 'tls/alert-received 80'],
    ['curl: (35) OpenSSL/3.0.22: error:0A000458:SSL routines::tlsv1 unrecognized name', 'tls/name-unknown'],
    ["curl: (7) Failed to connect to localhost port 1 after 0 ms: Couldn't connect to server", 'tcp/refused'],
  ],
  'openssl s_client 3.0.22': [
    ['verify error:num=10:certificate has expired', 'tls/certificate-expired'],
    ['verify error:num=9:certificate is not yet valid', 'tls/certificate-not-yet'],
    ['verify error:num=62:hostname mismatch', 'tls/certificate-name'],
    ['verify error:num=20:unable to get local issuer certificate', 'tls/certificate-untrusted'],
    ['verify error:num=26:unsuitable certificate purpose', 'tls/certificate-purpose'],
    ['verify error:num=79:invalid CA certificate', 'tls/certificate-not-ca'],
    ['verify error:num=34:unhandled critical extension', 'tls/certificate-critical'],
    ['verify error:num=18:self-signed certificate', 'tls/certificate-self-signed'],
    ['verify error:num=66:EE certificate key too weak', 'tls/certificate-algorithm'],
    [
      'error:0A00014D:SSL routines:tls_process_key_exchange:legacy sigalg disallowed or unsupported:../ssl/statem/statem_clnt.c:2254:',
      'tls/no-common-version',
      2,
    ],
    [
      'error:0A000410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure:../ssl/record/rec_layer_s3.c:1602:SSL alert number 40',
      'tls/no-common-suite',
      3,
    ],
    [
      'error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:../ssl/record/rec_layer_s3.c:1602:SSL alert number 116',
      'tls/client-certificate-wanted',
    ],
    [
      'error:0A000126:SSL routines:ssl3_read_n:unexpected eof while reading:../ssl/record/rec_layer_s3.c:318:',
      'tls/handshake-cut',
      2,
    ],
    [
      'error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../ssl/record/ssl3_record.c:350:',
      'tls/not-tls',
    ],
    [
      'error:0A0003F2:SSL routines:ssl3_read_bytes:sslv3 alert unexpected message:../ssl/record/rec_layer_s3.c:1602:SSL alert number 10',
      'tls/alert-received 10',
    ],
    [
      'error:0A000412:SSL routines:ssl3_read_bytes:sslv3 alert bad certificate:../ssl/record/rec_layer_s3.c:1602:SSL alert number 42',
      'tls/alert-received 42',
    ],
    [
      'error:0A000416:SSL routines:ssl3_read_bytes:sslv3 alert certificate unknown:../ssl/record/rec_layer_s3.c:1602:SSL alert number 46',
      'tls/alert-received 46',
    ],
    [
      'error:0A000418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca:../ssl/record/rec_layer_s3.c:1602:SSL alert number 48',
      'tls/alert-received 48',
    ],
    [
      'error:0A00041A:SSL routines:ssl3_read_bytes:tlsv1 alert decode error:../ssl/record/rec_layer_s3.c:1602:SSL alert number 50',
      'tls/alert-received 50',
    ],
    [
      'error:0A00042E:SSL routines:ssl3_read_bytes:tlsv1 alert protocol version:../ssl/record/rec_layer_s3.c:1602:SSL alert number 70',
      'tls/no-common-version',
    ],
    [
      'error:0A000458:SSL routines:ssl3_read_bytes:tlsv1 unrecognized name:../ssl/record/rec_layer_s3.c:1602:SSL alert number 112',
      'tls/name-unknown',
    ],
    [
      'error:8000006F:system library:BIO_connect:Connection refused:../crypto/bio/bio_sock2.c:117:calling connect()',
      'tcp/refused',
    ],
    ['error:10000067:BIO routines:BIO_connect:connect error:../crypto/bio/bio_sock2.c:119:', 'tcp/refused'],
  ],
  'gnutls-cli 3.7.9': [
    [
      '- Status: The certificate is NOT trusted. The certificate chain uses expired certificate.',
      'tls/certificate-expired',
    ],
    [
      '- Status: The certificate is NOT trusted. The certificate chain uses not yet valid certificate.',
      'tls/certificate-not-yet',
    ],
    [
      '- Status: The certificate is NOT trusted. The name in the certificate does not match the expected.',
      'tls/certificate-name',
    ],
    ['- Status: The certificate is NOT trusted. The certificate issuer is unknown.', 'tls/certificate-untrusted'],
    [
      '- Status: The certificate is NOT trusted. The certificate chain does not match the intended purpose.',
      'tls/certificate-purpose',
    ],
    ['- Status: The certificate is NOT trusted. The certificate issuer is not a CA.', 'tls/certificate-not-ca'],
    [
      '- Status: The certificate is NOT trusted. The certificate contains an unknown critical extension.',
      'tls/certificate-critical',
    ],
    ['*** Received alert [40]: Handshake failed', 'tls/client-certificate-wanted', 2],
    ['*** Received alert [116]: Certificate is required', 'tls/client-certificate-wanted'],
    ['*** Fatal error: The TLS connection was non-properly terminated.', 'tls/handshake-cut', 2],
    ['*** Fatal error: Error in the pull function.', 'tcp/reset-in-handshake', 2],
    ['*** Fatal error: An unexpected TLS packet was received.', 'tls/not-tls'],
    ['*** Received alert [20]: Bad record MAC', 'tls/alert-received 20'],
    ['*** Received alert [42]: Certificate is bad', 'tls/alert-received 42'],
    ['*** Received alert [45]: Certificate is expired', 'tls/alert-received 45'],
    ['*** Received alert [48]: CA is unknown', 'tls/alert-received 48'],
    ['*** Received alert [51]: Decrypt error', 'tls/alert-received 51'],
    ['*** Received alert [70]: Error in protocol version', 'tls/no-common-version'],
    ['*** Received alert [112]: The server name sent was not recognized', 'tls/name-unknown'],
    ['*** Received alert [120]: No supported application protocol could be negotiated', 'tls/alpn-none'],
  ],
  'Python 3.11.7': [
    [
      'URLError: <urlopen error [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1006)>',
      'tls/certificate-expired',
    ],
    [
      'URLError: <urlopen error [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate is not yet valid (_ssl.c:1006)>',
      'tls/certificate-not-yet',
    ],
    [
      "URLError: <urlopen error [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: Hostname mismatch, certificate is not valid for 'localhost'. (_ssl.c:1006)>",
      'tls/certificate-name',
    ],
    [
      'URLError: <urlopen error [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate (_ssl.c:1006)>',
      'tls/certificate-untrusted',
    ],
    [
      'URLError: <urlopen error [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unsuitable certificate purpose (_ssl.c:1006)>',
      'tls/certificate-purpose',
    ],
    [
      'URLError: <urlopen error [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: invalid CA certificate (_ssl.c:1006)>',
      'tls/certificate-not-ca',
    ],
    [
      'URLError: <urlopen error [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unhandled critical extension (_ssl.c:1006)>',
      'tls/certificate-critical',
    ],
    [
      'URLError: <urlopen error [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate (_ssl.c:1006)>',
      'tls/certificate-self-signed',
    ],
    [
      'URLError: <urlopen error [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: EE certificate key too weak (_ssl.c:1006)>',
      'tls/certificate-algorithm',
    ],
    [
      'URLError: <urlopen error [SSL: TLSV1_ALERT_PROTOCOL_VERSION] tlsv1 alert protocol version (_ssl.c:1006)>',
      'tls/no-common-version',
    ],
    [
      'URLError: <urlopen error [SSL: SSLV3_ALERT_HANDSHAKE_FAILURE] sslv3 alert handshake failure (_ssl.c:1006)>',
      'tls/no-common-suite',
      3,
    ],
    [
      'SSLError: [SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required (_ssl.c:2580)',
      'tls/client-certificate-wanted',
    ],
    ['IncompleteRead: IncompleteRead(2 bytes read, 18 more expected)', 'http/body-cut-short'],
    ['BadStatusLine: hello I am something', 'http/bad-start-line'],
    ['LineTooLong: got more than 65536 bytes when reading header line', 'http/header-too-big'],
    ['UnknownProtocol: HTTP/9.9', 'http/unsupported-version'],
    [
      'HTTPError: HTTP Error 302: The HTTP server returned a redirect error that would lead to an infinite loop.',
      'net/too-many-redirects',
    ],
    [
      'URLError: <urlopen error [SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred in violation of protocol (_ssl.c:1006)>',
      'tls/handshake-cut',
      2,
    ],
    ['URLError: <urlopen error [Errno 104] Connection reset by peer>', 'tcp/reset-in-handshake', 2],
    ['URLError: <urlopen error [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)>', 'tls/not-tls'],
    [
      'URLError: <urlopen error [SSL: SSLV3_ALERT_CERTIFICATE_UNKNOWN] sslv3 alert certificate unknown (_ssl.c:1006)>',
      'tls/alert-received 46',
    ],
    [
      'URLError: <urlopen error [SSL: TLSV1_ALERT_UNKNOWN_CA] tlsv1 alert unknown ca (_ssl.c:1006)>',
      'tls/alert-received 48',
    ],
    [
      'URLError: <urlopen error [SSL: TLSV1_ALERT_INSUFFICIENT_SECURITY] tlsv1 alert insufficient security (_ssl.c:1006)>',
      'tls/alert-received 71',
    ],
    [
      'URLError: <urlopen error [SSL: TLSV1_ALERT_INTERNAL_ERROR] tlsv1 alert internal error (_ssl.c:1006)>',
      'tls/alert-received 80',
    ],
    [
      'URLError: <urlopen error [SSL: TLSV1_ALERT_USER_CANCELLED] tlsv1 alert user cancelled (_ssl.c:1006)>',
      'tls/alert-received 90',
    ],
    [
      'URLError: <urlopen error [SSL: TLSV13_ALERT_MISSING_EXTENSION] tlsv13 alert missing extension (_ssl.c:1006)>',
      'tls/alert-received 109',
    ],
    ['URLError: <urlopen error [SSL] tlsv1 alert unknown psk identity (_ssl.c:1006)>', 'tls/alert-received 115'],
    [
      'URLError: <urlopen error [SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required (_ssl.c:1006)>',
      'tls/client-certificate-wanted',
    ],
    ['URLError: <urlopen error [Errno 111] Connection refused>', 'tcp/refused'],
  ],
  'Java 17.0.21': [
    [
      'javax.net.ssl.SSLHandshakeException: (certificate_expired) PKIX path validation failed: java.security.cert.CertPathValidatorException: validity check failed',
      'tls/certificate-expired',
    ],
    [
      'java.security.cert.CertificateExpiredException: NotAfter: Fri Jan 01 00:00:00 UTC 2021',
      'tls/certificate-expired',
    ],
    [
      'javax.net.ssl.SSLHandshakeException: (bad_certificate) PKIX path validation failed: java.security.cert.CertPathValidatorException: validity check failed',
      'tls/certificate-not-yet',
      2,
    ],
    [
      'java.security.cert.CertificateNotYetValidException: NotBefore: Mon Jan 01 00:00:00 UTC 2035',
      'tls/certificate-not-yet',
    ],
    [
      'javax.net.ssl.SSLHandshakeException: (certificate_unknown) No subject alternative DNS name matching localhost found.',
      'tls/certificate-name',
    ],
    [
      'java.security.cert.CertificateException: No subject alternative DNS name matching localhost found.',
      'tls/certificate-name',
    ],
    [
      'javax.net.ssl.SSLHandshakeException: (certificate_unknown) PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target',
      'tls/certificate-untrusted',
    ],
    [
      'sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target',
      'tls/certificate-untrusted',
    ],
    [
      'javax.net.ssl.SSLHandshakeException: (certificate_unknown) Extended key usage does not permit use for TLS server authentication',
      'tls/certificate-purpose',
    ],
    [
      'sun.security.validator.ValidatorException: Extended key usage does not permit use for TLS server authentication',
      'tls/certificate-purpose',
    ],
    [
      'javax.net.ssl.SSLHandshakeException: (certificate_unknown) PKIX path validation failed: java.security.cert.CertPathValidatorException: basic constraints check failed: this is not a CA certificate',
      'tls/certificate-not-ca',
    ],
    [
      'java.security.cert.CertPathValidatorException: basic constraints check failed: this is not a CA certificate',
      'tls/certificate-not-ca',
    ],
    [
      'javax.net.ssl.SSLHandshakeException: (certificate_unknown) PKIX path validation failed: java.security.cert.CertPathValidatorException: unrecognized critical extension(s)',
      'tls/certificate-critical',
    ],
    ['java.security.cert.CertPathValidatorException: unrecognized critical extension(s)', 'tls/certificate-critical'],
    [
      'javax.net.ssl.SSLHandshakeException: (protocol_version) Received fatal alert: protocol_version',
      'tls/no-common-version',
    ],
    [
      'javax.net.ssl.SSLHandshakeException: (handshake_failure) Received fatal alert: handshake_failure',
      'tls/no-common-suite',
      3,
    ],
    ['java.io.IOException: Bogus chunk size', 'http/bad-chunk'],
    ['java.io.IOException: Premature EOF', 'http/body-cut-short'],
    ['java.io.IOException: Invalid Http response', 'http/bad-start-line'],
    ['java.net.ProtocolException: Header size too big: 393217 > 393216', 'http/header-too-big'],
    ['java.net.ProtocolException: Server redirected too many  times (20)', 'net/too-many-redirects'],
    ['javax.net.ssl.SSLHandshakeException: Remote host terminated the handshake', 'tls/handshake-cut'],
    ['java.io.EOFException: SSL peer shut down incorrectly', 'tls/handshake-cut'],
    ['java.net.SocketException: Connection reset', 'tcp/reset-in-handshake', 2],
    ['javax.net.ssl.SSLException: Unsupported or unrecognized SSL message', 'tls/not-tls'],
    [
      'javax.net.ssl.SSLProtocolException: (unexpected_message) Received fatal alert: unexpected_message',
      'tls/alert-received 10',
    ],
    ['javax.net.ssl.SSLException: (bad_record_mac) Received fatal alert: bad_record_mac', 'tls/alert-received 20'],
    [
      'javax.net.ssl.SSLHandshakeException: (bad_certificate) Received fatal alert: bad_certificate',
      'tls/alert-received 42',
    ],
    [
      'javax.net.ssl.SSLHandshakeException: (certificate_expired) Received fatal alert: certificate_expired',
      'tls/alert-received 45',
    ],
    [
      'javax.net.ssl.SSLHandshakeException: (certificate_unknown) Received fatal alert: certificate_unknown',
      'tls/alert-received 46',
    ],
    ['javax.net.ssl.SSLHandshakeException: (unknown_ca) Received fatal alert: unknown_ca', 'tls/alert-received 48'],
    ['javax.net.ssl.SSLException: (internal_error) Received fatal alert: internal_error', 'tls/alert-received 80'],
    [
      'javax.net.ssl.SSLHandshakeException: (unrecognized_name) Received fatal alert: unrecognized_name',
      'tls/name-unknown',
    ],
    [
      'javax.net.ssl.SSLHandshakeException: (bad_certificate_status_response) Received fatal alert: bad_certificate_status_response',
      'tls/alert-received 113',
    ],
    [
      'javax.net.ssl.SSLHandshakeException: (no_application_protocol) Received fatal alert: no_application_protocol',
      'tls/alpn-none',
    ],
    ['java.net.ConnectException: Connection refused', 'tcp/refused'],
  ],
  'Go 1.19.8': [
    ['Get "https://localhost:20068/": remote error: tls: unsupported extension', 'tls/alert-received 110'],
    ['Get "https://localhost:20069/": remote error: tls: unrecognized name', 'tls/name-unknown'],
    ['Get "https://localhost:20073/": remote error: tls: no application protocol', 'tls/alpn-none'],
    ['Get "https://localhost:20048/": remote error: tls: bad record MAC', 'tls/alert-received 20'],
    ['Get "https://localhost:20050/": remote error: tls: handshake failure', 'tls/nothing-in-common'],
    ['Get "https://localhost:20051/": remote error: tls: bad certificate', 'tls/alert-received 42'],
    ['Get "https://localhost:20053/": remote error: tls: revoked certificate', 'tls/alert-received 44'],
    ['Get "https://localhost:20054/": remote error: tls: expired certificate', 'tls/alert-received 45'],
    ['Get "https://localhost:20055/": remote error: tls: unknown certificate', 'tls/alert-received 46'],
    ['Get "https://localhost:20057/": remote error: tls: unknown certificate authority', 'tls/alert-received 48'],
    ['Get "https://localhost:20058/": remote error: tls: access denied', 'tls/alert-received 49'],
    ['Get "https://localhost:20059/": remote error: tls: error decoding message', 'tls/alert-received 50'],
    ['Get "https://localhost:20060/": remote error: tls: error decrypting message', 'tls/alert-received 51'],
    ['Get "https://localhost:20061/": remote error: tls: protocol version not supported', 'tls/no-common-version'],
    ['Get "https://localhost:20062/": remote error: tls: insufficient security level', 'tls/alert-received 71'],
    ['Get "https://localhost:20063/": remote error: tls: internal error', 'tls/alert-received 80'],
    ['Get "https://localhost:20014/": remote error: tls: certificate required', 'tls/client-certificate-wanted'],
    ['Get "https://localhost:20008/": x509: unhandled critical extension', 'tls/certificate-critical'],
    ['Get "https://localhost:20042/": EOF', 'tls/handshake-cut'],
    [
      'Get "https://localhost:20001/": x509: certificate has expired or is not yet valid: current time 2026-11-22T09:39:52Z is after 2021-01-01T00:00:00Z',
      'tls/certificate-expired',
    ],
    ['Get "https://localhost:20044/": http: server gave HTTP response to HTTPS client', 'tls/not-tls'],
    [
      'Get "https://localhost:20002/": x509: certificate has expired or is not yet valid: current time 2026-11-22T09:39:52Z is before 2035-01-01T00:00:00Z',
      'tls/certificate-not-yet',
    ],
    ['invalid byte in chunk length', 'http/bad-chunk'],
    [
      'Get "http://localhost:20034/": net/http: HTTP/1.x transport connection broken: bad Content-Length "x5"',
      'http/bad-length',
    ],
    ['Get "/": stopped after 10 redirects', 'net/too-many-redirects'],
    [
      'Get "http://localhost:20026/": net/http: HTTP/1.x transport connection broken: malformed HTTP status code "I"',
      'http/bad-start-line',
    ],
    [
      'Get "http://localhost:20018/": net/http: HTTP/1.x transport connection broken: http: message cannot contain multiple Content-Length headers; got ["2" "3"]',
      'http/two-lengths',
    ],
    [
      'Get "https://localhost:20005/": x509: certificate specifies an incompatible key usage',
      'tls/certificate-purpose',
    ],
    ['Get "https://localhost:1/": dial tcp 127.0.0.1:1: connect: connection refused', 'tcp/refused'],
    [
      'Get "https://localhost:20043/": read tcp 127.0.0.1:59282->127.0.0.1:20043: read: connection reset by peer',
      'tcp/reset-in-handshake',
      2,
    ],
    ['Get "https://localhost:20009/": x509: certificate signed by unknown authority', 'tls/certificate-self-signed', 3],
    ['Get "https://localhost:20045/": tls: first record does not look like a TLS handshake', 'tls/not-tls'],
    [
      'Get "https://localhost:20007/": x509: certificate signed by unknown authority (possibly because of "x509: invalid signature: parent certificate cannot sign this kind of certificate" while trying to verify candidate authority certificate "notca")',
      'tls/certificate-not-ca',
      2,
    ],
    [
      'Get "https://localhost:20003/": x509: certificate is valid for other.test, not localhost',
      'tls/certificate-name',
    ],
  ],
  'Node 20.20.2': [
    ['CERT_HAS_EXPIRED: certificate has expired', 'tls/certificate-expired'],
    ['CERT_NOT_YET_VALID: certificate is not yet valid', 'tls/certificate-not-yet'],
    [
      "ERR_TLS_CERT_ALTNAME_INVALID: Hostname/IP does not match certificate's altnames: Host: localhost. is not in the cert's altnames: DNS:other.test",
      'tls/certificate-name',
    ],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE: unable to verify the first certificate', 'tls/certificate-untrusted', 2],
    ['INVALID_PURPOSE: unsuitable certificate purpose', 'tls/certificate-purpose'],
    ['UNSPECIFIED: unhandled critical extension', 'tls/certificate-critical'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT: self-signed certificate', 'tls/certificate-self-signed'],
    [
      'EPROTO: write EPROTO 80BC68CE337F0000:error:0A00042E:SSL routines:ssl3_read_bytes:tlsv1 alert protocol version:../deps/openssl/openssl/ssl/record/rec_layer_s3.c:1601:SSL alert number 70',
      'tls/no-common-version',
    ],
    [
      'EPROTO: write EPROTO 80BC68CE337F0000:error:0A000410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure:../deps/openssl/openssl/ssl/record/rec_layer_s3.c:1601:SSL alert number 40',
      'tls/client-certificate-wanted',
      2,
    ],
    [
      'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 80BC68CE337F0000:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:../deps/openssl/openssl/ssl/record/rec_layer_s3.c:1601:SSL alert number 116',
      'tls/client-certificate-wanted',
    ],
    ['HPE_UNEXPECTED_CONTENT_LENGTH: Parse Error: Duplicate Content-Length', 'http/two-lengths'],
    ['ECONNRESET: aborted', 'http/body-cut-short'],
    ['HPE_INVALID_CHUNK_SIZE: Parse Error: Invalid character in chunk size', 'http/bad-chunk'],
    ['HPE_INVALID_CONSTANT: Parse Error: Expected HTTP/, RTSP/ or ICE/', 'http/bad-start-line'],
    ['HPE_INVALID_HEADER_TOKEN: Parse Error: Invalid header token', 'http/bad-header'],
    [
      "HPE_INVALID_CONTENT_LENGTH: Parse Error: Content-Length can't be present with Transfer-Encoding",
      'http/length-and-chunked',
    ],
    ['HPE_HEADER_OVERFLOW: Parse Error: Header overflow', 'http/header-too-big'],
    ['HPE_INVALID_CONTENT_LENGTH: Parse Error: Invalid character in Content-Length', 'http/bad-length'],
    ['HPE_INVALID_VERSION: Parse Error: Invalid HTTP version', 'http/unsupported-version'],
    [
      'ECONNRESET: Client network socket disconnected before secure TLS connection was established',
      'tls/handshake-cut',
    ],
    ['ECONNRESET: read ECONNRESET', 'tcp/reset-in-handshake', 2],
    [
      'EPROTO: write EPROTO 80BC68CE337F0000:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/openssl/openssl/ssl/record/ssl3_record.c:350:',
      'tls/not-tls',
    ],
    [
      'EPROTO: write EPROTO 80BC68CE337F0000:error:0A000412:SSL routines:ssl3_read_bytes:sslv3 alert bad certificate:../deps/openssl/openssl/ssl/record/rec_layer_s3.c:1601:SSL alert number 42',
      'tls/alert-received 42',
    ],
    [
      'EPROTO: write EPROTO 80BC68CE337F0000:error:0A000414:SSL routines:ssl3_read_bytes:sslv3 alert certificate revoked:../deps/openssl/openssl/ssl/record/rec_layer_s3.c:1601:SSL alert number 44',
      'tls/alert-received 44',
    ],
    [
      'EPROTO: write EPROTO 80BC68CE337F0000:error:0A000418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca:../deps/openssl/openssl/ssl/record/rec_layer_s3.c:1601:SSL alert number 48',
      'tls/alert-received 48',
    ],
    [
      'EPROTO: write EPROTO 80BC68CE337F0000:error:0A000458:SSL routines:ssl3_read_bytes:tlsv1 unrecognized name:../deps/openssl/openssl/ssl/record/rec_layer_s3.c:1601:SSL alert number 112',
      'tls/name-unknown',
    ],
    ['ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:1', 'tcp/refused'],
  ],
  'Node 20.20.2 (fetch)': [
    [
      'TypeError: fetch failed; cause: HTTPParserError HPE_UNEXPECTED_CONTENT_LENGTH Response does not match the HTTP/1.1 protocol (Duplicate Content-Length)',
      'http/two-lengths',
    ],
    ['TypeError: terminated; cause: SocketError UND_ERR_SOCKET other side closed', 'http/body-cut-short'],
    [
      'TypeError: terminated; cause: HTTPParserError HPE_INVALID_CHUNK_SIZE Response does not match the HTTP/1.1 protocol (Invalid character in chunk size)',
      'http/bad-chunk',
    ],
    [
      'TypeError: fetch failed; cause: HTTPParserError HPE_INVALID_CONSTANT Response does not match the HTTP/1.1 protocol (Expected HTTP/)',
      'http/bad-start-line',
    ],
    [
      "TypeError: fetch failed; cause: HTTPParserError HPE_UNEXPECTED_CONTENT_LENGTH Response does not match the HTTP/1.1 protocol (Content-Length can't be present with Transfer-Encoding)",
      'http/length-and-chunked',
    ],
    [
      'TypeError: fetch failed; cause: HeadersOverflowError UND_ERR_HEADERS_OVERFLOW Headers Overflow Error',
      'http/header-too-big',
    ],
    [
      'TypeError: fetch failed; cause: HTTPParserError HPE_INVALID_CONTENT_LENGTH Response does not match the HTTP/1.1 protocol (Invalid character in Content-Length)',
      'http/bad-length',
    ],
    [
      'TypeError: fetch failed; cause: HTTPParserError HPE_INVALID_VERSION Response does not match the HTTP/1.1 protocol (Invalid HTTP version)',
      'http/unsupported-version',
    ],
    ['TypeError: terminated; cause: Error Z_DATA_ERROR incorrect header check', 'http/bad-encoding'],
    ['TypeError: fetch failed; cause: Error redirect count exceeded', 'net/too-many-redirects'],
  ],
  'Node 24.21.0': [
    [
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE: unable to verify the first certificate; if the root CA is installed locally, try running Node.js with --use-system-ca',
      'tls/certificate-untrusted',
      2,
    ],
    [
      'DEPTH_ZERO_SELF_SIGNED_CERT: self-signed certificate; if the root CA is installed locally, try running Node.js with --use-system-ca',
      'tls/certificate-self-signed',
    ],
    ['UNSPECIFIED: EE certificate key too weak', 'tls/certificate-algorithm'],
    [
      'EPROTO: write EPROTO 407D5F9EF07F0000:error:0A00042E:SSL routines:ssl3_read_bytes:tlsv1 alert protocol version:../deps/openssl/openssl/ssl/record/rec_layer_s3.c:918:SSL alert number 70',
      'tls/no-common-version',
    ],
    [
      'EPROTO: write EPROTO 407D5F9EF07F0000:error:0A000410:SSL routines:ssl3_read_bytes:ssl/tls alert handshake failure:../deps/openssl/openssl/ssl/record/rec_layer_s3.c:918:SSL alert number 40',
      'tls/client-certificate-wanted',
      2,
    ],
    [
      'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 407D5F9EF07F0000:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:../deps/openssl/openssl/ssl/record/rec_layer_s3.c:918:SSL alert number 116',
      'tls/client-certificate-wanted',
    ],
    [
      'EPROTO: write EPROTO 407D5F9EF07F0000:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:../deps/openssl/openssl/ssl/record/methods/tlsany_meth.c:77:',
      'tls/not-tls',
    ],
    [
      'EPROTO: write EPROTO 407D5F9EF07F0000:error:0A0003F2:SSL routines:ssl3_read_bytes:ssl/tls alert unexpected message:../deps/openssl/openssl/ssl/record/rec_layer_s3.c:918:SSL alert number 10',
      'tls/alert-received 10',
    ],
    [
      'EPROTO: write EPROTO 407D5F9EF07F0000:error:0A000415:SSL routines:ssl3_read_bytes:ssl/tls alert certificate expired:../deps/openssl/openssl/ssl/record/rec_layer_s3.c:918:SSL alert number 45',
      'tls/alert-received 45',
    ],
    [
      'EPROTO: write EPROTO 407D5F9EF07F0000:error:0A000418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca:../deps/openssl/openssl/ssl/record/rec_layer_s3.c:918:SSL alert number 48',
      'tls/alert-received 48',
    ],
    [
      'EPROTO: write EPROTO 407D5F9EF07F0000:error:0A00041A:SSL routines:ssl3_read_bytes:tlsv1 alert decode error:../deps/openssl/openssl/ssl/record/rec_layer_s3.c:918:SSL alert number 50',
      'tls/alert-received 50',
    ],
  ],
  'Node 24.21.0 (fetch)': [
    [
      'TypeError: terminated; cause: HTTPParserError Response does not match the HTTP/1.1 protocol (Invalid character in chunk size)',
      'http/bad-chunk',
    ],
    [
      'TypeError: fetch failed; cause: HTTPParserError Response does not match the HTTP/1.1 protocol (Expected HTTP/, RTSP/ or ICE/)',
      'http/bad-start-line',
    ],
    [
      'TypeError: fetch failed; cause: HTTPParserError Response does not match the HTTP/1.1 protocol (Invalid header token)',
      'http/bad-header',
    ],
    [
      "TypeError: fetch failed; cause: HTTPParserError Response does not match the HTTP/1.1 protocol (Content-Length can't be present with Transfer-Encoding)",
      'http/length-and-chunked',
    ],
    [
      'TypeError: fetch failed; cause: HTTPParserError Response does not match the HTTP/1.1 protocol (Invalid character in Content-Length)',
      'http/bad-length',
    ],
    [
      'TypeError: fetch failed; cause: HTTPParserError Response does not match the HTTP/1.1 protocol (Invalid HTTP version)',
      'http/unsupported-version',
    ],
  ],
  'Chromium 156.0.8078.79': [
    ['page.goto: net::ERR_CERT_AUTHORITY_INVALID at https://localhost:20004/', 'tls/certificate-untrusted'],
    ['page.goto: net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH at https://localhost:20011/', 'tls/no-common-version'],
    ['page.goto: net::ERR_SSL_PROTOCOL_ERROR at https://localhost:20015/', 'tls/alpn-none', 2],
    ['page.goto: net::ERR_RESPONSE_HEADERS_MULTIPLE_CONTENT_LENGTH at http://localhost:20018/', 'http/two-lengths'],
    ['page.goto: net::ERR_INVALID_HTTP_RESPONSE at http://localhost:20026/', 'http/bad-start-line'],
    ['page.goto: net::ERR_RESPONSE_HEADERS_TOO_BIG at http://localhost:20032/', 'http/header-too-big'],
    ['page.goto: net::ERR_TOO_MANY_REDIRECTS at http://localhost:20040/', 'net/too-many-redirects'],
    ['page.goto: net::ERR_CONNECTION_CLOSED at https://localhost:20042/', 'tls/handshake-cut'],
    ['page.goto: net::ERR_CONNECTION_RESET at https://localhost:20043/', 'tcp/reset-in-handshake', 2],
    ['page.goto: net::ERR_SSL_BAD_RECORD_MAC_ALERT at https://localhost:20048/', 'tls/alert-received 20'],
    ['page.goto: net::ERR_SSL_DECRYPT_ERROR_ALERT at https://localhost:20060/', 'tls/alert-received 51'],
    ['page.goto: net::ERR_SSL_UNRECOGNIZED_NAME_ALERT at https://localhost:20069/', 'tls/name-unknown'],
    ['page.goto: net::ERR_UNSAFE_PORT at https://localhost:1/', 'net/blocked-port'],
  ],
  'wget 1.21.3 with GnuTLS': [
    ['ERROR: The certificate of ‘localhost’ has expired.', 'tls/certificate-expired'],
    ['The certificate has expired', 'tls/certificate-expired'],
    ['ERROR: The certificate of ‘localhost’ is not yet activated.', 'tls/certificate-not-yet'],
    ['The certificate has not yet been activated', 'tls/certificate-not-yet'],
    ["The certificate's owner does not match hostname ‘localhost’", 'tls/certificate-name'],
    ["ERROR: The certificate of ‘localhost’ doesn't have a known issuer.", 'tls/certificate-untrusted'],
    ['GnuTLS: received alert [40]: Handshake failed', 'tls/client-certificate-wanted', 2],
    ['GnuTLS: Error in the pull function.', 'tcp/reset-in-handshake', 2],
    ['GnuTLS: The TLS connection was non-properly terminated.', 'tls/handshake-cut', 2],
    ['GnuTLS: An unexpected TLS packet was received.', 'tls/not-tls'],
    ['GnuTLS: received alert [48]: CA is unknown', 'tls/alert-received 48'],
    ['GnuTLS: received alert [112]: The server name sent was not recognized', 'tls/name-unknown'],
    ['failed: Connection refused.', 'tcp/refused'],
  ],
  'nginx 1.22.1': [
    [
      '2026/11/22 09:42:09 [error] 28978#28978: *1 connect() failed (111: Connection refused) while connecting to upstream, client: 127.0.0.1, server: , request: "GET /refused HTTP/1.1", upstream: "https://127.0.0.1:1/", host: "127.0.0.1:21001"',
      'tcp/refused',
    ],
    [
      '2026/11/22 09:42:09 [error] 28978#28978: *3 upstream SSL certificate verify error: (21:unable to verify the first certificate) while SSL handshaking to upstream, client: 127.0.0.1, server: , request: "GET /untrusted HTTP/1.1", upstream: "https://127.0.0.1:20004/", host: "127.0.0.1:21001"',
      'tls/chain-incomplete',
    ],
    [
      '2026/11/22 09:42:09 [error] 28978#28978: *5 SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version number) while SSL handshaking to upstream, client: 127.0.0.1, server: , request: "GET /plain HTTP/1.1", upstream: "https://127.0.0.1:20044/", host: "127.0.0.1:21001"',
      'tls/not-tls',
    ],
    [
      '2026/11/22 09:42:09 [error] 28978#28978: *7 peer closed connection in SSL handshake (104: Connection reset by peer) while SSL handshaking to upstream, client: 127.0.0.1, server: , request: "GET /reset HTTP/1.1", upstream: "https://127.0.0.1:20043/", host: "127.0.0.1:21001"',
      'tcp/reset-in-handshake',
    ],
    [
      '2026/11/22 09:42:09 [error] 28978#28978: *9 upstream prematurely closed connection while reading response header from upstream, client: 127.0.0.1, server: , request: "GET /empty HTTP/1.1", upstream: "http://127.0.0.1:20042/", host: "127.0.0.1:21001"',
      'http/no-answer',
    ],
    [
      '2026/11/22 09:42:10 [error] 28978#28978: *11 upstream sent no valid HTTP/1.0 header while reading response header from upstream, client: 127.0.0.1, server: , request: "GET /nothttp HTTP/1.1", upstream: "http://127.0.0.1:20026/", host: "127.0.0.1:21001"',
      'http/bad-start-line',
    ],
    [
      '2026/11/22 09:42:10 [error] 28978#28978: *13 upstream sent invalid header: "ba\\x20..." while reading response header from upstream, client: 127.0.0.1, server: , request: "GET /bad HTTP/1.1", upstream: "http://127.0.0.1:20028/", host: "127.0.0.1:21001"',
      'http/bad-header',
    ],
    [
      '2026/11/22 09:42:11 [error] 28978#28978: *15 upstream timed out (110: Connection timed out) while reading response header from upstream, client: 127.0.0.1, server: , request: "GET /slow HTTP/1.1", upstream: "http://127.0.0.1:20046/", host: "127.0.0.1:21001"',
      'http/head-timeout',
    ],
    [
      '2026/11/22 09:42:11 [error] 28978#28978: *19 upstream prematurely closed connection while reading upstream, client: 127.0.0.1, server: , request: "GET /short HTTP/1.1", upstream: "http://127.0.0.1:20020/", host: "127.0.0.1:21001"',
      'http/body-cut-short',
    ],
    [
      '2026/11/22 09:42:11 [error] 28978#28978: *21 upstream SSL certificate does not match "localhost" while SSL handshaking to upstream, client: 127.0.0.1, server: , request: "GET /name HTTP/1.1", upstream: "https://127.0.0.1:20003/", host: "127.0.0.1:21001"',
      'tls/certificate-name',
    ],
    [
      '2026/11/22 09:42:11 [info] 28978#28978: *23 SSL_do_handshake() failed (SSL: error:0A000418:SSL routines::tlsv1 alert unknown ca:SSL alert number 48) while SSL handshaking, client: 127.0.0.1, server: 127.0.0.1:21001',
      'tls/alert-received 48',
    ],
    [
      '2026/11/22 09:42:11 [info] 28978#28978: *24 SSL_do_handshake() failed (SSL: error:0A000102:SSL routines::unsupported protocol) while SSL handshaking, client: 127.0.0.1, server: 127.0.0.1:21001',
      'tls/no-common-version',
    ],
    [
      '2026/11/22 09:42:11 [info] 28978#28978: *26 SSL_do_handshake() failed (SSL: error:0A0000C1:SSL routines::no shared cipher) while SSL handshaking, client: 127.0.0.1, server: 127.0.0.1:21001',
      'tls/no-common-suite',
    ],
    [
      '2026/11/22 09:42:11 [info] 28978#28978: *27 client sent plain HTTP request to HTTPS port while reading client request headers, client: 127.0.0.1, server: , request: "GET / HTTP/1.1", host: "127.0.0.1:21001"',
      'tls/http-spoken',
    ],
    [
      '2026/11/22 09:42:11 [error] 28978#28978: *28 client intended to send too large body: 16 bytes, client: 127.0.0.1, server: , request: "POST / HTTP/1.1", host: "127.0.0.1:21001"',
      'http/body-too-big',
    ],
    [
      '2026/11/22 09:42:12 [info] 28978#28978: *30 client sent HTTP/1.1 request without "Host" header while reading client request headers, client: 127.0.0.1, server: , request: "GET / HTTP/1.1"',
      'http/bad-host',
    ],
    [
      '2026/11/22 09:42:12 [info] 28978#28978: *32 client sent no required SSL certificate while reading client request headers, client: 127.0.0.1, server: , request: "GET / HTTP/1.1", host: "127.0.0.1:21002"',
      'tls/client-certificate-required',
    ],
    [
      '2026/11/22 09:42:12 [info] 28978#28978: *33 client SSL certificate verify error: (21:unable to verify the first certificate) while reading client request headers, client: 127.0.0.1, server: , request: "GET / HTTP/1.1", host: "127.0.0.1:21002"',
      'tls/chain-incomplete',
    ],
    [
      '2026/11/22 09:42:12 [info] 28978#28978: *34 client SSL certificate verify error: (10:certificate has expired) while reading client request headers, client: 127.0.0.1, server: , request: "GET / HTTP/1.1", host: "127.0.0.1:21002"',
      'tls/certificate-expired',
    ],
  ],
  'Node 20.20.2, as a server': [
    [
      'ERR_SSL_UNSUPPORTED_PROTOCOL: 80CC86BFAC7F0000:error:0A000102:SSL routines:tls_early_post_process_client_hello:unsupported protocol:../deps/openssl/openssl/ssl/statem/statem_srvr.c:1664:',
      'tls/no-common-version',
    ],
    [
      'ERR_SSL_NO_SHARED_CIPHER: 80CC86BFAC7F0000:error:0A0000C1:SSL routines:tls_post_process_client_hello:no shared cipher:../deps/openssl/openssl/ssl/statem/statem_srvr.c:2226:',
      'tls/no-common-suite',
    ],
    [
      'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: 80CC86BFAC7F0000:error:0A0000C7:SSL routines:tls_process_client_certificate:peer did not return a certificate:../deps/openssl/openssl/ssl/statem/statem_srvr.c:3517:',
      'tls/client-certificate-required',
    ],
    [
      'ERR_SSL_NO_APPLICATION_PROTOCOL: 80CC86BFAC7F0000:error:0A0000EB:SSL routines:tls_handle_alpn:no application protocol:../deps/openssl/openssl/ssl/statem/statem_srvr.c:2172:',
      'tls/alpn-none',
    ],
  ],
  'Firefox, its list of errors': [
    ['SEC_ERROR_UNKNOWN_ISSUER', 'tls/certificate-untrusted'],
    ['SEC_ERROR_EXPIRED_CERTIFICATE', 'tls/certificate-expired'],
    ['SEC_ERROR_EXPIRED_ISSUER_CERTIFICATE', 'tls/certificate-expired'],
    ['SEC_ERROR_REVOKED_CERTIFICATE', 'tls/certificate-revoked'],
    ['SEC_ERROR_CA_CERT_INVALID', 'tls/certificate-not-ca'],
    ['SEC_ERROR_INADEQUATE_KEY_USAGE', 'tls/certificate-key-usage'],
    ['SEC_ERROR_CERT_SIGNATURE_ALGORITHM_DISABLED', 'tls/certificate-algorithm'],
    ['SSL_ERROR_BAD_CERT_DOMAIN', 'tls/certificate-name'],
    ['MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT', 'tls/certificate-self-signed'],
    ['MOZILLA_PKIX_ERROR_NOT_YET_VALID_CERTIFICATE', 'tls/certificate-not-yet'],
    ['MOZILLA_PKIX_ERROR_MITM_DETECTED', 'tls/certificate-untrusted'],
    ['MOZILLA_PKIX_ERROR_INADEQUATE_KEY_SIZE', 'tls/certificate-algorithm'],
    ['MOZILLA_PKIX_ERROR_CA_CERT_USED_AS_END_ENTITY', 'tls/certificate-purpose'],
    ['MOZILLA_PKIX_ERROR_REQUIRED_TLS_FEATURE_MISSING', 'tls/staple-missing'],
    [
      'An error occurred during a connection to localhost:8080. SSL received a record that exceeded the maximum permissible length. Error code: SSL_ERROR_RX_RECORD_TOO_LONG',
      'tls/not-tls',
    ],
    ['SSL_ERROR_NO_CYPHER_OVERLAP', 'tls/no-common-suite'],
    ['SSL_ERROR_UNSUPPORTED_VERSION', 'tls/no-common-version'],
    ['SSL_ERROR_BAD_MAC_ALERT', 'tls/alert-received 20'],
    ['SSL_ERROR_RECORD_OVERFLOW_ALERT', 'tls/alert-received 22'],
    ['SSL_ERROR_UNRECOGNIZED_NAME_ALERT', 'tls/name-unknown'],
    ['SSL_ERROR_BAD_MAC_READ', 'tls/record-damaged'],
    ['PR_END_OF_FILE_ERROR', 'tls/handshake-cut'],
    ['PR_CONNECT_RESET_ERROR', 'tcp/reset-in-handshake', 2],
  ],
  'OpenSSL 1.1.1, its layout of numbers': [
    ['error:1408F10B:SSL routines:ssl3_get_record:wrong version number', 'tls/not-tls'],
    ['error:14094410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure', 'tls/nothing-in-common'],
    [
      'error:1416F086:SSL routines:tls_process_server_certificate:certificate verify failed',
      'tls/certificate-untrusted',
    ],
    ['error:14094418', 'tls/alert-received 48'],
    ['140943F2', 'tls/alert-received 10'],
  ],
  'LibreSSL 3, its layout of numbers': [
    ['error:1404B42E:SSL routines:ST_CONNECT:tlsv1 alert protocol version', 'tls/no-common-version'],
  ],
  'BoringSSL, its layout of numbers': [
    ['error:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER', 'tls/not-tls'],
    ['error:10000410:SSL routines:OPENSSL_internal:SSLV3_ALERT_HANDSHAKE_FAILURE', 'tls/nothing-in-common'],
    ['error:1000008b:SSL routines:OPENSSL_internal:DECRYPTION_FAILED_OR_BAD_RECORD_MAC', 'tls/record-damaged'],
  ],
  'openssl errstr 3.0.22': [
    ['error:0A000152:SSL routines::unsafe legacy renegotiation disabled', 'tls/renegotiation-unprotected'],
    ['error:0A00009C:SSL routines::http request', 'tls/http-spoken'],
    ['error:0A000095', 'tls/finished-wrong'],
    ['error:0A00007B', 'tls/signature-wrong'],
    ['error:0A00018F', 'tls/certificate-algorithm'],
  ],
}
