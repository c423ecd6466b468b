/** What the server signs and the client verifies (RFC 8422 5.4): both randoms and the parameters of the key exchange. */
import type { Bytes } from '../../engine.ts'
import { joined } from '../../wire/bytes.ts'
import { encode } from '../../wire/codec.ts'
import { ServerEcdhParams } from '../messages/tls12.ts'

export const signedParams = (clientRandom: Bytes, serverRandom: Bytes, params: ServerEcdhParams): Bytes =>
  joined([clientRandom, serverRandom, encode(ServerEcdhParams, params)])
