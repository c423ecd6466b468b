/** What ends TLS because of keys from elsewhere or of who a client is, in words. */
import type { tlsFailures } from '../../failures/tls.ts'
import type { WordsOf } from '../words.ts'

type Code =
  | 'tls/external-key-unknown'
  | 'tls/external-key-own'
  | 'tls/key-not-offered'
  | 'tls/no-key-mode'
  | 'tls/nothing-to-show'
  | 'tls/bad-external-key'
  | 'tls/no-later-certificate'

export const identityWords: Pick<WordsOf<typeof tlsFailures>, Code> = {
  'tls/external-key-unknown': {
    title: 'The client has no key that we know.',
    says: f =>
      `It offers ${f.got ?? 'identities'}; wanted is ${f.expected ?? 'one of a key that we have'}, and there is no certificate to fall back to.`,
    because: ['The key was taken back, or never given to this server.', 'The client was set up for another server.'],
  },
  'tls/external-key-own': {
    title: 'Somebody offers a key that is ours as a client.',
    says: () => 'With this key we are the client; taking it as a server we would talk to ourselves.',
    because: [
      'Somebody sends our own hello back to us.',
      'One key was given to both sides of one program: name its two ends instead.',
    ],
  },
  'tls/key-not-offered': {
    title: 'A pre-shared key is chosen that was not offered.',
    says: f => `${f.where ?? 'A field'} is ${f.got ?? '?'}; expected is ${f.expected ?? 'one that was offered'}.`,
    because: ['One of the two sides has a bug.', 'Something between the two sides changed bytes.'],
  },
  'tls/no-key-mode': {
    title: 'The client would use its key without a key exchange.',
    says: () =>
      'It does not offer psk_dhe_ke; a key alone would give up forward secrecy, and there is no certificate to fall back to.',
    because: ['The client is a small device that saves the key exchange.'],
  },
  'tls/nothing-to-show': {
    title: 'There is no certificate for this client.',
    says: () => 'This server takes only clients that have a key of its own, and this one offers none.',
    because: ['The client was set up without a key.', 'It does not speak TLS 1.3, where such keys are offered.'],
  },
  'tls/bad-external-key': {
    title: 'A key from elsewhere cannot be used.',
    says: f => `${f.where ?? 'A part of it'} is ${f.got ?? '?'}; it must be ${f.expected ?? 'something else'}.`,
    because: ['The key was copied from somewhere in part.', 'A password stands where a key should.'],
  },
  'tls/no-later-certificate': {
    title: 'This client cannot be asked who it is now.',
    says: f => `requestCertificate() was called in ${f.where ?? 'a state'} where it cannot be.`,
    because: [
      'The client did not offer it (post_handshake_auth), or does not speak TLS 1.3.',
      'The option postHandshakeAuth was not given.',
      'Four requests are not answered yet.',
    ],
  },
}
