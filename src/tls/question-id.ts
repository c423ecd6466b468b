/**
 * Names one question of one connection. It is compared as an object, not by its number: an answer that was meant for
 * another connection fits no question here.
 */
export class QuestionId {
  /** From 1 in each connection, for people. */
  readonly number: number
  constructor(number: number) {
    this.number = number
    Object.freeze(this)
  }
}
