/** The topics of `barewire help` in English. */
import type { Topic, TopicName } from '../topic-types.ts'

export const topics: Readonly<Record<TopicName, Topic>> = {
  dns: {
    summary: 'from a name to an address',
    says: [
      'Before anything can be sent, the name in a URL has to become an address. A program asks a resolver, a server near by, and that asks the servers that are in charge of the name. Question and answer are one datagram each, so either may be lost; then it is asked again.',
      'An answer is believed because it repeats a number and a port that only the asker knows. Nothing in it is encrypted, unless somebody asks over TLS or HTTPS.',
    ],
    terms: [
      ['resolver', 'Who looks names up for others, and keeps the answers for as long as they allow.'],
      ['A, AAAA', 'Records with an IPv4 address, and with an IPv6 address.'],
      ['CNAME', 'A record that says: look under this other name.'],
      ['TTL', 'Seconds for which an answer may be kept.'],
      ['NXDOMAIN', 'There is no such name: a true answer, not a failure of the server.'],
      ['SERVFAIL', 'The server could not find out: the name may exist.'],
      ['hosts file', 'Names of this machine, looked at before anybody is asked.'],
      ['Happy Eyeballs', 'Trying IPv6 and IPv4 almost at once and taking what answers first (RFC 8305).'],
    ],
  },
  tcp: {
    summary: 'a stream of bytes out of packets that get lost',
    says: [
      'TCP makes a stream of bytes, complete and in order, out of packets that may be lost, doubled or overtaken. Each byte has a number; the receiver says which it expects next, and what is not acknowledged is sent again.',
      'A connection begins with three segments (SYN, SYN ACK, ACK) and ends with a FIN from each side. RST ends it at once, with no goodbye.',
    ],
    terms: [
      ['segment', 'A piece of the stream with a TCP header in front.'],
      ['SYN', 'The first segment of a direction: I want to talk, and my numbers begin here.'],
      ['ACK', 'Everything before this number has come.'],
      ['FIN', 'I have nothing more to send; the other direction may go on.'],
      ['RST', 'There is no such connection, or it was thrown away. To a SYN: nobody listens on this port.'],
      ['window', 'How much the other side can take just now. Zero means: wait.'],
      ['MSS', 'The largest piece that fits into a packet on the way.'],
      ['RTT', 'The time that a segment and its acknowledgment take.'],
      ['RTO', 'How long to wait for an acknowledgment before sending again; it doubles each time.'],
      [
        'congestion window',
        'How much may be on the way at once, so that the network is not overloaded; it grows until something is lost.',
      ],
      ['SACK', 'A list of pieces that came behind a gap, so that only the gap is sent again.'],
      ['TIME-WAIT', 'Who closed first keeps the port for a while, so that late segments do no harm.'],
    ],
  },
  tls: {
    summary: 'secret, unchanged, and with the right one',
    says: [
      'TLS makes a stream secret, keeps it from being changed unnoticed, and shows who is at the other end. It begins with a handshake: the client says what it can do, the server chooses, both make a secret that nobody else has, and the server proves with its certificate who it is. Then everything is encrypted in records.',
      'TLS 1.3 needs one round trip and encrypts from the second message on. TLS 1.2 needs two and sends its certificate in the clear. On the wire 1.3 calls itself 1.2, for old boxes on the way: what counts is the extension supported_versions.',
    ],
    terms: [
      [
        'record',
        'What lies on the wire: a head of five bytes, and up to 16 kB that are encrypted once there are keys.',
      ],
      ['ClientHello', 'The first message: versions, suites, groups, the name of the site, and key shares.'],
      ['ServerHello', 'The choice of the server, with its key share. From here on 1.3 is encrypted.'],
      ['HelloRetryRequest', 'The server wants a key share for another group; costs one round trip.'],
      ['cipher suite', 'How records are encrypted and which hash makes the keys.'],
      ['group', 'The curve of the key exchange: x25519, P-256, or a hybrid with ML-KEM.'],
      ['key share', 'The public half of a key made for this connection.'],
      ['forward secrecy', 'Who steals the key of the certificate later can still not read what was recorded.'],
      ['SNI', 'The name of the site in the hello, in the clear.'],
      ['ALPN', 'What is spoken inside: http/1.1 or h2.'],
      ['Finished', 'A sum over the whole handshake: if somebody changed a byte, it does not fit.'],
      ['session ticket', 'What lets the next handshake be shorter: resumption.'],
      ['early data', 'A request in the first flight of a resumed connection; somebody may send a copy of it again.'],
      ['close_notify', 'The goodbye of TLS. Without it nobody knows whether the end was cut off.'],
      ['alert', 'A message that says what went wrong: barewire help alerts.'],
      ['key log', 'The secrets of a connection in a file (SSLKEYLOGFILE), with which a capture can be read.'],
    ],
  },
  alerts: {
    summary: 'what a peer says when it refuses',
    says: [
      'An alert is two bytes: a level and a number. Whoever sends a fatal one closes at once, so it is all that the other side gets to know. It says what its sender thinks of what it got: unknown_ca from a client means that the client does not trust the server.',
      'Peers are not always exact: many send 40 for everything, and Chromium 46 for every certificate that it refuses.',
    ],
    terms: [],
  },
  certificates: {
    summary: 'who somebody is, and who says so',
    says: [
      'A certificate says: this public key belongs to this name, from this day to that, and I, the issuer, have signed it. The issuer has a certificate too, and so a chain leads up to a root, which is believed because it was installed, not because somebody signed it.',
      'A server sends its own certificate and those between; the root stays at home. When one between is missing, browsers often find it elsewhere, and programs do not: that is the commonest reason why it works in one and fails in the other.',
    ],
    terms: [
      ['leaf', 'The certificate of the server itself.'],
      ['intermediate', 'One between leaf and root; the server has to send it.'],
      ['root', 'Where a chain ends, in a trust store; also called anchor.'],
      [
        'trust store',
        'The roots that a program believes. Node, Java and Firefox have their own, beside that of the system.',
      ],
      ['subjectAltName', 'The names and addresses for which it holds; the common name does not count any more.'],
      ['wildcard', '*.shop.test holds for www.shop.test, not for shop.test, and not for a.b.shop.test.'],
      ['self-signed', 'It vouches only for itself: believed by whoever was given it.'],
      ['basicConstraints', 'Whether it is an authority and may sign others.'],
      ['revocation', 'Taking a certificate back before its end: by a list (CRL) or on request (OCSP).'],
      ['stapling', 'The server brings the OCSP answer along.'],
      ['SCT', 'The receipt of a public log that saw the certificate; Chrome wants two.'],
      ['PEM, DER', 'The same bytes as text between BEGIN and END, and as they are.'],
      ['ACME', 'How a server gets a certificate by itself, from Let’s Encrypt or barewire ca serve.'],
    ],
  },
  http: {
    summary: 'requests, answers, and where a body ends',
    says: [
      'A request is a line (method, target, version), fields, an empty line, and perhaps a body. An answer is the same with a status line. On one connection many follow each other, so both sides must agree where a body ends: by Content-Length, by chunks, or by the end of the connection.',
      'If two programs in a row disagree about that, one of them takes a part of a body for the next request: request smuggling. That is why messages with two lengths are refused.',
    ],
    terms: [
      ['method', 'GET reads, HEAD reads only the head, POST sends, PUT and DELETE do what they say.'],
      ['status', '2xx fine, 3xx look elsewhere, 4xx the request was wrong, 5xx the server failed.'],
      ['Host', 'For which site a request is; exactly one must be there.'],
      ['Content-Length', 'Bytes of the body.'],
      ['chunked', 'A body in pieces, each with its length in front; the last has length 0.'],
      ['trailers', 'Fields behind a chunked body.'],
      ['keep-alive', 'The connection stays open for the next request: usual since HTTP/1.1.'],
      ['100 Continue', 'The server says that it wants the body before it is sent.'],
      ['redirect', '301, 302, 307 and 308 point to another address; 307 and 308 keep the method.'],
      ['Cache-Control', 'For how long an answer may be used again, and by whom.'],
      ['HSTS', 'A site says that it is to be asked by HTTPS only, from now on.'],
    ],
  },
  cookies: {
    summary: 'what a site gives to be given back',
    says: [
      'A cookie is a name and a value that a server sets and the client sends back with every request to that site. Its attributes say for which hosts and paths, for how long, and whether scripts may read it.',
      'Clients refuse cookies that a site has no right to set, and most of them say nothing about it. barewire get -v says which were kept, and why others were not.',
    ],
    terms: [
      ['Domain', 'Also for all hosts below it; without it for this host only.'],
      ['Path', 'Only for targets below it; no protection.'],
      ['Secure', 'Only over HTTPS.'],
      ['HttpOnly', 'Scripts cannot read it: what is stolen by a script is not this.'],
      [
        'SameSite',
        'Strict: only from its own site. Lax: also when somebody follows a link. None: always, and only with Secure.',
      ],
      ['__Host-', 'A name that begins so promises: Secure, this host only, Path=/.'],
      ['__Secure-', 'A name that begins so promises: Secure.'],
      ['Max-Age, Expires', 'How long it is kept; without either it goes when the browser is closed.'],
      ['Partitioned', 'Kept apart for each site in which it is embedded.'],
      [
        'public suffix',
        'A domain under which anybody can have a name, such as co.uk: nobody may set cookies for all of it.',
      ],
    ],
  },
  captures: {
    summary: 'frames in a file, and the keys to read them',
    says: [
      'A capture is a file of frames with their times: pcap is the old form, pcapng the one that can also hold comments and keys. --pcapng of most commands writes one that Wireshark opens, with the keys inside.',
      'What is inside of TLS can be read only with the secrets of that very connection. Most programs write them where SSLKEYLOGFILE says.',
    ],
    terms: [
      ['link type', 'What a frame begins with: Ethernet, raw IP, or what Linux makes of several (cooked).'],
      ['snap length', 'The most that was kept of a frame; what is longer is cut.'],
      [
        'SSLKEYLOGFILE',
        'The variable that makes curl, browsers and others append their secrets to a file; Node has --tls-keylog.',
      ],
      ['client random', 'The 32 bytes in a ClientHello by which secrets are found in a key log.'],
      ['Decryption Secrets Block', 'The part of a pcapng that holds a key log.'],
      ['checksum offload', 'The network card makes checksums: in a capture of the sender they are still wrong.'],
      ['retransmission', 'The same bytes once more, because nobody acknowledged them.'],
    ],
  },
}
