/** What RFCs allow a client to say and some servers choke on. What counts is that the hello is answered as the usual one is. */
import { greaseValues } from '../../tls/messages/grease.ts'
import { TLS_1_2 } from '../../tls/messages/registries.table.ts'
import { type Asking, helloFor, offeredIn, oldOf } from './asking.ts'
import { type HelloSpec, padding, rawExtension } from './hello.ts'
import { type Known, type Offered, type Robustness, TRIALS, type Trial, unasked } from './types.ts'

/** A number of the range for private use (RFC 9846 11). */
const PRIVATE_EXTENSION = 0xff77
/** `TLS 1.4`, and what RFC 5246 E.1 has in mind. */
const [FUTURE, FUTURE_LEGACY] = [0x0305, 0x0399] as const
/** Longer than a segment; as long as the largest that BoringSSL reads (16,384), with room for the rest. */
const [BIG, HUGE] = [4_000, 14_000] as const

export const askRobustness = async (asking: Asking): Promise<Robustness> => {
  const { spoken } = asking
  const newest = spoken.includes('TLS 1.3') ? 'TLS 1.3' : oldOf(asking)
  const usual = newest === undefined ? undefined : usualHello(newest, asking)
  const tried = await Promise.all(
    TRIALS.map(async (trial): Promise<readonly [Trial, Known<Offered>]> => {
      const spec = usual && specOf(trial, usual, asking)
      if (spec === undefined) return [trial, unasked('pointless')]
      return [trial, offeredIn(await asking.asker.hello(spec), () => true)]
    }),
  )
  return Object.fromEntries(tried) as Robustness
}

/** Both new versions, as a browser offers them. */
const usualHello = (newest: NonNullable<ReturnType<typeof oldOf>> | 'TLS 1.3', asking: Asking): HelloSpec => {
  const spec = helloFor(newest, asking)
  if (newest !== 'TLS 1.3' || !asking.spoken.includes('TLS 1.2')) return spec
  const old = helloFor('TLS 1.2', asking)
  return { ...spec, versions: [0x0304, TLS_1_2], suites: [...spec.suites, ...old.suites.slice(0, 30)] }
}

const specOf = (trial: Trial, usual: HelloSpec, { world, serverName, spoken }: Asking): HelloSpec | undefined => {
  const { suites, groups = [], versions } = usual
  const more = (type: number, length: number): HelloSpec => ({
    ...usual,
    more: [rawExtension(type, new Uint8Array(length))],
  })
  switch (trial) {
    case 'grease': {
      const [suite = 0, group = 0, version = 0, first = 0, last = 0] = greaseValues(world.random, 5)
      return {
        ...usual,
        suites: [suite, ...suites],
        groups: [group, ...groups],
        versions: versions && [version, ...versions],
        more: [rawExtension(first, new Uint8Array(0)), rawExtension(last, Uint8Array.of(0))],
      }
    }
    case 'unknown-extension':
      return more(PRIVATE_EXTENSION, 16)
    case 'empty-last-extension':
      return more(PRIVATE_EXTENSION, 0)
    case 'unknown-suites':
      return { ...usual, suites: [...Array.from({ length: 40 }, (_, i) => 0xee00 + i), ...suites] }
    case 'big-hello':
      return { ...usual, more: [padding(BIG)] }
    case 'huge-hello':
      return { ...usual, more: [padding(HUGE)] }
    case 'two-records':
      return { ...usual, cut: 'records' }
    case 'tiny-record':
      return { ...usual, cut: 'tiny' }
    case 'future-version':
      return versions && { ...usual, versions: [FUTURE, ...versions] }
    case 'future-legacy-version':
      return spoken.includes('TLS 1.2') ? { ...usual, version: FUTURE_LEGACY, versions: undefined } : undefined
    case 'no-name':
      return serverName === undefined ? undefined : { ...usual, serverName: undefined }
    case 'unknown-name':
      return { ...usual, serverName: 'no-such-name.invalid' }
    default:
      return trial satisfies never
  }
}
