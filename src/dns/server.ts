/**
 * A small authoritative name server (RFC 1034 4.3.2) for networks that have none: a zone is data, answers follow aliases
 * inside it, and names that it does not have do not exist.
 */
import type { Bytes } from '../engine.ts'
import { type IpAddress, parseIp } from '../wire/address.ts'
import { decode, encode } from '../wire/codec.ts'
import { WireError } from '../wire/reader.ts'
import { CLASS_IN, DnsMessage, RESPONSE_CODES, type ResourceRecord, TYPE_A, TYPE_AAAA, TYPE_CNAME } from './message.ts'
import { labelsOf, normalName } from './name.ts'
import { LARGEST_ANSWER, MAXIMUM_ALIASES } from './resolver.ts'

/** Seconds: short, since a lab changes its mind. */
const TTL = 60

export class Zone {
  readonly #names = new Map<string, readonly IpAddress[] | string>()

  /** Addresses of a name, or the name that it is an alias of. Throws RangeError for what is neither. */
  set(name: string, target: string | readonly (string | IpAddress)[]): void {
    if (labelsOf(name) === undefined) throw new RangeError(`not a domain name: ${name}`)
    this.#names.set(normalName(name), targetOf(target))
  }

  get(name: string): readonly IpAddress[] | string | undefined {
    return this.#names.get(normalName(name))
  }
}

/** The answer to a datagram, or undefined when it deserves none. Never throws for what a peer sent. */
export const answerQuery = (zone: Zone, datagram: Bytes): Bytes | undefined => {
  try {
    const query = decode(DnsMessage, datagram)
    // An answer is never answered: two servers would talk for ever.
    return query.head.flags.response === 1 ? undefined : answer(zone, query)
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    return formatError(datagram)
  }
}

const answer = (zone: Zone, query: DnsMessage): Bytes => {
  const [question, second] = query.body.questions
  if (query.head.flags.opcode !== 0) return reply(query, 'NOTIMP', [])
  if (question === undefined || second !== undefined) return reply(query, 'FORMERR', [])
  if (question.class !== CLASS_IN) return reply(query, 'REFUSED', [])
  const answers: ResourceRecord[] = []
  let name = normalName(question.name)
  for (let hop = 0; hop <= MAXIMUM_ALIASES; hop++) {
    const target = zone.get(name)
    // RFC 6604 3: the code is that of the last name in the chain.
    if (target === undefined) return reply(query, 'NXDOMAIN', answers)
    if (typeof target !== 'string') {
      for (const address of target)
        if ((address.v === 4 ? TYPE_A : TYPE_AAAA) === question.type)
          answers.push({ head: { name, type: question.type, class: CLASS_IN, ttl: TTL }, body: address.octets })
      break
    }
    answers.push({ head: { name, type: TYPE_CNAME, class: CLASS_IN, ttl: TTL }, body: target })
    if (question.type === TYPE_CNAME) break
    name = target
  }
  const whole = reply(query, 'NOERROR', answers)
  return whole.length <= LARGEST_ANSWER ? whole : reply(query, 'NOERROR', [], 1)
}

const reply = (query: DnsMessage, code: string, answers: ResourceRecord[], truncation = 0): Bytes =>
  encode(DnsMessage, {
    head: {
      ...query.head,
      flags: {
        ...query.head.flags,
        response: 1,
        authoritativeAnswer: 1,
        truncation,
        recursionAvailable: 0,
        zero: 0,
        authenticData: 0,
        responseCode: RESPONSE_CODES[code]!,
      },
    },
    body: { questions: query.body.questions, answers, authorities: [], additionals: [] },
  })

/** RFC 1035 4.1.1: what cannot be read is answered with its id and FORMERR, when there is an id. */
const formatError = (datagram: Bytes): Bytes | undefined => {
  if (datagram.length < 12 || (datagram[2]! & 0x80) !== 0) return undefined
  const head = new Uint8Array(12)
  head.set(datagram.subarray(0, 2))
  head[2] = 0x80 | (datagram[2]! & 0x79)
  head[3] = RESPONSE_CODES.FORMERR!
  return head
}

const targetOf = (target: string | readonly (string | IpAddress)[]): readonly IpAddress[] | string => {
  if (typeof target !== 'string') return target.map(t => (typeof t === 'string' ? addressOf(t) : t))
  const address = parseIp(target)
  if (address !== undefined) return [address]
  if (labelsOf(target) === undefined) throw new RangeError(`neither address nor name: ${target}`)
  return normalName(target)
}

const addressOf = (text: string): IpAddress => {
  const address = parseIp(text)
  if (address === undefined) throw new RangeError(`not an address: ${text}`)
  return address
}
