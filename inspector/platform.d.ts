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
