/** Keeps of a connection's trace what the runner's expectations are about. */
import type { MessageRecord, TraceContext, TraceSink } from '../../../src/trace/types.ts'
import { decode } from '../../../src/wire/codec.ts'

type Body = Readonly<Record<string, unknown>>

export class Observer implements TraceSink {
  readonly messages: MessageRecord[] = []
  readonly context: TraceContext = { sink: this, flow: 'bogo', host: 'shim' }
  #ids = 0

  nextId(): number {
    return ++this.#ids
  }
  message(record: MessageRecord): void {
    if (record.layer === 'tls') this.messages.push(record)
  }
  state(): void {}
  secret(): void {}
  verdict(): void {}

  /** What the last message of this name in this direction says. */
  body(direction: 'in' | 'out', name: string): Body | undefined {
    const found = this.messages.findLast(message => message.direction === direction && message.name === name)
    if (found?.format === undefined) return undefined
    return (decode(found.format, found.bytes) as { readonly body: Body }).body
  }
  /** A client had to say hello twice. */
  get retried(): boolean {
    return this.messages.filter(({ name }) => name === 'ClientHello').length > 1
  }
}
