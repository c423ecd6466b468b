/** `barewire/http`: HTTP/1.1 client and server as engines, cookies, content codings. Read `connection/engine.ts` first. */
export type { BodyTransform, Coder, ContentCoding } from './coding.ts'
export { httpClient, httpServer } from './connection/engine.ts'
export * from './cookies/index.ts'
export type { HttpLimits } from './limits.ts'
export { type FormPartHead, formPart } from './multipart/form-part.ts'
export { boundaryIn, type MultipartEvent, type MultipartLimits, MultipartReader } from './multipart/reader.ts'
export { parseUrlencoded } from './multipart/urlencoded.ts'
export { boundaryOf, type FormPart, formEnd, formType, partHead } from './multipart/write.ts'
export * from './semantics/challenges.ts'
export * from './semantics/content-disposition.ts'
export { DigestClient, type DigestClientOptions } from './semantics/digest-client.ts'
export {
  type DigestCredentials,
  type DigestRequest,
  DigestServer,
  type DigestServerOptions,
} from './semantics/digest-server.ts'
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
