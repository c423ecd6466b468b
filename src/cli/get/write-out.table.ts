/** The variables of `-w`, named and counted as curl does (its manual, `--write-out`). */
import type { Meter } from './meter.ts'

export interface Scene {
  readonly meter: Meter
  /** Where the body went; undefined: standard output. */
  readonly file: string | undefined
  readonly url: string
  readonly message: string | undefined
  readonly exit: number
  readonly verified: number
}

type Value = string | number | undefined

const redirect = ({ head, outline }: Meter): string | undefined => {
  const location =
    head !== undefined && head.status >= 300 && head.status < 400 ? head.headers.get('location') : undefined
  const from = outline?.url.href
  return location !== undefined && URL.canParse(location, from) ? new URL(location, from).href : undefined
}

const status = ({ meter }: Scene): number => meter.head?.status ?? 0

const total = ({ meter: { began, ended } }: Scene): number => ended - began

/** Bytes a second. */
const speed = (bytes: number, scene: Scene): number => Math.round((bytes * 1000) / Math.max(total(scene), 0.001))

export const MEASURED: Readonly<Record<string, (scene: Scene) => Value>> = {
  content_type: ({ meter }) => meter.head?.headers.get('content-type'),
  errormsg: ({ message }) => message,
  exitcode: ({ exit }) => exit,
  filename_effective: ({ file }) => file,
  http_code: status,
  http_version: ({ meter }) => meter.head?.version ?? '0',
  local_ip: ({ meter }) => meter.connection?.local.address ?? '',
  local_port: ({ meter }) => meter.connection?.local.port ?? 0,
  method: ({ meter }) => meter.outline?.method,
  num_connects: ({ meter }) => meter.connections,
  num_headers: ({ meter }) => meter.head?.headers.list().length ?? 0,
  num_redirects: ({ meter }) => Math.max(0, meter.requests - 1),
  redirect_url: ({ meter }) => redirect(meter),
  referer: ({ meter }) => meter.outline?.headers.get('referer') ?? undefined,
  remote_ip: ({ meter }) => meter.connection?.remote.address ?? '',
  remote_port: ({ meter }) => meter.connection?.remote.port ?? 0,
  response_code: status,
  scheme: ({ url }) => /^\w+/.exec(url)?.[0].toUpperCase(),
  size_download: ({ meter }) => meter.received,
  size_header: ({ meter }) => meter.headBytes,
  size_upload: ({ meter }) => meter.sent,
  speed_download: scene => speed(scene.meter.received, scene),
  speed_upload: scene => speed(scene.meter.sent, scene),
  ssl_verify_result: ({ verified }) => verified,
  url: ({ meter }) => meter.url.href,
  url_effective: ({ url }) => url,
  urlnum: ({ meter }) => meter.number,
}

/** Milliseconds from the beginning of the transfer; a connection that was there already took none. */
const sinceBegan = ({ meter }: Scene, at: number | undefined): number =>
  at === undefined || at < meter.began ? 0 : at - meter.began

export const TIMES: Readonly<Record<string, (scene: Scene) => number>> = {
  time_appconnect: scene => sinceBegan(scene, scene.meter.connection?.times.secured),
  time_connect: scene => sinceBegan(scene, scene.meter.connection?.times.connected),
  time_namelookup: scene => sinceBegan(scene, scene.meter.named ?? scene.meter.connection?.times.asked),
  time_pretransfer: scene => {
    const { times } = scene.meter.connection ?? {}
    return sinceBegan(scene, times && Math.max(scene.meter.askedAt, times.secured ?? times.connected))
  },
  time_redirect: ({ meter }) => (meter.requests > 1 ? meter.askedAt - meter.began : 0),
  time_starttransfer: scene => sinceBegan(scene, scene.meter.answeredAt),
  time_total: total,
}
