/** Drives the script of a protocol until TLS may begin: bytes in, bytes out, nothing is done here. */
import type { Bytes } from '../../../engine.ts'
import { joined } from '../../../wire/bytes.ts'
import type { Script, Want } from './script.ts'

export type Step =
  | { readonly type: 'wait' }
  | { readonly type: 'open' }
  | { readonly type: 'missing' }
  | { readonly type: 'refused'; readonly got: string }
  /** It said more than it was asked for: so many bytes that nobody protects. */
  | { readonly type: 'ahead'; readonly length: number }
  /** It said more than anybody has to say, and no end of it was seen. */
  | { readonly type: 'endless' }

/** Of all that is said before TLS: a greeting, a list of what there is, a yes. */
export const MOST_BEFORE_TLS = 65_536

export class StartTlsDialogue {
  readonly #script: Script
  readonly #say: (bytes: Bytes) => void
  #held: Bytes = new Uint8Array(0)
  #total = 0
  #want: Want | undefined
  #over: Step | undefined

  constructor(script: Script, say: (bytes: Bytes) => void) {
    this.#script = script
    this.#say = say
  }

  /** Some protocols have the client begin. */
  begin(): Step {
    return this.#go(undefined)
  }

  receive(bytes: Bytes): Step {
    if (this.#over !== undefined) return this.#over
    this.#total += bytes.length
    this.#held = this.#held.length === 0 ? bytes.slice() : joined([this.#held, bytes])
    const step = this.#go(this.#take())
    return step.type === 'wait' && this.#total > MOST_BEFORE_TLS ? this.#ends({ type: 'endless' }) : step
  }

  /** `read`: what was wanted; undefined at the beginning, and as long as it is not whole. */
  #go(read: Bytes | undefined): Step {
    if (read === undefined && this.#want !== undefined) return { type: 'wait' }
    let next = this.#script.next(read ?? new Uint8Array(0))
    for (;;) {
      if (next.done === true) {
        if (next.value !== undefined) return this.#ends(next.value)
        return this.#ends(this.#held.length === 0 ? { type: 'open' } : { type: 'ahead', length: this.#held.length })
      }
      this.#want = next.value
      if ('say' in next.value) {
        // Whoever speaks before he is asked has not understood, or it is somebody else (NO STARTTLS, 2021, 4.2).
        if (this.#held.length > 0) return this.#ends({ type: 'ahead', length: this.#held.length })
        this.#say(next.value.say)
        next = this.#script.next(new Uint8Array(0))
        continue
      }
      const taken = this.#take()
      if (taken === undefined) return { type: 'wait' }
      next = this.#script.next(taken)
    }
  }

  #ends(step: Step): Step {
    this.#over = step
    return step
  }

  /** What is wanted, out of what is held; undefined as long as that is not whole. */
  #take(): Bytes | undefined {
    const want = this.#want
    if (want === undefined || 'say' in want) return undefined
    const end = 'octets' in want ? want.octets : this.#held.indexOf(want.through.charCodeAt(0)) + 1
    if (end > this.#held.length || ('through' in want && end === 0)) return undefined
    const taken = this.#held.subarray(0, end)
    this.#held = this.#held.subarray(end)
    return taken
  }
}
