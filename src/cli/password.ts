/** The password of files: from a file, from the environment, or from whoever sits at the terminal. */
import { lines } from '../inspect/index.ts'
import { plain, uncut } from '../inspect/style.ts'
import { contentsOf } from '../x509/files/file-contents.ts'
import type { Io, KeyedInput } from './io.ts'
import { passwordFrom } from './tls.ts'

interface Opening {
  readonly passwordFile: string | undefined
  /** Names of files, and what is in them. */
  readonly files: readonly (readonly [
    names: readonly string[] | undefined,
    contents: readonly Uint8Array[] | undefined,
  ])[]
}

/** What opens these files; asked for at the terminal where one is locked and nothing was given. */
export const passwordFor = async ({ passwordFile, files }: Opening, io: Io): Promise<string | undefined> => {
  const given = passwordFrom(passwordFile)
  if (given !== undefined || io.keys === undefined) return given
  const locked = files.flatMap(([names = [], contents = []]) => names.filter((_, i) => isLocked(contents[i]!)))
  if (locked.length === 0) return undefined
  await io.err.write(
    lines([uncut(plain(), { text: `Password of ${locked.join(', ')} (what is typed is not shown):` })]),
  )
  return secretTyped(io.keys)
}

const isLocked = (file: Uint8Array): boolean =>
  contentsOf(file).some(content => content === 'an encrypted private key' || content === 'a PKCS#12 bundle')

/** More is no password, and somebody has pasted a file. */
const MAX_OCTETS = 4096

const KEYS = {
  interrupt: 0x03,
  end: 0x04,
  backspace: 0x08,
  lineFeed: 0x0a,
  enter: 0x0d,
  clear: 0x15,
  delete: 0x7f,
} as const

/** What is typed until Enter, without an echo. Undefined: nothing was, or it was given up (Ctrl-C, Ctrl-D). */
export const secretTyped = (input: KeyedInput): Promise<string | undefined> =>
  new Promise(resolve => {
    let typed: number[] = []
    const done = (text: string | undefined): void => {
      input.off('data', take)
      input.off('end', gone)
      input.setRawMode(false)
      input.pause()
      typed.fill(0)
      resolve(text === '' ? undefined : text)
    }
    const gone = (): void => done(undefined)
    const take = (chunk: Uint8Array): void => {
      for (const octet of chunk) {
        const isEnter = octet === KEYS.enter || octet === KEYS.lineFeed
        if (isEnter || octet === KEYS.interrupt || octet === KEYS.end || typed.length > MAX_OCTETS) {
          done(isEnter ? new TextDecoder().decode(Uint8Array.from(typed)) : undefined)
          return
        }
        if (octet === KEYS.clear) typed = []
        else if (octet === KEYS.backspace || octet === KEYS.delete) typed = withoutLast(typed)
        else typed.push(octet)
      }
    }
    input.setRawMode(true)
    input.on('data', take)
    input.on('end', gone)
    input.resume()
  })

/** Without the last character, of however many octets (RFC 3629 3). */
const withoutLast = (typed: readonly number[]): number[] => {
  let end = typed.length - 1
  while (end > 0 && (typed[end]! & 0xc0) === 0x80) end--
  return typed.slice(0, Math.max(0, end))
}
