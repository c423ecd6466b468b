/** The two ends of a connection as a capture tells it: what is `out` came from the client. */
import type { Side } from '../../dissect/types.ts'
import type { MessageRecord } from '../../trace/types.ts'

export type End = Side

export const fromOf = ({ direction }: MessageRecord): End => (direction === 'out' ? 'client' : 'server')
export const otherEnd = (end: End): End => (end === 'client' ? 'server' : 'client')
