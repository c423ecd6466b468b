/** `barewire/http`: HTTP/1.1 client and server as engines, cookies, content codings. Read `connection/engine.ts` first. */
export type { BodyTransform, Coder, ContentCoding } from './coding.ts'
export { httpClient, httpServer } from './connection/engine.ts'
export * from './cookies/index.ts'
export type { HttpLimits } from './limits.ts'
export type {
  HeaderList,
  HttpConfig,
  HttpConnection,
  HttpEvent,
  LazyHeaders,
  Outgoing,
  RequestHead,
  ResponseHead,
} from './types.ts'
