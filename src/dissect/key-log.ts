/**
 * A key log line by line (RFC 9850 2, the form of NSS): which lines are secrets, and what is wrong with the others. For
 * whoever looks secrets up (`secrets.ts`) and for whoever shows a log (`inspect/keys/`).
 */

export interface KeyLogLine {
  /** From 1. */
  readonly line: number
  /** Label, client random and secret, where there are so many. */
  readonly words: readonly string[]
  /** The first thing that is wrong with it. */
  readonly fault: KeyLogFault | undefined
  /** No line end follows: the program that writes it may not be done. */
  readonly isLast: boolean
}

/** In the order in which they are looked for; `… length`: it is hexadecimal, and has too many or too few digits. */
export type KeyLogFault = 'label' | 'words' | 'random' | 'random length' | 'secret' | 'secret length'

/** The label of a master secret, the one that TLS 1.2 has. */
export const MASTER = 'CLIENT_RANDOM'

/** What a traffic secret of TLS 1.3 may be: `CLIENT_TRAFFIC_SECRET_7`. */
export const NUMBERED: RegExp = /^(?:CLIENT|SERVER)_TRAFFIC_SECRET_(\d{1,6})$/
const LABELS: ReadonlySet<string> = new Set([
  MASTER,
  'CLIENT_EARLY_TRAFFIC_SECRET',
  'EARLY_EXPORTER_SECRET',
  'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
  'SERVER_HANDSHAKE_TRAFFIC_SECRET',
  'EXPORTER_SECRET',
  'ECH_SECRET',
  'ECH_CONFIG',
])

/** Hexadecimal digits of a secret: of 48 octets, of 32 or 48. What belongs to ECH may have any even number of them. */
export const digitsOf = (label: string): readonly number[] | undefined =>
  label === MASTER ? [96] : label.startsWith('ECH_') ? undefined : [64, 96]

/** Every line but those that are empty and those that are comments. */
export function* keyLogLines(text: string): Generator<KeyLogLine> {
  let line = 0
  for (let from = 0; from < text.length; ) {
    const feed = text.indexOf('\n', from)
    const to = feed < 0 ? text.length : feed
    line++
    const said = text.slice(from, to).trimEnd()
    from = to + 1
    if (said === '' || said.startsWith('#')) continue
    const words = said.split(' ')
    yield { line, words, fault: faultIn(words), isLast: feed < 0 }
  }
}

const HEX = /^[\da-f]*$/i
const RANDOM_DIGITS = 64

const faultIn = (words: readonly string[]): KeyLogFault | undefined => {
  const [label = '', random = '', secret = ''] = words
  if (!LABELS.has(label) && !NUMBERED.test(label)) return 'label'
  if (words.length !== 3) return 'words'
  if (!HEX.test(random)) return 'random'
  if (random.length !== RANDOM_DIGITS) return 'random length'
  if (!HEX.test(secret)) return 'secret'
  const wanted = digitsOf(label)
  const fits = wanted === undefined ? secret.length % 2 === 0 && secret !== '' : wanted.includes(secret.length)
  return fits ? undefined : 'secret length'
}
