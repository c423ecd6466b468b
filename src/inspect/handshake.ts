/** Handshake messages of a trace, read by the format that each was recorded with: versions share names, not bodies. */
import { readMessage } from '../tls/messages/handshake.ts'
import { type Bodies12, handshake12, handshake12Raw, handshake12RsaRaw } from '../tls/messages/tls12.ts'
import { type Bodies13, handshake13 } from '../tls/messages/tls13.ts'
import type { MessageRecord } from '../trace/types.ts'
import type { Codec, Tagged } from '../wire/codec.ts'
import { WireError } from '../wire/reader.ts'

/** One message with what it says, by its name. */
type Told<B> = { readonly [N in keyof B]: { readonly name: N; readonly body: B[N] } }[keyof B]
export type ToldHandshake =
  | ({ readonly in: 'TLS 1.2' } & Told<Bodies12>)
  | ({ readonly in: 'TLS 1.3' } & Told<Bodies13>)

/** A Certificate there is a raw public key. */
const RAW: ReadonlySet<unknown> = new Set([handshake12Raw.codec, handshake12RsaRaw.codec])

/** What a message says; undefined for what is no handshake message or cannot be read. */
export const toldBy = ({ layer, bytes, format }: MessageRecord): ToldHandshake | undefined => {
  if (layer !== 'tls' || bytes.length === 0) return undefined
  const version = format === handshake13.codec ? 'TLS 1.3' : 'TLS 1.2'
  const { bodies, codec } = version === 'TLS 1.3' ? handshake13 : RAW.has(format) ? handshake12Raw : handshake12
  try {
    const read = readMessage(codec as Codec<Tagged>, bytes)
    // A HelloRetryRequest comes before a version is agreed, in the format that all hellos have.
    if (read.name === 'HelloRetryRequest') return { in: 'TLS 1.3', ...read } as ToldHandshake
    return read.name in bodies ? ({ in: version, ...read } as ToldHandshake) : undefined
  } catch (error) {
    if (error instanceof WireError) return undefined
    throw error
  }
}

/** The certificates of a message, leaf first; undefined where it is none that shows any. */
export const chainIn = (told: ToldHandshake | undefined): readonly Uint8Array[] | undefined => {
  if (told?.name !== 'Certificate') return undefined
  return told.in === 'TLS 1.2' ? told.body.chain : told.body.entries.map(({ certificate }) => certificate)
}
