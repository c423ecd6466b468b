/** What every platform has that the library runs on, and what the DOM's declarations do not know yet. */
interface RequestInit {
  duplex?: 'half' | undefined
}

declare module '*.css' {}

/** In workers alone (File API 6.5). */
declare class FileReaderSync {
  readAsArrayBuffer(blob: Blob): ArrayBuffer
}

/** Of the build: the page, its script and its style are one file (`vite.config.ts`). */
declare const __ONE_FILE__: boolean

/** Of brotli.js, behind its door. */
declare module '*/brotli/dec/decode.js' {
  /** Throws for what is no stream. It grows `output.buffer` to what a block announces. */
  export function BrotliDecompress(input: object, output: BrotliOutput): void
  interface BrotliOutput {
    buffer: Uint8Array
    pos: number
    write(bytes: Uint8Array, count: number): void
  }
}
declare module '*/brotli/dec/streams.js' {
  export const BrotliInput: new (bytes: Uint8Array) => object
}
