/** What a stub resolver asks (RFC 1035 4.1): one question of class IN, with the wish that the server does the walking. */
import type { Bytes } from '../engine.ts'
import { encode } from '../wire/codec.ts'
import { CLASS_IN, DnsMessage } from './message.ts'

const FLAGS = {
  response: 0,
  opcode: 0,
  authoritativeAnswer: 0,
  truncation: 0,
  recursionDesired: 1,
  recursionAvailable: 0,
  zero: 0,
  authenticData: 0,
  checkingDisabled: 0,
  responseCode: 0,
}

export const questionAbout = (name: string, type: number, id: number): Bytes =>
  encode(DnsMessage, {
    head: { id, flags: FLAGS, questionCount: 1, answerCount: 0, authorityCount: 0, additionalCount: 0 },
    body: { questions: [{ name, type, class: CLASS_IN }], answers: [], authorities: [], additionals: [] },
  })
