/** All of TLS as two tables, one for each side: the hellos, then the moves of the version that they agree on. */
import { type Machine, machine } from '../machine.ts'
import { clientMoves12, serverMoves12 } from './tls12/states.table.ts'
import { clientMoves13, serverMoves13 } from './tls13/states.table.ts'

type ClientMoves = (typeof clientMoves12)[number] | (typeof clientMoves13)[number]
type ServerMoves = (typeof serverMoves12)[number] | (typeof serverMoves13)[number]

export const clientStates: Machine<ClientMoves> = machine(
  'TLS, the client (RFC 5246 7.3, RFC 9846 appendix A.1)',
  [...clientMoves12, ...clientMoves13],
  'several ways',
)

export const serverStates: Machine<ServerMoves> = machine(
  'TLS, the server (RFC 5246 7.3, RFC 9846 appendix A.2)',
  [...serverMoves12, ...serverMoves13],
  'several ways',
)
