/** Keeps of a connection's trace what the runner's expectations are about. */
import type { MessageRecord, TraceContext, TraceSink } from '../../../src/trace/types.ts'

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

  /** The first message of this name in this direction. */
  find(direction: 'in' | 'out', name: string): MessageRecord | undefined {
    return this.messages.find(message => message.direction === direction && message.name === name)
  }
}
