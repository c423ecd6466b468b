/** Every table of states there is: for the page that shows them, and for the test that walks them. */

import { clientStates as acmeClientStates } from '../../src/acme/client/states.table.ts'
import { accountStates, authorizationStates, challengeStates, orderStates } from '../../src/acme/states.table.ts'
import { requestStates, responseStates } from '../../src/http/connection/exchange.table.ts'
import { chunkStates } from '../../src/http/message/chunk.table.ts'
import { neighbourStates } from '../../src/link/neighbours.ts'
import type { States } from '../../src/machine.ts'
import { tcpStates } from '../../src/tcp/states.table.ts'
import { clientStates, serverStates } from '../../src/tls/roles.table.ts'

export const machines: readonly States[] = [
  neighbourStates,
  tcpStates,
  clientStates,
  serverStates,
  requestStates,
  responseStates,
  chunkStates,
  accountStates,
  orderStates,
  authorizationStates,
  challengeStates,
  acmeClientStates,
]
