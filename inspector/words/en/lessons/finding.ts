/** Chapter 2: from a name to an address, from an address to a card, and from wire to wire. */
import type { ArpNames } from '../../../lessons/finding/arp.ts'
import type { DnsNames } from '../../../lessons/finding/dns.ts'
import type { RoutesNames } from '../../../lessons/finding/routes.ts'
import type { LessonWords } from '../../../lessons/lesson.ts'

export const arp: LessonWords<ArpNames> = {
  title: 'Who has this address?',
  prose: [
    'The laptop knows the shop’s IP address, {shop}. But a frame is for a card, and which card has this address stands nowhere. So the laptop asks everybody on the wire: who has {shop}? That is ARP.',
    'The shop answers: I am at `{shopCard}`. The laptop notes it, and sends what has waited. In this run its first ping leaves at {firstAt} ms, the next at {secondAt} ms; both go to the card that was named.',
    'Nothing in the answer proves anything. Any machine on the wire can say the same sentence with its own card in it, unasked even. See what becomes of the second ping when mallory does.',
  ],
  changes: {
    honest: 'Only the shop answers',
    lies: 'Mallory answers too',
    strict: '… and the laptop is careful',
    faster: '… and mallory is faster',
  },
  steps: {
    asks: 'The laptop asks everybody: who has {shop}? Mallory hears it too.',
    answers: 'The shop answers the laptop alone: I have, at {shopCard}.',
    echo: 'The first ping goes to {usedFirst} at {firstAt} ms, and is answered.',
    lies: 'At {liesAt} ms a second answer arrives: {shop} is at {malloryCard}. It comes from mallory.',
    stolen:
      'The ping of {secondAt} ms is addressed to {shop}, and its frame goes to {used}. That is mallory’s card. The shop hears nothing.',
    kept: 'The ping of {secondAt} ms goes to {used} as well. Its answer is back after {echo} ms.',
    liesFirst: 'Mallory is nearer. At {liesAt} ms it is the first to answer: {shop} is at {malloryCard}.',
    late: 'The shop’s answer comes after that. The careful laptop does not let a second answer take the place of the first, and so holds on to the lie.',
  },
  labels: { forged: 'a lie', address: 'Packet for', card: 'Frame for the card', whose: 'of' },
  question: 'Both answer, first the shop and then mallory. Where does the laptop send its second ping?',
  choices: {
    first: 'To the shop: the first answer counts.',
    last: 'To mallory: the last answer counts.',
    neither: 'To nobody, until it is clear who is right.',
  },
  answers: {
    first:
      'ARP was made for machines that change their cards: a newer answer takes the place of an older one. In the run the second ping goes to {used}, and that is mallory’s.',
    last: 'In the run the lie arrives at {liesAt} ms, and from then on packets for {shop} go to {used}. Mallory can read them, change them, and pass them on. A laptop that is careful keeps the first answer, which helps against whoever comes late; it takes TLS to know whom one talks to.',
    neither:
      'The laptop does not even notice that there is something to clear up: an answer is an answer. In the run the second ping goes to {used}.',
  },
}

export const dns: LessonWords<DnsNames> = {
  title: 'Which address has this name?',
  prose: [
    'People know names, packets need addresses. The laptop asks a name server: which address has {name}? The question is one small datagram, from port {port}, with a number in it: `{id}`.',
    'The answer repeats question and number. It says {address}, and for how long that holds: {ttl} seconds. So long it may be remembered, and nobody needs to be asked again.',
    'There is no signature in it. What the laptop can check is whether an answer fits its question: from the server that it has asked, to the port that it has asked from, with the number that it has chosen. Let mallory try.',
  ],
  changes: {
    there: 'The name is there',
    alias: 'It is an alias',
    absent: 'It is not there',
    blind: 'Mallory guesses',
    overheard: 'Mallory hears the question',
  },
  steps: {
    asks: 'The laptop asks {server}: which address has {name}? The question has the number {id} and comes from port {port}.',
    answer:
      'The name server answers: {address}. Server, port and number fit, and at {toldAt} ms the laptop has its address.',
    alias: 'The name server answers with another name: {name} is {alias}. It has looked that one up as well.',
    absent: 'The name server says {means}, code {code}: no such name. That is an answer too, and a sure one.',
    nothing: 'The laptop tells its program at {toldAt} ms: {failure}. It does not ask again; a typing error stays one.',
    used: 'For {ttl} seconds the laptop may use {address} without asking.',
    guesses:
      'Mallory has not heard the question. It sends {forgeries} answers in the server’s name, the last to port {guessedPort} with number {guessedId}. None fits.',
    heard: 'Mallory has heard the question. Its answer has the right port and the right number, {id}.',
    believed: 'Everything fits. From {toldAt} ms on {name} is {address} for the laptop: mallory’s own address.',
    late: 'The true answer, {shop}, arrives at {answeredAt} ms. Nobody waits for it any more.',
  },
  labels: { forged: 'a lie' },
  question:
    'The name server’s answer arrives at {answeredAt} ms, mallory’s are there before it. When does the laptop believe them?',
  choices: {
    sooner: 'Always: the first answer counts.',
    never: 'Never: they do not come from the name server.',
    overheard: 'When mallory has heard the question.',
  },
  answers: {
    sooner:
      'The first answer that fits counts. In the run {forgeries} came before the server’s, with numbers like `{guessedId}` to ports like {guessedPort}; the question was `{id}` from port {port}. There are {numbers} numbers, and nearly as many ports.',
    never:
      'Where a datagram comes from is what its sender has written into it, and mallory has written the server’s address. In the run the laptop believes that {name} is {address}.',
    overheard:
      'Who has heard the question knows number and port, and only has to be faster: in the run at {toldAt} ms, the true answer at {answeredAt} ms. Who has not must guess both. So names alone prove nothing, and TLS asks for a certificate.',
  },
}

export const routes: LessonWords<RoutesNames> = {
  title: 'To a machine on another wire',
  prose: [
    'The laptop is {laptop}, in the net {home}. The shop is {shop}, and that is not in it. No card on this wire has that address, and nobody would answer if the laptop asked for it.',
    'So it hands the packet to its router, {router}, which is on this wire and on another one. The packet stays what it is, from {laptop} to {shop}. But the frame around it is for the router’s card; the router takes it off and makes a new one for the next wire.',
    'Each router takes one from a number in the packet, its time to live. It leaves with {life} and arrives with {left}. See what that number is good for where two routers send a packet to each other.',
  ],
  changes: { far: 'Two routers away', near: 'On the same wire', loop: 'Routers in a circle' },
  steps: {
    elsewhere: 'The laptop compares: {shop} is not in {home}. The next machine on the way is its router, {router}.',
    asks: 'It asks for the router’s card, not for the shop’s: who has {router}?',
    first: 'The packet for {shop} leaves in a frame for {sentTo}, the router’s card, with {life} to live.',
    second:
      'The router makes another frame for the next wire. The packet in it is the same, but for one that is gone from its time to live.',
    third:
      'The provider’s router is on the shop’s wire. Its frame is for {arrivedFor}: the shop’s own card. {left} are left.',
    back: 'The answer goes the same way back, through both routers. It is there at {toldAt} ms.',
    here: 'The laptop compares: {shop} is in {home}, its own net. The next machine on the way is the shop itself.',
    asksHere: 'It asks for the shop’s card: who has {shop}?',
    direct: 'The packet leaves in a frame for {sentTo}: the shop’s own card.',
    backHere: 'The answer comes straight back. It is there at {toldAt} ms, and no router has seen any of it.',
    around:
      'The provider’s router does not know the way, and sends the packet back. So it goes to and fro, with less and less to live: {wires} frames for one ping.',
    dies: 'With {left} left it is passed on no further. The laptop is told at {toldAt} ms: {failure}.',
  },
  labels: {
    own: 'The laptop’s net',
    shop: 'The shop',
    next: 'Next machine',
    itself: 'the shop itself',
    card: 'Frame for the card',
    address: 'Packet for',
    left: 'To live',
  },
  question: 'The shop, {shop}, is two routers away. For which card is the frame that leaves the laptop?',
  choices: {
    shop: 'For the shop’s card.',
    router: 'For the router’s card.',
    everybody: 'For everybody’s: somebody will know the way.',
  },
  answers: {
    shop: 'The laptop cannot even know that card: its question is not heard beyond its own wire. In the run the frame is for {sentTo}; the shop’s card is {shopCard}.',
    router:
      'In the run the frame is for {sentTo}, the router’s card, and the packet in it for {shop}. Addresses of cards are good for one wire, addresses of packets for the whole way.',
    everybody:
      'Then every packet for elsewhere would wake every machine. The laptop has been told one address for everything that is not near: {router}. In the run the frame is for {sentTo}.',
  },
}
