/** What may be said of a cookie that an answer sets where no jar judged it: that no browser keeps it, if that is so. */
import { Failure } from '../failures/index.ts'
import { cookieJar } from '../http/cookies/index.ts'
import type { MessageRecord } from '../trace/types.ts'
import { headerOf } from './exchanges.ts'

/** The failure that a browser would see; undefined where it would keep the cookie. */
export const refusedAnywhere = (line: string, request: MessageRecord, secure: boolean): Failure | undefined => {
  const host = (headerOf(request, 'host') ?? '').replace(/:\d*$/, '').toLowerCase()
  if (host === '') return undefined
  const [, path = '/'] = /^\S+ (\/[^?\s]*)/.exec(request.name) ?? []
  const jar = cookieJar({ date: () => 0, isPublicSuffix: () => false })
  const outcome = jar.receive(line, { host, path, secure })
  return outcome instanceof Failure ? outcome : undefined
}
