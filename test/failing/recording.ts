/** Plays scenarios while `dumpcap` writes what passes on loopback. */
import { spawn, spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pcapngWriter } from '../../src/capture/pcapng.ts'
import { captureFrames } from '../../src/capture/read/index.ts'
import { fileSource } from '../../src/node/file-source.ts'
import { installed, run } from '../support/peers.ts'
import { keyLogIn, type Scenario, stageIn } from './stage.ts'

export interface Played {
  readonly name: string
  readonly port: number
}

export interface Recorded {
  /** A pcapng file. */
  readonly file: string
  /** The key log that clients wrote. */
  readonly keyLog: string
  readonly played: readonly Played[]
}

type Playable = Pick<Scenario, 'name' | 'play'>

/** The same in a process of its own, with a network of its own where that can be had: nobody else speaks there. */
export const recordApart = async (folder: string): Promise<Recorded> => {
  const main = [
    process.execPath,
    '--import',
    import.meta.resolve('tsx'),
    fileURLToPath(new URL('main.ts', import.meta.url)),
    folder,
  ]
  const alone = spawnSync('unshare', ['-n', 'ip', 'link', 'set', 'lo', 'up'], { stdio: 'ignore' }).status === 0
  const [program = '', ...args] = alone
    ? ['unshare', '-n', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', ...main]
    : main
  const { code, stderr } = await run(program, args, { limit: 200_000 })
  if (code !== 0) throw new Error(`it could not be played: ${stderr}`)
  const played = JSON.parse(readFileSync(join(folder, 'played.json'), 'utf8')) as readonly Played[]
  return { ...filesIn(folder), played }
}

const filesIn = (folder: string) => ({ file: join(folder, 'failing.pcapng'), keyLog: keyLogIn(folder) })

/** Why frames cannot be captured here; undefined where they can. */
export const cannotRecord = (): string | undefined => {
  if (!installed('dumpcap')) return 'dumpcap not installed'
  const { status } = spawnSync('dumpcap', ['-i', 'lo', '-L'], { stdio: 'ignore', timeout: 20_000 })
  return status === 0 ? undefined : 'needs the right to capture'
}

/** So many are played at once: each waits for its peers most of the time. */
const AT_ONCE = 3

export const record = async (scenarios: readonly Playable[], folder: string): Promise<Recorded> => {
  const everything = join(folder, 'everything.pcapng')
  const recording = await startDumpcap(everything)
  const stage = stageIn(folder)
  const played: Played[] = []
  const left = [...scenarios]
  const lane = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      played.push({ name: next.name, port: await next.play(stage) })
    }
  }
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, lane))
  } finally {
    await stage.end()
    await recording.stop()
  }
  keepPorts(everything, filesIn(folder).file, new Set(played.map(({ port }) => port)))
  return { ...filesIn(folder), played }
}

/** Others speak on loopback too: only frames of these ports go from one file to the other. */
const keepPorts = (from: string, to: string, ports: ReadonlySet<number>): void => {
  const source = fileSource(from)
  const out = openSync(to, 'w', 0o600)
  const writer = pcapngWriter(bytes => void writeSync(out, bytes))
  const wire = writer.addInterface({ name: 'lo', resolution: 'ns' })
  const frames = captureFrames(source)
  for (const { bytes, at } of frames) {
    // Ethernet, then IPv4: what is played has no other.
    const ports4 = 14 + (bytes[14]! & 15) * 4
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    if (bytes.length < ports4 + 4 || view.getUint16(12) !== 0x0800 || bytes[23] !== 6) continue
    if (ports.has(view.getUint16(ports4)) || ports.has(view.getUint16(ports4 + 2)))
      writer.packet(bytes, { interface: wire, date: frames.start + at })
  }
  writer.finish(frames.start)
  closeSync(out)
  source.close()
  rmSync(from)
}

const startDumpcap = async (file: string): Promise<{ stop(): Promise<void> }> => {
  const child = spawn('dumpcap', ['-i', 'lo', '-w', file, '-q', '-s', '0', '-B', '16'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', text => {
    said += String(text)
  })
  const over = new Promise<void>(resolve => child.once('close', () => resolve()))
  // It says where it writes before it does; what passes from then on is in the file when some of it is.
  const size = (): number => (existsSync(file) ? statSync(file).size : 0)
  await until(() => size() > 0 || child.exitCode !== null)
  const before = size()
  await until(async () => {
    await poke()
    return size() > before || child.exitCode !== null
  })
  if (child.exitCode !== null) throw new Error(`dumpcap ended early: ${said}`)
  return {
    async stop() {
      // The last frames lie in its buffer for a while.
      const seen = size()
      await until(async () => {
        await poke()
        return size() > seen || child.exitCode !== null
      })
      child.kill('SIGINT')
      await over
    },
  }
}

/** Something for it to see: nobody listens on the port of nothing at all. */
const poke = (): Promise<void> =>
  new Promise(resolve => {
    connect(1, '127.0.0.1').once('error', () => resolve())
  })

const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 400; tries++) {
    if (await holds()) return
    await new Promise(resolve => setTimeout(resolve, 25))
  }
}
