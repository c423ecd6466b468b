/**
 * Reads a capture in a worker as `barewire inspect` does: the index first, a conversation when it is asked for, decrypted
 * where there are secrets. The file stays where it is: a piece of it at a time is in memory.
 */
import { type Capture, openCapture } from '../../../src/dissect/capture.ts'
import { streamReader } from '../../../src/dissect/stream/index.ts'
import type { Source } from '../../../src/dissect/types.ts'
import { FailureError } from '../../../src/failures/index.ts'
import type { Readable } from '../../../src/inspect/conversations/listed-in.ts'
import { opened } from '../../../src/inspect/conversations/opened.ts'
import { contentsLines, conversationLines } from '../../../src/inspect/packed/capture-lines.ts'
import { packedFailure } from '../../../src/inspect/packed/packed.ts'
import type { CertificateCoder } from '../../../src/tls/index.ts'
import { readingCrypto } from './cryptography.ts'
import type { Answer, Asking, Opening } from './said.ts'

/** Octets after which it is said how far it is. */
const STEP = 4 * 1024 * 1024

/** Synchronous: what a reader of millions of packets wants, and what only workers have. */
const sourceOf = (file: File, progress: (done: number, of: number) => void): Source => {
  const reader = new FileReaderSync()
  const { size } = file
  let said = 0
  return {
    size,
    read: (start, end) => {
      if (Math.abs(end - said) > STEP) {
        said = end
        progress(end, size)
      }
      return new Uint8Array(reader.readAsArrayBuffer(file.slice(start, end)))
    },
  }
}

type Coders = readonly CertificateCoder[]

const readableOf = (opening: Opening, certificateCoders: Coders, say: (answer: Answer) => void): Readable => {
  const { file, secrets } = opening
  const { keyLogs, privateKeys } = secrets
  const progress = (done: number, of: number): void => say({ type: 'progress', done, of })
  const capture: Capture = openCapture(sourceOf(file, progress), { keyLogs })
  const shared = { crypto: readingCrypto(), privateKeys, certificateCoders, start: capture.start }
  return {
    capture,
    open: (conversation, keep) =>
      opened(capture, conversation, tell => context => streamReader({ ...context, ...shared, tell }), keep),
  }
}

/** Octets of a batch, about: what the page unpacks without anybody noticing. */
const BATCH = 256 * 1024
const MOST_LINES = 1000

/** Answers to what the page asks. */
const working = (certificateCoders: Coders, say: (answer: Answer) => void): ((asking: Asking) => void) => {
  let opening: Opening | undefined
  let readable: Readable | undefined
  const going = new Map<number, Iterator<object>>()

  const begin = function* (asking: Exclude<Asking, Opening>): Generator<object> {
    if (opening === undefined) return
    readable ??= readableOf(opening, certificateCoders, say)
    if (asking.type === 'contents') yield* contentsLines(readable)
    if (asking.type !== 'conversation') return
    const conversation = readable.capture.conversations[asking.number - 1]
    if (conversation !== undefined) yield* conversationLines(readable, conversation, opening.privacy)
  }
  const batch = (ask: number): void => {
    const lines: object[] = []
    let size = 0
    while (size < BATCH && lines.length < MOST_LINES) {
      const next = going.get(ask)?.next()
      if (next === undefined || next.done === true) {
        going.delete(ask)
        say({ type: 'lines', ask, lines, isLast: true })
        return
      }
      lines.push(next.value)
      size += 'bytes' in next.value && typeof next.value.bytes === 'string' ? next.value.bytes.length : 100
    }
    say({ type: 'lines', ask, lines, isLast: false })
  }
  return asking => {
    if (asking.type === 'open') {
      opening = asking
      readable = undefined
      going.clear()
      return
    }
    const { ask } = asking
    if (asking.type === 'enough') {
      going.delete(ask)
      return
    }
    try {
      if (asking.type !== 'more') going.set(ask, begin(asking))
      batch(ask)
    } catch (error) {
      going.delete(ask)
      say({ type: 'failed', ask, failure: error instanceof FailureError ? packedFailure(error.failure) : undefined })
    }
  }
}

/** In a worker: from here on it answers. */
export const beginWork = (): void => {
  const scope = globalThis as unknown as Pick<Worker, 'postMessage' | 'addEventListener'>
  const work = coders().then(found => working(found, answer => scope.postMessage(answer)))
  scope.addEventListener('message', event => void work.then(take => take(event.data)))
}

/** Where they cannot be had any more, compressed certificates stay as they are. */
const coders = async (): Promise<Coders> => {
  try {
    return (await import('./certificate-coders.ts')).webCertificateCoders
  } catch {
    return []
  }
}
