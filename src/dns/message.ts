/** DNS messages (RFC 1035 4), with the record types that finding an address takes: A, AAAA, CNAME, NS, SOA. */
import {
  bits,
  type Codec,
  bytes as exactly,
  type Infer,
  list,
  type Named,
  named,
  prefixed,
  rest,
  struct,
  u16,
  u32,
} from '../wire/codec.ts'
import { type Dependent, dependent, sampledBy, times } from '../wire/dependent.ts'
import { Name } from './name.ts'

export const TYPE_A = 1
const TYPE_NS = 2
export const TYPE_CNAME = 5
const TYPE_SOA = 6
const TYPE_OPT = 41
export const TYPE_AAAA = 28
export const CLASS_IN = 1

export const RecordType: Named = named(u16, {
  A: TYPE_A,
  NS: TYPE_NS,
  CNAME: TYPE_CNAME,
  SOA: TYPE_SOA,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: TYPE_AAAA,
  SRV: 33,
  OPT: TYPE_OPT,
  SVCB: 64,
  HTTPS: 65,
  CAA: 257,
})
const RecordClass: Named = named(u16, { IN: CLASS_IN, CH: 3, ANY: 255 })

/** RFC 1035 4.1.1 RCODE. */
export const RESPONSE_CODES: Readonly<Record<string, number>> = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
}
export const responseCodeName = (code: number): string =>
  Object.entries(RESPONSE_CODES).find(([, number]) => number === code)?.[0] ?? `RCODE ${code}`

const Flags = bits(u16, 16, {
  response: 1,
  opcode: 4,
  authoritativeAnswer: 1,
  truncation: 1,
  recursionDesired: 1,
  recursionAvailable: 1,
  zero: 1,
  authenticData: 1,
  checkingDisabled: 1,
  responseCode: 4,
})

export interface DnsHeader {
  id: number
  flags: {
    response: number
    opcode: number
    authoritativeAnswer: number
    truncation: number
    recursionDesired: number
    recursionAvailable: number
    zero: number
    authenticData: number
    checkingDisabled: number
    responseCode: number
  }
  questionCount: number
  answerCount: number
  authorityCount: number
  additionalCount: number
}
const Header: Codec<DnsHeader> = struct({
  id: u16,
  flags: Flags,
  questionCount: u16,
  answerCount: u16,
  authorityCount: u16,
  additionalCount: u16,
})

export const Question: Codec<{ name: string; type: number; class: number }> = struct(
  { name: Name, type: RecordType, class: RecordClass },
  { ref: 'RFC 1035 4.1.2' },
)
export type Question = Infer<typeof Question>

export interface StartOfAuthority {
  primary: string
  mailbox: string
  serial: number
  refresh: number
  retry: number
  expire: number
  minimum: number
}
const StartOfAuthority: Codec<StartOfAuthority> = struct({
  primary: Name,
  mailbox: Name,
  serial: u32,
  refresh: u32,
  retry: u32,
  expire: u32,
  minimum: u32,
})

/** What else two ends tell each other (RFC 6891 6.1.2). */
export interface EdnsOption {
  code: number
  data: Uint8Array
}
/** As IANA registered them. */
const OptionCode: Named = named(u16, {
  NSID: 3,
  ECS: 8,
  EXPIRE: 9,
  COOKIE: 10,
  'TCP-KEEPALIVE': 11,
  PADDING: 12,
  CHAIN: 13,
  'KEY-TAG': 14,
  EDE: 15,
})
const EdnsOption: Codec<EdnsOption> = struct({ code: OptionCode, data: prefixed(2, rest) }, { ref: 'RFC 6891 6.1.2' })

/** What a record says: octets of an address, a name, an SOA, options, or bytes of a type that is not known here. */
export type RecordData = Uint8Array | string | StartOfAuthority | EdnsOption[]
export interface RecordHead {
  name: string
  type: number
  class: number
  ttl: number
}
export type ResourceRecord = Dependent<RecordHead, RecordData>

const DATA = new Map<number, Codec<RecordData>>(
  (
    [
      [TYPE_A, exactly(4, { show: octets => octets.join('.') })],
      [TYPE_AAAA, exactly(16)],
      [TYPE_CNAME, Name],
      [TYPE_NS, Name],
      [12, Name],
      [TYPE_SOA, StartOfAuthority],
      [TYPE_OPT, list(EdnsOption)],
    ] as [number, Codec<RecordData>][]
  ).map(([type, codec]) => [type, prefixed(2, codec)]),
)
const OPAQUE: Codec<RecordData> = prefixed(2, rest) as Codec<RecordData>

export const ResourceRecord: Codec<ResourceRecord> = dependent(
  {
    names: ['head', 'data'],
    head: struct({ name: Name, type: RecordType, class: RecordClass, ttl: u32 }),
    body: (head: RecordHead) => DATA.get(head.type) ?? OPAQUE,
  },
  { ref: 'RFC 1035 4.1.3' },
)

export interface DnsSections {
  questions: Question[]
  answers: ResourceRecord[]
  authorities: ResourceRecord[]
  additionals: ResourceRecord[]
}
export type DnsMessage = Dependent<DnsHeader, DnsSections>

/** A whole message. The counts follow the sections when it is written. Names are written without compression. */
export const DnsMessage: Codec<DnsMessage> = dependent(
  {
    names: ['header', 'body'],
    head: sampledBy(Header, random => ({
      ...Header.sample(random),
      questionCount: Math.floor(random() * 2),
      answerCount: Math.floor(random() * 4),
      authorityCount: Math.floor(random() * 2),
      additionalCount: Math.floor(random() * 2),
    })),
    body: (header: DnsHeader) =>
      struct({
        questions: times(header.questionCount, Question),
        answers: times(header.answerCount, ResourceRecord),
        authorities: times(header.authorityCount, ResourceRecord),
        additionals: times(header.additionalCount, ResourceRecord),
      }),
    fit: (header, body) => ({
      ...header,
      questionCount: body.questions.length,
      answerCount: body.answers.length,
      authorityCount: body.authorities.length,
      additionalCount: body.additionals.length,
    }),
  },
  { ref: 'RFC 1035 4.1' },
)

/** The text of a record's data, for people. */
export const dataText = (record: ResourceRecord): string => {
  const { body } = record
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return record.head.type === TYPE_A ? body.join('.') : `${body.length} bytes`
  if (Array.isArray(body)) return body.map(({ code }) => OptionCode.nameOf(code)).join(', ')
  return `${body.primary} serial ${body.serial}`
}

/** `A shop.test?` */
export const questionName = (type: number, name: string): string => `${RecordType.nameOf(type)} ${name}?`

/** `10.0.0.80, 10.0.0.81`, or why there is none. */
export const answerName = ({ head, body }: DnsMessage): string => {
  if (head.flags.responseCode !== 0) return responseCodeName(head.flags.responseCode)
  return body.answers.length === 0 ? 'no records' : body.answers.map(dataText).join(', ')
}
