/** `acme`: a certificate from an authority that is asked over HTTPS (RFC 8555). Drives the engine, and shows what it must. */
import { AcmeClient } from '../../acme/client/client.ts'
import type {
  AcmeClientEvent,
  AcmeJob,
  ChallengeToShow,
  ExternalAccount,
  HttpAnswer,
  HttpAsk,
} from '../../acme/client/types.ts'
import { identifierOf } from '../../acme/identifiers.ts'
import type { ChallengeType } from '../../acme/store.ts'
import { drive } from '../../drive.ts'
import type { Bytes } from '../../engine.ts'
import { type Failure, FailureError, fail } from '../../failures/index.ts'
import { joined } from '../../wire/bytes.ts'
import type { KeyPair } from '../../x509/issue.ts'
import { type Client, client } from '../client/client.ts'
import type { TrustOptions, World } from '../stream/types.ts'
import { told } from '../told.ts'
import type { Show } from './show.ts'

interface AuthorityOptions extends TrustOptions {
  /** The whole URL of its directory. */
  readonly directory: string
  /** The account is made where the authority does not know this key. */
  readonly accountKey: KeyPair
  readonly world: World
}

export interface AcmeOptions extends AuthorityOptions {
  /** DNS names, perhaps with `*.` before them, and addresses. */
  readonly names: readonly string[]
  /** Of the certificate; a new one for P-256 where undefined. Not that of the account. */
  readonly key?: KeyPair | undefined
  /** How challenges are shown, best first: `httpChallenges`, `tlsChallenges`, or records of your own for dns-01. */
  readonly show: Partial<Readonly<Record<ChallengeType, Show>>>
  /** An address for news. */
  readonly email?: string | undefined
  /** You have read the terms of service, if there are any. */
  readonly terms?: 'agreed' | undefined
  readonly external?: ExternalAccount | undefined
}

export interface Obtained {
  /** DER, leaf first, as the authority gives it. */
  readonly chain: readonly Bytes[]
  readonly key: KeyPair
}

export interface AcmeRevocation extends AuthorityOptions {
  /** DER. */
  readonly certificate: Bytes
  /** A number of RFC 5280 5.3.1. */
  readonly reason?: number | undefined
}

/** Rejects with `FailureError`: acme/…, and what goes wrong on the way there. RangeError for names that are none. */
export const acme = async (options: AcmeOptions): Promise<Obtained> => {
  const { names, show, world, key = world.crypto.generateKeyPair('p-256') } = options
  const identifiers = names.map(name => {
    const identifier = identifierOf(name)
    if (identifier === undefined) throw new RangeError(`“${name}” is neither a host name nor an address`)
    return identifier
  })
  const challenges = Object.keys(show) as ChallengeType[]
  const done = await ran(options, { wants: 'certificate', identifiers, key, challenges }, options)
  if (done.type !== 'certificate') throw new TypeError('there is no certificate')
  return { chain: done.chain, key }
}

/** Has a certificate revoked that this account got. Rejects as `acme`. */
export const acmeRevoke = async ({ certificate, reason, ...options }: AcmeRevocation): Promise<void> => {
  await ran(options, { wants: 'revocation', certificate, reason }, {})
}

type Done = Extract<AcmeClientEvent, { readonly type: 'certificate' | 'revoked' }>

const ran = (
  { world, directory, accountKey, ...trusting }: AuthorityOptions,
  job: AcmeJob,
  { show = {}, email, terms, external }: Partial<AcmeOptions>,
): Promise<Done> => {
  const { clock, crypto, words } = world
  const { ca, trust, publicKeys, accept } = trusting
  const asking = client({ world, ca, trust, publicKeys, accept })
  const taken = new Map<string, ReturnType<Show>>()
  const epoch = clock.date() - clock.now()
  const engine = new AcmeClient({ crypto, epoch, directory, accountKey, email, terms, external, job })
  return new Promise<Done>((resolve, reject) => {
    let done: Done | Failure | undefined
    const end = (): void => {
      if (done === undefined) return
      driver.stop()
      asking.close()
      if ('type' in done) resolve(done)
      else reject(told(new FailureError(done), words))
    }
    const driver = drive<HttpAnswer, HttpAsk, AcmeClientEvent>(engine, clock, {
      out: ask => void answerTo(ask, asking).then(came => driver.input({ id: ask.id, came }), reject),
      settled: end,
      event(event) {
        switch (event.type) {
          case 'ask':
            void shown(event.challenge).then(how => driver.do(now => engine.answer(event.id, how, now)))
            return
          case 'over':
            void covered(event.challenge)
            return
          case 'certificate':
          case 'revoked':
            done = event
            return
          case 'failure':
            done = event.failure
            return
          case 'account':
            return
          default:
            event satisfies never
        }
      },
    })
    driver.do(now => engine.start(now))
  })

  async function shown(challenge: ChallengeToShow): Promise<'in place' | Failure> {
    try {
      const showing = show[challenge.type]?.(challenge)
      if (showing !== undefined) taken.set(challenge.token, showing)
      await showing
      return 'in place'
    } catch (error) {
      taken.delete(challenge.token)
      if (error instanceof FailureError) return error.failure
      const got = error instanceof Error ? error.message : 'unknown'
      return fail('acme/challenge-failed', { where: challenge.identifier.value, got, expected: challenge.type })
    }
  }

  async function covered({ token }: ChallengeToShow): Promise<void> {
    const showing = taken.get(token)
    taken.delete(token)
    try {
      await (await showing)?.()
    } catch {
      // It is not looked at any more: what is left of it harms nobody.
    }
  }
}

/** Chains of a hundred names are some kilobytes. */
const LONGEST_ANSWER = 1024 * 1024

const answerTo = async ({ url, method, body }: HttpAsk, asking: Client): Promise<HttpAnswer['came']> => {
  try {
    const response = await asking.fetch(url, {
      method,
      redirect: 'manual',
      headers: { 'user-agent': 'barewire', ...(body && { 'content-type': 'application/jose+json' }) },
      ...(body && { body: body.slice() }),
    })
    const pieces: Bytes[] = []
    let size = 0
    const reader = response.body?.getReader()
    while (reader !== undefined) {
      const { done, value } = await reader.read()
      if (done) break
      size += value.length
      if (size > LONGEST_ANSWER) {
        await reader.cancel()
        return fail('acme/bad-answer', { where: url, got: `more than ${LONGEST_ANSWER} bytes` })
      }
      pieces.push(value.slice())
    }
    return { status: response.status, headers: Object.fromEntries(response.headers), body: joined(pieces) }
  } catch (error) {
    if (error instanceof FailureError) return error.failure
    throw error
  }
}
