/** Waiting, ports, redirects and callers' mistakes, in words. */
import type { netFailures } from '../../failures/net.ts'
import type { WordsOf } from '../words.ts'
import { arrived } from './arrived.ts'

export const netWords: WordsOf<typeof netFailures> = {
  'net/unreachable': {
    title: 'There is no way to this address.',
    says: f => `${f.where ?? 'The host'} cannot be reached from here${f.got === undefined ? '' : ` (${f.got})`}.`,
    because: [
      'This machine has no network of that kind (IPv6 without an IPv6 network is common).',
      'A router refused.',
    ],
  },
  'net/port-taken': {
    title: 'The port is in use.',
    says: f => `Another program listens on ${f.where ?? 'this port'}.`,
  },
  'net/port-forbidden': {
    title: 'The system does not allow this port.',
    says: f => `Listening on ${f.where ?? 'this port'} needs more rights than this program has.`,
    because: ['Ports below 1024 belong to the administrator.'],
  },
  'net/no-such-address': {
    title: 'This machine does not have that address.',
    says: f => `${f.where ?? 'The address'} belongs to no interface of this machine.`,
  },
  'net/relay': {
    title: 'The relay did not carry the stream.',
    says: f => `The WebSocket to ${f.where ?? 'the relay'} ended: ${f.got ?? 'it did not say why'}.`,
    because: [
      'The relay is not there, or wants a token or another subprotocol.',
      'The relay did not reach the server behind it.',
    ],
  },
  'net/no-listening': {
    title: 'Nobody can be listened to this way.',
    says: f => `${f.where ?? 'This transport'} only leads out: it takes no connections.`,
  },
  'net/system': {
    title: 'The system refused the socket.',
    says: f => `It says ${f.got ?? 'nothing'} about ${f.where ?? 'the connection'}.`,
  },
  'net/handshake-timeout': {
    title: 'The TLS handshake did not come to an end.',
    says: f =>
      `${f.where ?? 'The other side'} accepted the connection and did not finish the handshake in ${f.number ?? '?'} ms.`,
    because: ['The port speaks another protocol that waits for us.', 'Something on the way holds large packets back.'],
  },
  'net/idle-timeout': {
    title: 'The transfer stopped.',
    says: f => `Nothing moved between us and ${f.where ?? 'the other side'} for ${f.number ?? '?'} ms.${arrived(f)}`,
  },
  'net/client-too-slow': {
    title: 'The client takes its answer too slowly.',
    says: f => `For minutes it has taken fewer than ${f.number ?? '?'} bytes a second of what waits for it.`,
    because: ['It is on a very bad line.', 'It holds connections on purpose (a slow read attack).'],
  },
  'net/client-left': {
    title: 'The client left before it was answered.',
    says: f => `It closed its side, and for ${f.number ?? '?'} ms nothing was answered.`,
    because: ['Its user went away, or its own time was up.', 'The handler does not watch its signal.'],
  },
  'net/pool-waits': {
    title: 'All connections to this server are in use.',
    says: f =>
      `For ${f.number ?? '?'} ms none of the ${f.expected ?? 'connections'} to ${f.where ?? 'it'} became free; ${f.got ?? 'some'} of them have an answer that nobody reads.`,
    because: ['Bodies of earlier answers were neither read to their end nor cancelled.'],
  },
  'net/bad-url': {
    title: 'This is no URL that can be fetched.',
    says: f => `${f.got ?? 'The URL'} is not a complete http or https URL.`,
  },
  'net/bad-request': {
    title: 'This request cannot be sent.',
    says: f => `${f.where ?? 'The request'}: ${(f.got ?? 'not allowed').replace(/\.$/, '')}.`,
  },
  'net/blocked-port': {
    title: 'This port belongs to another protocol.',
    says: f =>
      `The fetch standard forbids requests to port ${f.number ?? '?'}${f.where === undefined ? '' : ` of ${f.where}`}: what listens there could take a request for its own commands.`,
  },
  'net/not-cached': {
    title: 'Nothing is kept of this.',
    says: f => `${f.where ?? 'The answer'} was to come from the cache alone, and there is none that may be used.`,
  },
  'net/integrity-mismatch': {
    title: 'The body is not the one that was expected.',
    says: f => `Its ${f.where ?? 'digest'} is ${f.got ?? 'another one'}, expected was ${f.expected ?? 'another'}.`,
    because: ['The file at that address was changed.', 'Somebody on the way or on the server changed the answer.'],
  },
  'net/bad-proxy': {
    title: 'This is no proxy that can be used.',
    says: f =>
      `${f.where ?? 'The proxy'}: ${f.got ?? 'it cannot be spoken to'}. It is given as http://host:port, https://host:port or socks5h://host:port.`,
  },
  'net/proxy-unreachable': {
    title: 'The proxy cannot be reached.',
    says: f => `No connection to ${f.where ?? 'the proxy'}${f.got === undefined ? '' : `: ${f.got}`}.`,
    because: ['A variable of the environment names a proxy that is not there any more.', 'The proxy is not running.'],
  },
  'net/proxy-refused': {
    title: 'The proxy does not let us through.',
    says: f =>
      `${f.where ?? 'The proxy'} answered ${f.got ?? 'no'} when it was asked to connect to ${f.expected ?? 'the server'}.`,
    because: ['It allows other ports or names only.', 'It could not reach the server itself.'],
  },
  'net/proxy-authentication': {
    title: 'The proxy wants to know who is asking.',
    says: f =>
      `${f.where ?? 'The proxy'} lets nobody through without a name and password; we showed ${f.got ?? 'none'}.`,
  },
  'net/starttls-missing': {
    title: 'The server does not offer TLS on this port.',
    says: f =>
      `${f.where ?? 'The server'} speaks ${f.expected ?? 'its protocol'}, and TLS is not among what it offers.`,
    because: [
      'TLS is not set up in it, or for other clients or on another port only.',
      'Somebody on the way took the offer out.',
    ],
  },
  'net/starttls-refused': {
    title: 'The server did not go over to TLS.',
    says: f =>
      `${f.where ?? 'The server'} was to go over to TLS as ${f.expected ?? 'its protocol'} has it, and said: ${f.got ?? 'nothing'}.`,
    because: [
      'The port speaks another protocol, or TLS from the first byte: then without --starttls.',
      'The server has no certificate, or turns clients of this address away.',
    ],
  },
  'net/starttls-ahead': {
    title: 'There was more in clear than the answer.',
    says: f =>
      `${f.number ?? 'Some'} bytes stood in clear behind what ${f.where ?? 'the server'} was asked for (${f.expected ?? 'STARTTLS'}); whoever reads on takes them for its words under TLS.`,
    because: [
      'Somebody on the way put them there (the counterpart of CVE-2011-0411).',
      'The server does not wait for its turn.',
    ],
  },
  'net/clone-behind': {
    title: 'Of a body and its clone one was left too far behind.',
    says: f => `The other was read ${f.number ?? 'many'} bytes further, and so many are kept for who comes later.`,
    because: [
      'One of the two was never read: read or cancel it.',
      'One was read whole before the other: read both as they come.',
    ],
  },
  'net/too-many-redirects': {
    title: 'Sent from place to place.',
    says: f => `After ${f.number ?? 'many'} redirects the answer is still a redirect, to ${f.got ?? 'somewhere'}.`,
  },
  'net/redirect-refused': {
    title: 'The redirect was not followed.',
    says: f => `The server sends us to ${f.got ?? 'another place'}${f.where === undefined ? '' : `: ${f.where}`}.`,
  },
  'net/client-closed': {
    title: 'This client was closed.',
    says: () => 'No request can be made with it any more.',
  },
  'net/no-certificate': {
    title: 'No certificate to show.',
    says: f => `The server has no certificate for ${f.where ?? 'this name'}.`,
  },
  'net/bad-tls-options': {
    title: 'TLS cannot be spoken with these options.',
    says: f =>
      `${f.where ?? 'One of them'}: ${f.got ?? 'not usable'}${f.expected === undefined ? '' : `; it takes ${f.expected}`}.`,
  },
  'net/bad-certificate': {
    title: 'This is no certificate that can be used.',
    says: f => `${f.where ?? 'It'} ${f.got ?? 'holds none'}.`,
    because: ['Another file of the same set was given: the key, the request, a bundle.'],
  },
  'net/certificate-dates': {
    title: 'Your own certificate is out of date.',
    says: f =>
      `${f.where ?? 'It'} is valid ${f.expected ?? 'at another time'}; now it is ${f.got ?? '?'}. Whoever checks it will refuse.`,
    because: ['It was not renewed, or the renewed one is in another place.', 'The clock of this machine is wrong.'],
  },
  'net/bad-key': {
    title: 'This is no private key that can be used.',
    says: f => `${f.where ?? 'It'} ${f.got ?? 'holds none'}.`,
    because: ['Another file of the same set was given: the certificate, the request, a public key.'],
  },
  'net/bad-public-key': {
    title: 'This is no public key that can be used.',
    says: f => `${f.where ?? 'It'} ${f.got ?? 'holds none'}.`,
    because: ['Another file of the same set was given: the certificate, the request, a private key.'],
  },
  'net/key-encrypted': {
    title: 'The private key is encrypted.',
    says: f =>
      `${f.where ?? 'It'} opens with a password only, and none was given: that is ${f.expected ?? 'password, or BAREWIRE_PASSWORD'}.`,
  },
  'net/key-mismatch': {
    title: 'Certificate and private key do not belong together.',
    says: f => `${f.where ?? 'The key'} is not the key of ${f.expected ?? 'the certificate'}.`,
    because: ['They were renewed, and one of the files is still the old one.', 'A list of several lacks a key.'],
  },
  'net/sealing-lost': {
    title: 'A thread that seals records is not there.',
    says: f =>
      f.where === undefined
        ? `Connections seal for themselves${f.got === undefined ? '' : ` (${f.got})`}.`
        : `It ended with records for ${f.where}, and the connection cannot go on without them.`,
  },
  'net/answer-failed': {
    title: 'A question of the handshake could not be answered.',
    says: f => `Whoever was asked about ${f.where ?? 'it'} failed.`,
  },
}
