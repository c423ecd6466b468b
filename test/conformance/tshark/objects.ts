/** Bodies of HTTP as files: those that `inspect --export-objects` writes, and those of tshark's `--export-objects http`. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exported } from '../../../src/cli/actions/inspect/objects.ts'
import type { Capture } from '../../../src/dissect/capture.ts'
import { streamReader } from '../../../src/dissect/stream/index.ts'
import { whatWasBrought } from '../../../src/inspect/conversations/keeping.ts'
import { findingsOf, opened as openedIn } from '../../../src/inspect/conversations/opened.ts'
import { nodeCertificateCoders } from '../../../src/node/certificate-coders.ts'
import { nodeCrypto } from '../../../src/node/crypto.ts'
import { tshark } from '../../interop/tshark.ts'
import { type Compared, without } from './compare.ts'
import type { Read } from './ours.ts'
import { count, type TheirRead } from './theirs.ts'

const crypto = nodeCrypto()
export const identityOf = (bytes: Uint8Array): string =>
  `${bytes.length} bytes, SHA-1 ${createHash('sha1').update(bytes).digest('hex')}`

/** Bodies by how they end. */
interface Bodies {
  /** Whole, by their length or their last chunk. */
  readonly whole: readonly string[]
  /** Cut short, or ended by the end of the stream: tshark knows no end then, and writes what it has or nothing. */
  readonly open: readonly string[]
  /** Heads with two lengths: they say nothing of their bodies. */
  readonly doubtful: number
}

export const compareObjects = async (
  { file, capture, fields }: Read,
  { frames, aside }: TheirRead,
  options: readonly string[],
): Promise<Compared> => {
  const speaksHttp = fields.some(({ path }) => path.startsWith('http.'))
  if (!speaksHttp && !frames.some(({ chain }) => chain.includes(':http'))) return { wrong: [], count: 0 }
  const names = await filesOf(folder => void tshark(file, '-q', '--export-objects', `http,${folder}`, ...options))
  const { whole, open, doubtful } = await exportedBodies(capture)
  count(aside, 'of two lengths in a head each reader takes another', doubtful)
  const unread =
    doubtful > 0 || frames.some(({ rule }) => rule !== undefined && rule.fields?.test('http.host') !== false)
  return {
    wrong: [
      ...(unread ? [] : without(names, [...whole, ...open]).map(each => `only tshark: ${each}`)),
      ...without(whole, names).map(each => `only ours: ${each}`),
    ],
    count: names.length,
  }
}

/** Octets of one conversation, as the command takes them. */
const MOST_EXPORTED = 1024 * 1024 * 1024

/** What `inspect --export-objects` writes. */
export const exportedBodies = async (capture: Capture): Promise<Bodies> => {
  const whole: string[] = []
  const open: string[] = []
  let doubtful = 0
  for (const conversation of capture.conversations.filter(({ kind }) => kind === 'TCP')) {
    const opened = openedIn(
      capture,
      conversation,
      tell => context => streamReader({ ...context, crypto, certificateCoders: nodeCertificateCoders, tell }),
      whatWasBrought(MOST_EXPORTED),
    )
    const exchanges = findingsOf(opened, 'exchange')
    await inFolder(async folder => {
      for await (const { object, path, failure } of exported(opened, folder)) {
        const message = exchanges[object.exchange - 1]?.[object.of]
        if (message === undefined || path === undefined) continue
        const lengths = new Set(
          message.headers.filter(([name]) => /^content-length$/i.test(name)).map(([, value]) => value),
        )
        if (lengths.size > 1) doubtful++
        else {
          // Of what cannot be decoded tshark writes nothing.
          const isWhole = object.complete && failure === undefined && message.body.framing !== 'until-close'
          ;(isWhole ? whole : open).push(identityOf(readFileSync(path)))
        }
      }
    })
  }
  return { whole, open, doubtful }
}

const filesOf = (write: (folder: string) => void): Promise<string[]> =>
  inFolder(async folder => {
    write(folder)
    return (
      readdirSync(folder)
        .map(name => readFileSync(join(folder, name)))
        // tshark writes a file for what it could not decode, with nothing in it.
        .filter(({ length }) => length > 0)
        .map(identityOf)
    )
  })

const inFolder = async <T>(use: (folder: string) => Promise<T>): Promise<T> => {
  const folder = mkdtempSync(join(tmpdir(), 'barewire-objects-'))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
