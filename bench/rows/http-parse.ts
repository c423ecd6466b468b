/**
 * `http/parse`: the head of a browser's request of some 500 bytes, read and judged (framing, Host, target, expectations),
 * all fields found, none made into text. The peer is llhttp compiled to WebAssembly, as undici ships it, with callbacks
 * that note where each field lies; what is to be read is copied into its memory, as it must be.
 */
import { createRequire } from 'node:module'
import { isFailure } from '../../src/failures/index.ts'
import { acceptRequest } from '../../src/http/connection/accept.ts'
import { defaultLimits } from '../../src/http/limits.ts'
import { HeadReader } from '../../src/http/message/head-reader.ts'
import { latin1Bytes } from '../../src/wire/bytes.ts'
import { cpu } from '../processes/calls.ts'
import type { BenchRow } from '../row.ts'

const FIELDS = [
  'Host: shop.example.test',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'Accept-Language: en-US,en;q=0.5',
  'Accept-Encoding: gzip, deflate, br, zstd',
  'Connection: keep-alive',
  'Cookie: session=0123456789abcdef0123456789abcdef; theme=dark',
  'Upgrade-Insecure-Requests: 1',
  'Sec-Fetch-Dest: document',
  'Sec-Fetch-Mode: navigate',
  'Sec-Fetch-Site: none',
]
const REQUEST = latin1Bytes(`GET /cart?item=7&count=2 HTTP/1.1\r\n${FIELDS.join('\r\n')}\r\n\r\n`)
const AT_ONCE = 100_000

/** Thousands of heads per second of processor time. */
const speed = (read: () => number): number => {
  const before = cpu()
  let fields = 0
  for (let i = 0; i < AT_ONCE; i++) fields += read()
  if (fields !== AT_ONCE * FIELDS.length) throw new Error('fields were lost')
  return (AT_ONCE * 1000) / (cpu() - before)
}

const reader = new HeadReader('request', defaultLimits)
const ours = (): number => {
  const end = reader.read(REQUEST, 0, REQUEST.length)
  const accepted = acceptRequest(REQUEST, reader, defaultLimits)
  if (end !== REQUEST.length || isFailure(accepted)) throw new Error('a good request was refused')
  const { count } = accepted.headers
  reader.reset()
  return count
}

/** The part of WebAssembly that is used here; the types of Node 20 have none of it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: object }
}

interface Llhttp {
  readonly memory: { readonly buffer: ArrayBuffer }
  _initialize(): void
  llhttp_alloc(type: number): number
  malloc(size: number): number
  llhttp_execute(parser: number, at: number, length: number): number
}

/** `enum llhttp_type` in llhttp.h. */
const TYPE_REQUEST = 1

const llhttp = (): (() => number) => {
  const bytes = createRequire(import.meta.url)('undici/lib/llhttp/llhttp_simd-wasm.js') as Uint8Array
  let found: number[] = []
  let count = 0
  const note = (_: number, at: number, length: number): number => {
    found.push(at, length)
    return 0
  }
  const env = {
    wasm_on_message_begin: () => 0,
    wasm_on_url: note,
    wasm_on_status: note,
    wasm_on_header_field: (parser: number, at: number, length: number) => {
      count++
      return note(parser, at, length)
    },
    wasm_on_header_value: note,
    wasm_on_headers_complete: () => 0,
    wasm_on_body: () => 0,
    wasm_on_message_complete: () => 0,
  }
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env })
  const parser = exports as unknown as Llhttp
  parser._initialize()
  const one = parser.llhttp_alloc(TYPE_REQUEST)
  const at = parser.malloc(REQUEST.length)
  const memory = new Uint8Array(parser.memory.buffer)
  return () => {
    memory.set(REQUEST, at)
    found = []
    count = 0
    if (parser.llhttp_execute(one, at, REQUEST.length) !== 0) throw new Error('a good request was refused')
    return count
  }
}

let theirs: (() => number) | undefined

export const rows: readonly BenchRow[] = [
  {
    bench: 'http/parse',
    unit: 'heads/ms CPU',
    peer: 'llhttp (wasm)',
    goal: 1,
    better: 'more',
    ours: async () => speed(ours),
    theirs: async () => speed((theirs ??= llhttp())),
    beside: () => `${REQUEST.length} bytes`,
  },
]
