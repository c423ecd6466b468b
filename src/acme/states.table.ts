/** The states of what an ACME server keeps (RFC 8555 7.1.6). What is not in a list does not happen. */
import { machine } from '../machine.ts'

export const accountStates = machine('ACME, an account', [
  ['valid', 'deactivated by its owner', 'deactivated', 'RFC 8555 7.3.6'],
])

export const orderStates = machine('ACME, an order', [
  ['pending', 'all authorized', 'ready', 'RFC 8555 7.1.6'],
  ['pending', 'authorization lost', 'invalid', 'RFC 8555 7.1.6'],
  ['pending', 'time over', 'invalid', 'RFC 8555 7.1.6'],
  ['ready', 'finalize', 'processing', 'RFC 8555 7.4'],
  ['ready', 'authorization lost', 'invalid', 'RFC 8555 7.5.2'],
  ['ready', 'time over', 'invalid', 'RFC 8555 7.1.6'],
  ['processing', 'certificate issued', 'valid', 'RFC 8555 7.4'],
  ['processing', 'issuing refused', 'invalid', 'RFC 8555 7.1.6'],
])

export const authorizationStates = machine('ACME, an authorization', [
  ['pending', 'challenge valid', 'valid', 'RFC 8555 7.1.6'],
  ['pending', 'challenge invalid', 'invalid', 'RFC 8555 7.1.6'],
  ['pending', 'deactivated', 'deactivated', 'RFC 8555 7.5.2'],
  ['pending', 'time over', 'invalid', 'RFC 8555 7.1.6'],
  ['valid', 'deactivated', 'deactivated', 'RFC 8555 7.5.2'],
  ['valid', 'time over', 'expired', 'RFC 8555 7.1.6'],
])

export const challengeStates = machine('ACME, a challenge', [
  ['pending', 'client is ready', 'processing', 'RFC 8555 7.5.1'],
  ['processing', 'validated', 'valid', 'RFC 8555 7.1.6'],
  ['processing', 'not validated', 'invalid', 'RFC 8555 7.1.6'],
])

export type OrderStatus = (typeof orderStates.moves)[number][0 | 2]
export type AuthorizationStatus = (typeof authorizationStates.moves)[number][0 | 2]
export type ChallengeStatus = (typeof challengeStates.moves)[number][0 | 2]
export type AccountStatus = (typeof accountStates.moves)[number][0 | 2]
