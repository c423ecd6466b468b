/**
 * The two halves of an exchange as tables (after h11): the same for whoever sends and whoever receives. States are named
 * for what they wait for; a part that stands in no row is refused before anybody handles it.
 */

export type RequestState = 'wait-request' | 'wait-request-body' | 'request-done'
export type ResponseState = 'wait-response' | 'wait-response-body' | 'response-done'
/** `informational` is a 1xx head; `next` is the beginning of the next exchange. */
export type Part = 'head' | 'informational' | 'body' | 'end' | 'next'

export const requestTable: Readonly<Record<RequestState, Partial<Record<Part, RequestState>>>> = {
  'wait-request': { head: 'wait-request-body' },
  'wait-request-body': { body: 'wait-request-body', end: 'request-done' },
  'request-done': { next: 'wait-request' },
}

export const responseTable: Readonly<Record<ResponseState, Partial<Record<Part, ResponseState>>>> = {
  'wait-response': { informational: 'wait-response', head: 'wait-response-body' },
  'wait-response-body': { body: 'wait-response-body', end: 'response-done' },
  'response-done': { next: 'wait-response' },
}

/**
 * Where the halves bind each other: a response may begin as soon as the head of its request is complete, before its
 * body (RFC 9112 9.5); the only response without a request is a server's answer to a head that it refused.
 */
export const responseMayBeginIn: readonly RequestState[] = ['wait-request-body', 'request-done']
