/** What makes the requests of `get`: one after another on the same connections, where there are several. */
import { client, type FetchInit, fetch } from '../../index.ts'
import type { FetchResponse } from '../../net/client/response.ts'
import { namingFiles } from '../tls.ts'
import { type Asking, filesOf, isTwice } from './init.ts'
import type { GetOptions } from './options.ts'
import type { Watch } from './repeat.ts'

type Fields = readonly (readonly [string, string])[]

export interface Asker extends Disposable {
  /** The answer, and all of it that came before where it is asked for several times. */
  ask(url: URL, more: Fields): Promise<FetchResponse>
  /** No more requests: connections end in an orderly way. */
  done(): void
}

export const askerOf = (
  count: number,
  options: GetOptions,
  { init, headers, at }: Asking,
  watch: Watch | undefined,
): Asker => {
  const { parallel, parallelMax } = options
  const several = isKept(count, options) ? client({ ...init, perOrigin: parallel && parallelMax }) : undefined
  const once = several === undefined ? fetch : (url: URL, its: FetchInit) => several.fetch(url, its)
  return {
    ask(url, more) {
      const its = { ...init, headers: withFields(headers, more) }
      const asked = at(url)
      const ask = () =>
        watch !== undefined
          ? watch.repeated(() => once(asked, its))
          : isTwice(options)
            ? twice(asked, its)
            : once(asked, its)
      return namingFiles(filesOf(options), ask)
    },
    done: () => several?.close(),
    [Symbol.dispose]: () => several?.close(),
  }
}

/** Whether connections stay open for another request. */
export const isKept = (count: number, options: GetOptions): boolean =>
  !isTwice(options) && (count > 1 || options.repeat !== undefined || (options.retry ?? 0) > 0)

/** What the command needs replaces what was typed: an offset counts bytes as they are stored. */
const withFields = (fields: Fields, more: Fields): [string, string][] => {
  const names = new Set(more.map(([name]) => name.toLowerCase()))
  return [...fields.filter(([name]) => !names.has(name.toLowerCase())), ...more].map(([name, value]) => [name, value])
}

/** The answer to the second of two requests, for which TLS remembers the first. */
const twice = async (url: URL, init: FetchInit): Promise<FetchResponse> => {
  const first = await fetch(url, init)
  // A ticket comes with the answer, and the answer is not wanted.
  await first.body?.pipeTo(new WritableStream())
  return fetch(url, init)
}
