/** Reading what two others say to each other. Read `reader.ts` first; what is found besides records is in `types.ts`. */
export { streamReader } from './reader.ts'
export type {
  BodyFound,
  ExchangeFound,
  Finding,
  HttpMessageFound,
  ProtocolFound,
  SecretFound,
  SessionFound,
  StreamContext,
  StreamProtocol,
  Unread,
} from './types.ts'
