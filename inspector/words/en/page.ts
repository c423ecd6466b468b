/** The frame of the page: header, tabs, headline, time bar, facts, ladder, message. */
import type { Grain } from '../../../src/inspect/ladder.ts'
import type { Layer } from '../../../src/trace/types.ts'
import type { SegmentKind } from '../../model/bar.ts'
import type { AskedOf, Outcome, Reached, Safety } from '../../model/outcome.ts'
import type { Title } from '../../model/rows.ts'
import type { Sayings } from '../../model/says.ts'
import type { Letter } from '../../page/keyboard.ts'
import type { PageLanguage, TabName, Theme, View } from '../../page/place.ts'

const tabs: Readonly<Record<TabName, string>> = {
  messages: 'Messages',
  keys: 'Keys',
  checks: 'Checks',
  certificate: 'Certificate',
  states: 'States',
  network: 'Network',
  http: 'HTTP',
  try: 'Try it',
}
const views: Readonly<Record<Exclude<View, 'client' | 'server'>, string>> = {
  ear: 'eavesdropper',
  middle: 'in the middle',
}
const grains: Readonly<Record<Grain, string>> = {
  frames: 'frames',
  packets: 'packets',
  segments: 'segments',
  records: 'records',
  messages: 'messages',
  requests: 'requests',
}
const themes: Readonly<Record<Theme, string>> = { auto: 'system', light: 'light', dark: 'dark' }
const languages: Readonly<Record<PageLanguage, string>> = { en: 'English', zh: '简体中文' }

export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
const time = (ms: number): string => {
  const digits = ms >= 100 || Number.isInteger(ms) ? 0 : ms >= 10 ? 1 : 2
  return String(Number(ms.toFixed(digits)))
}
const size = (bytes: number): string => {
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(bytes < 10_000 ? 1 : 0)} kB`
  return `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)} MB`
}
export const listed = (all: readonly string[]): string =>
  all.length < 2 ? (all[0] ?? '') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`

/** `shop.test` of `CN=shop.test, O=…`. */
export const bare = (name: string): string => /^CN=([^,]+)/.exec(name)?.[1] ?? name

/** One message of a layer, and its number. */
const nouns: Readonly<Record<Layer, string>> = {
  ethernet: 'frame',
  arp: 'ARP message',
  ip: 'packet',
  icmp: 'ICMP message',
  udp: 'datagram',
  dns: 'DNS message',
  tcp: 'segment',
  record: 'record',
  tls: 'handshake message',
  http: 'HTTP message',
  session: 'session event',
}

const segments: Readonly<Record<SegmentKind, string>> = {
  name: 'name',
  tcp: 'tcp',
  tls: 'tls',
  request: 'transfer',
  wait: 'wait',
  close: 'close',
  none: 'did not happen',
}

const reached: Readonly<Record<Reached, string>> = {
  nothing: 'Nothing was said',
  name: 'A name was looked up',
  tcp: 'A connection was opened',
  tls: 'A handshake was made, and nothing was asked for',
  request: 'No answer has come',
}

const headline = (outcome: Exclude<Outcome, { kind: 'failed' }>): string =>
  outcome.kind === 'answered'
    ? `${outcome.status} over ${outcome.over ?? 'plain HTTP'} in ${time(outcome.took)} ms`
    : `${reached[outcome.what]}${outcome.what === 'nothing' ? '' : `, ${time(outcome.took)} ms`}`

const safety = ({ version, keys, roundTrips, certificateHidden, earlyData, downgraded }: Safety): string => {
  if (version === undefined)
    return downgraded
      ? 'The connection before was encrypted; this one is not. Whoever is on the way reads and changes all of it.'
      : 'Nothing is encrypted: whoever is on the way reads all of it, and can change it unnoticed.'
  const trips = roundTrips === 0 ? '' : `, ${counted(roundTrips, 'round trip')}`
  const how = {
    fresh: `Fresh keys for this connection${trips}.`,
    resumed: `A session from before was resumed${trips}.`,
    'of the certificate': `The client chose the secret and encrypted it with the server’s key${trips}: whoever gets that key later reads all of this.`,
    none: '',
  }[keys]
  const hidden = certificateHidden ? '' : ` Not TLS 1.3: the certificate was readable on the way.`
  const early =
    earlyData === undefined
      ? ''
      : ` Early data was ${earlyData}${earlyData === 'accepted' ? ': it may be played again.' : '.'}`
  return `${how}${hidden}${early}`
}

const answers = ({ first, count }: AskedOf): string => {
  const parts = first.slice(0, 3).map(({ status, type, length }) => {
    if (status === undefined) return 'no answer'
    const body = [length === undefined ? '' : size(length), type === undefined ? '' : `of ${type}`].filter(Boolean)
    return body.length === 0 ? status : `${status}, ${body.join(' ')}`
  })
  const more = count > 3 ? ` … ${count} answers.` : ''
  const cookies = first.flatMap(each => each.cookies)
  const kept = cookies.filter(({ kept }) => kept === true).map(({ name }) => name)
  const refused = cookies.filter(({ kept }) => kept === false).map(({ name }) => name)
  const of = (names: readonly string[], what: string): string =>
    names.length === 0 ? '' : ` ${names.length === 1 ? 'Cookie' : 'Cookies'} ${listed(names)} ${what}.`
  return `${parts.join('; ')}.${more}${of(kept, 'kept')}${of(refused, 'refused')}`
}

const says: { readonly [What in keyof Sayings]: (of: Sayings[What]) => string } = {
  dnsQuestion: ({ name }) => `Where is ${name}?`,
  dnsAnswer: ({ addresses }) => `At ${addresses}.`,
  clientHello: ({ suites, name, resumes }) =>
    `I can do ${suites === 1 ? 'this suite' : `these ${suites} suites`}${name === undefined ? '' : `; I want ${name}`}${resumes ? '; we know each other' : ''}.`,
  serverHello: ({ suite, group }) => `We take ${listed([...(group === undefined ? [] : [group]), suite])}.`,
  retry: ({ group }) => (group === undefined ? 'Once more, please.' : `Once more, with ${group}.`),
  extensions: ({ protocol }) => (protocol === undefined ? 'This I can do besides.' : `${protocol} it is.`),
  certificate: ({ name, issuer }) => `I am ${bare(name)}; ${bare(issuer)} says so.`,
  noCertificate: () => 'I have none to show.',
  serverKey: ({ group }) => `My half of the secret, signed${group === undefined ? '' : `: ${group}`}.`,
  clientKey: ({ encrypted }) => (encrypted ? 'The secret, encrypted with your key.' : 'My half of the secret.'),
  signature: () => 'My signature under all of this.',
  hello: () => 'Let us begin anew.',
  done: () => 'That is all from me.',
  changeCipher: () => 'From here on I encrypt.',
  finished: () => 'This is the handshake as I heard it.',
  ticket: () => 'Next time, show me this.',
  keyUpdate: () => 'New keys from here on.',
  goodbye: () => 'Nothing more from me.',
  alert: ({ name }) => `I stop here: ${name}.`,
  form: ({ cookie }) => `Here is my form.${cookie === undefined ? '' : ` You know me: cookie ${cookie}.`}`,
  request: ({ cookie }) => (cookie === undefined ? 'Give me this.' : `You know me: cookie ${cookie}.`),
  answer: ({ type, cookies }) =>
    `Here it is${type === undefined ? '' : `: ${type}`}.${cookies.length === 0 ? '' : ` Keep ${listed(cookies)}.`}`,
  redirect: ({ to }) => `Look at ${to}.`,
  refusal: ({ cookies }) => `Not this.${cookies.length === 0 ? '' : ` Keep ${listed(cookies)}.`}`,
  opening: ({ segments }) => (segments === 3 ? 'Three segments: SYN, SYN ACK, ACK.' : 'SYN, SYN ACK.'),
  closing: () => 'Nothing more will come.',
  again: ({ after }) => `No answer for ${time(after)} ms: once more.`,
  inside: ({ names, about }) => [about, listed(names)].filter(Boolean).join(': '),
  about: ({ text }) => text,
}

const title = (of: Title): string => {
  switch (of.kind) {
    case 'name':
      return of.text
    case 'question':
      return 'DNS question'
    case 'answer':
      return 'DNS answer'
    case 'opening':
      return 'connect'
    case 'closing':
      return 'FIN both ways'
    case 'number':
      return `${nouns[of.layer]} ${of.number}`
    default:
      return of satisfies never
  }
}

export const page = {
  /** For the document: its `lang`. */
  htmlLang: 'en',
  skip: 'Skip to the messages',
  exchange: 'Exchange',
  lessons: 'Lessons',
  pages: 'Pages',
  run: 'Run',
  language: 'Language',
  languages,
  colours: 'Colours',
  themes,
  tabs,
  tabList: 'Inspector',
  views,
  grains,
  waiting: 'The engines are playing an exchange …',
  broken: 'The exchange could not be played',
  time,
  milliseconds: (ms: number) => `${time(ms)} ms`,
  ms: 'ms',
  size,
  bytes: 'bytes',
  bytesTitle: 'Bytes',
  octets: (count: number) => counted(count, 'byte'),
  range: (start: number, end: number) => `bytes ${start}–${end}`,
  listed,
  colon: ': ',
  comma: ', ',

  worked: 'It worked',
  failed: 'It failed',
  careful: 'Take care',
  headline,
  counts: ({ messages, frames, again }: { messages: number; frames: number; again: number }) =>
    `${counted(messages, 'message')}${frames === 0 ? '' : ` in ${counted(frames, 'frame')}`}, ${again === 0 ? 'none' : again} sent again`,
  dropped: (count: number) => `${counted(count, 'record')} were not kept`,
  bar: 'Time by layer',
  segments,
  missing: 'request',
  requestCount: (count: number) => counted(count, 'request'),
  moreConnections: (count: number) => `${counted(count, 'more connection')}`,
  upTo: 'Show up to',
  who: 'Who',
  safe: 'How safe',
  what: 'What',
  nobody: 'Nobody showed who it is',
  resumedWho: 'It was shown when the session began',
  trusted: (anchor: string) => `trusted through “${anchor}”`,
  checks: {
    chain: 'chain',
    dates: 'dates',
    name: 'name',
    key: 'key',
    'external key': 'shared key',
    signature: 'signature',
  } as Readonly<Record<string, string>>,
  safety,
  clearText: 'Clear text',
  requests: (names: readonly string[], count = names.length) =>
    count === 0
      ? 'Nothing was asked for'
      : count < 4
        ? names.join(', then ')
        : `${names[0]}, then ${counted(count - 1, 'more request')}`,
  answers,
  showBytes: 'Show me the bytes',
  evidence: 'The bytes',

  seenBy: 'Seen by',
  show: 'Show',
  viewOf: (name: string) => `the ${name}’s view`,
  to: (from: string, to: string) => `${from} to ${to}`,
  title,
  nouns,
  says,
  held: 'held',
  wrong: 'wrong',
  lost: 'lost on the way',
  again: 'sent again',
  sealedOpen: 'encrypted, read with the keys of this run',
  sealedShut: 'encrypted, not readable here',
  sameRecord: 'in the same record',
  later: (count: number) => `${counted(count, 'later message')} not shown`,
  filtered: (count: number) => `${counted(count, 'message')} left out by the filter`,
  nothing: 'There is nothing of this kind.',
  filter: 'Filter',
  filterHint: 'name, field or text',
  open: (name: string, bytes: number) => `${name}, ${counted(bytes, 'byte')}`,

  layers: 'Layers',
  fields: 'Fields',
  pick: 'Choose a message.',
  noFields: 'These bytes have no fields of their own.',
  fieldsEnd: (why: string) => `The fields end here: ${why}`,
  moreFields: (count: number) => `${counted(count, 'more field')}`,
  liesHere: 'The same bytes, as they lie in here.',
  more: (count: number) => ` and ${count} more`,
  parts: {
    header: {
      ethernet: 'Ethernet',
      ip: 'IP',
      tcp: 'TCP',
      udp: 'UDP',
      record: 'TLS',
    } as Readonly<Record<string, string>>,
    nonce: 'nonce',
    tag: 'tag',
    type: 'type',
    other: '…',
  },
  plain: 'plaintext',
  wire: 'on the wire',
  aad: 'header, authenticated',
  nonce: 'nonce',
  tag: 'tag',
  copy: 'Copy',
  copied: (text: string) => `Copied: ${text}`,
  back: 'Back to the messages',
  /** What a message is for, where its name says it. */
  meanings: {
    ClientHello: 'The client opens: what it can do, what it wants, and 32 fresh random bytes.',
    ServerHello: 'The server chooses from what was offered, and adds its own random bytes.',
    HelloRetryRequest: 'The server wants another half of the key exchange: one round trip more.',
    EncryptedExtensions: 'What the server answers to the offers, already encrypted.',
    Certificate: 'Who this side says it is, and who vouches for it.',
    CertificateVerify: 'A signature over the whole handshake: whoever made it has the key of the certificate.',
    ServerKeyExchange: 'The server’s half of the key exchange, signed with the key of its certificate.',
    ServerHelloDone: 'The server has said what it had to say.',
    ClientKeyExchange: 'The client’s half. From here both can compute the same secret.',
    ChangeCipherSpec: 'In TLS 1.2 everything after this is encrypted; in TLS 1.3 it is there for old boxes on the way.',
    Finished: 'A digest of all that was said. If anybody changed one bit of the handshake, the two differ.',
    NewSessionTicket: 'With this the client may resume the session later.',
    KeyUpdate: 'This direction goes on with new keys.',
    Alert: 'A short word about the connection itself: how it ends, or why.',
  } as Readonly<Record<string, string>>,
  /** Of messages whose names say nothing of the kind. */
  layerMeanings: {
    ethernet: 'A frame: from one machine to the next on the same wire, whatever lies in it.',
    arp: 'Who on this wire has that address? A question to all, and the answer of one. Nobody checks it.',
    ip: 'A packet: from one machine to another, over as many wires as it takes. It may get lost.',
    icmp: 'Word from the way: an echo, or why something could not be delivered.',
    udp: 'A datagram: a port at each end, and nothing that would bring it again when it is lost.',
    dns: 'From a name to an address, asked of a resolver. Whoever is on the way can read it.',
    tcp: 'A segment: a piece of a stream with its numbers, so that what is lost is sent again.',
    record: 'A record: what TLS sends in one piece, encrypted and authenticated as soon as there are keys.',
    session: 'What the server knows of a visitor by the cookie.',
  } as Readonly<Record<string, string>>,
  headMeanings: {
    request: 'What is wanted, of whom, and what the answer may look like.',
    answer: 'What came of it, and what is known of the bytes that follow.',
  },

  keysHelp: 'Keyboard',
  letters: 'Single letters are shortcuts',
  close: 'Close',
  keys: [
    ['↑ ↓', 'previous, next message'],
    ['Enter', 'open its fields'],
    ['← →', 'fold, unfold; up, down the tree'],
    ['1 … 8', 'tab'],
    ['Esc', 'back to the row'],
  ] as readonly (readonly [keys: string, what: string])[],
  letterKeys: {
    j: 'next message',
    k: 'previous message',
    n: 'next problem',
    p: 'previous problem',
    b: 'to the bytes',
    e: 'next view',
    l: 'next layer',
    g: 'go to a message by its number',
    '/': 'filter',
    c: 'copy what is chosen',
    '?': 'this list',
  } as Readonly<Record<Letter, string>>,
  letterHint: 'Write another letter to change a key. The address keeps it.',
  lettersAtFirst: 'As at first',
  noNumber: (text: string) => `There is no ${text} here.`,
}
