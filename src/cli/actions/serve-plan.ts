/** `serve --explain`: what it would listen on, show and write. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { authorityPath } from '../../node/ca-files.ts'
import { contentOf } from '../content.ts'
import { plainly } from '../identity.ts'
import type { Io } from '../io.ts'
import { offerText, type PlanStep, tellPlans } from '../plan.ts'
import { beginRun } from '../run.ts'
import type { ServeOptions } from './serve.ts'

export const explainServe = async (folder: string | undefined, options: ServeOptions, io: Io): Promise<number> => {
  const { SSLKEYLOGFILE: keyLogFile, ...env } = io.env
  const quiet = { out: io.out, err: io.err, env, input: io.input, onInterrupt: io.onInterrupt }
  const run = await beginRun({ ...options, pcapng: undefined, keylog: undefined, web: undefined }, quiet, {
    form: 'log',
  })
  try {
    if (options.plain) plainly(options)
    const content = await contentOf(folder, options)
    content.close()
    const { host, port, plain } = options
    const what =
      content.upstream === undefined
        ? `what is in ${content.folder?.path}${options.list ? ', and lists of its folders' : ''}`
        : `what ${content.upstream.origin} answers; requests are passed on to it`
    const steps: PlanStep[] = [
      { layer: 'tcp', says: [`listens on ${host}, ${port === 0 ? 'a free port' : `port ${port}`}`] },
      ...(plain ? [] : tlsSteps(options)),
      { layer: 'answer', says: [what] },
      { layer: 'files', says: fileTexts(options, keyLogFile) },
    ]
    await tellPlans(
      [{ about: `${plain ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`, steps }],
      options,
      io,
    )
    return 0
  } catch (error) {
    return run.explain(error)
  } finally {
    await run.end()
  }
}

const tlsSteps = (options: ServeOptions): PlanStep[] => {
  const { cert, acme, clientCa, psk, earlyData } = options
  const shown =
    cert !== undefined
      ? `shows the certificate in ${cert.join(', ')}`
      : acme !== undefined
        ? `asks ${acme} for a certificate, and shows it`
        : psk !== undefined
          ? 'shows no certificate'
          : `shows a certificate of the local authority, for each name that is asked for: ${localText()}`
  const clients = [
    ...(clientCa === undefined ? [] : [`takes clients of ${clientCa.join(', ')} only`]),
    ...(psk === undefined
      ? []
      : [`takes clients with a key of ${psk}${cert === undefined ? ' only' : ', and others'}`]),
    ...(earlyData ? ['takes early requests'] : []),
  ]
  return [
    { layer: 'tls', says: [offerText(options)] },
    { layer: 'trust', says: [shown, ...clients] },
  ]
}

const localText = (): string => {
  const path = resolve(authorityPath())
  return existsSync(path) ? path : `there is none yet, it would be made: ${path}`
}

const fileTexts = ({ pcapng, keylog }: ServeOptions, keyLogFile: string | undefined): readonly string[] => {
  const log = keylog ?? keyLogFile
  const told = [
    ...(pcapng === undefined ? [] : [`packets and secrets go to ${pcapng}`]),
    ...(log === undefined ? [] : [`secrets go to ${log}`]),
  ]
  return told.length === 0 ? ['nothing is written'] : told
}
