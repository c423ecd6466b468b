/**
 * The shims of a run: one process for all of them, behind a Unix socket to which `forward/main.go` brings the arguments
 * of each. Answers with how the shim ends.
 */
import { createServer, type Server, type Socket } from 'node:net'
import { nodeCrypto } from '../../../src/node/crypto.ts'
import { disabled } from './disabled.table.ts'
import { exchange } from './exchange.ts'
import { parseFlags, type ShimFlags } from './flags.ts'
import { Memory } from './memory.ts'
import { unsupported } from './settings.ts'

/** What the runner takes for "not implemented". */
const UNIMPLEMENTED = 89

/** The clock stands still but for the delays that the runner asks for: it compares ages to the millisecond. */
const START = 1_000_000

interface Ending {
  readonly code: number
  readonly out?: string
  readonly error?: string
}

/** Why a case was skipped, by its name. */
export type Skipped = Map<string, string>

export const shims = (path: string, skipped: Skipped): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true }, socket => void serve(socket, skipped))
    server.once('error', reject)
    server.listen(path, () => resolve(server))
  })

const serve = async (socket: Socket, skipped: Skipped): Promise<void> => {
  const gone = new AbortController()
  socket.on('error', () => gone.abort())
  socket.on('close', () => gone.abort())
  const chunks: Buffer[] = []
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) chunks.push(chunk as Buffer)
  const args = JSON.parse(Buffer.concat(chunks).toString('utf8')) as string[]
  const {
    code,
    out = '',
    error = '',
  } = await run(args, skipped, gone.signal).catch(failure => ({
    code: 1,
    out: '',
    error: `the shim: ${failure instanceof Error ? failure.stack : failure}`,
  }))
  if (gone.signal.aborted) return
  const head = Buffer.alloc(5)
  head[0] = code
  head.writeUInt32BE(Buffer.byteLength(out), 1)
  socket.end(Buffer.concat([head, Buffer.from(out + error)]))
}

const run = async (args: readonly string[], skipped: Skipped, signal: AbortSignal): Promise<Ending> => {
  if (args.includes('-is-handshaker-supported')) return { code: 0, out: 'No\n' }
  const name = caseName(args)
  const flags = parseFlags(args)
  const because =
    disabled.find(([cases]) => cases.test(name))?.[1] ?? (typeof flags === 'string' ? flags : unsupported(flags))
  if (because !== undefined) {
    skipped.set(name, because)
    return { code: UNIMPLEMENTED }
  }
  return connections(flags as ShimFlags, signal)
}

/** `-write-settings` has the path of a file that is named after the case, with a `-` behind it. */
const caseName = (args: readonly string[]): string => {
  const path = args[args.indexOf('-write-settings') + 1] ?? ''
  return path.slice(path.lastIndexOf('/') + 1, -1)
}

const connections = async ({ initial, resume, retry }: ShimFlags, signal: AbortSignal): Promise<Ending> => {
  const crypto = nodeCrypto()
  const memory = new Memory(crypto)
  let later = 0
  const count = 1 + (initial.number('resume-count') ?? 0)
  for (let i = 0; i < count; i++) {
    const flags = i === 0 ? initial : resume
    if (i > 0 && !flags.has('server') && memory.session === undefined)
      return { code: 1, error: 'No session to offer.\n' }
    const at = later
    const now = (): number => START + at
    const fault = await exchange({ flags, retry, crypto, memory, now, resumption: i > 0, signal })
    if (fault !== undefined) return { code: 1, error: `Connection ${i + 1} failed.\n${fault}\n` }
    later += 1000 * (flags.number('resumption-delay') ?? 0)
  }
  return { code: 0 }
}
