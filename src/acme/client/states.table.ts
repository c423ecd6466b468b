/** What an ACME client does, in order (RFC 8555 7.1): each state has asked for something, and goes on with what comes. */
import { machine } from '../../machine.ts'

export const clientStates = machine('ACME, a client', [
  ['Directory', 'directory', 'Nonce', 'RFC 8555 7.1.1'],
  ['Nonce', 'nonce', 'Account', 'RFC 8555 7.2'],
  ['Account', 'account', 'Order', 'RFC 8555 7.3'],
  ['Account', 'account that revokes', 'Revocation', 'RFC 8555 7.6'],
  ['Order', 'order', 'Authorization', 'RFC 8555 7.4'],
  ['Order', 'ready', 'Finalize', 'RFC 8555 7.1.6'],
  ['Authorization', 'to be shown', 'Challenge', 'RFC 8555 7.5'],
  ['Authorization', 'shown', 'Authorization', 'RFC 8555 7.5'],
  ['Authorization', 'all shown', 'Ordered', 'RFC 8555 7.1.6'],
  ['Challenge', 'in place', 'Response', 'RFC 8555 7.5.1'],
  ['Response', 'being looked at', 'Watching', 'RFC 8555 7.5.1'],
  ['Watching', 'not yet', 'Watching', 'RFC 8555 7.5.1'],
  ['Watching', 'shown', 'Authorization', 'RFC 8555 7.1.6'],
  ['Watching', 'all shown', 'Ordered', 'RFC 8555 7.1.6'],
  ['Ordered', 'not yet', 'Ordered', 'RFC 8555 7.4'],
  ['Ordered', 'ready', 'Finalize', 'RFC 8555 7.4'],
  ['Finalize', 'being made', 'Issuing', 'RFC 8555 7.4'],
  ['Finalize', 'made', 'Download', 'RFC 8555 7.4'],
  ['Issuing', 'not yet', 'Issuing', 'RFC 8555 7.4'],
  ['Issuing', 'made', 'Download', 'RFC 8555 7.4'],
  ['Download', 'certificate', 'Done', 'RFC 8555 7.4.2'],
  ['Revocation', 'revoked', 'Done', 'RFC 8555 7.6'],
])

export type ClientState = (typeof clientStates.moves)[number][0 | 2]
export type ClientInput = (typeof clientStates.moves)[number][1]
