/** Questions to name servers that were not answered, or with no; and what routers and hosts say of packets that they drop. */
import { DnsMessage, TYPE_A, TYPE_AAAA } from '../../dns/message.ts'
import { ARP_REQUEST, ARP_SIZE, ArpPacket } from '../../link/arp.ts'
import type { MessageRecord } from '../../trace/types.ts'
import { addressText } from '../../wire/address.ts'
import { decode } from '../../wire/codec.ts'
import { WireError } from '../../wire/reader.ts'
import type { Overview } from './overview.ts'
import { type Diagnosis, placeOf } from './types.ts'

/** A connection goes on without packets that routers dropped; `network.ts` tells where it did not. */
export const datagramDiagnosis = (view: Overview): Diagnosis | undefined =>
  dnsDiagnosis(view) ?? neighbourDiagnosis(view) ?? (view.stream.seen ? undefined : undelivered(view))

/** RFC 1035 4.1.1. */
const SERVER_FAILURE = 2
const NAME_ERROR = 3
const REFUSED = 5

const dnsDiagnosis = ({ messages }: Overview): Diagnosis | undefined => {
  const told = messages.filter(({ layer }) => layer === 'dns')
  const [question] = told
  const answer = told.findLast(({ direction }) => direction === 'in')
  if (question === undefined || question.direction === 'in') return undefined
  const expected = nameIn(question)
  const at = placeOf(answer ?? question)
  if (answer === undefined) {
    const number = told.at(-1)!.at - question.at
    // Who asks once may have found the answer elsewhere, or the capture is over.
    const certainty = told.length > 1 ? 'seen' : 'likely'
    return { code: 'dns/silence', side: 'network', certainty, expected, got: `${told.length}`, number, at }
  }
  const number = (answer.bytes[3] ?? 0) & 15
  if (number === NAME_ERROR) return { code: 'dns/no-address', side: 'client', certainty: 'seen', expected, number, at }
  if (number === SERVER_FAILURE || number === REFUSED)
    return { code: 'dns/server-failure', side: 'server', certainty: 'seen', expected, number, at }
  const types = typesWithoutData(told)
  // Whoever has no address of one kind mostly has one of the other, which may have been asked for elsewhere.
  if (!types.has(TYPE_A)) return undefined
  const certainty = types.has(TYPE_AAAA) ? 'seen' : 'likely'
  return { code: 'dns/no-address', side: 'client', certainty, expected, number, at }
}

/** In the third octet: the answer is not whole, and is asked for again over TCP (RFC 1035 4.1.1). */
const TRUNCATED = 0x02

/** Types that were asked for, if no answer had a record of any, nor may have had (RFC 2308 2.2). */
const typesWithoutData = (told: readonly MessageRecord[]): ReadonlySet<number> => {
  const read = told.map(readable)
  const isEmpty = (one: ReturnType<typeof readable>, i: number): boolean =>
    one?.body.answers.length === 0 && (told[i]!.bytes[2]! & TRUNCATED) === 0
  return new Set(read.every(isEmpty) ? read.flatMap(one => one?.body.questions.map(({ type }) => type) ?? []) : [])
}

const nameIn = (message: MessageRecord): string | undefined => readable(message)?.body.questions[0]?.name

const readable = ({ bytes }: MessageRecord) => {
  try {
    return decode(DnsMessage, bytes)
  } catch (error) {
    if (error instanceof WireError) return undefined
    throw error
  }
}

/** So often Linux asks before it gives up; whoever asks once may know it since. */
const SURE = 3

/** Who has this address? Nobody said so. */
const neighbourDiagnosis = ({ messages }: Overview): Diagnosis | undefined => {
  const told = messages.filter(({ layer }) => layer === 'arp')
  if (told.some(({ direction }) => direction === 'in')) return undefined
  const asked = told.filter(isQuestion)
  const [question] = asked
  if (question === undefined || asked.length < SURE - 1) return undefined
  const where = addressText(new ArpPacket.View(question.bytes).targetProtocol)
  const certainty = asked.length < SURE ? 'likely' : 'seen'
  return { code: 'link/no-neighbour', side: 'network', certainty, where, number: asked.length, at: placeOf(question) }
}

/** Not whether an address is free, nor that it is taken: nobody answers those (RFC 5227 1.1). */
const isQuestion = ({ bytes }: MessageRecord): boolean => {
  if (bytes.length < ARP_SIZE) return false
  const { operation, senderProtocol, targetProtocol } = new ArpPacket.View(bytes)
  const isProbe = senderProtocol.every(octet => octet === 0)
  const isAnnouncement = senderProtocol.every((octet, i) => octet === targetProtocol[i])
  return operation === ARP_REQUEST && !isProbe && !isAnnouncement
}

/** RFC 792: what is not delivered. Fragmentation needed (code 4) is how a path is measured. */
const UNREACHABLE = 3
const TOO_BIG = 4
const TIME_EXCEEDED = 11
/** RFC 4443 3.1 to 3.3: the same in IPv6. */
const UNREACHABLE_6 = 1
const TOO_BIG_6 = 2
const TIME_EXCEEDED_6 = 3

/** What routers and hosts say of packets that did not arrive. */
export const undelivered = ({ messages }: Overview): Diagnosis | undefined => {
  for (const message of messages) {
    if (message.layer !== 'icmp') continue
    const [type, code] = message.bytes
    const v4 = isOf4(message)
    const about = { side: 'network', certainty: 'seen', got: message.name, at: placeOf(message) } as const
    if (type === (v4 ? UNREACHABLE : UNREACHABLE_6) && !(v4 && code === TOO_BIG))
      return { code: 'ip/unreachable', ...about }
    if (type === (v4 ? TIME_EXCEEDED : TIME_EXCEEDED_6)) return { code: 'ip/time-exceeded', ...about }
  }
  return undefined
}

/** Somebody on the way says that packets are too big for it. */
export const toldTooBig = ({ messages }: Overview): boolean =>
  messages.some(message => {
    const [type, code] = message.bytes
    return message.layer === 'icmp' && (isOf4(message) ? type === UNREACHABLE && code === TOO_BIG : type === TOO_BIG_6)
  })

/** What has a format is of IPv4. */
const isOf4 = ({ format }: MessageRecord): boolean => format !== undefined
