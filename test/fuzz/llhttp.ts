/** llhttp as undici ships it, in WebAssembly: what it reads of a client's bytes, in the words that `Reading` has. */
import { createRequire } from 'node:module'

/** What a parser of requests made of some bytes. */
export interface Reading {
  /** `POST /x 1.1`, `| name: value`, `body …`, `end`: heads only when they are complete, bodies joined. */
  readonly lines: readonly string[]
  /** Why it went no further; undefined when it did, or waits. */
  readonly refused: string | undefined
  /** The last message closes the connection or may end HTTP: what stands behind it is not read. */
  readonly over: boolean
}

/** What Node has and its types lack. */
interface WebAssemblyNamespace {
  readonly Module: new (code: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer }
  llhttp_alloc(type: number): number
  llhttp_free(parser: number): void
  malloc(size: number): number
  free(at: number): void
  llhttp_execute(parser: number, at: number, length: number): number
  llhttp_get_error_reason(parser: number): number
  llhttp_get_method(parser: number): number
  llhttp_method_name(method: number): number
  llhttp_get_http_minor(parser: number): number
  llhttp_should_keep_alive(parser: number): number
}

const REQUEST = 1
const PAUSED_UPGRADE = 22

let hears: Listener | undefined
let machine: Exports | undefined

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
const spanned = (event: 'url' | 'field' | 'value' | 'body') => (_: number, at: number, length: number) => {
  hears!.span(event, latin1(new Uint8Array(machine!.memory.buffer, at, length)))
  return 0
}

const instance = (): Exports => {
  if (machine !== undefined) return machine
  // Not by this module's address: the fuzzer bundles it to another place.
  const code = createRequire(`${process.cwd()}/package.json`)('undici/lib/llhttp/llhttp-wasm.js') as Uint8Array
  const { Module, Instance } = (globalThis as unknown as { readonly WebAssembly: WebAssemblyNamespace }).WebAssembly
  const env = {
    wasm_on_message_begin: () => 0,
    wasm_on_url: spanned('url'),
    wasm_on_status: () => 0,
    wasm_on_header_field: spanned('field'),
    wasm_on_header_value: spanned('value'),
    wasm_on_headers_complete: () => hears!.head(),
    wasm_on_body: spanned('body'),
    wasm_on_message_complete: () => hears!.end(),
  }
  machine = new Instance(new Module(code), { env }).exports as Exports
  return machine
}

const textAt = (at: number): string => {
  const bytes = new Uint8Array(machine!.memory.buffer, at)
  return latin1(bytes.subarray(0, bytes.indexOf(0)))
}

class Listener {
  readonly lines: string[] = []
  over = false
  readonly #parser: number
  #url = ''
  #fields: [name: string, value: string][] = []
  #last = ''

  constructor(parser: number) {
    this.#parser = parser
  }
  span(event: 'url' | 'field' | 'value' | 'body', text: string): void {
    // A span may come in pieces, but for all of one input it comes whole or not at all; values may be folded.
    if (event === 'url') this.#url += text
    else if (event === 'field') this.#fields.push([text, ''])
    else if (event === 'value') this.#fields.at(-1)![1] += text
    else if (this.#last === 'body') this.lines[this.lines.length - 1] += text
    else this.lines.push(`body ${text}`)
    this.#last = event
  }
  head(): number {
    const method = textAt(machine!.llhttp_method_name(machine!.llhttp_get_method(this.#parser)))
    this.lines.push(`${method} ${this.#url} 1.${machine!.llhttp_get_http_minor(this.#parser)}`, ...this.#taken())
    return 0
  }
  end(): number {
    this.lines.push('end', ...this.#taken())
    this.#url = ''
    this.#last = ''
    this.over = machine!.llhttp_should_keep_alive(this.#parser) === 0
    return 0
  }
  #taken(): string[] {
    const lines = this.#fields.map(([name, value]) => `| ${name}: ${value.replace(/[\t ]+$/, '')}`)
    this.#fields = []
    return lines
  }
}

export const llhttpReading = (input: Uint8Array): Reading => {
  const { llhttp_alloc, llhttp_free, malloc, free, llhttp_execute, llhttp_get_error_reason, memory } = instance()
  const parser = llhttp_alloc(REQUEST)
  const at = malloc(Math.max(1, input.length))
  new Uint8Array(memory.buffer, at, input.length).set(input)
  hears = new Listener(parser)
  const code = llhttp_execute(parser, at, input.length)
  const reason = code === 0 || code === PAUSED_UPGRADE ? undefined : textAt(llhttp_get_error_reason(parser))
  const after = reason === 'Data after `Connection: close`'
  const { lines, over } = hears
  free(at)
  llhttp_free(parser)
  return { lines, refused: after ? undefined : reason, over: over || after || code === PAUSED_UPGRADE }
}
