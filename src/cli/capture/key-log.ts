/** A key log that another program writes: private, read as it grows, gone afterwards. */
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { latin1Text } from '../../wire/bytes.ts'

export interface GrowingKeyLog {
  readonly path: string
  /** Gives `take` the lines that came since the last time, a piece of the file at a time; `all`: to its end, and the last one too. */
  read(which: 'new' | 'all', take: (lines: readonly string[]) => void): void
  /** Removes it. */
  close(): void
}

/** Read at once: the lines of 300 connections. */
const PIECE = 256 * 1024
/** Longer than any line of a key log: what goes on without an end is none. */
const LONGEST_LINE = 4096
const LINE = /^[A-Z][A-Z0-9_]{0,63} [\da-f]{64} [\da-f]{2,2048}$/i

/** In a folder that only the owner may enter. */
export const growingKeyLog = (): GrowingKeyLog => {
  const folder = mkdtempSync(join(tmpdir(), 'barewire-keys-'))
  const path = join(folder, 'keys.log')
  const file = openSync(path, 'wx+', 0o600)
  const piece = new Uint8Array(PIECE)
  let at = 0
  let rest = ''
  return {
    path,
    read(which, take) {
      for (;;) {
        const size = readSync(file, piece, 0, PIECE, at)
        at += size
        if (size === 0 && which === 'all') take(linesOf(rest))
        if (size === 0) return
        const text = rest + latin1Text(piece.subarray(0, size))
        const end = text.lastIndexOf('\n') + 1
        take(linesOf(text.slice(0, end)))
        rest = text.slice(end).slice(-LONGEST_LINE)
        if (which === 'new') return
      }
    },
    close() {
      closeSync(file)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Comments and whatever else a program writes there say nothing about its connections. */
const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map(each => each.trimEnd())
    .filter(each => LINE.test(each))
    .map(each => `${each}\n`)

/** What makes programs log their keys: curl, browsers and Python by a variable of their own, Node by an option. */
export const loggingKeysTo = (
  path: string,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> => {
  const option = `--tls-keylog=${path}`
  // In NODE_OPTIONS words end at spaces, unless they are quoted.
  const word = /[\s"\\]/.test(option) ? `"${option.replace(/["\\]/g, '\\$&')}"` : option
  return { ...env, SSLKEYLOGFILE: path, NODE_OPTIONS: [env.NODE_OPTIONS, word].filter(Boolean).join(' ') }
}
