/** Files with the keys of connections: `--pcapng FILE`, which grows as things happen, `--keylog FILE` and `SSLKEYLOGFILE`. */
import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  ftruncateSync,
  openSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { type Capture, captureSink, SYNTHETIC_COMMENT } from '../capture/index.ts'
import type { Clock } from '../clock.ts'
import { systemClock } from '../node/clock.ts'
import type { RunWriter } from '../node/runs.ts'
import { keyLogSink } from '../trace/keylog.ts'
import { sinkOf, tell } from '../trace/recorder.ts'
import type { TraceSink } from '../trace/types.ts'
import { latin1Bytes } from '../wire/bytes.ts'
import type { Io } from './io.ts'
import { VERSION } from './version.ts'

export interface CaptureFile {
  readonly sink: Capture
  /** Ends the file. Throws what went wrong while it was written. */
  close(): void
}

/** It holds the keys of the connection: nobody else may read it. */
const OWNER_ONLY = 0o600

/** Where blocks go: into a file, into a run that is kept, or both. */
export interface CapturePlaces {
  readonly path?: string | undefined
  readonly kept?: RunWriter | undefined
}

/** Of connections that the kernel carries. Throws at once for a path that cannot be written. */
export const openCapture = (places: CapturePlaces): CaptureFile => captureOn(places, systemClock, [SYNTHETIC_COMMENT])

/** A capture of a world in memory that begins at `date`; its frames bring their own times. */
export const labCapture = (places: CapturePlaces, date: number): CaptureFile =>
  captureOn(places, { now: () => 0, date: () => date })

/** `--keylog` and `SSLKEYLOGFILE`: the secrets of each connection as a line, behind what is in the file already. */
export const openKeyLog = (path: string): KeyLogFile => {
  const file = carefulFile(path, 'append')
  return { sink: keyLogSink(text => file.write(latin1Bytes(text))), close: file.close }
}

export interface KeyLogFile {
  readonly sink: TraceSink
  close(): void
}

export interface LiveFile {
  /** Gathered, and written by `flush`; throws what goes wrong there. */
  write(bytes: Uint8Array): void
  flush(): void
  close(): void
  /** It is not wanted after all. */
  discard(): void
}

/** What is gathered before it is written by itself: a disk takes large pieces at the price of small ones. */
const GATHER = 1024 * 1024

/**
 * `capture -o`. An older file of that name stays as it was until something is written. By sudo it is made for the user who called that: whoever may not read it has nothing of it.
 */
export const openLiveFile = (path: string, existing: 'replace' | 'refuse', env: Io['env']): LiveFile => {
  const isNew = existing === 'refuse' || !existsSync(path)
  const file = openOwnerOnly(path, isNew ? 'new' : 'kept')
  const [user, group] = [Number(env.SUDO_UID), Number(env.SUDO_GID)]
  if (isNew && process.getuid?.() === 0 && user > 0 && group > 0) fchownSync(file, user, group)
  let pieces: Uint8Array[] = []
  let waiting = 0
  let isOpen = true
  let isOld = !isNew && fstatSync(file).isFile()
  const flush = (): void => {
    if (waiting === 0) return
    const whole = Buffer.concat(pieces)
    pieces = []
    waiting = 0
    try {
      if (isOld) ftruncateSync(file)
      isOld = false
      for (let at = 0; at < whole.length; ) at += writeSync(file, whole, at)
    } catch (error) {
      throw Object.assign(error instanceof Error ? error : new Error(String(error)), { path })
    }
  }
  const close = (): void => {
    if (!isOpen) return
    flush()
    isOpen = false
    closeSync(file)
  }
  return {
    write(bytes) {
      pieces.push(bytes)
      waiting += bytes.length
      if (waiting >= GATHER) flush()
    },
    flush,
    close,
    discard() {
      close()
      if (isNew) rmSync(path, { force: true })
    },
  }
}

/** Throws for a link, which may lead anywhere, and for a file that cannot be kept from others. */
const openOwnerOnly = (path: string, how: 'anew' | 'append' | 'new' | 'kept'): number => {
  // Not truncated before it is ours alone; no link is followed, not even one that is put there just now.
  const { O_WRONLY, O_CREAT, O_APPEND, O_EXCL, O_NOFOLLOW = 0 } = constants
  const more = { anew: 0, append: O_APPEND, new: O_EXCL, kept: 0 }[how]
  const file = openSync(path, O_WRONLY | O_CREAT | O_NOFOLLOW | more, OWNER_ONLY)
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

const captureOn = (
  { path, kept }: CapturePlaces,
  clock: Pick<Clock, 'now' | 'date'>,
  comments: readonly string[] = [],
): CaptureFile => {
  const file = path === undefined ? undefined : carefulFile(path, 'anew')
  const write = (block: Uint8Array): void => {
    file?.write(block)
    kept?.write(block)
  }
  const sink = captureSink(write, clock, { application: `barewire ${VERSION}`, comments })
  return {
    sink: file === undefined && kept !== undefined ? whileThereIsRoom(sink, kept) : sink,
    close() {
      sink.finish()
      file?.close()
    },
  }
}

/** Of a download of gigabytes no frames are made that nobody keeps. */
const whileThereIsRoom = (sink: Capture, kept: RunWriter): Capture => ({
  ...sinkOf(entry => {
    if (kept.whole) tell(sink, entry)
  }),
  frame(bytes, options) {
    if (kept.whole) sink.frame(bytes, options)
  },
  name: (address, ...names) => sink.name(address, ...names),
  get frames() {
    return sink.frames
  },
  finish: () => sink.finish(),
})

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
