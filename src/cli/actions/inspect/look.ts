/** A capture that is open, and how its streams are read. */
import { openCapture } from '../../../dissect/capture.ts'
import { streamReader } from '../../../dissect/stream/index.ts'
import type { Source } from '../../../dissect/types.ts'
import type { Bytes } from '../../../engine.ts'
import { FailureError, fail, isFailure } from '../../../failures/index.ts'
import type { Tellable } from '../../../inspect/conversations/listed-in.ts'
import { opened, type ReadingTelling, told } from '../../../inspect/conversations/opened.ts'
import { nodeCertificateCoders } from '../../../node/certificate-coders.ts'
import { nodeCrypto } from '../../../node/crypto.ts'
import { type FileSource, fileSource } from '../../../node/file-source.ts'
import type { KeptRun } from '../../../node/runs.ts'
import { latin1Text } from '../../../wire/bytes.ts'
import { openFile } from '../../../x509/files/open.ts'
import { fileContents } from '../../demands.ts'
import type { Io } from '../../io.ts'
import type { InspectOptions } from './options.ts'
import { runNamed } from './target.ts'

export interface Look extends Tellable {
  /** As it was typed. */
  readonly label: string
  readonly source: Source
  /** Where it is one that is kept. */
  readonly run: KeptRun | undefined
  close(): void
}

/** Standard input is held in memory. */
const MOST_INPUT = 1024 * 1024 * 1024

/** Throws `inspect/no-run`, `cli/file`, and what the file of a key is refused for. */
export const lookAt = async (label: string, options: InspectOptions, io: Io): Promise<Look> => {
  const run = runNamed(label, io.env)
  return lookInto(label === '-' ? await inputSource(io) : fileSource(run?.path ?? label), {
    label,
    run,
    ...keysOf(options),
  })
}

export interface GivenKeys {
  readonly keyLogs: readonly string[]
  readonly privateKeys: readonly Bytes[]
}

/** Throws `cli/file`, and what the file of a key is refused for. */
export const keysOf = ({ keys = [], privateKey = [] }: Pick<InspectOptions, 'keys' | 'privateKey'>): GivenKeys => ({
  keyLogs: keys.map(path => latin1Text(fileContents(path))),
  privateKeys: privateKey.flatMap(keysIn),
})

export const lookInto = (
  source: FileSource,
  { label, run, keyLogs, privateKeys }: GivenKeys & Pick<Look, 'label' | 'run'>,
): Look => {
  const capture = openCapture(source, { keyLogs })
  const shared = { crypto: nodeCrypto(), privateKeys, certificateCoders: nodeCertificateCoders, start: capture.start }
  const reading: ReadingTelling = tell => context => streamReader({ ...context, ...shared, tell })
  return {
    capture,
    label,
    source,
    run,
    open: (conversation, keep) => opened(capture, conversation, reading, keep),
    told: conversation => told(capture, conversation, reading),
    close: () => source.close(),
  }
}

const inputSource = async (io: Io): Promise<FileSource> => {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of io.input) {
    size += piece.length
    if (size > MOST_INPUT)
      throw new FailureError(fail('cli/usage', { got: 'Standard input is over 1 GB: give the name of a file.' }))
    pieces.push(piece)
  }
  const whole = Buffer.concat(pieces)
  const bytes = new Uint8Array(whole.buffer, whole.byteOffset, whole.length)
  return { size: bytes.length, read: (start, end) => bytes.subarray(start, end), close() {} }
}

const keysIn = (path: string): readonly Bytes[] => {
  const opened = openFile(fileContents(path), undefined, nodeCrypto())
  if (isFailure(opened)) throw new FailureError(opened.with({ where: path }))
  if (opened.keys.length === 0)
    throw new FailureError(fail('cli/usage', { got: `${path} holds no private key that can be read.` }))
  return opened.keys.map(({ pkcs8 }) => pkcs8)
}
