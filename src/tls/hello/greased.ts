/**
 * A hello with numbers in it that mean nothing (RFC 8701 3.1): whoever chokes on them would choke on what comes next year.
 * None of them is part of the offer, so a server that chooses one has chosen what was not offered.
 */
import type { Random } from '../../random.ts'
import type { Tagged } from '../../wire/codec.ts'
import { extensionNumbers } from '../messages/extensions.ts'
import { greaseMode, greaseProtocol, greaseValue, greaseValues } from '../messages/grease.ts'
import type { ClientHello } from '../messages/hello.ts'

/** Drawn once for a connection: a second hello repeats the first (RFC 9846 4.2.2). */
export interface Grease {
  readonly suite: number
  readonly group: number
  /** Of that group. A second hello has only the share that was asked for (RFC 9846 4.2.2). */
  readonly share: Uint8Array | undefined
  readonly scheme: number
  readonly version: number
  readonly mode: number
  readonly protocol: string
  /** Two extensions: one without a body at the front, one of a byte at the end. */
  readonly extensions: readonly [number, number]
}

export const greaseFor = (random: Random): Grease => {
  const [first, last] = greaseValues(random, 2)
  return {
    suite: greaseValue(random),
    group: greaseValue(random),
    share: new Uint8Array(1),
    scheme: greaseValue(random),
    version: greaseValue(random),
    mode: greaseMode(random),
    protocol: greaseProtocol(random),
    extensions: [first!, last!],
  }
}

export const greased = (hello: ClientHello, grease: Grease): ClientHello => {
  const list = (hello.extensions ?? []).map(each => withMore(each, grease))
  const [first, last] = grease.extensions
  // RFC 9846 4.3.11: pre_shared_key is the last one.
  const end = list.at(-1)?.type === extensionNumbers.preSharedKey ? list.length - 1 : list.length
  return {
    ...hello,
    cipherSuites: [grease.suite, ...hello.cipherSuites],
    extensions: [
      { type: first, body: new Uint8Array(0) },
      ...list.slice(0, end),
      { type: last, body: new Uint8Array(1) },
      ...list.slice(end),
    ],
  }
}

/** In front, where a careless reader looks first; a protocol behind, where a server that takes any takes one of ours. */
const withMore = ({ type, body }: Tagged, grease: Grease): Tagged => ({
  type,
  body: MORE[type]?.(body as never, grease) ?? body,
})

const MORE: Readonly<Record<number, (body: never, grease: Grease) => unknown>> = {
  [extensionNumbers.supportedGroups]: (body: { groups: number[] }, { group }) => ({ groups: [group, ...body.groups] }),
  [extensionNumbers.keyShare]: (body: { clientShares: unknown[] }, { group, share }) => ({
    clientShares: [...(share === undefined ? [] : [{ group, keyExchange: share }]), ...body.clientShares],
  }),
  [extensionNumbers.signatureAlgorithms]: (body: { schemes: number[] }, { scheme }) => ({
    schemes: [scheme, ...body.schemes],
  }),
  [extensionNumbers.supportedVersions]: (body: { versions: number[] }, { version }) => ({
    versions: [version, ...body.versions],
  }),
  [extensionNumbers.pskKeyExchangeModes]: (body: { modes: number[] }, { mode }) => ({ modes: [mode, ...body.modes] }),
  [extensionNumbers.alpn]: (body: { protocols: string[] }, { protocol }) => ({
    protocols: [...body.protocols, protocol],
  }),
}
