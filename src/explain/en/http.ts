/** Messages that are refused and callers' mistakes, in words. */
import type { httpFailures } from '../../failures/http.ts'
import type { WordsOf } from '../words.ts'

const smuggling = 'Somebody tries to make two servers disagree about where this message ends.'

export const httpWords: WordsOf<typeof httpFailures> = {
  'http/tls-spoken': {
    title: 'TLS was spoken to a plain HTTP port.',
    says: f => `The first byte is ${f.got ?? '0x16'}, the start of a TLS ClientHello.`,
    because: ['The address says https:// but this port speaks http://.'],
  },
  'http/bad-start-line': {
    title: 'The first line is not HTTP.',
    says: f => `It begins ${f.got ?? 'with something else'}.`,
    because: ['Another protocol is spoken on this port.', 'The message before it was longer or shorter than it said.'],
  },
  'http/bad-target': {
    title: 'The request target is not allowed.',
    says: f => `In a target ${f.got ?? 'this'} may not stand, or not with this method.`,
    because: [
      'Somebody tries to make two servers disagree about which place is meant: `..`, a backslash, a raw octet.',
    ],
  },
  'http/target-too-long': {
    title: 'The first line is too long.',
    says: f => `It is longer than ${f.number ?? 8192} bytes.`,
    because: ['Data that belongs in the body was put into the address.'],
  },
  'http/unsupported-version': {
    title: 'This version of HTTP is not spoken here.',
    says: f => `The message says ${f.got ?? 'another version'}; HTTP/1.1 and 1.0 are spoken.`,
  },
  'http/bad-header': {
    title: 'A header line is malformed.',
    says: f => `${f.where ?? 'A line'} contains ${f.got ?? 'an octet'} that is not allowed there.`,
  },
  'http/space-before-colon': {
    title: 'White space stands before the colon of a header.',
    says: f => `After ${f.where ?? 'a name'} comes white space, then the colon.`,
    because: [smuggling],
  },
  'http/folded-header': {
    title: 'A header line begins with white space.',
    says: () => 'It continues the line before it: an old form that messages must not use.',
    because: [smuggling],
  },
  'http/bare-line-feed': {
    title: 'A line ends without a carriage return.',
    says: f => `${f.where ?? 'A line'} ends with LF alone.`,
    because: ['The message was written by hand.', smuggling],
  },
  'http/bare-carriage-return': {
    title: 'A carriage return stands alone.',
    says: f => `${f.where ?? 'A line'} contains CR without LF.`,
    because: [smuggling],
  },
  'http/header-too-big': {
    title: 'The headers are too big.',
    says: f => `The head is larger than ${f.number ?? 16384} bytes.`,
    because: ['Too many cookies have gathered for this site.', 'The sender never stops.'],
  },
  'http/too-many-headers': {
    title: 'There are too many header lines.',
    says: f => `There are more than ${f.number ?? 200}.`,
  },
  'http/two-lengths': {
    title: 'Two lengths for one body.',
    says: f => `Content-Length is given as ${f.got ?? 'two values'}.`,
    because: [smuggling],
  },
  'http/bad-length': {
    title: 'The length of the body is not a number.',
    says: f => `Content-Length is ${f.got ?? 'not decimal'}.`,
    because: [smuggling],
  },
  'http/length-and-chunked': {
    title: 'The body has a length and is chunked too.',
    says: () => 'Content-Length and Transfer-Encoding stand in one message.',
    because: [smuggling],
  },
  'http/bad-transfer-encoding': {
    title: 'The transfer coding does not say where the body ends.',
    says: f => `Transfer-Encoding is ${f.got ?? 'malformed'}.`,
    because: [smuggling],
  },
  'http/unknown-transfer-encoding': {
    title: 'The transfer coding is not known here.',
    says: f => `Transfer-Encoding is ${f.got ?? 'unknown'}; only chunked is spoken.`,
  },
  'http/bad-host': {
    title: 'The request does not say for which host it is.',
    says: f => `Host is ${f.got ?? 'missing'}; exactly one is needed, with the name of a host in it.`,
    because: ['The request was written by hand.', smuggling],
  },
  'http/bad-chunk': {
    title: 'A chunk of the body is malformed.',
    says: f => `${f.where ?? 'The chunk'} has ${f.got ?? 'an octet'} that does not belong there.`,
    because: [smuggling],
  },
  'http/chunk-line-too-long': {
    title: 'The line of a chunk is too long.',
    says: f => `Chunk sizes and their extensions take more than ${f.number ?? 1024} bytes.`,
  },
  'http/trailers-too-big': {
    title: 'The trailers are too big.',
    says: f => `They are larger than ${f.number ?? 16384} bytes.`,
  },
  'http/body-too-big': {
    title: 'The body is too big.',
    says: f => `It is larger than ${f.number ?? '?'} bytes.`,
  },
  'http/unmet-expectation': {
    title: 'The client expects something unknown.',
    says: f => `Expect is ${f.got ?? 'unknown'}; only 100-continue is known.`,
  },
  'http/tunnel-unsupported': {
    title: 'Tunnels are not made here.',
    says: () => 'CONNECT asks for a tunnel to another host.',
  },
  'http/tunnel-with-body': {
    title: 'A request for a tunnel has a body.',
    says: () => 'CONNECT has no content: it would pass for the first bytes in the tunnel.',
  },
  'http/too-far-ahead': {
    title: 'Too much was sent ahead.',
    says: f => `More than ${f.number ?? '?'} bytes came before the request before them was answered.`,
  },
  'http/head-cut-short': {
    title: 'The connection was closed in the middle of the headers.',
    says: f => `${f.number ?? 0} bytes of the message had come.`,
  },
  'http/body-cut-short': {
    title: 'The connection was closed in the middle of the body.',
    says: f => `${f.got ?? '?'} of ${f.expected ?? 'an unknown number of'} bytes had come.`,
    because: ['The server or a proxy gave up.', 'Somebody cut the connection to hide the rest.'],
  },
  'http/no-answer': {
    title: 'The server closed without an answer.',
    says: () => 'Not one byte of a response came.',
    because: [
      'The port speaks TLS and was asked in plain HTTP.',
      'The server closed an idle connection at that moment.',
    ],
  },
  'http/tls-answered': {
    title: 'The server answers in TLS.',
    says: f => `The first byte of its answer is ${f.got ?? '0x15'}, the start of a TLS record.`,
    because: ['The address says http:// but this port speaks https://.'],
  },
  'http/unsolicited-answer': {
    title: 'The server answered before it was asked.',
    says: () => 'Bytes came on a connection where no request was open.',
    because: ['An earlier answer was longer than it said.', smuggling],
  },
  'http/unexpected-upgrade': {
    title: 'The server changes to another protocol.',
    says: f =>
      f.expected
        ? `It answered 101 Switching Protocols with ${f.got ?? 'nothing'}; offered was ${f.expected}.`
        : 'It answered 101 Switching Protocols, which was not asked for.',
  },
  'http/upgrade-declined': {
    title: 'The server stays with HTTP.',
    says: f => `Asked for another protocol or a tunnel it answered ${f.got ?? 'something else'}.`,
  },
  'http/too-many-informational': {
    title: 'The server announces an answer and never gives it.',
    says: f => `More than ${f.number ?? 16} responses 1xx came before the final one.`,
  },
  'http/idle-timeout': {
    title: 'Nothing was asked for a while.',
    says: f => `The connection was idle for ${f.number ?? '?'} ms.`,
  },
  'http/head-timeout': {
    title: 'The headers did not come in time.',
    says: f => `They were not complete after ${f.number ?? '?'} ms.`,
  },
  'http/body-timeout': {
    title: 'The body stopped coming.',
    says: f => `No byte of it came for ${f.number ?? '?'} ms.`,
  },
  'http/body-too-slow': {
    title: 'The body came too slowly.',
    says: f => `After ${f.number ?? '?'} ms it was not complete.`,
    because: ['The network is very slow.', 'Somebody keeps connections open a byte at a time.'],
  },
  'http/unknown-content-encoding': {
    title: 'The body is coded in a way that is not known here.',
    says: f => `Content-Encoding is ${f.got ?? 'unknown'}; ${f.expected ?? 'others'} can be undone here.`,
  },
  'http/bad-encoding': {
    title: 'The compressed body is broken.',
    says: f => `It says ${f.where ?? 'that it is compressed'}, but ${f.got ?? 'it cannot be expanded'}.`,
  },
  'http/expands-too-far': {
    title: 'The compressed body expands without measure.',
    says: f => `${f.got ?? 'A few'} bytes became more than ${f.number ?? '?'}.`,
    because: ['It is made to fill the memory of whoever expands it.'],
  },
  'http/bad-boundary': {
    title: 'The parts of this body cannot be told apart.',
    says: f => `What was found of the boundary that separates them: ${f.got ?? 'none'}.`,
  },
  'http/bad-part': {
    title: 'A part of this form is not what a part of a form is.',
    says: f => `There is ${f.got ?? 'something else'} ${f.where ?? 'in its head'}.`,
  },
  'http/multipart-cut-short': {
    title: 'The form is not complete.',
    says: f =>
      `It ended ${f.got ?? 'too early'}, behind the beginning of ${f.number ?? '?'} parts: its last boundary is missing.`,
    because: ['Whoever sent it was cut off.', 'Its boundary stands in Content-Type in another form than in the body.'],
  },
  'http/too-many-parts': {
    title: 'The form has too many parts.',
    says: f => `It has more than ${f.number ?? 'allowed'}.`,
  },
  'http/part-too-big': {
    title: 'A part of the form is too big.',
    says: f => `${f.where ?? 'It'} is longer than ${f.number ?? 'allowed'}.`,
  },
  'http/unauthorized': {
    title: 'This is not for everybody.',
    says: f => `${f.where ?? 'It'} wants to know who is asking.`,
    because: ['No name and password were shown, or not the right ones.'],
  },
  'http/not-found': {
    title: 'There is nothing here.',
    says: f => `${f.where ?? 'This address'} does not exist.`,
  },
  'http/method-not-allowed': {
    title: 'This cannot be done here.',
    says: f => `${f.got ?? 'The method'} is not one of those allowed here: ${f.expected ?? 'none'}.`,
  },
  'http/unknown-method': {
    title: 'Nobody knows this method.',
    says: f => `${f.got ?? 'The method'} is neither registered nor among the server's own (\`methods\`).`,
  },
  'http/too-early': {
    title: 'This request must not come before the handshake is over.',
    says: f =>
      `${f.got ?? 'The request'} came in early data, where it may be a copy; only ${f.expected ?? 'safe methods'} may.`,
  },
  'http/precondition-failed': {
    title: 'This is not the version that was meant.',
    says: f => `${f.where ?? 'The file'} is not what If-Match or If-Unmodified-Since ask for.`,
  },
  'http/range-not-satisfiable': {
    title: 'This has no such part.',
    says: f => `${f.got ?? 'The range'} begins behind its end: it has ${f.number ?? 'fewer'} bytes.`,
    because: ['It was longer when a part of it was fetched before, or all of it is there already.'],
  },
  'http/not-acceptable': {
    title: 'This does not exist in a form that was asked for.',
    says: f => `Accept is ${f.got ?? 'something else'}; there is ${f.expected ?? 'another type'}.`,
  },
  'http/unsupported-media-type': {
    title: 'A body of this type is not understood here.',
    says: f => `Content-Type is ${f.got || 'not there'}; ${f.expected ?? 'another type'} is taken.`,
  },
  'http/handler-failed': {
    title: 'The server made a mistake.',
    says: () => 'The request is not at fault.',
  },
  'http/server-unproved': {
    title: 'The server does not prove that it knows the password.',
    says: f => `${f.where ?? 'The server'} took the password, and did not show that it has it too.`,
    because: ['Somebody between answers in its place, or changed its answer.', 'It makes the proof another way.'],
  },
  'http/bad-credentials': {
    title: 'With these nobody can log in.',
    says: f => `In ${f.where ?? 'the name or the password'} there is ${f.got ?? 'what cannot be sent'}.`,
  },
  'http/bad-outgoing': {
    title: 'This must not be sent.',
    says: f => `${f.where ?? 'A part of the message'} contains ${f.got ?? 'what is not allowed there'}.`,
  },
  'http/wrong-length': {
    title: 'The body does not have the length that was announced.',
    says: f => `${f.expected ?? 'Another number of'} bytes were announced, ${f.got ?? 'others'} given.`,
  },
  'http/wrong-turn': {
    title: 'It is not the turn of this part.',
    says: f => `${f.got ?? 'The part'} came while the connection waits for ${f.expected ?? 'something else'}.`,
  },
}
