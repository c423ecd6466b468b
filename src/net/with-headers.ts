/**
 * Pages hide header fields of the messages that are made in them: `Cookie` of a `Request`, `Set-Cookie` of a `Response`
 * and some more (fetch standard, 5.1: guards of `Headers`). There the browser sends them, and protects them from scripts;
 * here nobody but the caller is the browser.
 */

let guards: boolean | undefined

/** Asked of the platform once, and not before a message is made: Node, Bun, Deno and workerd have no guards. */
const hasGuards = (): boolean => {
  guards ??= !new Request('http://a/', { headers: { cookie: 'a' } }).headers.has('cookie')
  return guards
}

/**
 * The message with `headers` as its own, whole also where the platform would hide some; they are not copied. Handlers
 * that run in a page too return `withHeaders(new Response(body), headers)` when they set cookies. A `clone()` shows what
 * the platform left.
 */
export const withHeaders = <T extends Request | Response>(message: T, headers: Headers): T => {
  const type = message.headers.get('content-type')
  if (type !== null && !headers.has('content-type')) headers.set('content-type', type)
  return Object.defineProperty(message, 'headers', { value: headers, enumerable: true, configurable: true })
}

/** As `withHeaders` for a message that was made with them, and is as it should be where nothing is hidden. */
export const unhidden = <T extends Request | Response>(message: T, headers: Headers | [string, string][]): T =>
  hasGuards() ? withHeaders(message, new Headers(headers)) : message
