/**
 * Header fields as they are written: checked once, written often. A server that sends the same fields with every
 * response makes a block of them and pays for checking and encoding a single time.
 */
import type { Bytes } from '../../engine.ts'
import { FailureError, fail } from '../../failures/index.ts'
import { latin1Bytes } from '../../wire/bytes.ts'
import { allOf, DIGIT, hasMember, isHost, isToken, octetName, VALUE } from './grammar.ts'
import type { HeaderList } from './header-list.ts'

/** What the fields say about the framing of their message. */
export interface OutgoingFacts {
  readonly length: number | undefined
  readonly chunked: boolean
  readonly connection: 'close' | 'keep-alive' | undefined
  readonly hasDate: boolean
  readonly hosts: number
  /** What Upgrade lists, and whether Connection names it (RFC 9110 7.8). */
  readonly upgrade: string | undefined
  readonly upgrades: boolean
}

/** Made by `headerBlock`. */
export interface HeaderBlock {
  readonly list: HeaderList
  /** The field lines, each with its CRLF, and their Latin-1 octets. */
  readonly text: string
  readonly bytes: Bytes
  readonly facts: OutgoingFacts
  /** For whoever writes heads: how the last answer with these fields began, up to the digits of its length. */
  readonly starts: { status: number; bytes: Bytes }
}

const NOTHING = new Uint8Array(0)

/** Checks and encodes `list`. Throws `FailureError` `http/bad-outgoing` for a name or value that must not be sent. */
export const headerBlock = (list: HeaderList): HeaderBlock => {
  const { text, facts } = checkedFields(list)
  return { list, text, bytes: latin1Bytes(text), facts, starts: { status: 0, bytes: NOTHING } }
}

export const isBlock = (headers: HeaderList | HeaderBlock): headers is HeaderBlock => 'bytes' in headers

/** The field lines as text, and what they say. Throws as `headerBlock`. */
export const checkedFields = (list: HeaderList): { text: string; facts: OutgoingFacts } => {
  const facts: { -readonly [K in keyof OutgoingFacts]: OutgoingFacts[K] } = {
    length: undefined,
    chunked: false,
    connection: undefined,
    hasDate: false,
    hosts: 0,
    upgrade: undefined,
    upgrades: false,
  }
  let text = ''
  for (const [name, value] of list) {
    checkField(name, value)
    note(facts, name, value)
    text += `${name}: ${value}\r\n`
  }
  if (facts.chunked && facts.length !== undefined) throw refused('Transfer-Encoding', 'a length beside it')
  return { text, facts }
}

/** RFC 9110 5.5: no CR, LF or NUL can be smuggled into a message through a name or a value. */
export const checkField = (name: string, value: string): void => {
  if (!isToken(name)) throw refused('A header name', firstBad(name, 1))
  if (!allOf(value, VALUE)) throw refused(name, firstBad(value, VALUE))
  if (isBlank(value.charCodeAt(0)) || isBlank(value.charCodeAt(value.length - 1)))
    throw refused(name, 'white space around its value')
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09

/** The first character that is not in `set`, in words. */
export const firstBad = (text: string, set: number): string => {
  const bad = Array.from(text).find(c => !allOf(c, set))
  const code = bad?.codePointAt(0)
  return code !== undefined && code > 0xff ? `U+${code.toString(16).toUpperCase().padStart(4, '0')}` : octetName(code)
}

export const refused = (where: string, got: string): FailureError =>
  new FailureError(fail('http/bad-outgoing', { where, got }))

const note = (facts: { -readonly [K in keyof OutgoingFacts]: OutgoingFacts[K] }, name: string, value: string): void => {
  switch (name.length) {
    case 4: {
      const lower = name.toLowerCase()
      if (lower === 'date') facts.hasDate = true
      if (lower !== 'host') return
      if (++facts.hosts > 1 || !isHost(value)) throw refused('Host', JSON.stringify(value))
      return
    }
    case 7:
      if (name.toLowerCase() === 'upgrade')
        facts.upgrade = facts.upgrade === undefined ? value : `${facts.upgrade}, ${value}`
      return
    case 10:
      if (name.toLowerCase() !== 'connection') return
      facts.upgrades ||= hasMember(value, 'upgrade')
      if (hasMember(value, 'close')) facts.connection = 'close'
      else if (hasMember(value, 'keep-alive')) facts.connection = 'keep-alive'
      return
    case 14:
      if (name.toLowerCase() !== 'content-length') return
      if (facts.length !== undefined || value === '' || !allOf(value, DIGIT) || !Number.isSafeInteger(Number(value))) {
        throw refused('Content-Length', JSON.stringify(value))
      }
      facts.length = Number(value)
      return
    case 17:
      if (name.toLowerCase() !== 'transfer-encoding') return
      if (facts.chunked || value.toLowerCase() !== 'chunked') throw refused('Transfer-Encoding', JSON.stringify(value))
      facts.chunked = true
      return
    default:
      return
  }
}
