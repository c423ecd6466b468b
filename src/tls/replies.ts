/** Replies to questions come from the caller's code: what could not be sent is refused while the question is still open. */
import type { CertifiedKey, Question } from './types.ts'

/** Whether `reply` answers a question about `about`, and can be written into the messages that follow. */
export const fits = (about: Question['about'], reply: Question['reply']): boolean => {
  // From JavaScript anything may come.
  if (typeof reply !== 'object' || reply === null) return false
  if (reply instanceof Uint8Array) return about === 'sign' && reply.length <= MAX_SIGNATURE
  if ('code' in reply) return true
  if ('proof' in reply) return about === 'trust'
  return about === 'certificate-for-name' && 'schemes' in reply && canBeSent(reply)
}

/** RFC 5246 4.7: opaque signature<0..2^16-1>. */
const MAX_SIGNATURE = 0xffff
/** RFC 5246 7.4: a message has at most 2^24-1 bytes, and the length of the list takes three of them. */
const MAX_CHAIN = 0xffffff - 3

/** RFC 5246 7.4.2: at least one certificate, and none without bytes. */
const canBeSent = ({ chain, schemes }: CertifiedKey): boolean => {
  if (!Array.isArray(chain) || !Array.isArray(schemes) || chain.length === 0) return false
  let length = 0
  for (const certificate of chain as readonly unknown[]) {
    if (!(certificate instanceof Uint8Array) || certificate.length === 0) return false
    length += 3 + certificate.length
  }
  return length <= MAX_CHAIN
}
