/**
 * The two halves of an exchange as tables (after h11): the same for whoever sends and whoever receives. States are named
 * for what they wait for; a part that stands in no row is refused before anybody handles it.
 */
import { type Move, machine } from '../../machine.ts'

export type RequestState = 'wait-request' | 'wait-request-body' | 'request-done'
export type ResponseState = 'wait-response' | 'wait-response-body' | 'response-done'
/** `informational` is a 1xx head; `next` is the beginning of the next exchange. */
export type Part = 'head' | 'informational' | 'body' | 'end' | 'next'

export const requestStates = machine<readonly Move<RequestState, Part>[]>('HTTP/1.1, a request (RFC 9112 2)', [
  ['wait-request', 'head', 'wait-request-body', 'RFC 9112 3'],
  ['wait-request-body', 'body', 'wait-request-body', 'RFC 9112 6'],
  ['wait-request-body', 'end', 'request-done', 'RFC 9112 6.3'],
  ['request-done', 'next', 'wait-request', 'RFC 9112 9.3'],
])

export const responseStates = machine<readonly Move<ResponseState, Part>[]>('HTTP/1.1, a response (RFC 9112 2)', [
  ['wait-response', 'informational', 'wait-response', 'RFC 9110 15.2'],
  ['wait-response', 'head', 'wait-response-body', 'RFC 9112 4'],
  ['wait-response-body', 'body', 'wait-response-body', 'RFC 9112 6'],
  ['wait-response-body', 'end', 'response-done', 'RFC 9112 6.3'],
  ['response-done', 'next', 'wait-response', 'RFC 9112 9.3'],
])

/**
 * Where the halves bind each other: a response may begin as soon as the head of its request is complete, before its
 * body (RFC 9112 9.5); the only response without a request is a server's answer to a head that it refused.
 */
export const responseMayBeginIn: readonly RequestState[] = ['wait-request-body', 'request-done']
