/** Chapter 1: what goes over a wire, in which wrapping, to whom, and what becomes of bits that change on the way. */
import type { LessonWords } from '../../../lessons/lesson.ts'
import type { DamageNames } from '../../../lessons/wire/damage.ts'
import type { PiecesNames } from '../../../lessons/wire/pieces.ts'
import type { SwitchingNames } from '../../../lessons/wire/switching.ts'
import type { WrappingNames } from '../../../lessons/wire/wrapping.ts'

export const wrapping: LessonWords<WrappingNames> = {
  title: 'A message and its wrappings',
  prose: [
    'A browser asks for a page with a few lines of text: here {message} bytes. No cable understands such a request. On the way down each layer puts a header in front of it, for its own counterpart on the other side to read.',
    'TCP makes a segment of it: which program is meant, and which piece of the stream this is. IP makes a packet of the segment: which machine is meant, wherever it stands. Ethernet makes a frame of the packet: which card on this very wire.',
    'Nobody reads what is meant for another. The switch looks at the frame’s first bytes and at nothing else; only the shop’s web server sees the request. In this run {around} of the frame’s {frame} bytes are wrapping: {share} %.',
  ],
  changes: { small: 'A short request', large: 'A larger request', empty: 'A segment with nothing in it' },
  steps: {
    message: 'The request: {message} bytes of text. It does not say where it is to go.',
    nothing: 'An acknowledgment without data: {segment} bytes, all of them header.',
    segment: 'TCP puts {tcpHeader} bytes in front: from port {port} to port {serverPort}. Now it is a segment.',
    packet: 'IP puts {ipHeader} bytes in front: from {laptop} to {shop}. Now it is a packet.',
    frame:
      'Ethernet puts {ethernetHeader} bytes in front: to the card {shopCard}. Now it is a frame of {frame} bytes, and leaves at {sentAt} ms.',
    padded:
      'Ethernet puts {ethernetHeader} bytes in front and {padding} zeros behind: no frame may be shorter than {frame} bytes. It leaves at {sentAt} ms.',
    switch: 'The switch reads where the frame is to go: to {shopCard}. That is all it wants to know.',
    card: 'The shop’s card finds its own address, and {type} as the kind of content. It takes the frame off.',
    ip: 'IP finds its own address {shop}, and {protocol} as the next reader. It takes the packet off.',
    tcp: 'TCP finds port {serverPort}: the web server. It takes the segment off.',
    http: 'The web server reads what the browser has written. The other {around} bytes were for the way.',
    silent:
      'TCP finds port {serverPort}, and nothing for its program. {frame} bytes have travelled to say: I have heard you.',
  },
  labels: {
    reader: 'Who reads',
    reads: 'what',
    value: 'and finds',
    message: 'HTTP message',
    segment: 'TCP segment',
    packet: 'IP packet',
    frame: 'Ethernet frame',
    switch: 'Switch',
    card: 'Card',
    kind: 'Content',
    ip: 'IP',
    address: 'Address',
    protocol: 'Next reader',
    tcp: 'TCP',
    port: 'Port',
    http: 'Web server',
  },
  question: 'The larger request has {message} bytes. How many bytes is the frame that carries it?',
  choices: {},
  answers: {
    right:
      '{message} bytes of request, {headers} of headers: {frame}. The wrapping is {share} % of it, far less than around the short one.',
    wrong:
      'The headers do not grow with what they carry: {tcpHeader} bytes of TCP, {ipHeader} of IP, {ethernetHeader} of Ethernet. With the {message} bytes of the request that makes {frame}.',
  },
}

export const pieces: LessonWords<PiecesNames> = {
  title: 'Too long for one frame',
  prose: [
    'No wire takes frames of any length: one that is long keeps all others waiting, and where a bit of it falls over all of it is lost. So each card has a size that a packet must not exceed.',
    'TCP cuts to fit. When a connection begins, each side says how many bytes it takes in one segment: here {laptopTakes} and {shopTakes}. That is the size of the card’s packets without the headers of IP and TCP, {ipHeader} and {tcpHeader} bytes.',
    'This message has {message} bytes, and goes in {count} segments. The program at the other end sees nothing of the cuts: it reads one stream. What it costs are headers, once for each piece: {share} % of what goes over the wire.',
  ],
  changes: { long: 'A long message', small: 'A card that takes less', short: 'A short message' },
  steps: {
    offers: 'With SYN the laptop says what it takes: {laptopTakes} bytes in a segment.',
    answers: 'With SYN ACK the shop says what it takes: {shopTakes}. The laptop sends no more than that at once.',
    first: 'The first segment: {piece} bytes, in a frame of {frame}. That is all there is room for.',
    more: 'Further ones leave at once behind it, all of them full.',
    last: 'The last one brings the {last} bytes that are left. That makes {count} segments.',
    alone: 'All {last} bytes fit into one segment, and its frame has {frame}.',
    whole: 'The shop’s program reads {got} bytes, as they were written. {sent} bytes went over the wire.',
  },
  labels: { segment: 'Segment', bytes: 'Bytes of the message', frame: 'Bytes of its frame', sum: 'Together' },
  question:
    'Now the shop’s card takes packets of {mtu} bytes at most. IP needs {ipHeader} of them for its header, TCP {tcpHeader}. How many segments does a message of {message} bytes need?',
  choices: {},
  answers: {
    right:
      'In each packet there is room for {piece} bytes of the message. That makes {count} segments, the last with {last}.',
    wrong:
      'Of {mtu} bytes the headers take {ipHeader} and {tcpHeader}, so {piece} are left. {message} bytes fill some segments with so many, and begin another: in the run the last has {last} bytes, and is number {count}.',
  },
}

export const switching: LessonWords<SwitchingNames> = {
  title: 'A switch that learns',
  prose: [
    'Laptop, shop and a third machine, mallory, hang on one switch. Nobody has told it who is where. It finds out by listening: every frame names the card that sent it, and the switch remembers behind which port that was.',
    'For a card that it knows, a frame goes to that one port. For a card that it does not know, and for frames that are meant for all, it goes to every port. Here the laptop, {laptop}, looks for {shop} and sends one ping. Of {frames} frames mallory gets {copies}.',
    'This looks like secrecy, and is only thrift. A switch forgets cards that are silent for long, and its table has an end. See what reaches mallory then.',
  ],
  changes: {
    learns: 'The switch learns',
    forgotten: 'After minutes of silence',
    full: 'Mallory fills the table',
  },
  steps: {
    asks: 'The laptop asks everybody for the card of {shop}. The frame goes to every port.',
    answers: 'The shop answers the card {laptopCard}. The switch has just heard it: the frame goes there alone.',
    echo: 'The ping goes to {shopCard}. The switch knows that one too by now.',
    back: 'The answer is back at {back} ms. Mallory hears nothing of it.',
    flooded:
      'The laptop still remembers {shopCard}, the switch does not: frames for it go to every port, and mallory gets a copy of each.',
    full: 'Mallory has sent {made} frames, each as if from another card. The table is full of cards that do not exist.',
    everything:
      'The switch can learn nobody any more. Answer, ping and its answer go to every port: mallory gets {copies} of {frames} frames.',
  },
  labels: {
    copy: 'a copy',
    machine: 'Machine',
    card: 'Card',
    goes: 'Frames for it go to',
    everybody: 'everybody: not known',
    laptopCard: 'Laptop',
    shopCard: 'Shop',
    malloryCard: 'Mallory',
  },
  question:
    'Before anybody has spoken, mallory sends {made} frames, each as if from another card. Then the laptop pings the shop. What reaches mallory?',
  choices: {
    nothing: 'Nothing: a switch with a full table passes nothing on.',
    one: 'One frame, as before: the question that goes to all.',
    all: 'Every frame.',
  },
  answers: {
    nothing:
      'A switch that does not know a card passes its frames on to everybody: otherwise nothing would ever begin. In the run mallory gets {copies} of {frames}.',
    one: 'For that the switch would have to learn where laptop and shop are. With a full table it does not: in the run mallory gets {copies} of {frames} frames.',
    all: 'In the run mallory gets {copies} of {frames} frames. A switch keeps frames apart to save room on the wire, not to keep secrets. What must not be read must be encrypted.',
  },
}

export const damage: LessonWords<DamageNames> = {
  title: 'A bit that falls over',
  prose: [
    'Wires, cards and memories make mistakes: a zero arrives as a one. So headers carry sums. The receiver adds up what has arrived, and drops what does not fit. Nobody says so; it looks like a loss.',
    'Here the laptop sends the order `{order}`, and one bit of it falls over: `{arrived}` arrives. TCP has put `{tcpSays}` into its header, but these bytes come to `{tcpComesTo}`. The segment is dropped, and {waited} ms after the first time the laptop sends it again.',
    'Each sum covers its own part: Ethernet has one of its own for the whole frame, made by the cards and not seen here; IP sums up its header; TCP its header and the data. Choose which part is hit. Then see what such a sum cannot do.',
  ],
  changes: {
    data: 'A bit of the data',
    address: 'A bit of the IP address',
    card: 'A bit of the card’s address',
    swapped: 'Two digits change places',
  },
  steps: {
    sent: 'The laptop sends its order.',
    flipped: 'On the way `{wasSent}` has become `{arrived}`.',
    card: 'No card on this wire has the address {arrived}. The frame is nobody’s, and the shop never hears of it.',
    ip: 'IP reads `{ipSays}` in the header and comes to `{ipComesTo}`. It drops the packet: perhaps it is for somebody else.',
    tcp: 'TCP reads `{tcpSays}` in the header and comes to `{tcpComesTo}`. It drops the segment and says nothing.',
    again: 'Nobody has acknowledged it. After {waited} ms the laptop sends it again.',
    unseen: 'TCP reads `{tcpSays}` and comes to `{tcpComesTo}`. That fits.',
    read: 'The shop’s program reads `{got}`.',
  },
  labels: {
    damaged: 'damaged',
    wasSent: 'Sent',
    arrived: 'Arrived',
    says: 'Sum in the header',
    comesTo: 'Sum of what arrived',
    order: 'The program reads',
  },
  question: '`{wasSent}` becomes `{arrived}` on the way: two digits change places. Who notices?',
  choices: {
    ip: 'IP: its sum does not fit any more.',
    tcp: 'TCP: its sum does not fit any more.',
    nobody: 'Nobody.',
  },
  answers: {
    ip: 'IP sums up its own header, and that is as it was: `{ipSays}` it says, `{ipComesTo}` it comes to.',
    tcp: 'TCP adds up words of two bytes, and a sum does not ask for the order: `{tcpSays}` it says, `{tcpComesTo}` it comes to.',
    nobody:
      'Both sums fit, and the shop’s program reads `{got}`. Such sums are made against accidents. Whoever changes bytes on purpose simply makes them fit; against that it takes a secret, as in the chapters on TLS.',
  },
}
