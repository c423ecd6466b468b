/** Why tests of Node fail over `barewire/node/tls`, and where in them. */
export const expected: readonly (readonly [because: string, cases: Readonly<Record<string, string>>])[] = [
  [
    'The end without close_notify is an error: something may have been cut off (RFC 9846 6.1).',
    {
      'test-https-close.js': 'Error',
      'test-https-selfsigned-no-keycertsign-no-crash.js': 'AssertionError',
      'test-https-set-timeout-server.js': 'Error',
      'test-tls-0-dns-altname.js': 'Error',
      'test-tls-async-cb-after-socket-end.js': 'Error',
      'test-tls-destroy-stream-12.js': 'AssertionError',
      'test-tls-destroy-stream.js': 'AssertionError',
      'test-tls-inception.js': 'Error',
      'test-tls-invoke-queued.js': 'Error',
      'test-tls-reuse-host-from-socket.js': 'Error',
      'test-tls-server-capture-rejection.js': 'Error',
      'test-tls-socket-close.js': 'Error',
      'test-tls-timeout-server-2.js': 'Error',
      'test-tls-wrap-timeout.js': 'Error',
    },
  ],
  [
    'A name in the subject is none: only subjectAltName counts (RFC 9525 2).',
    {
      'test-https-agent-additional-options.js': 'Error',
      'test-https-agent-servername.js': 'failed',
      'test-https-agent-session-injection.js': 'AssertionError at line 38',
      'test-https-agent-session-reuse.js': 'Error',
      'test-https-agent-sockets-leak.js': 'Error',
      'test-https-client-reject.js': 'AssertionError',
      'test-https-resume-after-renew.js': 'Error',
      'test-https-strict.js': 'Error',
      'test-tls-client-reject-12.js': 'AssertionError',
      'test-tls-client-reject.js': 'AssertionError',
      'test-tls-connect-no-host.js': 'Error',
      'test-tls-generic-stream.js': 'Error',
      'test-tls-set-default-ca-certificates-precedence-bundled.js': 'AssertionError',
      'test-tls-set-default-ca-certificates-precedence-empty.js': 'AssertionError',
      'test-tls-set-secure-context.js': 'Error',
      'test-tls-sni-server-client.js': 'AssertionError at line 122',
      'test-tls-startcom-wosign-whitelist.js': 'AssertionError at line 65',
    },
  ],
  [
    'A root without basicConstraints signs nothing (RFC 5280 4.2.1.9).',
    {
      'test-https-client-checkServerIdentity.js': 'Error',
      'test-tls-client-renegotiation-13.js': 'AssertionError at line 30',
      'test-tls-client-verify.js': 'AssertionError at line 95',
      'test-tls-multi-key.js': 'Error',
      'test-tls-multiple-cas-as-string.js': 'Error',
    },
  ],
  [
    "Compares words of an error, which are ours here: the code is Node's.",
    {
      'test-tls-econnreset.js': 'AssertionError at line 50',
      'test-tls-empty-sni-context.js': 'AssertionError at line 19',
      'test-tls-error-servername.js': 'AssertionError at line 27',
      'test-tls-handshake-error.js': 'AssertionError at line 18',
      'test-tls-invalid-pfx.js': 'AssertionError at line 21',
      'test-tls-key-mismatch.js': 'AssertionError at line 43',
      'test-tls-no-sslv23.js': 'AssertionError at line 9',
      'test-tls-passphrase.js': 'AssertionError at line 229',
      'test-tls-server-failed-handshake-emits-clienterror.js': 'AssertionError at line 23',
      'test-tls-set-default-ca-certificates-error.js': 'AssertionError at line 18',
      'test-tls-set-default-ca-certificates-recovery.js': 'AssertionError at line 19',
      'test-tls-session-timeout-errors.js': 'AssertionError at line 23',
      'test-tls-set-ciphers-error.js': 'AssertionError at line 17',
      'test-tls-sni-servername.js': 'AssertionError at line 28',
      'test-tls-socket-failed-handshake-emits-error.js': 'AssertionError at line 23',
    },
  ],
  [
    'Looks inside Node: handles, symbols, internal events, contexts of OpenSSL.',
    {
      'test-tls-addca.js': 'TypeError at line 15',
      'test-tls-client-default-ciphers.js': 'AssertionError at line 40',
      'test-tls-close-notify.js': 'TypeError at line 50',
      'test-tls-delayed-attach-error.js': 'Error',
      'test-tls-external-accessor.js': 'AssertionError at line 14',
      'test-tls-reinitialize-listeners.js': 'TypeError at line 33',
      'test-tls-retain-handle-no-abort.js': 'Error',
      'test-tls-socket-destroy.js': 'TypeError at line 21',
      'test-tls-streamwrap-buffersize.js': 'AssertionError at line 64',
      'test-tls-writewrap-leak.js': 'no end',
    },
  ],
  [
    'TLS 1.0 and 1.1 are not spoken (RFC 8996).',
    {
      'test-https-agent-session-eviction.js': 'Error',
      'test-tls-cli-max-version-1.2.js': 'AssertionError',
      'test-tls-cli-max-version-1.3.js': 'AssertionError',
      'test-tls-cli-min-version-1.0.js': 'AssertionError',
      'test-tls-cli-min-version-1.1.js': 'AssertionError',
      'test-tls-cli-min-version-1.2.js': 'AssertionError',
      'test-tls-cli-min-version-1.3.js': 'AssertionError',
      'test-tls-getprotocol.js': 'TypeError at line 40',
      'test-tls-min-max-version.js': 'AssertionError at line 81',
    },
  ],
  [
    'Finite fields, suites without a certificate and static RSA are not negotiated, the last unless it is named (RFC 9325 4.1).',
    {
      'test-tls-client-getephemeralkeyinfo.js': 'TypeError at line 49',
      'test-tls-client-mindhsize.js': 'TypeError at line 35',
      'test-tls-connect-secure-context.js': 'TypeError at line 30',
      'test-tls-getcipher.js': 'Error',
      'test-tls-honorcipherorder.js': 'AssertionError at line 53',
      'test-tls-no-cert-required.js': 'TypeError at line 33',
      'test-tls-set-ciphers.js': 'AssertionError at line 66',
    },
  ],
  [
    'There are no engines of OpenSSL here.',
    {
      'test-tls-clientcertengine-invalid-arg-type.js': 'AssertionError at line 11',
      'test-tls-clientcertengine-unsupported.js': 'AssertionError at line 23',
      'test-tls-error-stack.js': 'AssertionError at line 11',
      'test-tls-keyengine-invalid-arg-type.js': 'AssertionError at line 10',
      'test-tls-keyengine-unsupported.js': 'AssertionError at line 23',
    },
  ],
  [
    'Refused at the call, because it cannot be followed.',
    {
      'test-tls-enable-trace-cli.js': 'AssertionError at line 38',
      'test-tls-enable-trace.js': 'TypeError at line 54',
      'test-tls-psk-circuit.js': 'TypeError at line 43',
      'test-tls-psk-errors.js': 'TypeError at line 13',
    },
  ],
  [
    'There is no renegotiation (RFC 9325 3.5).',
    {
      'test-https-client-renegotiation-limit.js': 'AssertionError at line 100',
      'test-tls-disable-renegotiation.js': 'AssertionError at line 76',
    },
  ],
  [
    'A client judges within the handshake, unless `rejectUnauthorized: false` stands at the call.',
    {
      'test-https-client-get-url.js': 'Error',
      'test-https-client-override-global-agent.js': 'Error',
      'test-tls-socket-default-options.js': 'Error',
    },
  ],
  [
    'The roots of the system hold without `ca`, not those that Node keeps.',
    {
      'test-tls-get-ca-certificates-bundled-subset.js': 'AssertionError',
      'test-tls-set-default-ca-certificates-append-fetch.mjs': 'failed',
      'test-tls-set-default-ca-certificates-append-https-request.js': 'Error at line 66',
      'test-tls-set-default-ca-certificates-extra-override.js': 'AssertionError at line 12',
      'test-tls-set-default-ca-certificates-reset-fetch.mjs': 'failed',
      'test-tls-set-default-ca-certificates-reset-https-request.js': 'AssertionError',
    },
  ],
  [
    'A root is not sent: whoever believes it has it (RFC 5246 7.4.2).',
    {
      'test-tls-peer-certificate.js': 'AssertionError at line 54',
    },
  ],
  [
    'Whom to believe is said by `ca` alone: `pfx` shows, and an intermediate in `ca` is believed as it stands.',
    {
      'test-tls-client-allow-partial-trust-chain.js': 'no end',
      'test-tls-pfx-authorizationerror.js': 'AssertionError at line 27',
    },
  ],
  [
    '`requestCert` without `ca` is refused at the call.',
    {
      'test-tls-client-auth.js': 'AssertionError at line 290',
    },
  ],
  [
    'Files that hold something else, or nothing, are refused at the call.',
    {
      'test-tls-cnnic-whitelist.js': 'Error at line 42',
      'test-tls-options-boolean-check.js': 'Error at line 66',
    },
  ],
  [
    'PKCS#12 under RC2 is refused with a code of our own.',
    {
      'test-tls-legacy-pfx.js': 'AssertionError at line 29',
    },
  ],
  [
    'A key of 512 bits is not refused at the call: whoever is shown it refuses it.',
    {
      'test-tls-reduced-SECLEVEL-in-cipher.js': 'AssertionError at line 19',
    },
  ],
  [
    'A session of TLS 1.3 is there when its ticket has come, and each connection brings new ones (RFC 9846 C.4).',
    {
      'test-tls-client-resume.js': 'AssertionError at line 58',
      'test-tls-ticket-cluster.js': 'AssertionError at line 63',
      'test-tls-ticket.js': 'Mismatched at line 111',
    },
  ],
  [
    'The DER of a certificate is judged (`raw`), which these have not.',
    {
      'test-tls-check-server-identity.js': 'TypeError at line 401',
    },
  ],
  [
    '`allowHalfOpen` holds over a socket that is given too.',
    {
      'test-tls-socket-allow-half-open-option.js': 'AssertionError at line 18',
    },
  ],
  [
    'An address as `servername` is not sent, without a word.',
    {
      'test-tls-ip-servername-deprecation.js': 'Mismatched at line 13',
    },
  ],
  [
    '`--tls-keylog` is not followed: `keylog` of sockets and servers is.',
    {
      'test-tls-enable-keylog-cli.js': 'Error at line 26',
    },
  ],
  [
    '`onread` leaves `data` to others.',
    {
      'test-tls-onread-static-buffer.js': 'AssertionError',
    },
  ],
  [
    'A client that is refused is told by an alert and FIN, one that says nothing by RST.',
    {
      'test-tls-hello-parser-failure.js': 'AssertionError at line 64',
      'test-tls-timeout-server.js': 'Error',
    },
  ],
]
