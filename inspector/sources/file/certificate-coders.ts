/**
 * brotli and zlib for certificates that a capture has compressed (RFC 8879), in plain script: platforms have zlib only, by
 * streams that answer later, and a reader of a capture does not wait. Loaded when a file is read.
 */
import { unzlibSync } from 'fflate'
// The door of this package takes as much memory as a message asks for; behind it the output is ours, and has an end.
import { BrotliDecompress } from '../../../node_modules/brotli/dec/decode.js'
import { BrotliInput } from '../../../node_modules/brotli/dec/streams.js'
import type { Bytes } from '../../../src/engine.ts'
import type { CertificateCoder } from '../../../src/tls/index.ts'

const onlyRead = (): never => {
  throw new RangeError('nothing is compressed here')
}

export const webCertificateCoders: readonly CertificateCoder[] = [
  {
    algorithm: 'brotli',
    compress: onlyRead,
    decompress: (data, length) => whole(length, () => unbrotli(data, length)),
  },
  { algorithm: 'zlib', compress: onlyRead, decompress: (data, length) => whole(length, () => unzlib(data, length)) },
]

const whole = (length: number, decompress: () => Bytes | undefined): Bytes | undefined => {
  try {
    const out = decompress()
    return out?.length === length ? out : undefined
  } catch {
    // Broken, cut off, or more than `length`: these libraries throw whatever they stumble over.
    return undefined
  }
}

const unbrotli = (data: Bytes, length: number): Bytes => {
  const out = new Uint8Array(length)
  const output = {
    pos: 0,
    get buffer(): Bytes {
      return out
    },
    // It would grow to what a block announces.
    set buffer(_: Bytes) {},
    write(bytes: Bytes, count: number): void {
      out.set(bytes.subarray(0, count), output.pos)
      output.pos += count
    },
  }
  BrotliDecompress(new BrotliInput(data), output)
  return out.subarray(0, output.pos)
}

const CHECKSUM = 4

/** Of one octet more than is to come: so much shows that it is too much. */
const unzlib = (data: Bytes, length: number): Bytes | undefined => {
  const out = unzlibSync(data, { out: new Uint8Array(length + 1) })
  const sum = new DataView(data.buffer, data.byteOffset).getUint32(data.length - CHECKSUM)
  return sum === adler32(out) ? out : undefined
}

/** RFC 1950 8. */
const adler32 = (data: Bytes): number => {
  let [a, b] = [1, 0]
  for (const octet of data) {
    a = (a + octet) % 65_521
    b = (b + a) % 65_521
  }
  return ((b << 16) | a) >>> 0
}
