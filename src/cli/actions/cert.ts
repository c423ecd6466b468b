/** `barewire cert show|lint|verify|explain FILE|HOST`: certificates for people, and why a chain is believed or not. */
import { existsSync } from 'node:fs'
import { type Failure, type FailureCode, FailureError, fail, isFailure } from '../../failures/index.ts'
import { connect, fetch } from '../../index.ts'
import { shownChain } from '../../inspect/agreed.ts'
import { type Brought, broughtAlong } from '../../inspect/brought.ts'
import { certificateRows, daysText, jsonOfCertificate } from '../../inspect/certificate.ts'
import { answerRows, jsonOfBrought, jsonOfKnown, timestampRows } from '../../inspect/evidence.ts'
import { jsonOfPath, renderCertificate, renderExplained, renderKnown, renderTree } from '../../inspect/explained.ts'
import { jsonOfFailure, line, lines, mark, renderFailure, type Shown, type Style } from '../../inspect/index.ts'
import { say } from '../../inspect/style.ts'
import { retriever } from '../../net/client/retriever.ts'
import { chainRequest } from '../../net/stream/chains.ts'
import { withRetrieved } from '../../net/stream/judged.ts'
import type { StartTlsName } from '../../net/stream/starttls/protocols.table.ts'
import { startTlsFor } from '../../net/stream/starttls/starttls.ts'
import { localRevocations } from '../../node/ca-revoked.ts'
import { nodeWorld } from '../../node/world.ts'
import { messagesOf, recorder, sinkOf, tell } from '../../trace/recorder.ts'
import { hexText } from '../../wire/bytes.ts'
import { Certificate, malformedUnless } from '../../x509/certificate/certificate.ts'
import { contentsOf } from '../../x509/files/file-contents.ts'
import { openFile } from '../../x509/files/open.ts'
import { certificatesIn } from '../../x509/files/pem.ts'
import type { TrustStore } from '../../x509/path/anchor.ts'
import { type ChainOutcome, explainChain } from '../../x509/path/explain.ts'
import { notHeld, profiles } from '../../x509/path/profile.ts'
import { isTrusted, type Purpose } from '../../x509/path/trusted.ts'
import type { ChainRequest } from '../../x509/path/types.ts'
import type { Evidence } from '../../x509/revocation/evidence.ts'
import type { LogList } from '../../x509/transparency/log-list.ts'
import { openCapture } from '../capture-file.ts'
import type { CommonOptions, KeepOptions } from '../command.ts'
import { type DemandOptions, fileContents, listsIn, logsIn, revocationOf, transparencyOf } from '../demands.ts'
import { typed } from '../invocation.ts'
import type { Io } from '../io.ts'
import { jsonLine } from '../json.ts'
import { keeping } from '../kept.ts'
import { wordsFor } from '../language.ts'
import { serverIn } from '../options.ts'
import { passwordFor } from '../password.ts'
import { styleFor } from '../story/style.ts'
import { passwordFrom } from '../tls.ts'
import { rootsIn } from '../trust.ts'
import { type LintCommandOptions, lintChain } from './cert-lint.ts'

export type CertAction = 'show' | 'lint' | 'verify' | 'explain'

export interface CertOptions extends CommonOptions, KeepOptions, DemandOptions, LintCommandOptions {
  readonly starttls?: StartTlsName | undefined
  readonly sni?: string | undefined
  readonly name?: string | undefined
  readonly at?: number | undefined
  readonly trust?: readonly string[] | undefined
  /** Files of lists of revoked certificates. */
  readonly crl?: readonly string[] | undefined
  readonly profile?: keyof typeof profiles | undefined
  readonly purpose?: Purpose | undefined
  readonly accept?: readonly FailureCode[] | undefined
  readonly pcapng?: string | undefined
  readonly passwordFile?: string | undefined
}

/** The certificates, leaf first, and the name that they were asked for. */
interface Found {
  readonly chain: readonly Uint8Array[]
  readonly host: string | undefined
  /** Undefined for a file. */
  readonly brought: Brought | undefined
}

export const cert = async (action: CertAction, what: string, options: CertOptions, io: Io): Promise<number> => {
  const found = existsSync(what) ? await inFile(what, options, io) : await fromServer(action, what, options, io)
  if (action === 'lint') return lintChain(found.chain, options, io)
  const at = dateOf(options)
  return action === 'show' ? await show(found, at, options, io) : await judge(action, found, at, options, io)
}

const dateOf = ({ at }: CertOptions): number => at ?? nodeWorld().clock.date()

const inFile = async (path: string, { passwordFile }: CertOptions, io: Io): Promise<Found> => {
  const bytes = fileContents(path)
  const held = contentsOf(bytes)
  const found = (chain: readonly Uint8Array[]): Found => ({ chain, host: undefined, brought: undefined })
  // A key beside them may be under a password that nobody needs here.
  if (held.includes('a certificate')) return found(certificatesIn(bytes))
  const files = held.includes('a PKCS#12 bundle') ? ([[[path], [bytes]]] as const) : []
  const opened = openFile(bytes, await passwordFor({ passwordFile, files }, io), nodeWorld().crypto)
  if (isFailure(opened)) throw new FailureError(opened.where === undefined ? opened.with({ where: path }) : opened)
  if (opened.certificates.length > 0) return found(opened.certificates)
  const got = held.join(', ') || 'neither PEM nor DER'
  throw new FailureError(fail('cli/usage', { got: `${path} holds no certificate: ${got}.` }))
}

/** What the server shows, whether it is believed or not: a refused handshake has shown it all the same. */
const fromServer = async (action: CertAction, what: string, options: CertOptions, io: Io): Promise<Found> => {
  if (/[/\\]|\.(pem|crt|cer|der|p7b|p12|pfx)$/i.test(what) && !what.includes('://'))
    throw new FailureError(fail('cli/file', { where: what, got: 'ENOENT' }))
  const { sni: serverName, starttls } = options
  const { host, port } = serverIn(what, starttls)
  const kept = keeping(options, io.env)
  const places = { path: options.pcapng, kept }
  const capture = places.path === undefined && kept === undefined ? undefined : openCapture(places)
  const seen = recorder()
  const trace = sinkOf(entry => {
    tell(seen, entry)
    if (capture !== undefined) tell(capture.sink, entry)
  })
  try {
    // Asked for all that there is; what comes is looked at afterwards.
    const tls = { serverName, revocation: { mode: 'off' }, transparency: { logs: NO_LOGS } } as const
    const before = starttls && startTlsFor(starttls, { host, port, clock: nodeWorld().clock })
    const stream = await connect({ host, port, tls, trace, before })
    stream.end()
  } catch (error) {
    if (shownChain(messagesOf(seen.records)).length === 0) throw error
  } finally {
    capture?.close()
    if (capture !== undefined && capture.sink.frames > 0) kept?.keep({ command: `cert ${action} ${what}` })
  }
  const messages = messagesOf(seen.records)
  return { chain: shownChain(messages), host: serverName ?? host, brought: broughtAlong(messages) }
}

const NO_LOGS: LogList = { at: undefined, logs: new Map() }

const show = async ({ chain, brought }: Found, at: number, options: CertOptions, io: Io): Promise<number> => {
  const { crypto } = nodeWorld()
  const logs = logsIn(options.logs)
  const style = styleFor(io.out, io.env, options)
  const words = wordsFor(io.env, options.lang)
  let exit = 0
  for (const [i, der] of chain.entries()) {
    const certificate = malformedUnless(() => new Certificate(der, i).decodeAll(), undefined, i)
    const isRead = certificate instanceof Certificate
    if (!isRead) exit = 5
    if (options.json) {
      await io.out.write(
        jsonLine(isRead ? jsonOfCertificate(certificate, at, crypto, logs) : jsonOfFailure(certificate, words)),
      )
      continue
    }
    const head = `certificate ${i + 1} of ${chain.length}`
    const text = isRead
      ? renderCertificate(`${head}, ${der.length} bytes`, certificateRows(certificate, at, crypto, logs), style)
      : renderFailure(certificate, { style, words, records: [] })
    await io.out.write(lines([...text, line(style)]))
  }
  if (brought !== undefined) await showBrought(brought, { chain, at, logs, style, json: options.json }, io)
  return exit
}

interface Beside {
  readonly chain: readonly Uint8Array[]
  readonly at: number
  readonly logs: LogList | undefined
  readonly style: Style
  readonly json: true | undefined
}

/** The OCSP answer and the timestamps of the handshake. */
const showBrought = async (brought: Brought, { chain, at, logs, style, json }: Beside, io: Io): Promise<void> => {
  const read = malformedUnless(() => new Certificate(chain[0] ?? new Uint8Array(0), 0))
  const leaf = read instanceof Certificate ? read : undefined
  if (json) {
    await io.out.write(jsonLine(jsonOfBrought(brought, leaf, logs)))
    return
  }
  const { ocsp, scts } = brought
  const answer = ocsp === undefined ? [] : answerRows(ocsp, leaf, at)
  const rows = [...answer, ...timestampRows(scts, logs)]
  const what = [
    ocsp === undefined ? 'no OCSP answer' : `an OCSP answer, ${ocsp.length} bytes`,
    scts.length === 0 ? 'no timestamps' : `timestamps: ${scts.length}`,
  ].join('; ')
  await io.out.write(lines([...renderCertificate(`brought along: ${what}`, rows, style), line(style)]))
}

const judge = async (
  action: 'verify' | 'explain',
  { chain, host, brought }: Found,
  at: number,
  options: CertOptions,
  io: Io,
): Promise<number> => {
  const world = nodeWorld()
  const profile = profiles[options.profile ?? 'deployed']
  const { name = host, purpose, accept, trust } = options
  const roots = trust === undefined ? undefined : rootsIn(trust, passwordFrom(options.passwordFile))
  const transparency = transparencyOf(options)
  const revocation = revocationOf(options)
  const evidence: Evidence = {
    stapled: brought && (brought.ocsp ?? 'none'),
    scts: brought?.scts,
    // What was revoked on this machine is known here, whatever is asked for.
    filters: revocation?.filters ?? [localRevocations()],
    crls: listsIn(options.crl),
  }
  const asked = { world, name, at, trust: roots, profile, purpose, accept, evidence, revocation, transparency }
  const request = await chainRequest(chain, asked)
  const complete = await completed(request, evidence, options)
  // What was fetched is of now.
  const outcome = explainChain({ ...request, at: dateOf(options), evidence: complete })
  const failure = isTrusted(outcome.result) ? undefined : outcome.result
  if (options.json) await io.out.write(jsonOutcome(action, outcome, { name, at, profile: profile.name }, failure))
  else await io.out.write(told(action, outcome, { chain, trust: request.trust, name, at, options }, io))
  return failure === undefined ? 0 : 5
}

/** With what authorities say of it, where that is demanded. */
const completed = async (request: ChainRequest, evidence: Evidence, options: CertOptions): Promise<Evidence> => {
  if (request.revocation === undefined || request.revocation.mode === 'off') return evidence
  const { crypto, clock } = nodeWorld()
  const get = (url: string, init: RequestInit) => fetch(url, { ...(init as object), ports: 'any' })
  const retrieve = retriever({ fetch: get, crypto, clock })
  return withRetrieved(request, evidence, { retrieve, date: () => dateOf(options) })
}

interface Asked {
  readonly name: string | undefined
  readonly at: number
  readonly profile: string
}

const jsonOutcome = (action: CertAction, outcome: ChainOutcome, asked: Asked, failure: Failure | undefined): Shown => {
  const { result, paths, refused, limit } = outcome
  const verdict = {
    type: 'judgement',
    trusted: isTrusted(result),
    name: asked.name ?? null,
    at: new Date(asked.at).toISOString(),
    profile: asked.profile,
    notHeld: [
      ...notHeld(profiles[asked.profile as keyof typeof profiles]).map(({ says, rule }) => `${says} (${rule})`),
    ],
    anchor: isTrusted(result) ? result.anchor : null,
    paths: paths.length,
    leftAtOnce: refused.map(edge => ({
      child: edge.child.index,
      issuer: edge.issuer.index,
      failure: edge.failure!.code,
    })),
    complete: limit === undefined,
    ...jsonOfKnown(isTrusted(result) ? result : { revocation: [], transparency: { status: 'not-checked' } }),
  }
  const told = [
    jsonLine(verdict),
    ...(action === 'explain' ? paths.map((path, i) => jsonLine(jsonOfPath(path, i + 1))) : []),
  ]
  return [...told, ...(failure === undefined ? [] : [jsonLine(jsonOfFailure(failure))])].join('') as Shown
}

interface Told {
  readonly chain: readonly Uint8Array[]
  readonly trust: TrustStore
  readonly name: string | undefined
  readonly at: number
  readonly options: CertOptions
}

const told = (action: CertAction, outcome: ChainOutcome, { chain, trust, name, at, options }: Told, io: Io): Shown => {
  const style = styleFor(io.out, io.env, options)
  const words = wordsFor(io.env, options.lang)
  const { result, paths } = outcome
  const known = knownIn(chain, outcome, trust)
  const left = (one: Certificate): string => daysText(one, at)
  const profile = profiles[options.profile ?? 'deployed']
  const rules = notHeld(profile).length
  const head = isTrusted(result)
    ? [
        line(
          style,
          { text: `${mark(style, '✓')} `, tint: 'good' },
          {
            text: say(style, `trusted${name === undefined ? '' : ` for ${name}`} through ${result.anchor}`),
            tint: 'you',
          },
        ),
      ]
    : renderFailure(result, { style, words, records: [], typed: text => typed(text, io.env) })
  const profiled = `profile ${profile.name}, which does not hold ${rules} rules: --json lists them`
  const said = line(style, { text: `  ${say(style, profiled)}`, tint: 'quiet' })
  if (action === 'explain')
    return lines([...head, said, line(style), ...renderExplained(outcome, known, words, style, left)])
  const best = paths.find(path => path.failure === undefined) ?? paths[0]
  const about = best === undefined ? [] : [...renderTree(best, known, style, left), ...renderKnown(best, style)]
  return lines([...head, ...about, said])
}

/** What was shown, and the roots of the paths, by fingerprint. */
const knownIn = (
  chain: readonly Uint8Array[],
  { paths }: ChainOutcome,
  trust: TrustStore,
): Map<string, Certificate> => {
  const { crypto } = nodeWorld()
  const known = new Map<string, Certificate>()
  const keep = (certificate: Certificate): void => {
    const hash = crypto.hash('sha256')
    hash.update(certificate.der)
    known.set(hexText(hash.digest()), certificate)
  }
  for (const [i, der] of chain.entries()) {
    const certificate = malformedUnless(() => new Certificate(der, i).decodeAll())
    if (certificate instanceof Certificate) keep(certificate)
  }
  for (const { certificates } of paths) {
    const below = known.get(certificates.at(-2)?.fingerprint ?? '')
    for (const { certificate } of below === undefined ? [] : trust.bySubject(below.issuer.key)) {
      const root = malformedUnless(() => certificate.decodeAll())
      if (root instanceof Certificate) keep(root)
    }
  }
  return known
}
