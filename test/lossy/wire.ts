/**
 * A wire between two network stacks of the kernel, each in a namespace of its own. On the way frames are lost, doubled and
 * overtaken, and whoever stands beside either end captures what passes there. Needs root, namespaces and TAP devices.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { closeSync, constants, openSync, readFileSync, readSync, writeSync } from 'node:fs'
import { pcapngWriter } from '../../src/capture/pcapng.ts'
import type { seeded } from '../../src/random.ts'

/** What becomes of a TCP segment on the way; anything else passes. */
export interface Fate {
  /** For each time that it arrives: how much later than others, in ms. None: it is lost. */
  readonly arrivals: readonly number[]
}

export type Weather = (random: ReturnType<typeof seeded>) => () => Fate

export interface Stack {
  readonly address: string
  readonly address6: string
  /** Words in front of a command, for it to run on this stack. */
  readonly inside: readonly string[]
  /** Whether somebody listens on a port there. */
  listens(port: number): boolean
  /** Whether a connection is not closed yet. */
  speaks(): boolean
}

export interface Wire {
  readonly client: Stack
  readonly server: Stack
  /** From now on segments have these fates, and what passes is written into `PATH-client.pcapng` and `PATH-server.pcapng`. */
  begin(path: string, fate: () => Fate): void
  /** Waits until no connection is open any more; then the files are whole. */
  end(): Promise<void>
  close(): void
}

/** One way, in ms. */
const DELAY = 5
/** Between two looks where nothing came, in ms. */
const IDLE = 1
const LONGEST = 2048
const TUNSETIFF = 0x400454ca
const IFF_TAP_NO_PI = 0x1002

type Side = 'client' | 'server'
const OTHER: Readonly<Record<Side, Side>> = { client: 'server', server: 'client' }

interface Recorder {
  write(frame: Uint8Array): void
  close(): void
}

export const openWire = async (): Promise<Wire> => {
  const taps = { client: await openTap('client'), server: await openTap('server') }
  const client = await stack('client', 1)
  const server = await stack('server', 2)
  let recorders: Readonly<Record<Side, Recorder>> | undefined
  let fateOf: () => Fate = () => ({ arrivals: [0] })
  let underWay = 0
  /** Looks at both ends since the last frame passed: what a stack answers is there at once. */
  let emptyLooks = 0
  let open = true
  const arrive = (side: Side, frame: Uint8Array): void => {
    underWay--
    emptyLooks = 0
    if (!open) return
    recorders?.[side].write(frame)
    writeSync(taps[side], frame)
  }
  const leave = (side: Side, frame: Uint8Array): void => {
    emptyLooks = 0
    recorders?.[side].write(frame)
    for (const later of isTcp(frame) ? fateOf().arrivals : [0]) {
      underWay++
      setTimeout(arrive, DELAY + later, OTHER[side], frame)
    }
  }
  const look = (): void => {
    if (!open) return
    for (const side of ['client', 'server'] as const)
      for (let frame = read(taps[side]); frame !== undefined; frame = read(taps[side])) leave(side, frame)
    emptyLooks++
    setTimeout(look, IDLE)
  }
  look()
  return {
    client: client.stack,
    server: server.stack,
    begin(path, fate) {
      recorders = { client: recorder(`${path}-client.pcapng`), server: recorder(`${path}-server.pcapng`) }
      fateOf = fate
    },
    async end() {
      while (underWay > 0 || emptyLooks < 2 || client.stack.speaks() || server.stack.speaks())
        await new Promise(resolve => setTimeout(resolve, DELAY))
      recorders?.client.close()
      recorders?.server.close()
      recorders = undefined
    },
    close() {
      open = false
      for (const { holder } of [client, server]) holder.kill()
      for (const tap of Object.values(taps)) closeSync(tap)
    },
  }
}

const openTap = async (name: string): Promise<number> => {
  const koffi = await import('koffi')
  const ioctl = koffi.load(null).func('int ioctl(int fd, unsigned long request, void *into)')
  const tap = openSync('/dev/net/tun', constants.O_RDWR | constants.O_NONBLOCK)
  const request = Buffer.alloc(40)
  request.write(name)
  request.writeUInt16LE(IFF_TAP_NO_PI, 16)
  if (Number(ioctl(tap, TUNSETIFF, request)) < 0) throw new Error(`no TAP device: errno ${koffi.errno()}`)
  return tap
}

/** A namespace that lives as long as a process in it, with the device of that name. */
const stack = async (name: string, host: number): Promise<{ readonly stack: Stack; readonly holder: ChildProcess }> => {
  const holder = spawn('unshare', ['-n', 'sh', '-c', 'echo up; exec cat'], { stdio: ['pipe', 'pipe', 'inherit'] })
  await new Promise(resolve => holder.stdout.once('data', resolve))
  const inside = ['nsenter', '-t', `${holder.pid}`, '-n']
  const [address, address6] = [`10.9.0.${host}`, `fd09::${host}`]
  execFileSync('ip', ['link', 'set', name, 'netns', `${holder.pid}`])
  const [program = '', ...words] = inside
  const commands = [
    ['link', 'set', 'lo', 'up'],
    ['addr', 'add', `${address}/24`, 'dev', name],
    ['addr', 'add', `${address6}/64`, 'dev', name, 'nodad'],
    ['link', 'set', name, 'up'],
  ]
  for (const command of commands) execFileSync(program, [...words, 'ip', ...command])
  const listens = (port: number): boolean =>
    socketsOf(holder.pid!).some(each => each.state === 'LISTEN' && each.port === port)
  const speaks = (): boolean => socketsOf(holder.pid!).some(({ state }) => state === undefined)
  return { holder, stack: { address, address6, inside, listens, speaks } }
}

/** Of the kernel's table of sockets (net/tcp_states.h); the others are connections that are open. */
const STATES: Readonly<Record<string, string>> = { '06': 'TIME-WAIT', '07': 'CLOSED', '0A': 'LISTEN' }

const socketsOf = (holder: number): readonly { readonly port: number; readonly state: string | undefined }[] =>
  ['tcp', 'tcp6'].flatMap(name =>
    readFileSync(`/proc/${holder}/net/${name}`, 'latin1')
      .split('\n')
      .flatMap(line => {
        const [, port, state] = /^ *\d+: \w+:(\w{4}) \S+ (\w\w) /.exec(line) ?? []
        return port === undefined ? [] : [{ port: Number.parseInt(port, 16), state: STATES[state ?? ''] }]
      }),
  )

const room = new Uint8Array(LONGEST)
const read = (tap: number): Uint8Array | undefined => {
  try {
    return room.slice(0, readSync(tap, room))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined
    throw error
  }
}

/** IPv4 or IPv6 without options and extension headers, and TCP in it. */
const isTcp = (frame: Uint8Array): boolean => {
  const type = (frame[12]! << 8) | frame[13]!
  return (type === 0x0800 && frame[23] === 6) || (type === 0x86dd && frame[20] === 6)
}

const recorder = (path: string): Recorder => {
  const file = openSync(path, 'w', 0o600)
  const writer = pcapngWriter(bytes => void writeSync(file, bytes))
  const wire = writer.addInterface({ name: 'wire', resolution: 'ns' })
  const date = (): number => performance.timeOrigin + performance.now()
  return {
    write: frame => writer.packet(frame, { interface: wire, date: date() }),
    close() {
      writer.finish(date())
      closeSync(file)
    },
  }
}
