/** `barewire/trace`: what engines say about an exchange, and what can be made of it. Read `types.ts` first. */
export { keyLog, keyLogLine, keyLogSink } from './keylog.ts'
export {
  messagesOf,
  onlyFlows,
  RECORDER_BYTES,
  type Recording,
  recorder,
  ring,
  sinkOf,
  type TraceRecord,
  tee,
  tell,
} from './recorder.ts'
export { type Redactor, redact, redactor, starredField } from './redact.ts'
export { type Crumb, type Place, type Threads, threads, threadText } from './thread.ts'
export type {
  Carrier,
  Layer,
  MessageRecord,
  Range,
  SecretRecord,
  StateRecord,
  TraceContext,
  TraceSink,
  VerdictRecord,
} from './types.ts'
