/** Bodies of HTTP as files: those that `inspect --export-objects` writes, and those of tshark's `--export-objects http`. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exported } from '../../../src/cli/actions/inspect/objects.ts'
import { streamReader } from '../../../src/dissect/stream/index.ts'
import { opened as openedIn } from '../../../src/inspect/conversations/opened.ts'
import { nodeCertificateCoders } from '../../../src/node/certificate-coders.ts'
import { nodeCrypto } from '../../../src/node/crypto.ts'
import { tshark } from '../../interop/tshark.ts'
import { type Compared, without } from './compare.ts'
import type { Read } from './ours.ts'
import type { TheirRead } from './theirs.ts'

const crypto = nodeCrypto()
const identityOf = (bytes: Uint8Array): string =>
  `${bytes.length} bytes, SHA-1 ${createHash('sha1').update(bytes).digest('hex')}`

/** What is whole of it: tshark writes nothing of a body that was cut short. */
export const compareObjects = async (
  { file, capture, fields }: Read,
  { frames }: TheirRead,
  options: readonly string[],
): Promise<Compared> => {
  const chains = new Set(frames.map(({ chain }) => chain))
  const speaksHttp = fields.some(({ path }) => path.startsWith('http.'))
  if (!speaksHttp && ![...chains].some(chain => chain.includes(':http'))) return { wrong: [], count: 0 }
  const theirs = filesOf(folder => void tshark(file, '-q', '--export-objects', `http,${folder}`, ...options))
  const ours: string[] = []
  const cut: string[] = []
  for (const conversation of capture.conversations.filter(({ kind }) => kind === 'TCP')) {
    const opened = openedIn(
      capture,
      conversation,
      tell => context => streamReader({ ...context, crypto, certificateCoders: nodeCertificateCoders, tell }),
    )
    await inFolder(async folder => {
      for await (const { object, path } of exported(opened, folder)) {
        if (path !== undefined) (object.complete ? ours : cut).push(identityOf(readFileSync(path)))
      }
    })
  }
  const unread = frames.some(({ rule }) => rule !== undefined && rule.fields?.test('http.host') !== false)
  const names = await theirs
  return {
    wrong: [
      ...(unread ? [] : without(names, [...ours, ...cut]).map(each => `only tshark: ${each}`)),
      ...without(ours, names).map(each => `only ours: ${each}`),
    ],
    count: names.length,
  }
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
