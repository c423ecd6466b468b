/**
 * What of the web platform tests is run, and what of that cannot pass outside of a page, by rule. The numbers are of the tests
 * of August 2025, on Node 20.
 */
import type { Listed } from '../suite.ts'

/** Files with tests of `fetch` itself; those of `Headers`, `Request` and `Response` alone are the platform's matter. */
export const FILES =
  /^fetch\/(?:api\/(?:abort|basic|credentials|redirect)\/|api\/headers\/header-values|api\/request\/request-(?:bad-port|cache)|api\/response\/(?:json|response-(?:cancel|clone\.|consume-stream|headers-guard|stream-d))|content-(?:encoding|length)\/|data-urls\/|h1-parsing\/|http-cache\/|range\/|redirects\/|stale-while-revalidate\/).*\.(?:any|window)\.js$/

const DOCUMENT = 'it needs a document, a service worker, XMLHttpRequest or the Cache interface'
const PAGE = 'only a page has an origin and a referrer, and may not see everything'
const MANUAL = 'a program that follows redirects itself is shown them; a page is not'
const FORBIDDEN = 'no header is forbidden to a program: it is the user agent'
const PLATFORM = 'this Node has no Float16Array and no zstd, and its Blob keeps a type that is none'
const TLS = 'the server of these tests speaks no TLS'
const HTTP2 = 'a rule for HTTP/2'
const STRICT = 'what RFC 9112 does not allow is neither read nor sent'

/** The first that matches a case that fails gives the reason. */
export const RULES: readonly (readonly [reason: string, of: RegExp])[] = [
  [DOCUMENT, /^\S*(?:abort\/cache|keepalive|mediasource|navigat|range\/(?:sw|general\.w)|redirects\/data|-with-0x00)/],
  [DOCUMENT, /XMLHttpRequest/],
  [PLATFORM, /Float16Array|encoding\/zstd|invalid_type_blob/],
  [MANUAL, /redirect-(?:mode|location|empty).*manual/],
  [FORBIDDEN, /request-(?:forbidden|private-network)-headers/],
  [TLS, /authentication-redirection|integrity for opaque response/],
  [PAGE, /referrer|redirect-origin|basic\/mode-|redirect-back-to|basic\/request-headers\.|no-cors mode|across origins/],
  [HTTP2, /status\.h2/],
  [STRICT, /header-value|content-length\/|h1-parsing/],
]

export const SKIPS: Readonly<Record<string, number>> = {
  [DOCUMENT]: 40,
  [STRICT]: 58,
  [TLS]: 3,
  [PAGE]: 191,
  [FORBIDDEN]: 61,
  [PLATFORM]: 7,
  [HTTP2]: 7,
  [MANUAL]: 42,
}

const because = (reason: string, of: Readonly<Record<string, string>>): Readonly<Record<string, Listed>> =>
  Object.fromEntries(Object.entries(of).map(([id, got]) => [id, { because: reason, got }]))

export const listed: Readonly<Record<string, Listed>> = {
  ...because('A program has no origin that only-if-cached could be kept to.', {
    "fetch/api/abort/general.any.js (TypeError from request constructor takes priority - RequestInit's cache mode is only-if-cached and mode is not same-origin)":
      'promise_rejects_js: function "function() { throw e; }" threw object "AbortError: This oper',
    'fetch/api/abort/general.any.js (TypeError from request constructor takes priority - Request with cache mode: only-if-cached and fetch mode cors)':
      'promise_rejects_js: function "function() { throw e; }" threw object "AbortError: This oper',
    'fetch/api/abort/general.any.js (TypeError from request constructor takes priority - Request with cache mode: only-if-cached and fetch mode no-cors)':
      'promise_rejects_js: function "function() { throw e; }" threw object "AbortError: This oper',
  }),
  ...because('It fails too, but for a microtask or two: what is asked is read first, and the body looked at.', {
    'fetch/api/abort/general.any.js (Already aborted signal rejects immediately)':
      'assert_array_equals: expected property 0 to be "fetch-reject" but got "next-microtask" (ex',
    'fetch/api/abort/general.any.js (response.arrayBuffer() rejects if already aborted)':
      'assert_array_equals: expected property 0 to be "arrayBuffer-reject" but got "next-microtas',
    'fetch/api/abort/general.any.js (response.blob() rejects if already aborted)':
      'assert_array_equals: expected property 0 to be "blob-reject" but got "next-microtask" (exp',
    'fetch/api/abort/general.any.js (response.bytes() rejects if already aborted)':
      'assert_array_equals: expected property 0 to be "bytes-reject" but got "next-microtask" (ex',
    'fetch/api/abort/general.any.js (response.formData() rejects if already aborted)':
      'assert_array_equals: expected property 0 to be "formData-reject" but got "next-microtask" ',
    'fetch/api/abort/general.any.js (response.json() rejects if already aborted)':
      'assert_array_equals: expected property 0 to be "json-reject" but got "next-microtask" (exp',
    'fetch/api/abort/general.any.js (response.text() rejects if already aborted)':
      'assert_array_equals: expected property 0 to be "text-reject" but got "next-microtask" (exp',
  }),
  ...because('A body that was read is used, also where that failed (fetch standard, 5.2: unusable).', {
    'fetch/api/abort/general.any.js (Call text() twice on aborted response)':
      'promise_rejects_dom: function "function() { throw e; }" threw object "TypeError: Body is u',
  }),
  ...because('A program has no languages; the standard leaves the field to whoever has.', {
    "fetch/api/basic/accept-header.any.js (Request through fetch should have a 'accept-language' header)":
      'assert_true: expected true got false',
  }),
  ...because('Names go out in lower case, as Headers keeps them; it means nothing (RFC 9110 5.1).', {
    'fetch/api/basic/request-headers-case.any.js (Multiple headers with the same name, different case (THIS-is-A-test first))':
      'assert_regexp_match: expected object "/THIS-is-A-test: 1, 2/" but got "Host: localhost:POR',
    'fetch/api/basic/request-headers-case.any.js (Multiple headers with the same name, different case (THIS-IS-A-TEST first))':
      'assert_regexp_match: expected object "/THIS-IS-A-TEST: 1, 2/" but got "Host: localhost:POR',
  }),
  ...because(
    'Streams go out in chunks: that HTTP/1.1 has them is known of servers, but for those that answered as 1.0.',
    {
      "fetch/api/basic/request-upload.any.js (Streaming upload shouldn't work on Http/1.1.)":
        'assert_unreached: Should have rejected: undefined Reached unreachable code',
    },
  ),
  ...because('Nobody is asked for a password, so that the body need not be sent again.', {
    'fetch/api/basic/request-upload.h2.any.js (Streaming upload should fail on a 401 response)':
      'assert_unreached: Should have rejected: undefined Reached unreachable code',
  }),
  ...because('With 301 and 302 POST becomes GET, and the stream that is gone is not needed.', {
    'fetch/api/redirect/redirect-upload.h2.any.js (Fetch upload streaming should fail on 301)':
      'assert_unreached: Should have rejected: undefined Reached unreachable code',
    'fetch/api/redirect/redirect-upload.h2.any.js (Fetch upload streaming should fail on 302)':
      'assert_unreached: Should have rejected: undefined Reached unreachable code',
  }),
  ...because('A handler that passes an answer on adds fields to it.', {
    'fetch/api/response/response-headers-guard.any.js (Ensure response headers are immutable)':
      'assert_throws_js: function "() => { response.headers.append("name", "value"); }" did not t',
  }),
  ...because('A stream of bytes takes the buffer of a piece away, and pieces share theirs with others.', {
    'fetch/content-encoding/br/big-br-body.https.any.js (large br data should be decompressed successfully with byte stream)':
      'promise_test: Unhandled rejection with value: object "TypeError [ERR_INVALID_ARG_VALUE]: T',
    'fetch/content-encoding/gzip/big-gzip-body.https.any.js (large gzip data should be decompressed successfully with byte stream)':
      'promise_test: Unhandled rejection with value: object "TypeError [ERR_INVALID_ARG_VALUE]: T',
  }),
  ...because('An answer of more than 10 MB that was less than a 200th of it is taken for an attack.', {
    'fetch/content-encoding/br/big-br-body.https.any.js (large br data should be decompressed successfully)':
      'promise_test: Unhandled rejection with value: object "TypeError: The compressed body expan',
    'fetch/content-encoding/gzip/big-gzip-body.https.any.js (large gzip data should be decompressed successfully)':
      'promise_test: Unhandled rejection with value: object "TypeError: The compressed body expan',
  }),
  ...because('No cookie goes along with either, so one answer is for both.', {
    'fetch/http-cache/credentials.tentative.any.js (same-origin: 2xAnonymous, 2xCredentialled, 1xAnonymous)':
      'assert_equals: Response 3 header Server-Request-Count is "1", not "2" expected "2" but got',
    'fetch/http-cache/credentials.tentative.any.js (same-origin: 2xCredentialled, 2xAnonymous, 1xCredentialled)':
      'assert_equals: Response 3 header Server-Request-Count is "1", not "2" expected "2" but got',
  }),
  ...because('No-Vary-Search is not understood; URLs are compared as they are.', {
    'fetch/http-cache/no-vary-search.tentative.any.js (When params is set to true, URL differs only by their parameters (other than `dispatch` and `uuid`) should not be cached as different entries.)':
      'assert_less_than: Response 2 does not come from cache expected a number less than 2 but go',
    'fetch/http-cache/no-vary-search.tentative.any.js (When key-order is set , URLs should be compared in an order-insensitive way. Matched cases:)':
      'assert_less_than: Response 2 does not come from cache expected a number less than 2 but go',
  }),
  ...because('Parts are not put together: only whole answers are kept.', {
    'fetch/http-cache/partial.any.js (HTTP cache stores partial content and reuses it)':
      'assert_less_than: Response 2 does not come from cache expected a number less than 2 but go',
    'fetch/http-cache/partial.any.js (HTTP cache stores partial response and serves smaller ranges from it (byte-range-spec))':
      'assert_less_than: Response 2 does not come from cache expected a number less than 2 but go',
    'fetch/http-cache/partial.any.js (HTTP cache stores partial response and serves smaller ranges from it (absent last-byte-pos))':
      'assert_less_than: Response 2 does not come from cache expected a number less than 2 but go',
    'fetch/http-cache/partial.any.js (HTTP cache stores partial response and serves smaller ranges from it (suffix-byte-range-spec))':
      'assert_less_than: Response 2 does not come from cache expected a number less than 2 but go',
    'fetch/http-cache/partial.any.js (HTTP cache stores partial content and completes it)':
      'assert_equals: request 2 header range value is "undefined", not "bytes=5-" expected (strin',
  }),
  ...because('Nobody keeps answers to POST and PATCH: GET with the same URL is asked for by itself.', {
    'fetch/http-cache/post-patch.any.js (HTTP cache uses content after PATCH request with response containing Content-Location and cache-allowing header)':
      'assert_less_than: Response 2 does not come from cache expected a number less than 2 but go',
    'fetch/http-cache/post-patch.any.js (HTTP cache uses content after POST request with response containing Content-Location and cache-allowing header)':
      'assert_less_than: Response 2 does not come from cache expected a number less than 2 but go',
  }),
}
