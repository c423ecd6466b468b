/**
 * A key log by connection, with what is wrong in it line by line (RFC 9850 2). What secrets can prove about each other is
 * checked here: a traffic secret gives the next one (RFC 9846 7.2).
 */
import type { CryptoProvider } from '../../crypto/provider.ts'
import { digitsOf, type KeyLogLine, keyLogLines, MASTER, NUMBERED } from '../../dissect/key-log.ts'
import type { Bytes } from '../../engine.ts'
import { Secret } from '../../tls/secret.ts'
import { nextTraffic } from '../../tls/tls13/key-schedule.ts'
import { hexBytes, hexText, sameOctets } from '../../wire/bytes.ts'

export interface LoggedSecret {
  readonly label: string
  /** From 1. */
  readonly line: number
  readonly secret: Bytes
}

/** The secrets of one connection, told apart by what its client drew. */
export interface LoggedSession {
  /** In hex. */
  readonly clientRandom: string
  /** `TLS 1.2` where there is a master secret. */
  readonly version: 'TLS 1.2' | 'TLS 1.3'
  readonly secrets: ReadonlyMap<string, LoggedSecret>
}

export interface Malformed {
  readonly line: number
  readonly why: string
}

export interface KeyLog {
  readonly sessions: readonly LoggedSession[]
  /** The first of them, and how many there are. */
  readonly malformed: readonly Malformed[]
  readonly malformedCount: number
  /** Lines that say again what one before has said. */
  readonly repeated: number
  /** Secrets behind the most that are kept. */
  readonly left: number
}

/** More secrets are counted: 300 bytes each. */
const MOST_SECRETS = 200_000
/** More broken lines are counted. */
const MOST_MALFORMED = 100

export const readKeyLog = (text: string): KeyLog => new Reading(text).done()

class Reading {
  readonly #sessions = new Map<string, Map<string, LoggedSecret>>()
  readonly #malformed: Malformed[] = []
  #malformedCount = 0
  #repeated = 0
  #kept = 0
  #left = 0

  constructor(text: string) {
    for (const said of keyLogLines(text)) {
      const why = faultText(said)
      if (why !== undefined) this.#wrong(said.line, why)
      else this.#keep(said.words as [string, string, string], said.line)
    }
  }

  done(): KeyLog {
    const sessions = [...this.#sessions].map(([clientRandom, secrets]) => ({
      clientRandom,
      secrets,
      version: secrets.has(MASTER) ? ('TLS 1.2' as const) : ('TLS 1.3' as const),
    }))
    const [malformed, malformedCount, repeated] = [this.#malformed, this.#malformedCount, this.#repeated]
    return { sessions, malformed, malformedCount, repeated, left: this.#left }
  }

  #keep([label, random, digits]: readonly [string, string, string], line: number): void {
    const clientRandom = random.toLowerCase()
    const secrets = this.#sessions.get(clientRandom) ?? new Map<string, LoggedSecret>()
    const secret = hexBytes(digits)
    const known = secrets.get(label)
    if (known !== undefined) {
      if (sameOctets(known.secret, secret)) this.#repeated++
      else this.#wrong(line, `another ${label} for this client random than in line ${known.line}`)
      return
    }
    if (this.#kept >= MOST_SECRETS) {
      this.#left++
      return
    }
    this.#kept++
    this.#sessions.set(clientRandom, secrets.set(label, { label, line, secret }))
  }

  #wrong(line: number, why: string): void {
    this.#malformedCount++
    if (this.#malformed.length < MOST_MALFORMED) this.#malformed.push({ line, why })
  }
}

/** What is wrong with a line; undefined: nothing. */
const faultText = ({ words, fault, isLast }: KeyLogLine): string | undefined => {
  const [label = '', random = '', secret = ''] = words
  const end = isLast ? ': the program may still be writing it' : ''
  switch (fault) {
    case undefined:
      return undefined
    case 'label':
      return label === 'RSA' ? 'RSA: a line of an older form that is not read' : `"${label.slice(0, 40)}" is no label`
    case 'words':
      return words.length < 3 ? `${words.length} of 3 words${end}` : `${words.length} words where 3 belong`
    case 'random':
      return 'a client random that is not hexadecimal'
    case 'random length':
      return `a client random of ${random.length} digits; it has 64`
    case 'secret':
      return 'a secret that is not hexadecimal'
    case 'secret length': {
      const wanted = digitsOf(label)?.join(' or ')
      const rule = wanted === undefined ? 'there are two for each byte' : `it has ${wanted}`
      return `a secret of ${secret.length} digits; ${rule}${end}`
    }
    default:
      return fault satisfies never
  }
}

/** Whether a secret follows from another of the log; `undefined`: there is no other that would say so. */
export const follows = (
  { secrets }: LoggedSession,
  { label, secret }: LoggedSecret,
  crypto: CryptoProvider,
): { readonly from: string; readonly ok: boolean } | undefined => {
  const number = Number(NUMBERED.exec(label)?.[1] ?? 0)
  if (number === 0) return undefined
  const from = label.replace(/\d+$/, `${number - 1}`)
  const before = secrets.get(from)
  if (before === undefined || before.secret.length !== secret.length) return undefined
  const next = nextTraffic(crypto, secret.length === 48 ? 'sha384' : 'sha256', new Secret(before.secret.slice()))
  return { from, ok: hexText(next.reveal()) === hexText(secret) }
}
