/** `barewire capture [-- PROGRAM]`: frames of an interface, and the secrets of a program, into one file. */
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
import { type LiveCapture, liveCapture } from '../../capture/live.ts'
import { hasPort } from '../../capture/ports.ts'
import { quoted } from '../../explain/steps.ts'
import { line, lines, mark, type Piece, type Style } from '../../inspect/index.ts'
import { say, uncut } from '../../inspect/style.ts'
import { systemClock } from '../../node/clock.ts'
import { openPacketSocket, type PacketSocket } from '../../node/packets.ts'
import { type GrowingKeyLog, growingKeyLog, loggingKeysTo } from '../capture/key-log.ts'
import { type CapturePage, capturePage } from '../capture/page.ts'
import { type ProgramRun, startProgram } from '../capture/program.ts'
import { type LiveFile, openLiveFile } from '../capture-file.ts'
import { type CommonOptions, privacyOf, type WebOptions } from '../command.ts'
import type { StopSignal } from '../errors.ts'
import { typed } from '../invocation.ts'
import type { Io } from '../io.ts'
import { jsonLine } from '../json.ts'
import { Outlet } from '../story/outlet.ts'
import { styleFor } from '../story/style.ts'
import { VERSION } from '../version.ts'
import { interruptedBy, pageLine } from '../web/watched.ts'

export interface CaptureCommandOptions extends CommonOptions, WebOptions {
  readonly interface: string
  readonly output?: string | undefined
  readonly force?: true | undefined
  readonly port?: number | undefined
  readonly seconds?: number | undefined
  readonly most?: number | undefined
}

/** How long a frame waits for its secrets, in ms: a program logs them when it has read the frame, which a busy machine delays. */
const HOLD = 10_000
/** How long the last frames of a program may take after it has ended, in ms: what its kernel says for it. */
const GRACE = 300
/** Where what passes is more than we can read there is no last frame: so long after the program it is over all the same. */
const LATEST = 3000
/** Between two looks where nothing came, in ms; what comes meanwhile waits in the kernel. */
const IDLE = 10
/** Frames in one go, before others have their turn. */
const AT_ONCE = 512
const PROGRESS = 200

/** Why it ended. */
type Ending = 'interrupt' | 'program' | 'seconds' | 'most' | 'down'

export const capture = async (words: readonly string[], options: CaptureCommandOptions, io: Io): Promise<number> => {
  // Whoever may not capture is told before a file is made, or a program started.
  const socket = await openPacketSocket(options.interface === 'any' ? undefined : options.interface)
  try {
    return await intoFile(socket, words, options, io)
  } finally {
    socket.close()
  }
}

const intoFile = async (
  socket: PacketSocket,
  words: readonly string[],
  options: CaptureCommandOptions,
  io: Io,
): Promise<number> => {
  const keys = words.length === 0 ? undefined : growingKeyLog()
  const outlet = new Outlet(options.json ? io.out : io.err, { missing: () => lines([]) })
  try {
    const path = options.output ?? `capture-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.pcapng`
    const file = openLiveFile(path, options.force ? 'replace' : 'refuse', io.env)
    const page = options.web ? await pageOn(file, path, options, io) : undefined
    try {
      const parts = { socket, file, keys, options, io, outlet, path }
      const exit = await withProgram({ ...parts, page }, words)
      if (page !== undefined) await lookedAt(page, parts)
      return exit
    } finally {
      await page?.close()
    }
  } finally {
    keys?.close()
    await outlet.settled()
  }
}

const pageOn = async (file: LiveFile, path: string, options: CaptureCommandOptions, io: Io): Promise<CapturePage> => {
  try {
    return await capturePage(path, privacyOf(options), io.env)
  } catch (error) {
    file.discard()
    throw error
  }
}

/** What was captured can be looked at afterwards. */
const lookedAt = async ({ url }: CapturePage, { io, options, outlet }: Pick<Parts, 'io' | 'options' | 'outlet'>) => {
  const stopped = interruptedBy(io)
  const style = styleFor(io.err, io.env, options)
  outlet.say(
    options.json
      ? jsonLine({ type: 'web', url, live: false })
      : lines([pageLine(style, 'the page stays until Ctrl-C', url)]),
  )
  await stopped
}

const withProgram = async (parts: Omit<Parts, 'program'>, words: readonly string[]): Promise<number> => {
  const { file, keys, options, io } = parts
  let underWay: Capturing | undefined
  const early: StopSignal[] = []
  const release = io.onInterrupt(signal => {
    if (underWay === undefined) early.push(signal)
    else underWay.interrupted(signal)
  })
  try {
    const env = keys === undefined ? io.env : loggingKeysTo(keys.path, io.env)
    const program = words.length === 0 ? undefined : await startProgram(words, env, options.json ? 'aside' : 'as it is')
    underWay = new Capturing({ ...parts, program })
    for (const signal of early) underWay.interrupted(signal)
    return await underWay.run()
  } catch (error) {
    // Where no program could be started nothing was captured.
    if (underWay === undefined) file.discard()
    throw error
  } finally {
    release()
    file.close()
  }
}

interface Parts {
  readonly socket: PacketSocket
  readonly file: LiveFile
  readonly keys: GrowingKeyLog | undefined
  readonly program: ProgramRun | undefined
  readonly options: CaptureCommandOptions
  readonly io: Io
  readonly outlet: Outlet
  readonly path: string
  readonly page: CapturePage | undefined
}

class Capturing {
  readonly #parts: Parts
  readonly #live: LiveCapture
  readonly #style: Style
  readonly #began = systemClock.now()
  #stopped = false
  /** The next frame would have been more than was asked for. */
  #full = false
  #shown = 0

  constructor(parts: Parts) {
    const { io, options, file, keys } = parts
    this.#parts = parts
    this.#style = styleFor(io.err, io.env, options)
    this.#live = liveCapture(bytes => file.write(bytes), {
      hold: keys === undefined ? 0 : HOLD,
      application: `barewire ${VERSION}`,
    })
  }

  /** Ctrl-C at a terminal reaches the program by itself; what was sent to us alone is passed on. */
  interrupted(signal: StopSignal): void {
    const { program, io } = this.#parts
    if (program === undefined) this.#stopped = true
    else if (signal !== 'SIGINT' || !io.err.isTerminal) program.pass(signal)
  }

  async run(): Promise<number> {
    const { program, socket, file } = this.#parts
    this.#begun()
    try {
      const ending = await this.#frames()
      this.#secrets('all')
      const { dropped, otherLinks } = socket.counts()
      this.#live.finish(systemClock.date(), dropped)
      file.close()
      // Its last line is the last of all.
      await program?.ended
      this.#ended(ending, dropped, otherLinks)
    } finally {
      // A limit or a full disk ends the capture, not the program.
      await program?.ended
    }
    return program?.exit ?? 0
  }

  async #frames(): Promise<Ending> {
    let over: number | undefined
    for (;;) {
      const now = systemClock.now()
      const came = this.#some(now)
      this.#secrets('new')
      this.#live.settle(now)
      this.#parts.file.flush()
      const ending = came === 'down' ? came : this.#limit(now)
      if (ending !== undefined) return ending
      if (this.#stopped || this.#parts.program?.exit !== undefined) over ??= now
      // What passed before the end is still read.
      const last = came === 'more' ? LATEST : this.#stopped ? 0 : GRACE
      if (over !== undefined && now - over >= last) return this.#stopped ? 'interrupt' : 'program'
      this.#progress(now)
      await (came === 'none' ? pause(IDLE) : turn())
    }
  }

  /** Takes the frames that are there, up to so many. */
  #some(now: number): 'none' | 'some' | 'more' | 'down' {
    const { socket, options, page } = this.#parts
    const { port, most = Number.POSITIVE_INFINITY } = options
    for (let count = 0; count < AT_ONCE; count++) {
      const frame = socket.read()
      if (frame === 'down') return frame
      if (frame === undefined) return count === 0 ? 'none' : 'some'
      if (port !== undefined && !hasPort(frame.bytes, frame.linkType, port)) continue
      if (page !== undefined && hasPort(frame.bytes, frame.linkType, page.port)) continue
      this.#full ||= this.#live.bytes + frame.bytes.length > most
      if (this.#full) return 'some'
      this.#live.frame(frame, now)
    }
    return 'more'
  }

  #secrets(which: 'new' | 'all'): void {
    this.#parts.keys?.read(which, found => this.#live.secrets(found))
  }

  #limit(now: number): Ending | undefined {
    const { seconds } = this.#parts.options
    if (this.#full) return 'most'
    return seconds !== undefined && now - this.#began >= seconds * 1000 ? 'seconds' : undefined
  }

  #begun(): void {
    const { options, path, program, outlet, page } = this.#parts
    const { interface: name, port = null } = options
    if (page !== undefined)
      outlet.say(
        options.json
          ? jsonLine({ type: 'web', url: page.url, live: true })
          : lines([pageLine(this.#style, 'page', page.url)]),
      )
    if (options.json)
      outlet.say(jsonLine({ type: 'capturing', interface: name, port, path, program: program !== undefined }))
    else if (program === undefined)
      this.#say({
        text: ` ${say(this.#style, `capturing ${name === 'any' ? 'all interfaces' : name} into ${path}; Ctrl-C ends it`)}`,
        tint: 'quiet',
      })
  }

  #progress(now: number): void {
    const { program, options, outlet } = this.#parts
    // The terminal is the program's.
    if (program !== undefined || options.json || now - this.#shown < PROGRESS) return
    this.#shown = now
    outlet.status(line(this.#style, { text: `  ${say(this.#style, amount(this.#live))}` }))
  }

  #ended(ending: Ending, dropped: number, otherLinks: number): void {
    const { options, path, program, outlet, io } = this.#parts
    const { frames, bytes, interfaces, secretLines } = this.#live
    if (options.json) {
      const counts = { frames, bytes, interfaces: [...interfaces], secrets: secretLines, dropped, otherLinks }
      outlet.say(jsonLine({ type: 'captured', path, ...counts, ended: ending, exit: program?.exit ?? null }))
      return
    }
    const on = interfaces.length === 0 ? '' : ` on ${interfaces.slice(0, 8).join(', ')}`
    this.#say({ text: ` ${say(this.#style, `captured ${amount(this.#live)}${on}`)}` })
    if (ending === 'down') this.#wrong(`the interface ${options.interface} went down`)
    if (dropped > 0) this.#wrong(`the kernel had no room for ${dropped} frames: they are missing`)
    if (otherLinks > 0) this.#wrong(`${otherLinks} frames of links of another kind are left out`)
    if (program !== undefined && secretLines === 0)
      this.#wrong('the program left no keys: what it encrypted cannot be read')
    if (secretLines > 0) this.#say({ text: ` ${say(this.#style, `keys in it: ${secretLines}`)}`, tint: 'quiet' })
    const file = quoted(path)
    const see = ['inspect', 'explain'].map(name => typed(`barewire ${name} ${file}`, io.env))
    const pieces: readonly Piece[] = [
      { text: ` ${say(this.#style, 'see it: ')}`, tint: 'quiet' },
      { text: see[0]! },
      { text: `  ${say(this.#style, 'or')} ${see[1]!}`, tint: 'quiet' },
    ]
    // To be copied: no part of it may be missing.
    outlet.say(lines([uncut(this.#style, ...pieces)]))
  }

  #wrong(text: string): void {
    this.#say({ text: ` ${mark(this.#style, '✗')} ${say(this.#style, text)}`, tint: 'bad' })
  }

  #say(...pieces: readonly Piece[]): void {
    this.#parts.outlet.say(lines([line(this.#style, ...pieces)]))
  }
}

const amount = ({ frames, bytes }: LiveCapture): string => `${frames} frames, ${size(bytes)}`

const size = (bytes: number): string =>
  bytes < 1000 ? `${bytes} bytes` : bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
