/**
 * The two halves of an exchange as tables (after h11): the same for whoever sends and whoever receives. States are named
 * for what they wait for; a part that stands in no row is refused before anybody handles it.
 */
import { type Move, machine } from '../../machine.ts'

/** `might-switch`: complete, and it asks for another protocol or for a tunnel; nothing may be read before the answer. */
export type RequestState = 'wait-request' | 'wait-request-body' | 'might-switch' | 'request-done' | 'switched'
export type ResponseState = 'wait-response' | 'wait-response-body' | 'response-done' | 'switched'
/**
 * `informational` is a 1xx head; `next` is the beginning of the next exchange; `offer` is the end of a request that asks
 * for another protocol, `decline` a final answer that stays with HTTP, `switch` one that does not: 101, or 2xx to CONNECT.
 */
export type Part = 'head' | 'informational' | 'body' | 'end' | 'next' | 'offer' | 'decline' | 'switch'

export const requestStates = machine<readonly Move<RequestState, Part>[]>('HTTP/1.1, a request (RFC 9112 2)', [
  ['wait-request', 'head', 'wait-request-body', 'RFC 9112 3'],
  ['wait-request-body', 'body', 'wait-request-body', 'RFC 9112 6'],
  ['wait-request-body', 'end', 'request-done', 'RFC 9112 6.3'],
  ['wait-request-body', 'offer', 'might-switch', 'RFC 9110 7.8'],
  ['might-switch', 'decline', 'request-done', 'RFC 9110 7.8'],
  ['might-switch', 'switch', 'switched', 'RFC 9110 15.2.2'],
  ['request-done', 'next', 'wait-request', 'RFC 9112 9.3'],
])

export const responseStates = machine<readonly Move<ResponseState, Part>[]>('HTTP/1.1, a response (RFC 9112 2)', [
  ['wait-response', 'informational', 'wait-response', 'RFC 9110 15.2'],
  ['wait-response', 'switch', 'switched', 'RFC 9110 15.2.2'],
  ['wait-response', 'head', 'wait-response-body', 'RFC 9112 4'],
  ['wait-response-body', 'body', 'wait-response-body', 'RFC 9112 6'],
  ['wait-response-body', 'end', 'response-done', 'RFC 9112 6.3'],
  ['response-done', 'next', 'wait-response', 'RFC 9112 9.3'],
])

/**
 * Where the halves bind each other: a response may begin as soon as the head of its request is complete, before its
 * body (RFC 9112 9.5); the only response without a request is a server's answer to a head that it refused.
 */
export const responseMayBeginIn: readonly RequestState[] = ['wait-request-body', 'might-switch', 'request-done']

/** Nothing of the request is missing. */
export const requestCompleteIn: readonly RequestState[] = ['might-switch', 'request-done']
