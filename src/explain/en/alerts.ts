/** What each alert of TLS says, and what usually lies behind it when a peer sends it to us. */
import type { AlertMeaning, AlertWords } from '../words.ts'

const alerts: AlertWords = {
  0: {
    means: 'it sends no more',
    likely: 'The connection ends in order.',
  },
  10: {
    means: 'a message came that does not belong there',
    likely: 'The two sides disagree about the order of the handshake; one of them has a bug.',
  },
  20: {
    means: 'a record did not decrypt',
    likely: 'Something between the two changed a byte, or the keys differ.',
  },
  21: {
    means: 'a record did not decrypt',
    likely: 'The peer is very old: this alert is not sent any more.',
  },
  22: {
    means: 'a record was too long',
    likely: 'A bug in the record layer, or something that is not TLS spoke in the middle.',
  },
  30: {
    means: 'a record did not decompress',
    likely: 'The peer is very old: TLS compression is not used any more.',
  },
  40: {
    means: 'nothing was found that both sides can do',
    likely: 'No cipher suite, group or signature algorithm in common, or the server wants a client certificate.',
  },
  41: {
    means: 'it has no certificate',
    likely: 'The peer speaks SSL 3.0.',
  },
  42: {
    means: 'our certificate is wrong',
    likely: 'The name does not match, or a signature in the chain is wrong.',
  },
  43: {
    means: 'our certificate is of a kind that it does not take',
    likely: 'The key type or the purpose of the certificate does not suit the peer.',
  },
  44: {
    means: 'our certificate was withdrawn',
    likely: 'The CA has put it on its revocation list.',
  },
  45: {
    means: 'our certificate is out of date',
    likely: 'It was not renewed, or one of the two clocks is wrong.',
  },
  46: {
    means: 'our certificate was not accepted',
    likely: 'The program on the other side pins its certificates or refused for a reason of its own.',
  },
  47: {
    means: 'a field has a value that is not allowed',
    likely: 'One of the two sides has a bug, or something in the middle changed the handshake.',
  },
  48: {
    means: 'it does not trust whoever signed our certificate',
    likely: 'The CA is not in the trust store of the client; install the root certificate there.',
  },
  49: {
    means: 'the certificate is fine, but its owner may not come in',
    likely: 'An access rule on the other side.',
  },
  50: {
    means: 'a message could not be read',
    likely: 'One of the two sides has a bug, or something in the middle changed the handshake.',
  },
  51: {
    means: 'a signature or a Finished message did not verify',
    likely: 'The private key does not belong to the certificate, or something changed the handshake.',
  },
  60: {
    means: 'export rules forbid it',
    likely: 'The peer is very old.',
  },
  70: {
    means: 'it does not speak this version of TLS',
    likely: 'One side is limited to versions that the other has switched off.',
  },
  71: {
    means: 'it wants stronger cryptography',
    likely: 'The peer has a stricter list of suites or key sizes.',
  },
  80: {
    means: 'it failed for a reason of its own',
    likely: 'Look at the log of the other side.',
  },
  86: {
    means: 'we came with a lower version than we can do',
    likely: 'An earlier attempt failed and a lower version was tried although the server knows a higher one.',
  },
  90: {
    means: 'the user stopped it',
    likely: 'Somebody pressed Cancel.',
  },
  100: {
    means: 'it does not negotiate a second time',
    likely: 'Renegotiation is switched off there, as it should be.',
  },
  109: {
    means: 'an extension is missing that it needs',
    likely: 'The hello left out something that the version requires.',
  },
  110: {
    means: 'an extension came that was not offered',
    likely: 'The server answered what was not asked; one of the two sides has a bug.',
  },
  112: {
    means: 'it does not serve this name',
    likely: 'The name is misspelt, or the server has no site for it.',
  },
  113: {
    means: 'the stapled OCSP response is wrong',
    likely: 'The response is out of date or signed by the wrong key.',
  },
  115: {
    means: 'it does not know the pre-shared key',
    likely: 'The two sides have different keys.',
  },
  116: {
    means: 'it wants a certificate from the client',
    likely: 'The server lets only known clients in.',
  },
  120: {
    means: 'no application protocol in common',
    likely: 'The ALPN lists of the two sides do not overlap.',
  },
}

export const alertWords = (number: number): AlertMeaning | undefined =>
  (alerts as Readonly<Record<number, AlertMeaning>>)[number]
