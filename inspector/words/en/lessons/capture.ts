/** Chapter 10: an exchange as a file, and how to read one. */
import type { FileNames } from '../../../lessons/capture/exchange.ts'
import type { ReadingNames } from '../../../lessons/capture/reading.ts'
import type { LessonWords } from '../../../lessons/lesson.ts'

const columns = { number: 'frame', time: 'ms', from: 'way', bytes: 'bytes', holds: 'holds' }

export const file: LessonWords<FileNames> = {
  title: 'This very exchange as a file',
  prose: [
    'All that passed the laptop’s cable can be written down, frame by frame, with the time of each. Such a file is called a capture, its form pcapng, and there are programs for it everywhere. The one of this run has {frames} frames and {size} bytes: save it below.',
    'Open it in Wireshark by a double click, or with `barewire inspect {file}`. Both show {tls} messages of TLS and, in frame {requestIn}, the request for `{path}`, as if nothing were encrypted. That is because this file has the keys of the exchange in it, {secrets} lines in a block of its own; nothing need be set.',
    'Who captures on a real network gets no keys. Browsers, curl and Node write them to a file when they are asked to, by `SSLKEYLOGFILE`, and `barewire capture` puts both together. Keep such a file as you would keep what it opens.',
  ],
  changes: { keys: 'With the keys', bare: 'Without them' },
  steps: {
    frames: 'The {frames} frames, as Wireshark lists them: → from the laptop, ← to it.',
    blocks: 'A file of {blocks} blocks: what it is, whose addresses, which cable, and a block for each frame.',
    secrets: 'The block with the keys: {secrets} lines, each with a name and a secret of this connection.',
    request: 'Frame {requestIn} holds the request. With the keys it can be opened.',
    sealed: 'A record with data, as it is on the wire. Its type and its length are open, the rest is not.',
    reads: 'What the file says of the exchange: {tls} messages of TLS and {http} of HTTP can be read.',
    opens: 'Four ways to look into {file}.',
  },
  labels: {
    ...columns,
    block: 'block',
    count: 'how many',
    section: 'section: what file this is',
    interface: 'interface: which cable',
    names: 'names of addresses',
    keys: 'keys (Decryption Secrets)',
    packet: 'frames',
    statistics: 'statistics',
    what: 'what',
    reads: 'reads',
    name: 'the name asked for',
    suite: 'the cipher suite',
    certificate: 'the certificate',
    request: 'the request',
    sizes: 'frames, with time and size',
    closed: 'closed',
    wireshark: 'a window',
    tshark: 'a list in the terminal',
    barewire: 'with our sentences',
    page: 'in this page',
  },
  question: 'Somebody has the same frames without the keys. What does Wireshark tell them of this exchange?',
  choices: {
    nothing: 'Nothing: it is all encrypted.',
    names: 'The name of the shop, the hellos, sizes and times; not the request.',
    everything: 'Everything: the frames are the same.',
  },
  answers: {
    nothing:
      'The hellos must be open, or nobody could agree on anything. In the run {tls} messages of TLS can be read without a key.',
    names:
      'In the run {tls} messages of TLS can be read, and {http} of HTTP. The name is asked of the resolver in the clear, and stands in ClientHello; what was asked for, and even the certificate, is closed.',
    everything:
      'The frames are the same, and the keys were never in them. In the run {http} messages of HTTP can be read.',
  },
}

export const reading: LessonWords<ReadingNames> = {
  title: 'Find the failure in a capture',
  prose: [
    'Real captures have thousands of frames, and one of them matters. This one has {frames}, of {streams} connections, one of which failed. Three moves find it.',
    'First filter: ask for what should not be there, a reset, a segment sent again, an alert. Here `{filter}` leaves {left} of {frames} frames. Then follow: take the one conversation that it belongs to, number {stream} with {own} frames, and leave the rest away. Then read the message itself, and what came before it.',
    'It is frame {frame}, in the conversation with {bad}. Save the file and do the same in Wireshark: the filters are written as it wants them, and the numbers are its numbers. `barewire inspect` makes the three moves by itself, and says what it found.',
  ],
  changes: { expired: 'An alert', refused: 'A reset', silent: 'Silence' },
  steps: {
    all: '{frames} frames, {streams} connections. All were asked for the same.',
    filter: 'The filter leaves {left} {left|frame|frames}.',
    follow: 'Conversation {stream} alone: {own} frames. What the filter found is marked.',
    expired:
      'Frame {frame}: the laptop’s alert. It says what is wrong with the certificate of {bad}, and ends the connection.',
    refused: 'Frame {frame}: RST. At {bad} nobody listens on that port.',
    silence: 'Frame {frame}: SYN once more, with the same number. {bad} answers to ARP, and to nothing else.',
  },
  labels: { ...columns, stream: 'number', with: 'with', frames: 'frames', filter: 'filter' },
  question:
    'In another capture a connection is reset. It has {frames} frames, and the filter {filter} leaves {left}. Save it or step through it: what is the number of that frame?',
  choices: {},
  answers: {
    right: 'Frame {frame}, {at} ms after the first: {bad} says RST, and the laptop gives up at once.',
    wrong: 'Go to the frame that the filter leaves: its number stands at its left.',
  },
}
