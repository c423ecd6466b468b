/** What is said of an exchange that others had. */
import type { Diagnosis } from '../../inspect/diagnosis/types.ts'
import { alertText } from '../../tls/alerts.table.ts'
import type { SeenExplanation, SeenWords } from '../seen.ts'

const name = (by: Diagnosis['by']): string => (by === undefined ? 'one side' : `the ${by}`)
const Name = (by: Diagnosis['by']): string => (by === undefined ? 'One side' : `The ${by}`)
/** `12 ms`, `3.5 s`. */
const time = (ms: number | undefined): string =>
  ms === undefined ? 'some time' : ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`
const refusal = (f: Diagnosis): string =>
  f.by === undefined || f.number === undefined ? '' : ` The ${f.by} refused with alert ${alertText(f.number)}.`
const hungUp = (f: Diagnosis): string => (f.number === undefined && f.by !== undefined ? ` The ${f.by} hung up.` : '')
const gaveUp = (f: Diagnosis): string => `${refusal(f)}${hungUp(f)}`
const whose = (f: Diagnosis): string => (f.side === 'network' ? "the network's" : `the ${f.side}'s`)
const answered = (f: Diagnosis): string =>
  `“${f.expected ?? 'The request'}” was answered with ${f.got ?? f.number ?? 'no'}.`

/** One of the two breaks a rule of TLS, or something changed its bytes. */
const bug = (title: string, says: (f: Diagnosis) => string): SeenExplanation => ({
  title,
  says: f => `${says(f)}${refusal(f)}`,
  next: [
    'Look at the message before the alert, byte by byte; the side that sent it, or something between, has a bug.',
    'Try the same without proxies and scanners between the two.',
  ],
})

const answer = (title: string, ...next: readonly string[]): SeenExplanation => ({ title, says: answered, next })

export const seenWords: SeenWords = {
  side: 'whose side',
  gaveUp: 'gave up',
  sides: { client: "the client's", server: "the server's", network: "the network's, between the two" },
  ends: { client: 'the client', server: 'the server' },
  looking: (count, of) => `looked at ${count} of ${of} conversations`,
  nothing: looked =>
    looked === 0
      ? 'There is no conversation in it.'
      : `Nothing failed that can be seen in ${looked === 1 ? 'its one conversation' : `its ${looked} conversations`}.`,
  alike: ids => `and ${ids.length === 1 ? `the same in ${ids[0]}` : `the same in ${ids.length} more`}`,
  more: count => `${count} more; --json has all of them.`,
  likely: title => `Probably: ${title.charAt(0).toLowerCase()}${title.slice(1)}`,
  explanations: {
    'http/status': answer('The answer says no.', 'Read the body of the answer, and the log of the server.'),
    'tcp/refused': {
      title: 'Nobody listens on this port.',
      says: () => 'SYN was answered with RST.',
      next: ['Start the server, or correct the port.', 'A firewall that rejects looks the same.'],
    },
    'tcp/silence': {
      title: 'SYN was not answered.',
      says: f => `${f.got ?? 'Several'} SYN in ${time(f.number)}, and not one packet came back.`,
      next: ['A firewall drops the packets, or no such machine is there.', 'Correct the address.'],
    },
    'tcp/timeout': {
      title: 'What was sent was not heard any more.',
      says: f =>
        `${Name(f.by)} sent again ${f.got ?? 'some'} times, and nothing was acknowledged for ${time(f.number)}.`,
      next: [
        'The network between the two was cut, or the other machine is gone.',
        'A firewall has forgotten the connection.',
      ],
    },
    'tcp/reset': {
      title: 'The connection was cut.',
      says: f =>
        `${Name(f.by)} sent RST${f.got === undefined ? '' : ` in the place of an answer to “${f.got}”`}, ${time(f.number)} later.`,
      next: ['Look into the log of the program that cut it: it ended, crashed, or did not read everything.'],
    },
    'tcp/reset-in-handshake': {
      title: 'The connection was cut after the ClientHello.',
      says: f => `${Name(f.by)} sent RST where ServerHello was due, ${time(f.number)} after the first SYN.`,
      next: [
        'Something between may not like the name in the hello: try another name, or without one.',
        'The program behind the port may not speak TLS.',
      ],
    },
    'ip/too-big': {
      title: 'Large packets do not arrive, and nobody says so.',
      says: f => `Segments of ${f.expected ?? 'few'} bytes pass; those of ${f.got ?? 'more'} are sent again and again.`,
      next: [
        'Let ICMP “too big” through the firewalls on the way.',
        'Lower the MTU, or the MSS that the router allows.',
      ],
    },
    'ip/unreachable': {
      title: 'A packet could not be delivered.',
      says: f => `Somebody on the way says so: ${f.got ?? 'destination unreachable'}.`,
      next: ['Correct the address or the port, or start the server.', 'Let the firewall pass it.'],
    },
    'ip/time-exceeded': {
      title: 'A packet went round for too long.',
      says: f => `A router dropped it: ${f.got ?? 'time exceeded'}.`,
      next: ['Two routers send it back and forth, or its time to live is too small.'],
    },
    'link/no-neighbour': {
      title: 'Nobody has this address on the wire.',
      says: f => `ARP asked ${f.number ?? 'several'} times who has ${f.where ?? 'the address'}; nobody answered.`,
      next: ['Start that machine, or plug it in.', 'Correct the address, the netmask or the gateway.'],
    },
    'dns/silence': {
      title: 'The name server did not answer.',
      says: f =>
        `${f.got === '1' ? 'One question' : `${f.got ?? 'Several'} questions`} for ${f.expected ?? 'a name'}, and no answer.`,
      next: ['Ask another name server; look whether a firewall lets port 53 pass.'],
    },
    'dns/no-address': {
      title: 'There is no address for this name.',
      says: f =>
        `The name server says that ${f.expected ?? 'the name'} ${f.number === 0 ? 'exists, and has none' : 'does not exist'}.`,
      next: ['Correct the name.', 'A name of the inside is known to the name servers of the inside alone.'],
    },
    'dns/server-failure': {
      title: 'The name server could not answer, or did not want to.',
      says: f => `It answered the question for ${f.expected ?? 'a name'} with code ${f.number ?? '?'}.`,
      next: ['Ask another name server.', 'The servers of that domain are broken, or its signatures (DNSSEC) are.'],
    },
    'tls/cut-short': {
      title: 'One side closed without goodbye.',
      says: f => `${Name(f.side === 'network' ? undefined : f.side)} sent FIN without close_notify.${refusal(f)}`,
      next: ['What was sent may be incomplete: compare its length.', 'The program ends carelessly; many do.'],
    },
    'net/client-too-slow': {
      title: 'The client takes nothing any more.',
      says: () => 'It says that its window is zero: it has not read what the server sent.',
      next: ['The program on the client has stopped reading: it waits for something else, or hangs.'],
    },
    'net/idle-timeout': {
      title: 'The server takes nothing any more.',
      says: () => 'It says that its window is zero: it has not read what the client sent.',
      next: ['The program on the server has stopped reading: it waits for something else, or hangs.'],
    },
    'net/handshake-timeout': {
      title: 'The server did not answer the ClientHello.',
      says: f =>
        `The hello arrived and was acknowledged; ${f.by === 'client' ? `the client gave up after ${time(f.number)}` : `nothing came for ${time(f.number)}`}.`,
      next: ['The program behind the port hangs, is overloaded, or waits for another protocol.'],
    },
    'net/starttls-missing': {
      title: 'The server does not offer TLS on this port.',
      says: f => `The client asked for TLS (${f.expected ?? 'STARTTLS'}); the server has none.`,
      next: ['Set TLS up in the server.', 'Somebody on the way may have taken the offer out.'],
    },
    'net/starttls-refused': {
      title: 'The server did not go over to TLS.',
      says: f => `The client asked for it (${f.expected ?? 'STARTTLS'}); the server said “${f.got ?? 'no'}”.`,
      next: ['Set TLS up in the server, or use the port on which it speaks TLS from the first byte.'],
    },
    'net/client-left': {
      title: 'The client left before it had its answer.',
      says: f => `${f.got === undefined ? 'It' : `It asked “${f.got}” and`} closed after ${time(f.number)}.`,
      next: ['If that is its time limit: the server is too slow.', 'Otherwise its user, or its program, stopped it.'],
    },
    'net/proxy-authentication': answer(
      'The proxy wants to know who asks.',
      'Give the client the name and password for the proxy.',
    ),
    'net/proxy-refused': answer(
      'The proxy does not let the client through.',
      'It could not reach the server itself, or may not: look into its log.',
    ),
    'http/idle-timeout': {
      title: 'The client never said a word.',
      says: f => `It connected and was silent for ${time(f.number)}; then the server closed.`,
      next: [
        'A browser may connect ahead of time and then need nothing: that is no failure.',
        'The client may wait for the server to speak first: is it the right protocol?',
      ],
    },
    'http/no-answer': {
      title: 'The server closed without an answer.',
      says: f =>
        `“${f.got ?? 'The request'}” was sent; ${time(f.number)} later the server closed, and not one byte of an answer had come.`,
      next: [
        'Look into the log of the server: its program ended, or gave up.',
        'A kept connection may have been closed at that very moment: ask again.',
      ],
    },
    'http/tls-spoken': {
      title: 'TLS was spoken to a plain HTTP port.',
      says: () => 'The client began with a ClientHello; the server answered in clear text.',
      next: ['Use http:// for this port, or the port on which the server speaks TLS.'],
    },
    'http/unauthorized': answer('The server wants to know who asks.', 'Send credentials, or other ones.'),
    'http/not-found': answer('There is nothing under this path.', 'Correct the path, or the Host that was asked for.'),
    'http/method-not-allowed': answer(
      'The method is not allowed there.',
      'The field Allow of the answer says which are.',
    ),
    'http/not-acceptable': answer('Nothing there is what the client takes.', 'Widen its Accept fields.'),
    'http/head-timeout': answer('The request did not come in time.', 'The client began to ask and did not go on.'),
    'http/precondition-failed': answer(
      'The condition of the request does not hold.',
      'Fetch the state of today, then try again.',
    ),
    'http/body-too-big': answer('The body is bigger than the server takes.', 'Raise its limit, or send less.'),
    'http/target-too-long': answer('The address is longer than the server takes.', 'Send data in the body.'),
    'http/unsupported-media-type': answer(
      'The server does not take bodies of this kind.',
      'Correct Content-Type or Content-Encoding.',
    ),
    'http/range-not-satisfiable': answer(
      'The range lies behind the end.',
      'The file became shorter, or is whole already.',
    ),
    'http/unmet-expectation': answer('The server does not do what Expect demands.', 'Send it without Expect.'),
    'http/too-early': answer('The request came as early data.', 'Send it again once the handshake is done.'),
    'http/header-too-big': answer(
      'The headers are bigger than the server takes.',
      'Look at the cookies: they grow unseen.',
    ),
    'http/unsupported-version': answer('The server does not speak this version of HTTP.'),
    'tls/http-spoken': {
      title: 'Plain HTTP was spoken to a TLS port.',
      says: () => 'The client asked in clear text; the server speaks TLS on this port.',
      next: ['Use https:// for this port.'],
    },
    'tls/not-tls': {
      title: 'The server does not speak TLS on this port.',
      says: f => `The client sent a ClientHello; the first bytes of the server are ${f.got ?? 'something else'}.`,
      next: ['Correct the port.', 'Some protocols begin in clear text and ask for TLS later (STARTTLS).'],
    },
    'tls/no-common-version': {
      title: 'No version in common.',
      says: f =>
        `The client offers ${f.expected || '?'}${f.got === undefined ? '' : `; the server chose ${f.got}`}.${refusal(f)}`,
      next: f =>
        f.side === 'client'
          ? ['Let the client offer TLS 1.2 and 1.3, or update it.']
          : ['Switch on TLS 1.2 or 1.3 at the server, or update it.'],
    },
    'tls/no-common-suite': {
      title: 'No cipher suite in common.',
      says: f => `The client offers only ${f.expected ?? 'a few'}.${refusal(f)}`,
      next: [
        'Let the client offer what it does by default.',
        'ECDSA suites need an ECDSA certificate at the server, RSA suites an RSA one.',
      ],
    },
    'tls/no-common-group': {
      title: 'No key exchange group in common.',
      says: f => `The client offers only ${f.expected ?? 'a few'}.${refusal(f)}`,
      next: ['Let both have x25519 or P-256.'],
    },
    'tls/no-common-scheme': {
      title: 'No signature algorithm in common.',
      says: f => `The client takes few kinds of signatures.${refusal(f)}`,
      next: ['Give the server a certificate of a kind of key that the client takes.'],
    },
    'tls/nothing-in-common': {
      title: 'Nothing was found that both can do.',
      says: f => `${refusal(f).trimStart() || `${Name(f.by)} refused.`} It does not say what it misses.`,
      next: [
        'Compare versions, suites, groups and signature algorithms of the ClientHello with the settings of the other side.',
        'The server may have no certificate that fits, or none for this name.',
      ],
    },
    'tls/alpn-none': {
      title: 'No application protocol in common.',
      says: f => `The client offers ${f.expected ?? 'others'} (ALPN).${refusal(f)}`,
      next: ['Let the client offer http/1.1, or the server what the client wants.'],
    },
    'tls/name-unknown': {
      title: 'The server does not serve this name.',
      says: f => `The client asks for ${f.got ?? 'no name at all'} (SNI).${refusal(f)}`,
      next: ['Correct the name in the URL.', 'Set the server name where the client connects by address.'],
    },
    'tls/fallback': {
      title: 'The client came with a lower version than it can do.',
      says: f => `Its hello says that an attempt before it failed (TLS_FALLBACK_SCSV).${refusal(f)}`,
      next: ['Find out why the first attempt failed; look at the connection before.'],
    },
    'tls/handshake-cut': {
      title: 'One side hung up in the middle of the handshake.',
      says: f =>
        `${Name(f.by)} closed${f.got === undefined ? '' : ` (${f.got})`} ${time(f.number)} after the first packet, without an alert.`,
      next: ['Look into its log.', 'A firewall or scanner between may have cut it.'],
    },
    'tls/alert-received': {
      title: 'One side refused.',
      says: f => `${refusal(f).trimStart() || `${Name(f.by)} refused.`}`,
      next: ['Look into the log of the side that refused.'],
    },
    'tls/unexpected-message': bug('A message came that does not belong there.', f => `It came from ${name(other(f))}.`),
    'tls/illegal-value': bug('A field has a value that is not allowed.', f => `It is ${whose(f)}.`),
    'tls/bad-message': bug('A message could not be read.', f => `It is ${whose(f)}.`),
    'tls/missing-extension': bug('An extension is missing.', f => `The hello is ${whose(f)}.`),
    'tls/unoffered-extension': bug('An extension came that was not offered.', f => `It is ${whose(f)}.`),
    'tls/record-too-long': bug('A record is longer than allowed.', f => `It is ${whose(f)}.`),
    'tls/record-damaged': {
      title: 'A record was changed on its way, or the keys differ.',
      says: f => `A record did not decrypt.${refusal(f)}`,
      next: ['Something between the two changed bytes: a proxy, a scanner, a broken network card or memory.'],
    },
    'tls/finished-wrong': {
      title: 'The two ends did not see the same handshake.',
      says: f => `Finished did not fit.${refusal(f)}`,
      next: ['Something between changed the handshake; try without proxies.'],
    },
    'tls/signature-wrong': {
      title: 'A signature of the handshake is wrong.',
      says: f => `It was made by another key than that of the certificate (${whose(f)}).${refusal(f)}`,
      next: ['The private key does not belong to the certificate: install them as a pair.'],
    },
    'tls/binder-wrong': {
      title: 'The pre-shared key is another one.',
      says: f => `The proof in the ClientHello does not fit.${refusal(f)}`,
      next: ['Give both sides the same key.'],
    },
    'tls/external-key-unknown': {
      title: 'The server does not know this pre-shared key.',
      says: f => `${refusal(f).trimStart()}`,
      next: ['Give both sides the same key under the same identity.'],
    },
    'tls/renegotiation': {
      title: 'A second handshake on the same connection was refused.',
      says: f => `${refusal(f).trimStart()}`,
      next: [
        'Do without renegotiation: TLS 1.3 has none. A server that asks for certificates by path needs another name for them.',
      ],
    },
    'tls/renegotiation-unprotected': {
      title: 'The server does not protect against spliced handshakes.',
      says: f => `Its hello has no renegotiation_info, which servers have sent since 2010.${refusal(f)}`,
      next: ['Update the server, or what stands in front of it.'],
    },
    'tls/client-certificate-wanted': {
      title: 'The server wants a certificate from the client.',
      says: f => `The client showed none.${gaveUp(f)}`,
      next: ['Give the client a certificate of an authority that the server names.'],
    },
    'tls/certificate-name': {
      title: 'The certificate is for a different name.',
      says: f =>
        `The client asks for ${f.expected ?? 'one name'}; the certificate is for ${f.got ?? 'others'}.${gaveUp(f)}`,
      next: ['Correct the name in the URL, or get a certificate with this name.'],
    },
    'tls/certificate-expired': {
      title: 'The certificate is out of date.',
      says: f =>
        `${f.expected === undefined ? '' : `It was valid until ${f.expected}; the capture is of ${f.got ?? 'later'}.`}${gaveUp(f)}`.trimStart(),
      next: ['Renew it.', 'If it is not out of date, a clock is wrong.'],
    },
    'tls/certificate-not-yet': {
      title: 'The certificate is not valid yet.',
      says: f => `It is valid from ${f.expected ?? 'later'}; the capture is of ${f.got ?? 'earlier'}.${gaveUp(f)}`,
      next: ['Set the clocks right.'],
    },
    'tls/certificate-purpose': {
      title: 'The certificate is not meant for this.',
      says: f =>
        `${f.expected === undefined ? 'Its kind or its purpose does not fit.' : `It may not be used for ${f.expected}.`}${gaveUp(f)}`,
      next: ['Get one for this purpose (extended key usage).'],
    },
    'tls/certificate-revoked': {
      title: 'The certificate was withdrawn.',
      says: f => refusal(f).trimStart() || 'Its authority says so.',
      next: ['Get a new one, with a new key.'],
    },
    'tls/certificate-untrusted': {
      title: 'The certificate is signed by someone who is not trusted there.',
      says: f => `${f.got === undefined ? `It is ${whose(f)}.` : `It leads to ${f.got}.`}${gaveUp(f)}`,
      next: f => [
        `Install that authority's root where ${name(f.by)} looks for roots, or get a certificate of a public one.`,
        'A program may take its own certificates only (pinning).',
      ],
    },
    'tls/certificate-self-signed': {
      title: 'The certificate vouches only for itself.',
      says: f => `${f.got ?? 'It'} is signed with its own key.${gaveUp(f)}`,
      next: f => [`Get one of an authority, or trust this one where ${name(f.by)} looks for roots.`],
    },
    'tls/certificate-malformed': {
      title: 'The certificate cannot be read.',
      says: f => `It is ${whose(f)}.${gaveUp(f)}`,
      next: ['Install it again; it may have been cut or converted wrongly.'],
    },
    'tls/chain-incomplete': {
      title: 'A link of the chain is missing.',
      says: f =>
        `Only ${f.expected ?? 'the leaf'} was shown; it was signed by ${f.got ?? 'an authority'}, whose certificate did not come with it.${gaveUp(f)}`,
      next: [
        'Let the server send the whole chain, leaf first. Browsers hide this because they remember or fetch the link.',
      ],
    },
    'tls/revocation-unknown': {
      title: 'The stapled proof about revocation was refused.',
      says: f => refusal(f).trimStart() || 'It was not taken.',
      next: ['Let the server fetch a fresh OCSP answer.'],
    },
  },
}

const other = ({ by }: Diagnosis): Diagnosis['by'] =>
  by === undefined ? undefined : by === 'client' ? 'server' : 'client'
