/** Objects a line (JSON), out of a stream of bytes or a text. */
import type { Lines } from './shelf.ts'

/** Characters of one line: a record is at most some megabytes. What is longer is no line of ours. */
const MOST_LINE = 64 * 1024 * 1024

/** A batch for each piece of the stream; a line that is no JSON is left out. */
export async function* linesIn(stream: ReadableStream<Uint8Array>): Lines {
  const decoder = new TextDecoder()
  const reader = stream.getReader()
  let rest = ''
  try {
    for (;;) {
      const { value, done } = await reader.read()
      rest += done ? decoder.decode() : decoder.decode(value, { stream: true })
      const end = done ? rest.length : rest.lastIndexOf('\n') + 1
      if (end > 0) yield parsed(rest.slice(0, end).split('\n'))
      rest = rest.slice(end)
      if (done || rest.length > MOST_LINE) return
    }
  } finally {
    void reader.cancel().catch(() => {})
  }
}

export const parsed = (lines: readonly string[]): readonly unknown[] => lines.flatMap(line => parsedLine(line) ?? [])

const parsedLine = (line: string): unknown => {
  if (line === '') return undefined
  try {
    return JSON.parse(line) as unknown
  } catch {
    return undefined
  }
}
