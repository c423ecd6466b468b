/** Files with the keys of connections: `--pcapng FILE`, which grows as things happen, `--keylog FILE` and `SSLKEYLOGFILE`. */
import { closeSync, constants, fchmodSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { type Capture, captureSink, SYNTHETIC_COMMENT } from '../capture/index.ts'
import type { Clock } from '../clock.ts'
import { systemClock } from '../node/clock.ts'
import { keyLogSink } from '../trace/keylog.ts'
import type { TraceSink } from '../trace/types.ts'
import { latin1Bytes } from '../wire/bytes.ts'
import { VERSION } from './version.ts'

export interface CaptureFile {
  readonly sink: Capture
  /** Ends the file. Throws what went wrong while it was written. */
  close(): void
}

/** It holds the keys of the connection: nobody else may read it. */
const OWNER_ONLY = 0o600

/** Of connections that the kernel carries. Throws at once for a path that cannot be written. */
export const openCapture = (path: string): CaptureFile => captureOn(path, systemClock, [SYNTHETIC_COMMENT])

/** A capture of a world in memory that begins at `date`; its frames bring their own times. */
export const labCapture = (path: string, date: number): CaptureFile =>
  captureOn(path, { now: () => 0, date: () => date })

/** `--keylog` and `SSLKEYLOGFILE`: the secrets of each connection as a line, behind what is in the file already. */
export const openKeyLog = (path: string): KeyLogFile => {
  const file = carefulFile(path, 'append')
  return { sink: keyLogSink(text => file.write(latin1Bytes(text))), close: file.close }
}

export interface KeyLogFile {
  readonly sink: TraceSink
  close(): void
}

/** Throws for a link, which may lead anywhere, and for a file that cannot be kept from others. */
const openOwnerOnly = (path: string, how: 'anew' | 'append'): number => {
  // Not truncated before it is ours alone; no link is followed, not even one that is put there just now.
  const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW = 0 } = constants
  const file = openSync(path, O_WRONLY | O_CREAT | O_NOFOLLOW | (how === 'append' ? O_APPEND : 0), OWNER_ONLY)
  try {
    if (fstatSync(file).isFile()) {
      // The mode above counts for new files only.
      fchmodSync(file, OWNER_ONLY)
      if (how === 'anew') ftruncateSync(file)
    }
    return file
  } catch (error) {
    closeSync(file)
    throw Object.assign(error instanceof Error ? error : new Error(String(error)), { path })
  }
}

const captureOn = (path: string, clock: Pick<Clock, 'now' | 'date'>, comments: readonly string[] = []): CaptureFile => {
  const file = carefulFile(path, 'anew')
  const sink = captureSink(file.write, clock, { application: `barewire ${VERSION}`, comments })
  return {
    sink,
    close() {
      sink.finish()
      file.close()
    },
  }
}

/** A file that engines may be told into: what goes wrong is kept and thrown by `close`. */
const carefulFile = (path: string, how: 'anew' | 'append') => {
  const file = openOwnerOnly(path, how)
  let wrong: unknown
  return {
    write(bytes: Uint8Array): void {
      if (wrong !== undefined) return
      try {
        // At once and in order: what is on the disk when the process dies is a whole capture up to that moment.
        for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
      } catch (error) {
        // A full disk must not look like the peer's mistake to the engines that told us about a message.
        wrong = Object.assign(error instanceof Error ? error : new Error(String(error)), { path })
      }
    },
    close(): void {
      closeSync(file)
      if (wrong !== undefined) throw wrong
    },
  }
}
