/** What ends TLS, in words, in the order in which it can happen. */
import type { tlsFailures } from '../../failures/tls.ts'
import { alertText } from '../../tls/alerts.table.ts'
import { spokenIn, wantsSwitchedOff } from '../protocols.ts'
import type { Explanation, WordsOf } from '../words.ts'
import { alertWords } from './alerts.ts'
import { arrived } from './arrived.ts'
import { identityWords } from './identity.ts'
import { resumptionWords } from './resumption.ts'
import { A_BUG, notAllowed, SOMETHING_BETWEEN } from './tls-causes.ts'

/** What the client or the server could do about a handshake that finds nothing in common. */
const nothingInCommon = (what: string): Pick<Explanation, 'says' | 'because'> => ({
  says: f => `We offer ${f.expected ?? '?'}; the other side offers ${f.got || 'none of it'}.`,
  because: [`One side is limited to ${what} that the other has switched off.`, 'One of the two programs is very old.'],
})

/** What answers in the place of TLS. */
const spoken = (got: string | undefined): string => {
  const protocol = spokenIn(got)
  if (protocol === undefined) return 'plain HTTP, or another protocol that is not TLS'
  return protocol === 'HTTP' ? 'plain HTTP' : protocol.replace('/', ' or ')
}

export const tlsWords: WordsOf<typeof tlsFailures> = {
  ...identityWords,
  ...resumptionWords,
  'tls/not-tls': {
    title: 'The other side does not speak TLS here.',
    says: f => `The first bytes of the answer are ${f.got ?? 'no TLS record'}.`,
    because: f => [`The port speaks ${spoken(f.got)}.`, 'A proxy answered in clear text.'],
  },
  'tls/http-spoken': {
    title: 'Plain HTTP was spoken to a TLS port.',
    says: f => `The first bytes are ${f.got ?? 'an HTTP request'}.`,
    because: ['The address begins with http:// and should begin with https://.'],
  },
  'tls/no-common-version': {
    title: 'No version in common.',
    ...nothingInCommon('versions'),
    because: f =>
      wantsSwitchedOff(f.got)
        ? ['The version that the other side speaks was switched off on this side.']
        : ['The other side is limited to versions that are switched off here, because they are broken.'],
  },
  'tls/no-common-suite': {
    title: 'No cipher suite in common.',
    ...nothingInCommon('suites'),
  },
  'tls/no-common-group': {
    title: 'No key-exchange group in common.',
    ...nothingInCommon('groups'),
  },
  'tls/no-common-scheme': {
    title: 'No signature algorithm in common.',
    ...nothingInCommon('signature algorithms'),
  },
  'tls/no-common-certificate-type': {
    title: 'No type of certificate in common.',
    ...nothingInCommon('types of certificates'),
  },
  'tls/own-certificate-type': {
    title: 'The other side takes no certificate of the type that we have.',
    ...nothingInCommon('types of certificates'),
  },
  'tls/nothing-in-common': {
    title: 'The other side takes nothing of what we offer.',
    says: f =>
      `We offer ${f.expected ?? '?'}; it refused with alert ${alertText(f.number ?? 40)} and does not say what it misses.`,
    because: [
      'It speaks only another version of TLS; some servers say so with this alert.',
      'It has only cipher suites, groups or kinds of key that are not offered here.',
    ],
  },
  'tls/name-unknown': {
    title: 'The server does not serve this name.',
    says: f => `The client asked for ${f.got ?? 'no name'}; there is a certificate for ${f.expected ?? 'other names'}.`,
    because: ['The name is misspelt.', 'The client sends no name because it was given an IP address.'],
  },
  'tls/alpn-none': {
    title: 'No application protocol in common.',
    ...nothingInCommon('protocols'),
  },
  'tls/downgrade': {
    title: 'Somebody forced an older version.',
    says: f => `The server's random ends in the mark of ${f.got ?? 'a downgrade'}, which it sets when asked for less.`,
    because: ['Something in the middle lowered the version in the ClientHello.'],
  },
  'tls/fallback': {
    title: 'The client came with a lower version than it can do.',
    says: f => `It offers ${f.got ?? 'an old version'} after a failed attempt; ${f.expected ?? 'more'} is spoken here.`,
    because: ['An earlier attempt was cut, by accident or on purpose.'],
  },
  'tls/signature-wrong': {
    title: 'A signature of the handshake is wrong.',
    says: f => `${f.where ?? 'The message'} is signed (${f.got ?? 'a scheme'}) by another key than the certificate's.`,
    because: ['The private key over there does not belong to its certificate.', SOMETHING_BETWEEN],
  },
  'tls/certificate-missing': {
    title: 'The server sent no certificate.',
    says: () => 'Its Certificate message is empty, and every suite that was offered needs one.',
    because: ['The server is not set up.', A_BUG],
  },
  'tls/raw-key-malformed': {
    title: 'What was shown is no public key.',
    says: f => `A raw public key was agreed on; ${f.where ?? 'it'} is none (${f.got ?? 'it cannot be read'}).`,
    because: [A_BUG, 'The other side has sent a certificate all the same.'],
  },
  'tls/certificate-kind': {
    title: 'The certificate has the wrong kind of key.',
    says: f => `The handshake needs ${f.expected ?? 'another kind'}; the certificate has ${f.got ?? 'something else'}.`,
    because: [A_BUG, 'The server has several certificates and chose the wrong one.'],
  },
  'tls/client-certificate-missing': {
    title: 'The client did not say who it is.',
    says: () => 'It was asked for a certificate and sent none; here one is required.',
    because: [
      'The client is not set up with a certificate.',
      'None of its certificates is of a kind that was asked for.',
    ],
  },
  'tls/client-certificate-required': {
    title: 'The client did not say who it is.',
    says: () => 'It was asked for a certificate and sent none; here one is required.',
    because: [
      'The client is not set up with a certificate.',
      'None of its certificates is of a kind that was asked for.',
    ],
  },
  'tls/compression-unknown': {
    title: 'The certificate is compressed in a way that was not offered.',
    says: f => `It is compressed with ${f.got ?? 'something else'}; we offered ${f.expected ?? 'nothing of the kind'}.`,
    because: [A_BUG],
  },
  'tls/compression-too-long': {
    title: 'The compressed certificate would become too long.',
    says: f => `It announces ${f.got ?? '?'} bytes; we take ${f.number ?? '?'}.`,
    because: ['The certificate chain is very long.', 'Somebody wants us to hold memory for it.'],
  },
  'tls/compression-broken': {
    title: 'The compressed certificate cannot be expanded.',
    says: f => `By ${f.got ?? 'its algorithm'} it should become ${f.number ?? 'a number of'} bytes, and it does not.`,
    because: [A_BUG, 'Somebody wants us to hold memory for it.'],
  },
  'tls/client-certificate-wanted': {
    title: 'The server wants to know who you are.',
    says: f => `It asked for a client certificate, got none, and sent alert ${alertText(f.number ?? 40)}.`,
    because: ['The server lets only known clients in.'],
  },
  'tls/share-wrong': {
    title: 'The key share is not a point that may be used.',
    says: f => `${f.where ?? 'The message'} brings ${f.got ?? 'bytes'} for ${f.expected ?? 'the group'}.`,
    because: [A_BUG, 'Somebody tries to force a known secret.'],
  },
  'tls/binder-wrong': {
    title: 'The client does not have the key that it offers.',
    says: () => 'Its hello is not bound to the session or identity with the secret that belongs to it.',
    because: [
      'Somebody shows a ticket or an identity of another client.',
      'The two sides have different keys under one identity.',
      SOMETHING_BETWEEN,
    ],
  },
  'tls/finished-wrong': {
    title: 'Keys disagree: someone changed the handshake.',
    says: f => `The ${f.where ?? 'other side'} has seen other messages than we have sent, or other keys.`,
    because: [SOMETHING_BETWEEN, A_BUG],
  },
  'tls/no-extended-master-secret': {
    title: 'The other side does not bind the keys to the handshake.',
    says: () => 'It does not know extended_master_secret, which is required here.',
    because: ['The program on the other side is older than 2015.'],
  },
  'tls/renegotiation-unsafe': {
    title: 'The handshake is not protected against being spliced.',
    says: f => `renegotiation_info is ${f.got ?? 'absent'}; in a first handshake it must be there and empty.`,
    because: ['The server is older than 2010.', 'Somebody splices two connections together.'],
  },
  'tls/record-damaged': {
    title: 'A record was altered.',
    says: f =>
      `The authentication tag of record ${f.number ?? '?'} (from 0 under its key) does not fit; nothing of it was passed on.`,
    because: [SOMETHING_BETWEEN, 'The record was sent twice, or one before it was left out.'],
  },
  'tls/record-too-long': {
    title: 'A record is too long.',
    says: f => `It has ${f.got ?? 'more'} bytes where at most ${f.number ?? '?'} are allowed.`,
    because: [A_BUG, 'Something that is not TLS speaks in the middle of the connection.'],
  },
  'tls/record-version': {
    title: 'A record names another version than was agreed.',
    says: f => `It says ${f.got ?? '?'}; ${f.expected ?? 'another'} was agreed.`,
    because: [A_BUG, SOMETHING_BETWEEN],
  },
  'tls/too-many-empty-records': {
    title: 'Too many records without content.',
    says: f => `${f.number ?? 'Many'} empty records came in a row.`,
    because: ['Somebody wants to keep us busy.'],
  },
  'tls/too-many-warnings': {
    title: 'Too many warning alerts.',
    says: f => `${f.number ?? 'Many'} warnings came in a row.`,
    because: ['Somebody wants to keep us busy.'],
  },
  'tls/too-many-key-updates': {
    title: 'Too many changes of keys.',
    says: f => `${f.number ?? 'Many'} KeyUpdates came without data between them.`,
    because: ['Somebody wants to keep us busy.'],
  },
  'tls/too-much-waiting': {
    title: 'The other side sends more than the handshake allows.',
    says: f => `More than ${f.number ?? '?'} bytes came while we were making up our mind.`,
    because: ['Somebody wants us to hold memory for it.'],
  },
  'tls/cut-short': {
    title: 'Closed without goodbye: the answer may be incomplete.',
    says: f => `The connection ended without close_notify${f.got === undefined ? '' : `, ${f.got}`}.${arrived(f)}`,
    because: ['Somebody cut the connection to hide its end.', 'The program on the other side ends carelessly.'],
  },
  'tls/unexpected-message': {
    title: 'A message came that does not belong there.',
    says: f => `We wait for ${f.expected ?? 'something else'}; ${f.got ?? 'something else'} came.`,
    because: [A_BUG, 'Somebody tries to skip a step of the handshake.'],
  },
  'tls/bad-message': {
    title: 'A message could not be read.',
    says: f => `${f.where ?? 'The message'}: ${f.got ?? 'it does not fit its form'}.`,
    because: [A_BUG, SOMETHING_BETWEEN],
  },
  'tls/message-too-long': {
    title: 'A handshake message is too long.',
    says: f => `${f.where ?? 'The message'} announces ${f.got ?? '?'} bytes; we take ${f.number ?? '?'}.`,
    because: ['The certificate chain is very long.', 'Somebody wants us to hold memory for it.'],
  },
  'tls/illegal-value': { title: 'A field has a value that is not allowed.', ...notAllowed },
  'tls/unexpected-record': {
    title: 'A record of a kind that does not belong there.',
    says: f => `We wait for ${f.expected ?? 'something else'}; ${f.got ?? 'something else'} came.`,
    because: [A_BUG, SOMETHING_BETWEEN],
  },
  'tls/content-too-long': {
    title: 'A record has too much in it.',
    says: f => `It has ${f.got ?? 'more'} bytes where at most ${f.number ?? '?'} are allowed.`,
    because: [A_BUG, SOMETHING_BETWEEN],
  },
  'tls/bad-change-cipher-spec': { title: 'A ChangeCipherSpec that is none.', ...notAllowed },
  'tls/bad-alert': {
    title: 'An alert could not be read.',
    says: f => `${f.where ?? 'The alert'}: ${f.got ?? 'it does not fit its form'}.`,
    because: [A_BUG, SOMETHING_BETWEEN],
  },
  'tls/alert-level': { title: 'An alert of a level that does not exist.', ...notAllowed },
  'tls/excess-data': {
    title: 'More came than belongs before our answer.',
    says: f => `We wait for ${f.expected ?? 'nothing more'}; ${f.got ?? 'something'} came.`,
    because: [A_BUG, SOMETHING_BETWEEN],
  },
  'tls/bad-hello': {
    title: 'The hello of the client could not be read.',
    says: f => `${f.where ?? 'The message'}: ${f.got ?? 'it does not fit its form'}.`,
    because: [A_BUG, SOMETHING_BETWEEN],
  },
  'tls/bad-extension': {
    title: 'An extension could not be read.',
    says: f => `${f.where ?? 'The extension'}: ${f.got ?? 'it does not fit its form'}.`,
    because: [A_BUG, SOMETHING_BETWEEN],
  },
  'tls/extension-twice': { title: 'An extension is there twice.', ...notAllowed },
  'tls/wrong-suite': { title: 'The server chose a cipher suite that was not offered.', ...notAllowed },
  'tls/wrong-group': { title: 'The key exchange uses a group that was not offered.', ...notAllowed },
  'tls/wrong-scheme': { title: 'A signature of a scheme that does not belong there.', ...notAllowed },
  'tls/wrong-protocol': { title: 'The server chose an application protocol that was not offered.', ...notAllowed },
  'tls/wrong-certificate-type': {
    title: 'The server chose a type of certificate that was not offered.',
    ...notAllowed,
  },
  'tls/needless-certificate-types': { title: 'A list of certificate types says nothing.', ...notAllowed },
  'tls/wrong-compression': { title: 'The server wants to compress.', ...notAllowed },
  'tls/no-null-compression': { title: 'The client does not offer to leave data uncompressed.', ...notAllowed },
  'tls/illegal-extension': { title: 'An extension says what it must not say.', ...notAllowed },
  'tls/renegotiation-unprotected': {
    title: 'The server does not protect against spliced handshakes.',
    says: () => 'Its hello has no renegotiation_info; every server since 2010 sends it.',
    because: [A_BUG, SOMETHING_BETWEEN],
  },
  'tls/missing-extension': {
    title: 'An extension is missing that must be there.',
    says: f => `${f.where ?? 'The message'} has no ${f.expected ?? 'such extension'}.`,
    because: [A_BUG, SOMETHING_BETWEEN],
  },
  'tls/share-missing': {
    title: 'A hello of TLS 1.3 has no key share.',
    says: f => `${f.where ?? 'The hello'} must bring ${f.expected ?? 'a key share'}.`,
    because: [A_BUG, SOMETHING_BETWEEN],
  },
  'tls/shares-twice': { title: 'Two key shares for one group.', ...notAllowed },
  'tls/retry-empty': { title: 'The server asks for another hello, and for no change in it.', ...notAllowed },
  'tls/session-echo': { title: 'The server does not repeat our session id.', ...notAllowed },
  'tls/second-hello': { title: 'The server changed its mind about the version.', ...notAllowed },
  'tls/unoffered-extension': {
    title: 'The server answers an extension that was not offered.',
    says: f => `Its hello has ${f.got ?? 'an extension'}; ours had ${f.expected ?? 'none such'}.`,
    because: [A_BUG, SOMETHING_BETWEEN],
  },
  'tls/renegotiation': {
    title: 'The other side wants to negotiate again.',
    says: f => `It asked ${f.number === 1 ? 'once' : `${f.number ?? 'several'} times`}; the answer is no.`,
    because: ['The server asks for a client certificate only after the request.', 'Somebody wants to keep us busy.'],
  },
  'tls/handshake-cut': {
    title: 'The other side hung up in the middle of the handshake.',
    says: f => `It closed (${f.got ?? 'end of the stream'}) while we waited for ${f.expected ?? 'its next message'}.`,
    because: [
      'It did not like what we offered and does not say so.',
      'It does not speak TLS, or a firewall cut the connection.',
    ],
  },
  'tls/alert-received': {
    title: 'The other side refused.',
    says: f => {
      const entry = alertWords(f.number ?? -1)
      const meaning = entry === undefined ? '' : `: ${entry.means}. ${entry.likely.replace(/\.$/, '')}`
      return `It sent alert ${alertText(f.number ?? 0)}${meaning}.`
    },
  },
  'tls/key-used-up': {
    title: 'A key has protected as much as it may.',
    says: f => `${f.number ?? 'So many'} records went out under it, and TLS 1.2 has no way to change it.`,
    because: ['The connection carried hundreds of gigabytes; another one has another key.'],
  },
  'tls/nothing-to-speak': {
    title: 'No version of TLS is left to speak.',
    says: f =>
      `${f.expected ?? 'The versions that were chosen'}: none of them has the cipher suites ${f.got ?? 'that were chosen'}.`,
    because: ['The suites that were chosen belong to another version.'],
  },
  'tls/bad-server-name': {
    title: 'This is not a name that a server can be asked for.',
    says: f => `“${f.got ?? ''}” is neither a host name in ASCII nor an IP address without brackets.`,
    because: [
      'A name in another script must be given as A-labels: bücher.test is xn--bcher-kva.test.',
      'Something else was joined to the name: a port, a path, a space.',
    ],
  },
  'tls/no-exporter': {
    title: 'This connection exports no such secret.',
    says: f => `Nothing can be exported for ${f.got ?? 'this label'} here.`,
    because: [
      'The secret was not kept: the option exporters was not given.',
      'The handshake is not over, or went without extended master secret.',
      'The label is one of TLS itself.',
    ],
  },
  'tls/write-too-early': {
    title: 'Data was written before the handshake was over.',
    says: f => `write() was called in ${f.where ?? 'the handshake'}; it may be called after the event "established".`,
  },
  'tls/write-after-close': {
    title: 'Data was written to a connection that is closed.',
    says: f => `write() was called after ${f.where ?? 'close()'}.`,
  },
  'tls/proof-mismatch': {
    title: 'The answer about trust does not prove what was asked.',
    says: f => `${f.where ?? 'It'} is ${f.got ?? 'something else'}; ${f.expected ?? 'something else'} was asked for.`,
    because: [
      'The program mixed up two connections, or answered with the proof of an earlier one.',
      'verifyChain was not given the chain, name, purpose and keyUsage of the question as they were.',
    ],
  },
  'tls/no-such-question': {
    title: 'An answer came that nobody had asked for.',
    says: f => `answer() was called with ${f.got ?? 'something'}; ${f.expected ?? 'no question'} is open.`,
  },
}
