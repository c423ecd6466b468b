/** `-b` and `-c`: cookies that are typed, and jars that are files, as curl has them (Netscape) or as JSON. */
import { readFile } from 'node:fs/promises'
import { FailureError, fail } from '../../failures/index.ts'
import { type CookieJar, cookieJar } from '../../http/cookies/jar.ts'
import { readCookieFile, writeCookieFile } from '../../http/cookies/netscape.ts'
import type { Cookie } from '../../http/cookies/set-cookie.ts'
import { nodeWorld } from '../../node/world.ts'
import { latin1Bytes } from '../../wire/bytes.ts'
import { type OutputFile, outputFile } from '../output-file.ts'
import type { Run } from '../run.ts'
import { readCookieJson, writeCookieJson } from './cookie-json.ts'
import { tellRemark } from './remark.ts'

/** A word behind `-b`: with `=` in it `name=value` pairs, the name of a file otherwise; empty: an empty jar. */
export type CookieWord = { readonly pairs: string } | { readonly file: string }

/** Throws `cli/usage` for what cannot stand in a field (RFC 9110 5.5); the word is not repeated, it may be a secret. */
export const parseCookie = (text: string): CookieWord => {
  if (!text.includes('=')) return { file: text }
  if (/[^\t\x20-\x7e\x80-\xff]/.test(text)) throw usage('-b wants cookies in Latin-1 without control characters.')
  return { pairs: text.replace(/^[\s;]+|[\s;]+$/g, '') }
}

/** Throws `cli/usage`: standard output has the answer, and cookies are no part of it. */
export const parseCookieJar = (text: string): string => {
  if (text === '-' || text === '') throw usage('-c wants the name of a file: standard output has the answer.')
  return text
}

const usage = (got: string): FailureError => new FailureError(fail('cli/usage', { got }))

export interface CookieOptions {
  readonly cookies?: readonly CookieWord[] | undefined
  readonly cookieJar?: string | undefined
  readonly header?: readonly (readonly [string, string])[] | undefined
}

export interface Cookies {
  /** For all requests of the run; undefined: no cookie is sent or kept. */
  readonly jar: CookieJar | undefined
  /** Writes what is in the jar where `-c` wants it. */
  save(): Promise<void>
  /** Leaves no file that was not saved. */
  close(): Promise<void>
}

/** Reads the files of `-b`, and makes sure before anything is asked that `-c` can be written. */
export const cookiesOf = async (urls: readonly URL[], options: CookieOptions, run: Run): Promise<Cookies> => {
  const { cookies = [], cookieJar: path, header = [] } = options
  if (cookies.length === 0 && path === undefined) return { jar: undefined, save: async () => {}, close: async () => {} }
  if (cookies.length > 0 && header.some(([name]) => name.toLowerCase() === 'cookie'))
    throw usage('-b and -H "Cookie: …" are two ways to say the same: give one of them.')
  const { isPublicSuffix, clock } = nodeWorld()
  const kept = cookieJar({ isPublicSuffix, date: () => clock.date() })
  for (const word of cookies) if ('file' in word && word.file !== '') kept.restore(await read(word.file, path, run))
  const typed = cookies.flatMap(word => ('pairs' in word ? [word.pairs] : []))
  const file = path === undefined ? undefined : await outputFile(path, { mode: OWNER_ONLY })
  return {
    jar: typed.length === 0 ? kept : withTyped(kept, typed.join('; '), urls),
    save: async () => {
      if (file !== undefined) await write(file, kept.list())
    },
    close: async () => void (await file?.close()),
  }
}

/** Whoever has the cookies of a session has the session. */
const OWNER_ONLY = 0o600

const read = async (path: string, jar: string | undefined, run: Run): Promise<readonly Cookie[]> => {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (error) {
    // The first run of many: `-b jar -c jar`.
    if (path === jar && error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw Object.assign(error instanceof Error ? error : new Error(String(error)), { path })
  }
  const now = nodeWorld().clock.date()
  const found = isJson(bytes) ? readCookieJson(bytes.toString(), now) : readCookieFile(bytes.toString('latin1'), now)
  if (found.length === 0 && /[^\s#]/.test(bytes.toString('latin1').replace(/^#(?!HttpOnly_).*$/gm, '')))
    tellRemark(`no cookie can be read from ${path}: it is neither a Netscape file, as curl -c writes it, nor JSON`, run)
  return found
}

const isJson = (bytes: Buffer): boolean => /^\s*[[{]/.test(bytes.toString('latin1', 0, 100))

const write = async (file: OutputFile, cookies: readonly Cookie[]): Promise<void> => {
  const json = file.path.endsWith('.json')
  await file.write(json ? new TextEncoder().encode(writeCookieJson(cookies)) : latin1Bytes(writeCookieFile(cookies)))
  await file.keep()
}

/**
 * What was typed goes to the hosts that were typed, never in clear text where they were asked over TLS, and in the place of
 * what the jar has under the same names; it is not kept.
 */
const withTyped = (jar: CookieJar, typed: string, urls: readonly URL[]): CookieJar => {
  const hosts = new Map<string, 'https:' | 'any'>()
  for (const { hostname, protocol } of urls)
    hosts.set(hostname, protocol === 'https:' && hosts.get(hostname) !== 'any' ? 'https:' : 'any')
  const nameOf = (pair: string): string => pair.split('=', 1)[0]!.trim()
  const names = new Set(typed.split(';').map(nameOf))
  return {
    ...jar,
    header(to) {
      const found = jar.header(to)
      const scheme = hosts.get(to.host)
      if (scheme === undefined || (scheme === 'https:' && !to.secure)) return found
      const others = (found ?? '').split('; ').filter(pair => pair !== '' && !names.has(nameOf(pair)))
      return [...others, typed].join('; ')
    },
  }
}
