/** Handshakes that ended, and nobody said why in the clear: who hung up when, and what the last thing was that came. */
import { behindAlert } from './alerts.ts'
import { refusedCertificate } from './certificate.ts'
import { type End, otherEnd } from './ends.ts'
import type { Overview } from './overview.ts'
import { SSL2, spokenBy } from './protocols.ts'
import { type Diagnosis, isAlertRecord, LONGEST_ALERT, PATIENCE, placeOf } from './types.ts'

/** Undefined: there was no handshake, or nothing is wrong with it. */
export const handshakeDiagnosis = (view: Overview): Diagnosis | undefined => {
  const mixed = wrongProtocol(view)
  if (mixed !== undefined) return mixed
  const alert = view.alerts.find(({ fatal }) => fatal)
  const hello = view.said('client', 'ClientHello')
  // Who only looks whether a port is open is answered with an alert by some.
  if (alert !== undefined && (hello !== undefined || view.stream.client.bytes > 0)) return behindAlert(view, alert)
  if (hello === undefined) return undefined
  const failed = view.verdicts.find(({ layer, ok, failure }) => layer === 'tls' && !ok && failure !== undefined)
  if (view.said('server', 'ServerHello') === undefined) return unanswered(view)
  return hungUp(view) ?? (spoke(view) ? undefined : unsaid(failed?.failure?.code))
}

/** A check that nobody at the ends made, or spoke of; where the two went on nothing failed. */
const unsaid = (code: Diagnosis['code'] | undefined): Diagnosis | undefined =>
  code === undefined ? undefined : { code, side: 'network', certainty: 'likely' }

/** The type of a record that holds alerts (RFC 9846 5.1). */
const ALERT = 21

/** One end speaks TLS and the other does not. */
const wrongProtocol = (view: Overview): Diagnosis | undefined => {
  const { client, server } = view.stream
  const asks = spokenBy(client.head)
  const answers = spokenBy(server.head)
  const answer = view.messages.find(m => m.layer === 'tcp' && m.payload !== undefined && m.direction === 'in')
  const place = placeOf(answer)
  // What was said, without the header of the segment.
  const at = place && { ...place, start: answer?.payload?.at ?? 0 }
  const isRefused = server.head[0] === ALERT || (answers === undefined && view.stream.ended?.by === 'server')
  if (asks === SSL2 && isRefused)
    return { code: 'tls/no-common-version', side: 'client', by: 'server', certainty: 'seen', expected: SSL2 }
  if (asks === 'HTTP' && answers === 'TLS') return { code: 'tls/http-spoken', side: 'client', certainty: 'seen', at }
  if (asks === 'HTTP' && saysSpeakTls(view)) return { code: 'tls/http-spoken', side: 'client', certainty: 'seen', at }
  if (asks === 'TLS' && answers === 'HTTP') return { code: 'http/tls-spoken', side: 'client', certainty: 'seen', at }
  if (asks === 'TLS' && answers !== undefined && answers !== 'TLS')
    return { code: 'tls/not-tls', side: 'client', certainty: 'seen', got: answers, at }
  return undefined
}

/** nginx, Apache and Go answer a plain request on a TLS port with 400 and a sentence. */
const saysSpeakTls = ({ exchanges, messages }: Overview): boolean => {
  const { response } = exchanges[0] ?? {}
  if (response === undefined || !/^400\b/.test(response.name)) return false
  const body = messages.flatMap(m => (m.layer === 'tcp' && m.direction === 'in' && m.payload ? [m.bytes] : []))
  const text = body.map(bytes => String.fromCharCode(...bytes.subarray(0, 2_000))).join('')
  return /HTTPS (port|server)|SSL-enabled server port|TLS request/i.test(text)
}

/** A hello, and no answer in TLS. */
const unanswered = (view: Overview): Diagnosis | undefined => {
  const { ended, start, end } = view.stream
  const at = placeOf(view.said('client', 'ClientHello'))
  if (ended === undefined)
    return { code: 'net/handshake-timeout', side: 'server', certainty: 'seen', number: end - start, at }
  const number = ended.at - start
  if (ended.by === 'client' && number < PATIENCE) return left(view)
  if (ended.by === 'client')
    return { code: 'net/handshake-timeout', side: 'server', by: 'client', certainty: 'seen', number, at }
  const code = ended.how === 'RST' ? 'tcp/reset-in-handshake' : 'tls/handshake-cut'
  return { code, side: 'server', by: 'server', certainty: 'seen', number, at }
}

const left = ({ stream: { ended, start } }: Overview): Diagnosis => ({
  code: 'net/client-left',
  side: 'client',
  by: 'client',
  certainty: 'seen',
  number: (ended?.at ?? start) - start,
})

/** The client closed before the server spoke, or has acknowledged nothing of what it said: it judged nobody. */
const leftUnheard = ({ stream, messages, said }: Overview): boolean =>
  stream.ended?.by === 'client' &&
  (stream.ended.index < messages.indexOf(said('server', 'ServerHello')!) ||
    (stream.server.bytes > 0 && stream.server.unheard === stream.server.bytes))

/** The handshake began on both sides. */
const hungUp = (view: Overview): Diagnosis | undefined => {
  const { ended } = view.stream
  if (ended === undefined) return undefined
  if (leftUnheard(view)) return left(view)
  if (wantedUnread(view))
    return { code: 'tls/client-certificate-wanted', side: 'client', by: 'server', certainty: 'likely' }
  if (spoke(view)) return undefined
  // Who says goodbye leaves, though the other may be first to close.
  const goodbye = view.alerts.find(({ number }) => number === 0)?.from
  const [first] = view.sealed('client')
  const refusedUnread = first !== undefined && isAlertRecord(first) && finished(view, 'client') === 'no'
  const by = refusedUnread ? 'client' : (goodbye ?? ended.by)
  if (by === 'client') {
    // Whoever believes no certificate says so: nearly every program sends an alert.
    if (saidHelloOnly(view)) return cut(view, by)
    if (view.said('client', 'Certificate') === undefined && (refusedUnread || finished(view, 'client') === 'no'))
      return serverShowed(view) ? likely(refusedCertificate(view, 'client', undefined)) : cut(view, by)
    // It completed the handshake and left without a word: programs that check the name themselves do so.
    return judgedAfterwards(view)
  }
  if (view.said('server', 'CertificateRequest') !== undefined)
    return { code: 'tls/client-certificate-wanted', side: 'client', by, certainty: 'likely' }
  return finished(view, 'client') === 'no' ? cut(view, by) : undefined
}

/**
 * TLS 1.3 without keys: all that the server says behind the client's Finished is an alert, and the client had not said
 * goodbye. There the server has seen the client's certificate, or that there is none (RFC 9846 4.5.3).
 */
const wantedUnread = (view: Overview): boolean => {
  const own = view.sealed('client')
  if (own[0] === undefined || own.some(isAlertRecord)) return false
  const after = view.sealed('server').filter(({ id }) => id > own[0]!.id)
  return after.length === 1 && isAlertRecord(after[0]!)
}

const likely = (diagnosis: Diagnosis): Diagnosis => ({
  ...diagnosis,
  certainty: diagnosis.code === 'tls/certificate-expired' ? 'seen' : 'likely',
})

const cut = ({ stream }: Overview, by: End): Diagnosis => ({
  code: 'tls/handshake-cut',
  side:
    (stream.ended?.at ?? 0) - (stream[otherEnd(by)].spoke ?? Number.POSITIVE_INFINITY) >= PATIENCE ? otherEnd(by) : by,
  by,
  certainty: 'seen',
  ...(stream.ended === undefined ? {} : { got: stream.ended.how, number: stream.ended.at - stream.start }),
})

const saidHelloOnly = ({ messages }: Overview): boolean =>
  messages.every(({ layer, direction, name }) => layer !== 'tls' || direction !== 'out' || name === 'ClientHello') &&
  messages.filter(({ layer, direction }) => layer === 'record' && direction === 'out').length <= 1

/** Application data passed, as far as one sees. */
const spoke = (view: Overview): boolean =>
  view.exchanges.length > 0 ||
  view.messages.some(m => m.layer === 'record' && m.payload !== undefined && m.payload.end > m.payload.start) ||
  sealedData(view)

/** Of TLS 1.3 without keys: more than a Finished, which is 58 or 74 bytes, came from the client, and an answer to it. */
const sealedData = (view: Overview): boolean => {
  const big = (end: End): boolean =>
    view
      .sealed(end)
      .slice(end === 'client' ? 1 : 0)
      .some(m => m.bytes.length > 80)
  return view.sealed('client').length > 1 && big('client') && view.sealed('server').length > 1
}

/** Whether the end sent Finished, as far as one sees. */
const finished = (view: Overview, end: End): 'yes' | 'no' => {
  if (view.said(end, 'Finished') !== undefined) return 'yes'
  return view.sealed(end).some(m => m.bytes.length > LONGEST_ALERT) ? 'yes' : 'no'
}

/** The server has come to its certificate; in TLS 1.3 without keys that is all that follows its hello. */
const serverShowed = (view: Overview): boolean => view.chains.server !== undefined || view.sealed('server').length > 0

/** A handshake alone is no failure: many only look whether a server is there. What is wrong with the chain is. */
const judgedAfterwards = (view: Overview): Diagnosis | undefined => {
  const found = refusedCertificate(view, 'client', undefined)
  if (found.code === 'tls/certificate-untrusted') return undefined
  const { certainty } = found
  return { ...found, certainty: found.code === 'tls/certificate-name' ? certainty : likely(found).certainty }
}
