/** Connections that never were, or stood still: what TCP shows. */
import { toldTooBig, undelivered } from './datagrams.ts'
import { otherEnd } from './ends.ts'
import type { Overview } from './overview.ts'
import { type Diagnosis, placeOf } from './types.ts'

/** A connection that did not come to be. */
export const neverOpen = (view: Overview): Diagnosis | undefined => {
  const { messages } = view
  const { client, server, open, seen, start, end } = view.stream
  if (!seen || open || client.syns === 0) return undefined
  const at = placeOf(server.reset ?? messages.find(m => m.layer === 'tcp'))
  if (server.reset !== undefined) return { code: 'tcp/refused', side: 'server', by: 'server', certainty: 'seen', at }
  const silence = {
    code: 'tcp/silence',
    side: 'network',
    certainty: 'seen',
    got: `${client.syns}`,
    number: end - start,
    at,
  } as const
  return undelivered(view) ?? silence
}

/** A window that is shut for so long is not shut by accident. */
const LONG = 500

/** One end says that it has no room, and goes on saying so. */
export const shutWindow = ({ stream }: Overview): Diagnosis | undefined => {
  for (const end of ['client', 'server'] as const) {
    const { shutSince } = stream[end]
    const until = stream.ended?.at ?? stream.end
    if (shutSince === undefined || until - shutSince < LONG) continue
    const code = end === 'client' ? 'net/client-too-slow' : 'net/idle-timeout'
    return { code, side: end, certainty: 'seen', number: until - shutSince }
  }
  return undefined
}

/** Sent so often without being heard, a segment is lost for a reason. */
const TRIES = 2

/** One end speaks and is not heard any more. */
export const unheard = (view: Overview): Diagnosis | undefined => {
  const { stream } = view
  for (const by of ['client', 'server'] as const) {
    const own = stream[by]
    if (own.unheard === 0 || own.again < TRIES || stream[otherEnd(by)].reset !== undefined) continue
    const number = stream.end - (own.waits ?? stream.end)
    const said = undelivered(view)
    if (said !== undefined) return said
    // Small segments pass and large ones do not: something between takes no packets of this size, and does not say so.
    if (own.stuck > own.passed && own.passed > 0 && own.stuck > SMALLEST_MTU && !toldTooBig(view)) {
      const sizes = { got: `${own.stuck}`, expected: `${own.passed}` }
      return { code: 'ip/too-big', side: 'network', certainty: 'likely', ...sizes, number }
    }
    return { code: 'tcp/timeout', side: 'network', by, certainty: 'seen', got: `${own.again}`, number }
  }
  return undefined
}
/** What every link of IPv6 carries is 1280 bytes (RFC 8200 5); below it no segment is too big. */
const SMALLEST_MTU = 1_200

/** The connection opened and somebody waited for a word in vain. */
export const neverSpoke = ({ stream }: Overview): Diagnosis | undefined => {
  const { client, server, open, ended, start } = stream
  if (!open || client.bytes > 0 || ended === undefined) return undefined
  if (server.bytes > 0 && ended.by === 'client') return undefined
  const number = ended.at - start
  if (ended.by === 'server')
    return ended.how === 'RST'
      ? { code: 'tcp/reset', side: 'server', by: 'server', certainty: 'seen', number }
      : { code: 'http/idle-timeout', side: 'client', by: 'server', certainty: 'seen', number }
  return undefined
}
