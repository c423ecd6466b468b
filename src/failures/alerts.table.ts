/**
 * The alerts of TLS (RFC 5246 7.2, RFC 9846 6): what each number is called, what it says, and what usually lies behind
 * it when a peer sends it to us.
 */
export interface AlertEntry {
  readonly name: string
  readonly means: string
  readonly likely: string
}

export const alerts: Readonly<Record<number, AlertEntry>> = {
  0: {
    name: 'close_notify',
    means: 'it sends no more',
    likely: 'The connection ends in order.',
  },
  10: {
    name: 'unexpected_message',
    means: 'a message came that does not belong there',
    likely: 'The two sides disagree about the order of the handshake; one of them has a bug.',
  },
  20: {
    name: 'bad_record_mac',
    means: 'a record did not decrypt',
    likely: 'Something between the two changed a byte, or the keys differ.',
  },
  21: {
    name: 'decryption_failed',
    means: 'a record did not decrypt',
    likely: 'The peer is very old: this alert is not sent any more.',
  },
  22: {
    name: 'record_overflow',
    means: 'a record was too long',
    likely: 'A bug in the record layer, or something that is not TLS spoke in the middle.',
  },
  30: {
    name: 'decompression_failure',
    means: 'a record did not decompress',
    likely: 'The peer is very old: TLS compression is not used any more.',
  },
  40: {
    name: 'handshake_failure',
    means: 'nothing was found that both sides can do',
    likely: 'No cipher suite, group or signature algorithm in common, or the server wants a client certificate.',
  },
  41: {
    name: 'no_certificate',
    means: 'it has no certificate',
    likely: 'The peer speaks SSL 3.0.',
  },
  42: {
    name: 'bad_certificate',
    means: 'our certificate is wrong',
    likely: 'The name does not match, or a signature in the chain is wrong.',
  },
  43: {
    name: 'unsupported_certificate',
    means: 'our certificate is of a kind that it does not take',
    likely: 'The key type or the purpose of the certificate does not suit the peer.',
  },
  44: {
    name: 'certificate_revoked',
    means: 'our certificate was withdrawn',
    likely: 'The CA has put it on its revocation list.',
  },
  45: {
    name: 'certificate_expired',
    means: 'our certificate is out of date',
    likely: 'It was not renewed, or one of the two clocks is wrong.',
  },
  46: {
    name: 'certificate_unknown',
    means: 'our certificate was not accepted',
    likely: 'The program on the other side pins its certificates or refused for a reason of its own.',
  },
  47: {
    name: 'illegal_parameter',
    means: 'a field has a value that is not allowed',
    likely: 'One of the two sides has a bug, or something in the middle changed the handshake.',
  },
  48: {
    name: 'unknown_ca',
    means: 'it does not trust whoever signed our certificate',
    likely: 'The CA is not in the trust store of the client; install the root certificate there.',
  },
  49: {
    name: 'access_denied',
    means: 'the certificate is fine, but its owner may not come in',
    likely: 'An access rule on the other side.',
  },
  50: {
    name: 'decode_error',
    means: 'a message could not be read',
    likely: 'One of the two sides has a bug, or something in the middle changed the handshake.',
  },
  51: {
    name: 'decrypt_error',
    means: 'a signature or a Finished message did not verify',
    likely: 'The private key does not belong to the certificate, or something changed the handshake.',
  },
  60: {
    name: 'export_restriction',
    means: 'export rules forbid it',
    likely: 'The peer is very old.',
  },
  70: {
    name: 'protocol_version',
    means: 'it does not speak this version of TLS',
    likely: 'One side is limited to versions that the other has switched off.',
  },
  71: {
    name: 'insufficient_security',
    means: 'it wants stronger cryptography',
    likely: 'The peer has a stricter list of suites or key sizes.',
  },
  80: {
    name: 'internal_error',
    means: 'it failed for a reason of its own',
    likely: 'Look at the log of the other side.',
  },
  86: {
    name: 'inappropriate_fallback',
    means: 'we came with a lower version than we can do',
    likely: 'An earlier attempt failed and a lower version was tried although the server knows a higher one.',
  },
  90: {
    name: 'user_canceled',
    means: 'the user stopped it',
    likely: 'Somebody pressed Cancel.',
  },
  100: {
    name: 'no_renegotiation',
    means: 'it does not negotiate a second time',
    likely: 'Renegotiation is switched off there, as it should be.',
  },
  109: {
    name: 'missing_extension',
    means: 'an extension is missing that it needs',
    likely: 'The hello left out something that the version requires.',
  },
  110: {
    name: 'unsupported_extension',
    means: 'an extension came that was not offered',
    likely: 'The server answered what was not asked; one of the two sides has a bug.',
  },
  112: {
    name: 'unrecognized_name',
    means: 'it does not serve this name',
    likely: 'The name is misspelt, or the server has no site for it.',
  },
  113: {
    name: 'bad_certificate_status_response',
    means: 'the stapled OCSP response is wrong',
    likely: 'The response is out of date or signed by the wrong key.',
  },
  115: {
    name: 'unknown_psk_identity',
    means: 'it does not know the pre-shared key',
    likely: 'The two sides have different keys.',
  },
  116: {
    name: 'certificate_required',
    means: 'it wants a certificate from the client',
    likely: 'The server lets only known clients in.',
  },
  120: {
    name: 'no_application_protocol',
    means: 'no application protocol in common',
    likely: 'The ALPN lists of the two sides do not overlap.',
  },
}

/** `48 unknown_ca`. */
export const alertText = (number: number): string => `${number} ${alerts[number]?.name ?? 'unknown alert'}`
