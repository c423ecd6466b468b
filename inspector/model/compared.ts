/**
 * In what two runs differ: found as for two captures (`barewire diff`), by reading what their wires carried with the keys
 * that they have.
 */
import type { CryptoProvider } from '../../src/crypto/provider.ts'
import { openCapture } from '../../src/dissect/capture.ts'
import { streamReader } from '../../src/dissect/stream/index.ts'
import { type Compared, compare } from '../../src/inspect/compare/compare.ts'
import { bestPair, type Candidate, candidatesIn } from '../../src/inspect/compare/pair.ts'
import type { Comparison } from '../../src/inspect/compare/types.ts'
import { type Opened, opened } from '../../src/inspect/conversations/opened.ts'
import { captureOf } from './captured.ts'
import type { Run } from './run.ts'

interface Look {
  readonly candidates: readonly Candidate[]
  open(candidate: Candidate): Compared
}

/** Undefined where one of them opened no connection. */
export const comparisonOf = (before: Run, after: Run, crypto: CryptoProvider): Comparison | undefined => {
  const looks = { A: look(before, crypto), B: look(after, crypto) }
  const pair = bestPair({ A: looks.A.candidates, B: looks.B.candidates })
  return pair && compare({ A: looks.A.open(pair.A), B: looks.B.open(pair.B) }, 'shown')
}

const look = (run: Run, crypto: CryptoProvider): Look => {
  const bytes = captureOf(run, 'with')
  const capture = openCapture({ size: bytes.length, read: (start, end) => bytes.subarray(start, end) })
  const open = (conversation: Candidate['conversation']): Opened =>
    opened(capture, conversation, tell => context => streamReader({ ...context, crypto, start: capture.start, tell }))
  const isTcp = capture.conversations.some(({ kind }) => kind === 'TCP')
  return {
    candidates: isTcp ? candidatesIn(capture, open) : [],
    // What was asked of DNS stands in rows of its own.
    open: ({ conversation }) => ({ opened: open(conversation), lookups: [] }),
  }
}
