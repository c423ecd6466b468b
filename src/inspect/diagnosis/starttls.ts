/** Protocols that go over to TLS when they are asked to, and a server that did not. */
import type { MessageRecord } from '../../trace/types.ts'
import { latin1Text } from '../../wire/bytes.ts'
import { fromOf } from './ends.ts'
import type { Overview } from './overview.ts'
import { type Diagnosis, placeOf } from './types.ts'

/** Its first words: SSLRequest of PostgreSQL (protocol, 55.2.11), which is answered by S or N. */
const SSL_REQUEST = '\0\0\0\x08\x04\xd2\x16\x2f'
/** STARTTLS of SMTP, IMAP and Sieve (RFC 3207, 9051, 5804), STLS of POP3 (RFC 2595), AUTH TLS of FTP (RFC 4217). */
const ASKS = /^(?:\S+ )?(?:STARTTLS|STLS|AUTH (?:TLS|SSL))\r?\n$/i
/** Their ways to say no, before or behind a tag. */
const REFUSES = /^(?:[45]\d\d[ -]|-ERR|NO\b|BAD\b|\S+ (?:NO|BAD)\b)/
/** With its tag a question has no more octets. */
const LONGEST_QUESTION = 64
/** Of an answer so much is told. */
const MOST_TOLD = 80

/** The server was asked to go over to TLS and said no; whatever the client did then is no handshake. */
export const starttlsDiagnosis = ({ messages, stream }: Overview): Diagnosis | undefined => {
  const { client, server, ended } = stream
  if (ended === undefined) return undefined
  const facts = { side: 'server', by: ended.by, certainty: 'seen' } as const
  const said = spoken(messages)
  if (latin1Text(client.head).startsWith(SSL_REQUEST) && latin1Text(server.head) === 'N')
    return { ...facts, code: 'net/starttls-missing', expected: 'PostgreSQL', at: saidAt(said[1]) }
  const question = said.findIndex(asks)
  const answer = said.slice(question + 1).find(message => fromOf(message) === 'server')
  if (question < 0 || answer === undefined || !REFUSES.test(textOf(answer))) return undefined
  const got = textOf(answer).split(/\r?\n/, 1)[0]!.slice(0, MOST_TOLD)
  return { ...facts, code: 'net/starttls-refused', expected: textOf(said[question]!).trim(), got, at: saidAt(answer) }
}

/** A greeting, what each side can do, and the question: nobody says more before. */
const MOST_LOOKED = 32

const spoken = (messages: readonly MessageRecord[]): readonly MessageRecord[] => {
  const found: MessageRecord[] = []
  for (const message of messages) {
    if (message.layer === 'tcp' && message.payload !== undefined) found.push(message)
    if (found.length === MOST_LOOKED) break
  }
  return found
}

const asks = (message: MessageRecord): boolean =>
  fromOf(message) === 'client' &&
  message.bytes.length - (message.payload?.at ?? 0) <= LONGEST_QUESTION &&
  ASKS.test(textOf(message))

const textOf = ({ bytes, payload }: MessageRecord): string => latin1Text(bytes.subarray(payload?.at ?? 0))

/** What was said, without the header of the segment. */
const saidAt = (message: MessageRecord | undefined): Diagnosis['at'] =>
  message && { ...placeOf(message)!, start: message.payload?.at ?? 0 }
