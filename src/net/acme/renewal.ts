/** A certificate that is seen to: gotten, renewed before it ends, and asked for again when that fails. */
import type { Clock } from '../../clock.ts'
import type { Millis } from '../../engine.ts'
import { Certificate } from '../../x509/certificate/certificate.ts'
import type { Obtained } from './client.ts'

export interface RenewalOptions {
  /** Gets one: `acme` with its options. */
  readonly get: () => Promise<Obtained>
  /** That of the last time; undefined where there is none. */
  readonly kept?: Obtained | undefined
  readonly told: (event: RenewalEvent) => void
  readonly clock: Clock
}

export type RenewalEvent =
  /** To be used from now on; `renewal` is the date of the next. */
  | {
      readonly type: 'certificate'
      readonly obtained: Obtained
      readonly since: 'found' | 'issued' | 'renewed'
      readonly notAfter: Millis
      readonly renewal: Millis
    }
  /** It could not be renewed, and is tried again at this date. */
  | { readonly type: 'failure'; readonly error: unknown; readonly again: Millis }

export interface Renewal {
  /** Settles when there is a certificate. Rejects where there was none before and none can be had: as `get`. */
  begin(): Promise<void>
  end(): void
}

/** After two thirds of its time, as Let’s Encrypt recommends: there is time left for what goes wrong. */
const RENEW_AT = 2 / 3
/** An authority that is down is asked again after a minute, and after twice as long each time, up to half a day. */
const FIRST: Millis = 60_000
const LONGEST: Millis = 12 * 3_600_000
/** A machine that slept does not know it by its timers. */
const LOOK: Millis = 3_600_000

export const renewal = ({ get, kept, told, clock }: RenewalOptions): Renewal => {
  let disarm = (): void => {}
  let ended = false
  let failures = 0

  const at = (date: Millis): void => {
    if (ended) return
    const left = date - clock.date()
    disarm = clock.later(clock.now() + Math.min(Math.max(left, 0), LOOK), () => {
      if (clock.date() < date) at(date)
      else void renewed()
    })
  }
  const used = (obtained: Obtained, since: 'found' | 'issued' | 'renewed'): void => {
    if (ended) return
    failures = 0
    const { notBefore, notAfter } = new Certificate(obtained.chain[0]!)
    // Authorities date certificates back: one for minutes would be due before it came.
    const from = since === 'found' ? notBefore : Math.max(notBefore, clock.date())
    const date = since === 'found' ? clock.date() : clock.date() + FIRST
    const due = Math.max(date, from + (notAfter - from) * RENEW_AT)
    told({ type: 'certificate', obtained, since, notAfter, renewal: due })
    at(due)
  }
  const renewed = async (): Promise<void> => {
    try {
      used(await get(), 'renewed')
    } catch (error) {
      if (ended) return
      const again = clock.date() + Math.min(FIRST * 2 ** failures++, LONGEST)
      told({ type: 'failure', error, again })
      at(again)
    }
  }
  return {
    async begin() {
      if (kept !== undefined && isValid(kept, clock.date())) used(kept, 'found')
      else used(await get(), 'issued')
    },
    end() {
      ended = true
      disarm()
    },
  }
}

const isValid = ({ chain }: Obtained, date: Millis): boolean => {
  const { notBefore, notAfter } = new Certificate(chain[0]!)
  return date >= notBefore && date < notAfter
}
