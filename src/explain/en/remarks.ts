/** What is said about a message of another tool, where its words mislead or leave something out. */
import type { Remark } from '../messages.table.ts'

export const remarks: Readonly<Record<Remark, string>> = {
  'a root came along':
    'The chain ends in a root that the server sent along; a root is believed only where it was installed before. Often it belongs to a proxy of the company or to an authority of one’s own.',
  'below TLS':
    'The connection ended below TLS, without an alert: nobody said why. Who cut it may be the server, or a firewall on the way.',
  'both dates':
    'The same words stand for a certificate that is out of date and for one that is not valid yet: the dates beside them tell which. The clock of this machine may be wrong, too.',
  'chrome client certificate':
    'Chrome says so for every alert about a certificate, also when you had none to show: the server wants to know who you are, or does not take what you showed.',
  'chrome protocol error':
    'Chrome says so for nearly everything that breaks a handshake: a port that does not speak TLS, an alert, a message that cannot be read.',
  'chrome version or suite':
    'Chrome has one name for three things: no version in common, no suite in common, and whatever else a server answers with alert 40.',
  'chunks of an answer': 'The connection ended before the whole answer was there; what came is only a part.',
  'client of this server':
    'This is said by a server: the fault is in what the client sent, or in what the server demands of it.',
  'common name is not looked at':
    'The words are old: the common name is not looked at any more, only the names in subjectAltName.',
  'eof of openssl 3':
    'The connection ended without close_notify. OpenSSL 3 calls that an error; older versions said nothing, so an update can bring it up with an old server.',
  'go joins three':
    'Go has these words for three things: the root is not trusted, the server left out a certificate in between, or the certificate signed itself.',
  'half of the handshake': 'The other side closed while the handshake was under way, and sent no alert.',
  'java has its own roots':
    'Java looks into its own trust store (lib/security/cacerts), not into the one of the system. It says the same when the server leaves out a certificate in between.',
  'key and certificate': 'The files of a server or client do not belong together; nothing was sent yet.',
  'legacy algorithm':
    'One side wants a signature with SHA-1 or MD5, as TLS 1.0 and 1.1 have it, and OpenSSL 3 refuses those at its usual security level.',
  'legacy renegotiation':
    'The server, or a box in front of it, does not know renegotiation_info (RFC 5746, of 2010). OpenSSL 3 refuses such servers; older versions did not.',
  'no shared cipher':
    'OpenSSL as a server also says this when it has no certificate or key for any suite that the client offers.',
  'only the leaf came':
    'Only one certificate came, and who signed it is not known here: nearly always the server forgot to send the intermediate certificate. Browsers often hide this, because they fetch or remember it.',
  'proxy of a company':
    'Firefox recognised the issuer as a program that reads along: a virus scanner or a proxy of the company.',
  'reason elsewhere':
    'This only says that it failed: the reason stands in another line or in a detail of the error. Paste that one too.',
  'root or intermediate':
    'The same words stand for a root that is not trusted here and for a server that leaves out a certificate in between.',
  'server behind a proxy': 'This is said by a proxy about the server behind it (upstream), not about its own clients.',
  'small parameters':
    'The server uses Diffie-Hellman with a number that is too small to be safe (Logjam). Barewire has no such key exchange, so it has no code for this; the server should switch ECDHE on.',
  'sslv3 is a name':
    'The words sslv3 and tlsv1 belong to OpenSSL’s name for the alert. They say nothing about the version that is spoken.',
  'version of a record':
    'No version of TLS is meant: the first bytes of the answer were taken for the head of a record, and are none.',
  'wrapper of node': 'That fetch failed says nothing: the reason is in the cause of the error (error.cause).',
}
